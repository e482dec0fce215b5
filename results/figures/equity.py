"""Who gets what: coverage of need by fifth of wealth, and the gap of each group to all other children."""

import numpy as np
from matplotlib.axes import Axes

from model.text import text
from results.figures.parts import share_axis
from results.groups import GROUPS, by_fifth, families, group_pair
from results.measures.ratios import Floats
from results.series import MET, NEEDED
from results.style import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    VERMILION,
    WIDE,
    Picture,
    house_style,
    label_ends,
    new_figure,
)
from results.view import RunView
from results.wording import percent, points, signed

LATE_MONTHS = 24
FAMILY_COLOURS = {
    "papers": VERMILION,
    "school": GREEN,
    "health": BLUE,
    "allowances": ORANGE,
    "care": PURPLE,
    "other": MUTED,
}
PERCENT = 100


def equity(view: RunView, language: str = "en") -> Picture:
    """Show coverage by fifth of wealth for every family of services, and the gaps of groups, at the end."""
    months = min(LATE_MONTHS, view.n_months)
    fifths = by_fifth(view.cube, MET, NEEDED, months)
    gaps = [(group, *group_pair(view.cube, MET, NEEDED, group, months)) for group in GROUPS]
    gaps = sorted((g for g in gaps if np.isfinite(g[1])), key=lambda g: g[1] - g[2])
    with house_style():
        figure = new_figure(WIDE, 3.3)
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.25])
        rank = np.arange(1, len(fifths) + 1)
        ends = []
        for family, services in families(view.service_names()).items():
            values = by_fifth(view.cube, MET, NEEDED, months, services)
            if np.isfinite(values).all():
                left.plot(rank, values, color=FAMILY_COLOURS[family], marker="o", markersize=4)
                ends.append((float(values[-1]), text(f"family.{family}", language), FAMILY_COLOURS[family]))
        left.set_ylim(0, 1)
        label_ends(left, float(rank[-1]), ends, gap=0.07)
        left.set_xticks(rank, [text(f"figure.fifth.{k}", language) for k in rank])
        left.set_title(text("figure.equity.fifths", language))
        left.set_ylabel(text("figure.equity.y", language))
        share_axis(left, language)
        _draw_gaps(right, gaps, language)
        return Picture("equity", figure, _caption(fifths, gaps, language), language)


def _draw_gaps(axes: Axes, gaps: list[tuple[str, float, float]], language: str) -> None:
    differences = np.array([PERCENT * (group - others) for _, group, others in gaps])
    positions = np.arange(len(gaps))[::-1]
    colours = [VERMILION if difference < 0 else BLUE for difference in differences]
    axes.hlines(positions, 0, differences, color=colours, linewidth=2)
    axes.scatter(differences, positions, color=colours, s=26, zorder=3)
    axes.axvline(0, color=INK, linewidth=0.8)
    for position, difference in zip(positions, differences, strict=True):
        axes.annotate(signed(difference), (difference, position), xytext=(7 if difference >= 0 else -7, 0),
                      textcoords="offset points", va="center", ha="left" if difference >= 0 else "right",
                      size=7.5, color=MUTED)  # fmt: skip
    axes.set_yticks(positions, [text(f"stratum.{name}", language) for name, _, _ in gaps])
    axes.set_title(text("figure.equity.gaps", language))
    axes.set_xlabel(text("figure.equity.gap_unit", language))
    axes.margins(x=0.22)
    axes.grid(visible=False, axis="y")


def _caption(fifths: Floats, gaps: list[tuple[str, float, float]], language: str) -> str:
    if not gaps or not np.isfinite(fifths).all():
        return text("caption.equity.none", language)
    worst, behind = gaps[0][0], gaps[0][1] - gaps[0][2]
    return text(
        "caption.equity" if behind < 0 else "caption.equity.none_behind",
        language,
        poorest=percent(fifths[0], language),
        richest=percent(fifths[-1], language),
        group=text(f"stratum.{worst}", language),
        gap=points(abs(behind), language).lstrip("+"),
    )
