"""How far the approach spreads in the whole country, with the mandate of 2016 and without it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from model.calendar import month_index
from model.text import text
from results.figures.parts import band, log_axis, mark_events, time_axis
from results.figures.places import bare_map, credit, dots, share_key
from results.measures.intervals import t_interval
from results.measures.ratios import Floats
from results.strategy_words import strategy_name, strategy_short
from results.style import INK, MUTED, WIDE, Picture, colour_of, house_style, label_ends, new_figure
from results.view import Dated, years
from results.wording import between, month_name, number, percent, span, whole

MAP_MONTH = month_index("2017-05")
VILLAGES_2014 = 682_000
"""Villages and communities of the country when the published figure of 2017 was counted [D14]."""
OBSERVED = (
    ("2010-12", 120, False),
    ("2014-11", 120, False),
    ("2015-05", 1_000, False),
    ("2017-05", 59_000, True),
)
"""Published counts of villages [R01, R04, R05]; the last becomes a share of the units of its time."""
LOWEST = 60


class CountrySpread(NamedTuple):
    """Spread in the country without children.

    ``posts``: villages with a post, (replications, months) by strategy. ``shares``: of the villages of each
    county in `MAP_MONTH`, first replication, by strategy.
    """

    posts: Mapping[str, NDArray[np.int64]]
    shares: Mapping[str, Floats]
    codes: Sequence[int]
    children: Floats
    villages: int
    events: tuple[Dated, ...]

    @property
    def last_month(self) -> int:
        """Last month simulated."""
        return next(iter(self.posts.values())).shape[1] - 1


def country_spread(found: CountrySpread, language: str = "en") -> Picture:
    """Show villages with a post by month, every strategy with the range of its runs, and published counts."""
    with house_style():
        figure = new_figure(WIDE, 3.5)
        draw_spread(figure.subplots(), found, language)
        return Picture("spread_country", figure, _caption(found, language), language)


def draw_spread(axes: Axes, found: CountrySpread, language: str, *, names: bool = True) -> None:
    """Draw the lines of all strategies and the published counts into axes."""
    dates = years(np.arange(1, found.last_month + 2))
    time_axis(axes, float(dates[0]) - 1 / 12, float(dates[-1]))
    log_axis(axes, language, LOWEST, found.villages * 1.7)
    ends = []
    for position, (strategy, runs) in enumerate(found.posts.items()):
        colour = colour_of(strategy, position)
        band(axes, dates, np.where(runs > 0, runs, np.nan).astype(np.float64), colour)
        ends.append((float(runs[:, -1].mean()), strategy_short(strategy, language), colour))
    counts = [n * found.villages / VILLAGES_2014 if rescaled else n for _, n, rescaled in OBSERVED]
    when = [float(years(month_index(month) + 1)) for month, _, _ in OBSERVED]
    axes.scatter(when, counts, s=26, facecolors="white", edgecolors=INK, linewidths=1.1, zorder=4)
    axes.annotate(text("figure.spread.published", language), (when[-2], counts[-2]), xytext=(-6, 4),
                  textcoords="offset points", ha="right", size=7.5, color=MUTED)  # fmt: skip
    axes.axhline(found.villages, color=MUTED, linewidth=0.8)
    axes.annotate(text("figure.spread.all", language, n=whole(found.villages)),
                  (float(dates[0]), found.villages), xytext=(4, -10), textcoords="offset points", size=7.5,
                  color=MUTED)  # fmt: skip
    axes.set_ylabel(text("figure.spread.y_log", language))
    label_ends(axes, float(dates[-1]), ends)
    mark_events(axes, found.events, language, names=names)


def maps(found: CountrySpread, language: str = "en") -> Picture:
    """Show the counties by the share of their villages with a post, one year after the mandate."""
    with house_style():
        figure = new_figure(WIDE, 3.5)
        both = figure.subplots(1, len(found.shares))
        for axes, (strategy, shares) in zip(np.atleast_1d(both), found.shares.items(), strict=True):
            draw_map(axes, found, shares)
            axes.set_title(strategy_name(strategy, language))
        credit(np.atleast_1d(both)[0], language)
        share_key(figure, list(np.atleast_1d(both)), language, text("figure.places.post_key", language))
        first, *others = [int(np.count_nonzero(shares > 0)) for shares in found.shares.values()]
        caption = text(
            "caption.maps",
            language,
            month=month_name(MAP_MONTH, language),
            n=number(len(found.codes), language, 4),
            first=number(first, language),
            others=number(others[0] if others else np.nan, language),
        )
        return Picture("maps", figure, caption, language)


def draw_map(axes: Axes, found: CountrySpread, shares: Floats) -> None:
    """Draw the counties of the country by a share."""
    around = bare_map(axes)
    here = np.isin(found.codes, around["county_code"])
    codes = np.asarray(found.codes)[here].tolist()
    dots(axes, codes, shares[here], found.children[here], scale=0.55)


def _caption(found: CountrySpread, language: str) -> str:
    first, *others = found.posts
    early, late = (t_interval(found.posts[first][:, month]) for month in (MAP_MONTH, found.last_month))
    without = t_interval(found.posts[others[0]][:, -1]) if others else late
    return text(
        "caption.spread_country",
        language,
        early=span(early, language),
        late=percent(late.estimate / found.villages, language, 0),
        early_month=month_name(MAP_MONTH, language),
        late_month=month_name(found.last_month, language),
        without=number(without.estimate, language),
        range=between(without, language) or number(without.estimate, language),
        runs=found.posts[first].shape[0],
    )
