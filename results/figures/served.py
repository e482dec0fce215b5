"""Cases served: those a worker helped to file, and those the family filed alone."""

import numpy as np
from numpy.typing import NDArray

from model.calendar import year_of
from model.text import text
from results.figures.parts import MOST_YEARS, count_axis, share_axis
from results.measures.ratios import divide
from results.series import ALL
from results.style import ALONE, HELPED, INK, MUTED, WIDE, Picture, house_style, ink, new_figure
from results.view import RunView
from results.wording import number, percent

type Counts = NDArray[np.int64]

MONTHS_OF_A_YEAR = 12
LATE_MONTHS = 24
NARROW = 0.14
"""Bars below this share have their number beside them."""


def by_year(values: Counts) -> tuple[list[int], Counts]:
    """Return calendar years and the sums of a monthly series over them."""
    of_month = np.array([year_of(month) for month in range(len(values))])
    distinct = np.unique(of_month)
    return [int(year) for year in distinct], np.array([values[of_month == year].sum() for year in distinct])


def served(view: RunView, language: str = "en") -> Picture:
    """Show cases served by year, and by service in the last two years, alone and with help."""
    total, helped = view.cube.of("spells_served"), view.cube.of("spells_served_helped")
    years, all_served = by_year(total)
    _, with_help = by_year(helped)
    services = view.service_names()
    late = [
        (view.cube.of("spells_served", ALL, service)[-LATE_MONTHS:].sum(),
         view.cube.of("spells_served_helped", ALL, service)[-LATE_MONTHS:].sum())
        for service in services
    ]  # fmt: skip
    shares = divide([helped for _, helped in late], [served for served, _ in late])
    with house_style():
        figure = new_figure(WIDE, 3.4)
        left, right = figure.subplots(1, 2, width_ratios=[1, 1])
        left.bar(years, all_served - with_help, color=ALONE, width=0.8)
        left.bar(years, with_help, bottom=all_served - with_help, color=HELPED, width=0.8)
        left.set_title(text("figure.served.by_year", language))
        left.set_ylabel(text("figure.served.y", language))
        shown = years[:: 2 if len(years) <= MOST_YEARS else 4]
        left.set_xticks(shown, [str(year) for year in shown])
        left.grid(visible=False, axis="x")
        count_axis(left, language)
        left.margins(y=0.16)
        for row, (key, colour) in enumerate((("figure.helped", HELPED), ("figure.alone", ALONE))):
            left.text(
                0.02,
                0.985 - 0.065 * row,
                text(key, language),
                transform=left.transAxes,
                color=ink(colour),
                va="top",
            )
        positions = np.arange(len(services))[::-1]
        known = np.isfinite(shares)
        right.barh(positions[known], np.ones(known.sum()), color=ALONE, height=0.7)
        right.barh(positions[known], shares[known], color=HELPED, height=0.7)
        for position, share, (n, _) in zip(positions, shares, late, strict=True):
            label = text("figure.served.nobody", language) if n == 0 else percent(share, language, 0)
            inside = n > 0 and share > NARROW
            x = 0.02 if inside or n == 0 else share + 0.02
            right.text(x, position, label, va="center", size=7.5, color="white" if inside else INK)
            right.text(1.02, position, number(int(n), language), va="center", size=7.5, color=MUTED)
        right.set_yticks(positions, [view.services[service][language] for service in services])
        right.set_title(text("figure.served.by_service", language))
        right.set_xlabel(text("figure.served.x", language))
        share_axis(right, language, "x", 1)
        right.grid(visible=False)
        right.spines["left"].set_visible(False)
        return Picture("served", figure, _caption(total, helped, language), language)


def _caption(total: Counts, helped: Counts, language: str) -> str:
    late = slice(-MONTHS_OF_A_YEAR, None)
    return text(
        "caption.served",
        language,
        n=number(int(total.sum()), language),
        helped=percent(helped.sum() / max(int(total.sum()), 1), language, 0),
        late=percent(helped[late].sum() / max(int(total[late].sum()), 1), language, 0),
    )
