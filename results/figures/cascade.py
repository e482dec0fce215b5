"""Where needs are lost between arising and being served, service by service."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from model.text import text
from results.figures.parts import colour_key, share_axis, stacked
from results.measures.ratios import Floats
from results.series import ALL
from results.style import BLUE, INK, MUTED, ORANGE, SKY, VERMILION, WIDE, Picture, house_style, new_figure
from results.view import RunView
from results.wording import bracketed, in_sentence, listing, number, percent

FATES = ("in_time", "not_served", "not_filed", "not_found", "uncovered")
"""What became of a need: the last step it reached, from the last step to the first."""
FATE_COLOURS = {
    "in_time": BLUE,
    "not_served": VERMILION,
    "not_filed": ORANGE,
    "not_found": SKY,
    "uncovered": "#cfd5da",
}
DARK_FATES = ("in_time", "not_served")
LEAST_ROWS = 3
"""Room for so many bars, even where a short run has none yet."""
LEAST_NEEDS = 30
"""Fewer needs than this make no bar: shares of a handful say nothing."""
LEAST_WRITTEN = 0.075
"""Parts narrower than this share of the bar carry no number."""


def fates(reached: Floats) -> Floats:
    """Return the share of a cohort with each of `FATES`, from counts that reached each step (steps,)."""
    lost = np.append(-np.diff(reached), reached[-1])
    return lost[::-1] / max(reached[0], 1.0)


def cascade(view: RunView, language: str = "en") -> Picture:
    """Show, for every service, the share of needs served in time and where the others were lost."""
    rows = [(name, view.cascade(name)) for name in (ALL, *view.service_names())]
    rows = [(name, reached) for name, reached in rows if reached[0] >= LEAST_NEEDS]
    shares = np.array([fates(reached) for _, reached in rows]).reshape(-1, len(FATES))
    names = [
        text("figure.all_services", language) if name == ALL else view.services[name][language]
        for name, _ in rows
    ]
    with house_style():
        figure = new_figure(WIDE, 1.15 + 0.29 * max(len(rows), LEAST_ROWS))
        axes = figure.subplots()
        draw_fates(axes, shares, names, [reached[0] for _, reached in rows], language)
        if len(rows) > 1:
            axes.axhline(len(rows) - 1.5, color=MUTED, linewidth=0.7)
        axes.set_xlabel(text("figure.cascade.x", language))
        fate_key(figure, language)
        return Picture("cascade", figure, _caption(shares, names, language), language)


def draw_fates(
    axes: Axes, shares: Floats, names: list[str], sizes: list[float], language: str, *, head: bool = True
) -> None:
    """Draw a bar for every row of shares (rows, `FATES`), with its name and how many needs it stands for."""
    positions = np.arange(len(names))[::-1].astype(np.float64)
    parts = [(shares[:, k], FATE_COLOURS[fate]) for k, fate in enumerate(FATES)]
    middle = stacked(axes, parts, positions, height=0.72)
    for k, fate in enumerate(FATES):
        for row, share in enumerate(shares[:, k]):
            if share >= LEAST_WRITTEN:
                colour = "white" if fate in DARK_FATES else INK
                written = percent(share, language, 0)
                axes.text(
                    middle(k)[row], positions[row], written, ha="center", va="center", size=7.2, color=colour
                )
    axes.set_yticks(positions, names)
    axes.set_ylim(-0.55, len(names) - 0.45)
    share_axis(axes, language, "x", 1)
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    for position, size in zip(positions, sizes, strict=True):
        axes.text(1.012, position, number(size, language), va="center", size=7.5, color=MUTED)
    if head:
        axes.text(
            1.012,
            len(names) - 0.4,
            text("figure.cascade.needs", language),
            va="bottom",
            size=7.2,
            color=MUTED,
        )


def fate_key(figure: Figure, language: str) -> None:
    """Write what the colours mean below the bars, in the order of the bars."""
    colour_key(figure, [(text(f"figure.fate.{fate}", language), FATE_COLOURS[fate]) for fate in FATES])


def _caption(shares: Floats, names: list[str], language: str) -> str:
    if not len(shares):
        return text("caption.cascade.none", language)
    lost = shares[0, 1:]
    worst = int(lost.argmax()) + 1
    jammed = (
        [
            bracketed(in_sentence(names[row], language), percent(shares[row, 1], language, 0), language)
            for row in np.argsort(-shares[1:, 1])[:2] + 1
            if shares[row, 1] > 0
        ]
        if len(shares) > 1
        else []
    )
    return text(
        "caption.cascade" if jammed else "caption.cascade.no_jam",
        language,
        in_time=percent(shares[0, 0], language, 0),
        lost=percent(shares[0, worst], language, 0),
        where=text(f"fate.{FATES[worst]}", language),
        jammed=listing(jammed, language),
    )
