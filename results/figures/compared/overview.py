"""The whole story on one picture: how it spreads, where, which queue grows, and who is served in time."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from model.text import text
from results.comparison import Comparison
from results.figures.compared.desks import SMOOTH_MONTHS, late_backlog
from results.figures.compared.spread import MAP_MONTH, CountrySpread, draw_map, draw_spread
from results.figures.parts import band, few_ticks, mark_events, share_axis, time_axis
from results.figures.places import credit, share_key
from results.smoothing import yearly
from results.strategy_words import strategy_phrase, strategy_short
from results.style import WIDE, Picture, colour_of, house_style, ink, label_ends, new_figure
from results.view import years
from results.wording import in_sentence, month_name, percent

SERVED = "in_time_of_filed_share"
ROOM = 0.35
"""Empty part of the axis beside the dots, for their names."""


def overview(
    found: Comparison, country: CountrySpread, labels: Mapping[str, Mapping[str, str]], language: str = "en"
) -> Picture:
    """Show spread in the country, its map, the longest queue and the share served in time, on four panels."""
    with house_style():
        figure = new_figure(WIDE, 5.7)
        halves: Any = figure.subfigures(2, 1, height_ratios=[1.12, 1])
        upper, lower = halves
        left, right = upper.subplots(1, 2, width_ratios=[1.1, 1])
        draw_spread(left, country, language, names=False)
        left.set_title(text("figure.overview.spread", language))
        first = next(iter(country.shares))
        draw_map(right, country, country.shares[first])
        month = month_name(min(MAP_MONTH, country.last_month), language)
        right.set_title(text("figure.overview.map", language, month=month))
        credit(right, language)
        share_key(upper, right, language, text("figure.places.post_key", language), narrow=True)
        left, right = lower.subplots(1, 2, width_ratios=[1.25, 1])
        desk = worst_desk(found)
        _draw_queue(left, found, country, desk, language)
        name = in_sentence(labels[found.first.desks[desk]][language], language)
        left.set_title(text("figure.overview.queue", language, desk=name))
        _draw_served(right, found, language)
        right.set_title(text("figure.overview.served", language))
        return Picture("overview", figure, _caption(found, country, language), language)


def _caption(found: Comparison, country: CountrySpread, language: str) -> str:
    shares = {name: found.level(name, SERVED).estimate for name in found.strategies}
    best, worst = max(shares, key=lambda name: shares[name]), min(shares, key=lambda name: shares[name])
    month = min(MAP_MONTH, country.last_month)
    posts = next(iter(country.posts.values()))[:, month].mean()
    return text(
        "caption.overview",
        language,
        month=month_name(month, language),
        share=percent(posts / country.villages, language, 0),
        best=percent(shares[best], language, 0),
        best_strategy=strategy_phrase(best, language),
        worst=percent(shares[worst], language, 0),
        worst_strategy=strategy_phrase(worst, language),
    )


def worst_desk(found: Comparison) -> int:
    """Return the desk with the longest queue of the last two years under any strategy."""
    late = [late_backlog(found, name).mean(axis=0) for name in found.strategies]
    return int(np.max(late, axis=0).argmax())


def _draw_queue(axes: Axes, found: Comparison, country: CountrySpread, desk: int, language: str) -> None:
    dates = years(np.arange(1, found.first.backlog.shape[1] + 1))
    time_axis(axes, float(dates[0]) - 1 / 12, float(dates[-1]))
    ends = []
    for position, name in enumerate(found.strategies):
        runs = yearly(found.stack(name, "backlog")[:, desk], SMOOTH_MONTHS)
        colour = colour_of(name, position)
        band(axes, dates, runs, colour)
        ends.append((float(runs[:, -1].mean()), strategy_short(name, language), colour))
    axes.set_ylim(0, None)
    few_ticks(axes)
    mark_events(axes, country.events, language, names=False)
    axes.set_ylabel(text("figure.backlog.y", language))
    label_ends(axes, float(dates[-1]), ends, gap=0.09)


def _draw_served(axes: Axes, found: Comparison, language: str) -> None:
    rows = np.arange(len(found.strategies))[::-1]
    for position, (row, name) in enumerate(zip(rows, found.strategies, strict=True)):
        interval, colour = found.level(name, SERVED), colour_of(name, position)
        axes.hlines(row, max(interval.low, 0.0), min(interval.high, 1.0), color=colour, linewidth=2)
        axes.scatter(interval.estimate, row, color=colour, s=34, zorder=3)
        axes.annotate(
            f"{strategy_short(name, language)}  {percent(interval.estimate, language, 0)}",
            (interval.estimate, row),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            size=8,
            color=ink(colour),
        )
    axes.set_yticks([])
    axes.set_ylim(-0.5, len(rows) - 0.3)
    axes.margins(x=ROOM)
    axes.spines["left"].set_visible(False)
    share_axis(axes, language, "x")
    axes.set_xlabel(text("figure.overview.served_unit", language))
