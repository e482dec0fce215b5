"""What caused the change from the first year to the last: trend, other policy, the programme."""

import numpy as np
import pandas as pd

from model.text import text
from results.figures.parts import colour_key
from results.strategy_words import strategy_phrase, strategy_short
from results.style import BLUE, GREEN, INK, MUTED, WIDE, Picture, house_style, new_figure
from results.wording import signed

PART_COLOURS = {"trend": MUTED, "other_policy": GREEN, "programme": BLUE}
BAR = 0.24


def causes(table: pd.DataFrame, language: str = "en") -> Picture | None:
    """Show the three parts of the change of needs unmet per hundred children, strategy by strategy.

    None where no strategy was decomposed. ``table`` is
    :func:`results.compared_tables.decomposition_table`.
    """
    names = list(dict.fromkeys(table["strategy"]))
    if not names:
        return None
    rows = np.arange(len(names))[::-1].astype(np.float64)
    with house_style():
        figure = new_figure(WIDE, 1.1 + 0.62 * len(names))
        axes = figure.subplots()
        for k, (part, colour) in enumerate(PART_COLOURS.items()):
            found = table[table["part"] == part].set_index("strategy").loc[names]
            y = rows + BAR * (1 - k)
            axes.barh(y, found["mean"], height=BAR * 0.86, color=colour)
            axes.hlines(y, found["low"], found["high"], color=INK, linewidth=1)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_yticks(rows, [strategy_short(name, language) for name in names])
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(text("figure.causes.x", language))
        names_of_parts = [(text(f"figure.causes.{part}", language), c) for part, c in PART_COLOURS.items()]
        colour_key(figure, names_of_parts)
        return Picture("causes", figure, _caption(table, names[0], language), language)


def _caption(table: pd.DataFrame, name: str, language: str) -> str:
    found = table[table["strategy"] == name].set_index("part")["mean"]
    return text(
        "caption.causes",
        language,
        strategy=strategy_phrase(name, language),
        total=signed(found["total"]),
        trend=signed(found["trend"]),
        policy=signed(found["other_policy"]),
        programme=signed(found["programme"]),
    )
