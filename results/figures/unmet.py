"""Needs that are not met, by what they are waiting for, service by service."""

import numpy as np

from model.text import text
from results.figures.parts import colour_key, count_axis, few_ticks, panels, time_axis
from results.series import ALL
from results.style import ORANGE, PURPLE, SKY, VERMILION, WIDE, Picture, house_style, new_figure
from results.view import RunView
from results.wording import number, percent

STATES = {
    "waiting": VERMILION,
    "next_term": PURPLE,
    "gathering": ORANGE,
    "gave_up": SKY,
    "untouched": "#cfd5da",
}
"""Month-end states of an unmet need, from the desk back to the beginning."""
COLUMNS = 5
EVERY = 3
"""Months from one point to the next: a strip of small panels needs no more."""
LABEL_SIZE = 8


def unmet(view: RunView, language: str = "en") -> Picture:
    """Show a strip of panels, one per service: unmet needs at month ends, stacked by state."""
    services = view.service_names()
    rows = -(-len(services) // COLUMNS)
    with house_style():
        figure = new_figure(WIDE, 0.75 + 1.45 * rows)
        strip = panels(figure, len(services), COLUMNS, sharex=True)
        for axes, service in zip(strip, services, strict=True):
            layers = [view.cube.of(f"unmet_child_months_{state}", ALL, service)[::EVERY] for state in STATES]
            axes.stackplot(view.dates[::EVERY], layers, colors=list(STATES.values()), linewidth=0)
            axes.set_title(view.services[service][language], size=LABEL_SIZE)
            time_axis(axes, float(view.dates[0]), float(view.dates[-1]), 5)
            axes.set_ylim(0, None)
            few_ticks(axes, 3)
            count_axis(axes, language)
            axes.tick_params(labelsize=7)
        figure.supylabel(text("figure.unmet.y", language), size=LABEL_SIZE)
        colour_key(
            figure,
            [(text(f"figure.state.{state}", language), colour) for state, colour in STATES.items()][::-1],
        )
        return Picture("unmet", figure, _caption(view, language), language)


def _caption(view: RunView, language: str) -> str:
    total = view.cube.of("unmet_child_months").astype(np.float64)
    states = {state: view.cube.of(f"unmet_child_months_{state}") for state in STATES}
    at_desk = states["waiting"][-12:].sum() / max(total[-12:].sum(), 1)
    untouched = states["untouched"][-12:].sum() / max(total[-12:].sum(), 1)
    change = total[-1] / max(total[0], 1) - 1
    return text(
        "caption.unmet.fewer" if change < 0 else "caption.unmet.more",
        language,
        change=percent(abs(change), language, 0),
        first=number(total[0], language),
        last=number(total[-1], language),
        untouched=percent(untouched, language, 0),
        waiting=percent(at_desk, language, 1),
    )
