"""Who waits: cases with and without a worker's help, and groups against all other children."""

import numpy as np
from matplotlib.axes import Axes

from model.text import text
from results.comparison import Comparison
from results.figures.compared.desks import strategies_key
from results.groups import GROUPS
from results.measures.intervals import Interval, paired_difference, t_interval
from results.series import ALL
from results.strategy_words import strategy_phrase
from results.style import INK, WIDE, Picture, colour_of, house_style, new_figure
from results.wording import months_long, signed, span

ALONE, HELPED = 0, 1
ROW_HEIGHT = 0.36
OFFSET = 0.19
"""Distance of two strategies within a row."""


def waits(found: Comparison, language: str = "en") -> Picture:
    """Show months waited per case filed by family of services: left alone, right with a worker's help."""
    kinds = [family for family, values in found.first.waits.items() if np.isfinite(values[ALONE])]
    kinds = [ALL, *(family for family in kinds if family != ALL)]
    names = [_family(family, language) for family in kinds]
    with house_style():
        figure = new_figure(WIDE, 0.95 + ROW_HEIGHT * len(kinds) * 1.25)
        both = figure.subplots(1, 2, sharey=True, sharex=True)
        for axes, which, key in (
            (both[0], ALONE, "figure.waits.alone"),
            (both[1], HELPED, "figure.waits.helped"),
        ):
            values = {
                name: [t_interval(found.stack(name, "waits", family)[:, which]) for family in kinds]
                for name in found.strategies
            }
            draw_dots(axes, values, names)
            axes.set_title(text(key, language))
            axes.set_xlabel(text("figure.waits.x", language))
        both[0].autoscale_view()
        both[0].set_xlim(0, None)
        strategies_key(figure, found, language)
        return Picture("waits", figure, _waits_caption(found, language), language)


def group_waits(found: Comparison, language: str = "en") -> Picture:
    """Show how much longer each group waits than all other children, with intervals over the runs."""
    gaps = {
        name: np.diff(found.stack(name, "group_waits")[..., ::-1], axis=-1)[..., 0]
        for name in found.strategies
    }
    known = [k for k in range(len(GROUPS)) if all(np.isfinite(runs[:, k]).all() for runs in gaps.values())]
    last = gaps[found.strategies[-1]] if gaps else np.empty((0, 0))
    known.sort(key=lambda k: -last[:, k].mean())
    names = [text(f"stratum.{GROUPS[k]}", language) for k in known]
    with house_style():
        figure = new_figure(WIDE, 0.9 + ROW_HEIGHT * max(len(known), 1))
        axes = figure.subplots()
        draw_dots(axes, {name: [t_interval(runs[:, k]) for k in known] for name, runs in gaps.items()}, names)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_xlabel(text("figure.group_waits.x", language))
        strategies_key(figure, found, language)
        return Picture("group_waits", figure, _groups_caption(gaps, known, language), language)


def draw_dots(axes: Axes, values: dict[str, list[Interval]], names: list[str]) -> None:
    """Draw a row per name and, in it, a dot with its interval for every strategy."""
    rows = np.arange(len(names))[::-1].astype(np.float64)
    for position, (strategy, intervals) in enumerate(values.items()):
        colour = colour_of(strategy, position)
        y = rows + OFFSET * ((len(values) - 1) / 2 - position)
        middle = np.array([interval.estimate for interval in intervals])
        low = np.array([interval.low for interval in intervals])
        high = np.array([interval.high for interval in intervals])
        axes.hlines(y, low, high, color=colour, linewidth=1.4)
        axes.scatter(middle, y, color=colour, s=17, zorder=3)
    axes.set_yticks(rows, names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.grid(visible=False, axis="y")
    for row in rows[:-1]:
        axes.axhline(row - 0.5, color="#eef1f3", linewidth=0.8, zorder=0)


def _family(family: str, language: str) -> str:
    return text("figure.all_services" if family == ALL else f"family.{family}", language)


def _waits_caption(found: Comparison, language: str) -> str:
    first = found.strategies[0]
    base = found.values(first, "wait_alone_months")
    worst = max(found.strategies, key=lambda name: found.values(name, "wait_alone_months").mean())
    change = paired_difference(found.values(worst, "wait_alone_months"), base)
    key = "caption.waits" if change.verdict == "higher" else "caption.waits.not_longer"
    return text(
        key,
        language,
        strategy=strategy_phrase(worst, language),
        first=strategy_phrase(first, language),
        wait=span(found.level(worst, "wait_alone_months"), language, "months"),
        base=months_long(base.mean(), language),
    )


def _groups_caption(gaps: dict[str, np.ndarray], known: list[int], language: str) -> str:
    if not known:
        return text("caption.equity.none", language)
    strategy, k = max(
        ((name, k) for name in gaps for k in known), key=lambda pair: gaps[pair[0]][:, pair[1]].mean()
    )
    interval = t_interval(gaps[strategy][:, k])
    return text(
        "caption.group_waits" if interval.low > 0 else "caption.group_waits.unclear",
        language,
        group=text(f"stratum.{GROUPS[k]}", language),
        strategy=strategy_phrase(strategy, language),
        gap=signed(interval.estimate, 2).lstrip("+"),
        low=signed(interval.low, 2).lstrip("+"),
        high=signed(interval.high, 2).lstrip("+"),
    )
