"""Where needs are lost under every strategy, by family of services."""

import numpy as np

from model.text import text
from results.comparison import Comparison
from results.figures.cascade import FATES, LEAST_NEEDS, draw_fates, fate_key, fates
from results.measures.intervals import paired_difference
from results.series import ALL
from results.strategy_words import strategy_phrase, strategy_short
from results.style import WIDE, Picture, house_style, new_figure
from results.wording import in_sentence, percent, points


def cascades(found: Comparison, language: str = "en") -> Picture:
    """Show one group of bars per family of services, one bar per strategy; means of the runs."""
    usable = [f for f in found.first.cascade if f != ALL and found.first.cascade[f][0] >= LEAST_NEEDS]
    with house_style():
        figure = new_figure(WIDE, 0.7 + 1.12 * max(len(usable), 1))
        rows = figure.subplots(max(len(usable), 1), 1, sharex=True, squeeze=False)[:, 0]
        names = [strategy_short(name, language) for name in found.strategies]
        for axes, family in zip(rows, usable, strict=False):
            counts = [found.stack(name, "cascade", family) for name in found.strategies]
            shares = np.array([np.mean([fates(run) for run in runs], axis=0) for runs in counts])
            draw_fates(
                axes, shares, names, [float(runs[:, 0].mean()) for runs in counts], language, head=False
            )
            axes.set_title(text(f"family.{family}", language))
        rows[-1].set_xlabel(text("figure.cascade.x", language))
        fate_key(figure, language)
        return Picture("cascade", figure, _caption(found, usable, language), language)


def served_shares(found: Comparison, strategy: str, family: str) -> np.ndarray:
    """Return the share of needs served in time in every replication."""
    return np.array([fates(run)[FATES.index("in_time")] for run in found.stack(strategy, "cascade", family)])


def _caption(found: Comparison, usable: list[str], language: str) -> str:
    first, *others = found.strategies
    if not usable or not others:
        return text("caption.cascade.none", language)
    gains = {
        (family, strategy): paired_difference(
            served_shares(found, strategy, family), served_shares(found, first, family)
        )
        for family in usable
        for strategy in others
    }
    (family, strategy), best = max(gains.items(), key=lambda item: item[1].difference.estimate)
    return text(
        "caption.cascades",
        language,
        family=in_sentence(text(f"family.{family}", language), language),
        strategy=strategy_phrase(strategy, language),
        first=strategy_phrase(first, language),
        share=percent(served_shares(found, strategy, family).mean(), language, 0),
        base=percent(served_shares(found, first, family).mean(), language, 0),
        gain=points(best.difference.estimate, language),
    )
