"""Who gains: what each strategy changes in the share of need that is met, group by group."""

import numpy as np

from model.text import text
from results.comparison import Comparison
from results.figures.compared.desks import strategies_key
from results.figures.compared.waits import ROW_HEIGHT, draw_dots
from results.groups import GROUPS
from results.measures.intervals import Interval, t_interval
from results.strategy_words import strategy_phrase
from results.style import INK, WIDE, Picture, house_style, new_figure
from results.wording import PERCENT, points


def group_gains(found: Comparison, language: str = "en") -> Picture:
    """Show the change in coverage of every group against the first strategy, with intervals over the runs."""
    first, *others = found.strategies
    base = found.stack(first, "group_coverage")[:, :, 0]
    changes = {name: found.stack(name, "group_coverage")[:, :, 0] - base for name in others}
    known = [k for k in range(len(GROUPS)) if all(np.isfinite(c[:, k]).all() for c in changes.values())]
    if others:
        known.sort(key=lambda k: -max(changes[name][:, k].mean() for name in others))
    with house_style():
        figure = new_figure(WIDE, 0.9 + ROW_HEIGHT * max(len(known), 1))
        axes = figure.subplots()
        nothing = [Interval(np.nan, np.nan, np.nan, 0)] * len(known)  # keeps the colours of the strategies
        values = {first: nothing}
        values |= {n: [t_interval(PERCENT * c[:, k]) for k in known] for n, c in changes.items()}
        draw_dots(axes, values, [text(f"stratum.{GROUPS[k]}", language) for k in known])
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_xlabel(text("figure.gains.x", language, first=strategy_phrase(first, language)))
        strategies_key(figure, found, language)
        return Picture("group_gains", figure, _caption(changes, known, language), language)


def _caption(changes: dict[str, np.ndarray], known: list[int], language: str) -> str:
    if not known or not changes:
        return text("caption.equity.none", language)
    pairs = [(name, k) for name in changes for k in known]
    most = max(pairs, key=lambda pair: changes[pair[0]][:, pair[1]].mean())
    least = min(pairs, key=lambda pair: changes[pair[0]][:, pair[1]].mean())
    return text(
        "caption.gains",
        language,
        most=text(f"stratum.{GROUPS[most[1]]}", language),
        best=strategy_phrase(most[0], language),
        gain=points(changes[most[0]][:, most[1]].mean(), language),
        least=text(f"stratum.{GROUPS[least[1]]}", language),
        worst=strategy_phrase(least[0], language),
        change=points(changes[least[0]][:, least[1]].mean(), language),
    )
