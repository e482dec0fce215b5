"""What it costs: the programme by category, and what children receive because they were served, by year."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from model.money import CATEGORIES
from model.text import text
from results.digest import PROGRAMME
from results.figures.parts import MOST_YEARS, count_axis, few_ticks
from results.style import (
    BLUE,
    GREEN,
    MUTED,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    WIDE,
    YELLOW,
    Picture,
    house_style,
    ink,
    new_figure,
    spread_out,
)
from results.view import RunView
from results.wording import in_sentence, number

ENTITLEMENTS = tuple(category for category in CATEGORIES if category not in PROGRAMME)
"""Money that follows from rules and is spent on anybody who is served, with a programme or without."""
COLOURS = dict(
    zip(
        CATEGORIES,
        (YELLOW, ORANGE, BLUE, SKY, GREEN, VERMILION, "#7a2e1d", PURPLE, MUTED, "#b8c4ce"),
        strict=True,
    )
)
UNIT = {"en": 1e6, "zh": 1e4}
"""Axes count millions of yuan in English and ten thousands in Chinese."""
LEAST_NAMED = 0.005
"""Categories below this share of the sum are drawn and not named."""


def money(view: RunView, language: str = "en") -> Picture:
    """Show yuan by calendar year: what the programme takes, and what children receive."""
    table = view.money[view.money["part"] == "category"].pivot_table(
        index="year", columns="item", values="yuan", sort=False
    )
    running = [item for item in PROGRAMME if table[item].sum() > 0]
    with house_style():
        figure = new_figure(WIDE, 3.3)
        left, right = figure.subplots(1, 2)
        for axes, items, key in ((left, running, "programme"), (right, list(ENTITLEMENTS), "entitlements")):
            _draw(axes, table.index.to_numpy(), {item: table[item].to_numpy() for item in items}, language)
            axes.set_title(text(f"figure.money.{key}", language))
            axes.set_ylabel(text("figure.money.y", language))
        total = table.to_numpy().sum()
        programme = table[running].to_numpy().sum()
        largest = max(running, key=lambda item: table[item].sum(), default="")
        caption = text(
            "caption.money" if largest else "caption.money.none",
            language,
            total=number(total, language),
            programme=number(programme, language),
            largest=in_sentence(text(f"category.{largest}", language), language) if largest else "",
        )
        return Picture("money", figure, caption, language)


def _draw(axes: Axes, years: Sequence[int], parts: dict[str, np.ndarray], language: str) -> None:
    bottom = np.zeros(len(years))
    total = sum(values.sum() for values in parts.values()) or 1.0
    ends = []
    for item, values in parts.items():
        scaled = values / UNIT[language]
        axes.bar(years, scaled, bottom=bottom, color=COLOURS[item], width=0.8)
        if values.sum() / total >= LEAST_NAMED:
            ends.append((bottom[-1] + scaled[-1] / 2, text(f"category.{item}", language), COLOURS[item]))
        bottom = bottom + scaled
    axes.set_ylim(0, bottom.max() * 1.08 or 1.0)
    top = axes.get_ylim()[1]
    for height, (_, name, colour) in zip(spread_out([e[0] / top for e in ends], 0.062), ends, strict=True):
        axes.annotate(name, (1, height), xycoords="axes fraction", xytext=(4, 0), textcoords="offset points",
                      va="center", size=7.5, color=ink(colour),
                      annotation_clip=False)  # fmt: skip
    shown = years[:: 2 if len(years) <= MOST_YEARS else 4]
    axes.set_xticks(shown, [str(year) for year in shown])
    axes.grid(visible=False, axis="x")
    few_ticks(axes, 5)
    count_axis(axes, language)
