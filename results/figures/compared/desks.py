"""Work that piles up before each desk, under every strategy."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from model.text import text
from results.comparison import Comparison
from results.figures.parts import band, colour_key, few_ticks, mark_events, panels, time_axis
from results.measures.intervals import t_interval
from results.smoothing import known_mean, yearly
from results.strategy_words import strategy_name, strategy_phrase
from results.style import WIDE, Picture, colour_of, house_style, new_figure
from results.view import Dated, years
from results.wording import in_sentence, months_long, span

COLUMNS = 3
SMOOTH_MONTHS = 6
LATE_MONTHS = 24
TITLE_SIZE = 8.2


def backlog(
    found: Comparison,
    labels: Mapping[str, Mapping[str, str]],
    events: tuple[Dated, ...],
    language: str = "en",
) -> Picture:
    """Show the months that it would take to clear each queue: mean of the runs and their range."""
    names = found.first.desks
    months = found.first.backlog.shape[1]
    dates = years(np.arange(1, months + 1))
    with house_style():
        figure = new_figure(WIDE, 0.8 + 1.35 * -(-len(names) // COLUMNS))
        strip = panels(figure, len(names), COLUMNS, sharex=True)
        for k, (axes, name) in enumerate(zip(strip, names, strict=True)):
            for position, strategy in enumerate(found.strategies):
                runs = yearly(found.stack(strategy, "backlog")[:, k], SMOOTH_MONTHS)
                band(axes, dates, runs, colour_of(strategy, position), linewidth=1.4)
            time_axis(axes, float(dates[0]) - 1 / 12, float(dates[-1]), 4)
            mark_events(axes, events, language, names=False)
            axes.set_title(labels[name][language], size=TITLE_SIZE)
            axes.set_ylim(0, max(axes.get_ylim()[1], 1.0))
            few_ticks(axes, 3)
        figure.supylabel(text("figure.backlog.y", language), size=TITLE_SIZE)
        strategies_key(figure, found, language)
        return Picture("backlog", figure, _caption(found, labels, language), language)


def strategies_key(figure: Figure, found: Comparison, language: str) -> None:
    """Write which colour is which strategy."""
    colour_key(
        figure,
        [(strategy_name(name, language), colour_of(name, k)) for k, name in enumerate(found.strategies)],
    )


def late_backlog(found: Comparison, strategy: str) -> np.ndarray:
    """Return the mean backlog of the last two years in every replication, shape (replications, services).

    Months in which cases wait where no hours were offered for a year are left out: their backlog has no end.
    """
    return known_mean(found.stack(strategy, "backlog")[..., -LATE_MONTHS:], axis=-1)


def _caption(found: Comparison, labels: Mapping[str, Mapping[str, str]], language: str) -> str:
    means = {name: np.nan_to_num(known_mean(late_backlog(found, name), axis=0)) for name in found.strategies}
    worst_strategy = max(means, key=lambda name: means[name].max())
    desk = int(means[worst_strategy].argmax())
    return text(
        "caption.backlog",
        language,
        strategy=strategy_phrase(worst_strategy, language),
        desk=in_sentence(labels[found.first.desks[desk]][language], language),
        months=span(t_interval(late_backlog(found, worst_strategy)[:, desk]), language, "months"),
        without=months_long(means[found.strategies[0]][desk], language),
        first=strategy_phrase(found.strategies[0], language),
    )
