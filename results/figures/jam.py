"""Where it jams, county by county and month by month: the step on the way to which most needs are lost."""

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from model.text import text
from results.binding import STEP_NAMES, recent_cascade
from results.figures.parts import colour_key, mark_events, time_axis
from results.figures.places import county_names
from results.measures.cascade import binding_step
from results.report_parts import MOST_COUNTIES, YEAR
from results.style import BLUE, GRID, ORANGE, VERMILION, WIDE, Picture, house_style, new_figure
from results.view import RunView
from results.wording import month_name

STEP_COLOURS = (GRID, BLUE, ORANGE, VERMILION)
"""None, finding, filing, the desk."""
FULL_COLOUR_SHARE = 0.6
"""Of the needs; where so many or more are lost on the way to one step, the colour is full."""
ROW_INCHES, MOST_INCHES, FRAME_INCHES = 0.22, 7.0, 1.2
SMALL_NAMES_FROM = 20


def jam(view: RunView, language: str = "en") -> Picture:
    """Show for every county and month the step that binds, over the needs of the year before.

    The more of the needs are lost there, the stronger the colour. Where a world has many counties, those are
    shown that lose most at the end.
    """
    steps, losses = binding_by_month(view)
    last = view.counties[view.counties["month"] == view.n_months - 1].reset_index(drop=True)
    shown = np.argsort(-losses[-1], kind="stable")[:MOST_COUNTIES]
    names = county_names(last, language)
    dates = view.dates
    with house_style():
        figure = new_figure(WIDE, FRAME_INCHES + min(ROW_INCHES * max(len(shown), 2), MOST_INCHES))
        axes = figure.subplots()
        colours = np.array([to_rgb(colour) for colour in STEP_COLOURS])[steps[:, shown]]
        strength = np.clip(losses[:, shown, np.newaxis] / FULL_COLOUR_SHARE, 0, 1)
        axes.imshow(
            np.swapaxes(1 - strength * (1 - colours), 0, 1), aspect="auto", interpolation="nearest",
            extent=(float(dates[0]) - 1 / YEAR, float(dates[-1]), len(shown) - 0.5, -0.5),
        )  # fmt: skip
        time_axis(axes, float(dates[0]) - 1 / YEAR, float(dates[-1]))
        mark_events(axes, view.events, language)
        axes.set_yticks(range(len(shown)), [names[c] for c in shown])
        axes.set_ylabel(text("workbook.county", language))
        axes.tick_params(axis="y", labelsize=6.5 if len(shown) > SMALL_NAMES_FROM else 8)
        axes.grid(visible=False)
        for edge in np.arange(len(shown) - 1) + 0.5:
            axes.axhline(edge, color="white", linewidth=1.2)
        axes.spines[:].set_visible(False)
        colour_key(
            figure,
            [
                (text(f"report.step.{step}", language), c)
                for step, c in zip(STEP_NAMES, STEP_COLOURS, strict=True)
            ],
        )
        counts = np.bincount(steps[-1], minlength=len(STEP_NAMES))
        return Picture(
            "jam",
            figure,
            text(
                "caption.jam",
                language,
                month=month_name(view.n_months - 1, language),
                n=len(last),
                found=int(counts[1]),
                filed=int(counts[2]),
                desk=int(counts[3]),
            ),
            language,
        )


def binding_by_month(view: RunView) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the step that binds and the share of needs lost there, both (months, counties), over a year."""
    reached = recent_cascade(view.counties)
    lost = -np.diff(reached, axis=-1).min(axis=-1)
    return binding_step(reached), lost / np.maximum(reached[..., 0], 1.0)
