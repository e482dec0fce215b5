"""What every strategy costs: the programme by category, and all money by who pays."""

import numpy as np
from matplotlib.patches import Patch
from matplotlib.transforms import ScaledTranslation

from model.money import PAYERS
from model.text import text
from results.comparison import Comparison
from results.digest import PROGRAMME
from results.figures.money import COLOURS, UNIT
from results.figures.parts import stacked
from results.strategy_words import strategy_phrase, strategy_short
from results.style import BLUE, ORANGE, SKY, WIDE, Picture, house_style, new_figure
from results.wording import number, span

PAYER_COLOURS = dict(zip(PAYERS, (BLUE, SKY, ORANGE), strict=True))
BAR = 0.66
KEY_SIZE = 7.6
KEY_COLUMNS = 3
BELOW = -0.45
"""Inches from an axis to its key: room for the numbers and the name of the axis."""


def money(found: Comparison, language: str = "en") -> Picture:
    """Show yuan of the whole run by strategy: left the programme by category, right everything by payer."""
    rows = np.arange(len(found.strategies))[::-1].astype(np.float64)
    names = [strategy_short(name, language) for name in found.strategies]
    spent = [item for item in PROGRAMME if _totals(found, "category", item).max() > 0]
    with house_style():
        figure = new_figure(WIDE, 1.55 + 0.2 * -(-len(spent) // KEY_COLUMNS) + 0.3 * len(rows))
        left, right = figure.subplots(1, 2, sharey=True)
        for axes, part, items, colours in (
            (left, "category", spent, COLOURS),
            (right, "payer", list(PAYERS), PAYER_COLOURS),
        ):
            parts = [(_totals(found, part, item) / UNIT[language], colours[item]) for item in items]
            stacked(axes, parts, rows, height=BAR)
            axes.set_title(text(f"figure.money_compared.{part}", language))
            axes.set_xlabel(text("figure.money_compared.x", language))
            axes.grid(visible=False, axis="y")
            word = "category" if part == "category" else "payer"
            marks = [Patch(color=colours[item], label=text(f"{word}.{item}", language)) for item in items]
            below = axes.transAxes + ScaledTranslation(0, BELOW, figure.dpi_scale_trans)
            axes.legend(
                handles=marks, loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=below,
                ncols=KEY_COLUMNS, frameon=False, borderaxespad=0,
                fontsize=KEY_SIZE, handlelength=0.9, handleheight=0.9, columnspacing=1.1, borderpad=0,
            )  # fmt: skip
        left.set_yticks(rows, names)
        return Picture("money", figure, _caption(found, language), language)


def _totals(found: Comparison, part: str, item: str) -> np.ndarray:
    """Return the yuan of the whole run, mean of the runs, by strategy."""
    return np.array(
        [found.stack(name, "money", f"{part}/{item}").sum(axis=1).mean() for name in found.strategies]
    )


def _caption(found: Comparison, language: str) -> str:
    means = {name: found.values(name, "programme_yuan").mean() for name in found.strategies}
    most = max(means, key=lambda name: means[name])
    others = {name: mean for name, mean in means.items() if name != most and mean > 0}
    least = min(others, key=lambda name: others[name], default="")
    return text(
        "caption.money_compared" if least else "caption.money_compared.one",
        language,
        most=strategy_phrase(most, language),
        cost=span(found.level(most, "programme_yuan"), language),
        least=strategy_phrase(least, language) if least else "",
        less=number(means[least], language) if least else "",
    )
