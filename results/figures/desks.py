"""Desks: how much of their time is asked for, and how long the work before them has piled up."""

import numpy as np

from model.text import text
from results.desk_load import load
from results.figures.parts import few_ticks, mark_events, share_axis, time_axis
from results.measures.ratios import Floats
from results.smoothing import yearly
from results.style import (
    BLUE,
    GREEN,
    MUTED,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    WIDE,
    YELLOW,
    Picture,
    house_style,
    label_ends,
    new_figure,
)
from results.view import RunView
from results.wording import in_sentence, months_long, percent

DESK_COLOURS = (VERMILION, BLUE, GREEN, ORANGE, PURPLE, SKY, MUTED, YELLOW, "#7a5c3e", "#3b4cc0")
JAM_MONTHS = 1.0


def desks(view: RunView, language: str = "en") -> Picture:
    """Show hours used of hours offered, and the backlog in months, for every service with a desk."""
    names, busy, backlog = load(view.desks)
    dates, last = view.dates, float(view.dates[-1])
    colours = {name: DESK_COLOURS[i % len(DESK_COLOURS)] for i, name in enumerate(names)}
    with house_style():
        figure = new_figure(WIDE, 3.9)
        left, right = figure.subplots(1, 2)
        for axes, values, top in ((left, busy, None), (right, yearly(backlog, 3), None)):
            for name, line in zip(names, values, strict=True):
                axes.plot(dates, line, color=colours[name], linewidth=1.5)
            time_axis(axes, float(dates[0]) - 1 / 12, last, 4)
            mark_events(axes, view.events, language, names=False)
            axes.set_ylim(0, top)
            if names:
                label_ends(
                    axes, last,
                    [(float(line[-1]), view.services[name][language], colours[name])
                     for name, line in zip(names, values, strict=True)], size=7.2,
                )  # fmt: skip
        share_axis(left, language)
        left.set_ylim(0, 1.02)
        few_ticks(right)
        left.set_title(text("figure.desks.busy", language))
        right.set_title(text("figure.desks.backlog", language))
        left.set_ylabel(text("figure.desks.busy_unit", language))
        right.set_ylabel(text("figure.desks.backlog_unit", language))
        return Picture("desks", figure, _caption(view, names, busy, backlog, language), language)


def _caption(view: RunView, names: list[str], busy: Floats, backlog: Floats, language: str) -> str:
    if not names:
        return text("caption.desks.none", language)
    late = backlog[:, -12:].mean(axis=1)
    worst = int(late.argmax())
    busiest = int(np.nan_to_num(busy[:, -1]).argmax())
    return text(
        "caption.desks" if late[worst] >= JAM_MONTHS else "caption.desks.clear",
        language,
        desk=in_sentence(view.services[names[worst]][language], language),
        months=months_long(late[worst], language),
        busiest=in_sentence(view.services[names[busiest]][language], language),
        busy=percent(busy[busiest, -1], language, 0),
    )
