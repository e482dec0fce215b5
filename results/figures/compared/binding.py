"""Which step binds, county by county and month by month, under every strategy."""

from collections.abc import Mapping

import numpy as np
from matplotlib.colors import ListedColormap

from model.text import text
from results.binding import STEP_NAMES
from results.comparison import Comparison
from results.figures.parts import colour_key, panels, time_axis
from results.strategy_words import strategy_name, strategy_phrase
from results.style import ORANGE, SKY, VERMILION, WIDE, Picture, house_style, new_figure
from results.view import years
from results.wording import percent

STEP_COLOURS = ("#eef1f3", SKY, ORANGE, VERMILION)
COLUMNS = 2
MOST_COUNTIES = 40
COUNTY_SIZE = 6.2
LATE_MONTHS = 24


def binding(found: Comparison, counties: Mapping[int, str], language: str = "en") -> Picture:
    """Show a strip of months per county: the step at which most needs are lost in most runs.

    Parameters
    ----------
    counties
        Names by code; the first `MOST_COUNTIES` of the comparison are shown.
    """
    codes = list(found.first.binding)[:MOST_COUNTIES]
    with house_style():
        rows = -(-len(found.strategies) // COLUMNS)
        figure = new_figure(WIDE, 0.5 + rows * (0.55 + 0.135 * max(len(codes), 3)))
        for k, (axes, name) in enumerate(
            zip(panels(figure, len(found.strategies), COLUMNS), found.strategies, strict=True)
        ):
            steps = modal_steps(found, name, codes)
            dates = years(np.arange(steps.shape[1] + 1))
            edges = np.arange(len(codes) + 1) - 0.5
            axes.pcolormesh(
                dates, edges, steps, cmap=ListedColormap(STEP_COLOURS), vmin=-0.5, vmax=len(STEP_NAMES) - 0.5,
                rasterized=True,
            )  # fmt: skip
            time_axis(axes, float(dates[0]), float(dates[-1]), 4)
            axes.set_ylim(len(codes) - 0.5, -0.5)
            shown = [counties[int(code)] for code in codes] if k % COLUMNS == 0 else [""] * len(codes)
            axes.set_yticks(range(len(codes)), shown, size=COUNTY_SIZE)
            axes.grid(visible=False)
            axes.set_title(strategy_name(name, language))
        steps_key = zip(STEP_NAMES[1:], STEP_COLOURS[1:], strict=True)
        colour_key(figure, [(text(f"figure.binding.{step}", language), colour) for step, colour in steps_key])
        return Picture("binding", figure, _caption(found, codes, language), language)


def modal_steps(found: Comparison, strategy: str, codes: list[str]) -> np.ndarray:
    """Return the step that binds in most runs, shape (counties, months)."""
    rows = []
    for code in codes:
        steps = found.run_by_run(strategy, "binding", code).astype(np.int64)
        counted = np.stack([(steps == k).sum(axis=0) for k in range(len(STEP_NAMES))])
        rows.append(counted.argmax(axis=0))
    return np.array(rows)


def served_binds_share(found: Comparison, strategy: str) -> float:
    """Return the share of county-months of the last two years, over all runs, in which the desk binds."""
    codes = list(found.first.binding)
    late = [found.run_by_run(strategy, "binding", code)[:, -LATE_MONTHS:] for code in codes]
    return float((np.array(late) == STEP_NAMES.index("served")).mean())


def _caption(found: Comparison, codes: list[str], language: str) -> str:
    shares = {name: served_binds_share(found, name) for name in found.strategies}
    most, least = max(shares, key=lambda n: shares[n]), min(shares, key=lambda n: shares[n])
    return text(
        "caption.binding" if shares[most] > shares[least] else "caption.binding.same",
        language,
        most=percent(shares[most], language, 0),
        strategy=strategy_phrase(most, language),
        least=percent(shares[least], language, 0),
        other=strategy_phrase(least, language),
        n=len(codes),
    )
