"""Pictures of a calibration: prior and posterior side by side, parameters in pairs, targets."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from calibration.checks import LEARNT
from calibration.fitting import Fitted
from calibration.weighing import HIGH, LOW, contraction, weighted_quantile
from calibration.words import SEPARATORS, amount, label_of
from experiments.draws import Axis
from model.declarations import declarations
from model.text import text, unit_text
from results.measures.ratios import Floats
from results.style import BLUE, GRID, INK, MUTED, ORANGE, WIDE, Picture, house_style, new_figure
from results.wording import number, percent

PANELS_ACROSS = 3
BINS = 24
PANEL_HEIGHT = 1.35
SQUARE = 1.05
LIGHT = 0.35


def pictures_of(fitted: Fitted, language: str) -> list[Picture]:
    """Return all pictures of a block."""
    with house_style():
        return [
            targets_picture(fitted, language),
            marginals(fitted, language),
            pairs(fitted, language),
        ]


def marginals(fitted: Fitted, language: str) -> Picture:
    """Draw every parameter's prior (a flat line) and posterior (bars), with how much the data narrowed it."""
    axes_of_block, narrowed = fitted.block.axes, contraction(fitted.bank, fitted.posterior)
    rows = -(-len(axes_of_block) // PANELS_ACROSS)
    figure = new_figure(WIDE, PANEL_HEIGHT * rows)
    panels = np.atleast_1d(figure.subplots(rows, PANELS_ACROSS)).ravel()
    for k, axis in enumerate(axes_of_block):
        _marginal(panels[k], fitted, k, axis, float(narrowed[k]), language)
    for panel in panels[len(axes_of_block) :]:
        panel.set_axis_off()
    learnt = [
        label_of(axis.name, language) for axis, c in zip(axes_of_block, narrowed, strict=True) if c >= LEARNT
    ]
    key = "calibration.caption.marginals" if learnt else "calibration.caption.marginals.none"
    caption = text(
        key, language, names=SEPARATORS[language].join(learnt), n=len(axes_of_block),
        effective=number(fitted.posterior.effective, language),
    )  # fmt: skip
    return Picture(f"{fitted.block.name}_parameters", figure, caption, language)


def _marginal(axes: Axes, fitted: Fitted, k: int, axis: Axis, narrowed: float, language: str) -> None:
    learnt = narrowed >= LEARNT
    bins = len(axis.values) or (int(axis.high - axis.low) + 1 if _is_whole(axis) else BINS)
    bins = min(bins, BINS)
    heights, edges = np.histogram(
        fitted.bank.quantiles[:, k], bins=bins, range=(0.0, 1.0), weights=fitted.posterior.weights
    )
    axes.bar(edges[:-1], heights * bins, width=np.diff(edges), align="edge", color=BLUE if learnt else MUTED,
             alpha=1.0 if learnt else LIGHT)  # fmt: skip
    axes.axhline(1.0, color=ORANGE, linewidth=1.2)
    _name_ends(axes, axis, language)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, max(float(heights.max()) * bins, 1.0) * 1.1)
    unit = unit_text(declarations()[axis.name].unit, language)
    note = text("calibration.figure.narrowed", language, share=percent(max(narrowed, 0.0), language, 0))
    axes.set_title(f"{label_of(axis.name, language)}", size=7.5, pad=3)
    axes.set_xlabel(f"{unit}   {note}".strip(), size=6.5, color=INK if learnt else MUTED, labelpad=1)


def _is_whole(axis: Axis) -> bool:
    return declarations()[axis.name].type == "integer"


def _name_ends(axes: Axes, axis: Axis, language: str) -> None:
    places = (0.0, 0.5, 1.0)
    axes.set_xticks(places)
    shown = [axis.at(place) for place in places]
    labels = axes.set_xticklabels(
        [amount(float(value), language) if not isinstance(value, str) else value for value in shown]
    )
    labels[0].set_horizontalalignment("left")
    labels[-1].set_horizontalalignment("right")
    axes.tick_params(axis="x", labelsize=6.5)


def pairs(fitted: Fitted, language: str) -> Picture:
    """Draw the fitted parameters in pairs: where the weight lies."""
    names = fitted.block.file.fitted
    n = len(names)
    figure = new_figure(WIDE, SQUARE * n)
    grid = np.asarray(figure.subplots(n - 1, n - 1, squeeze=False))
    strongest = (0.0, 0, 1)
    correlation = _correlation(fitted.bank.quantiles[:, :n], fitted.posterior.weights)
    for row, column in product(range(n - 1), range(n - 1)):
        axes, i, j = grid[row, column], row + 1, column
        if j >= i:
            axes.set_axis_off()
            continue
        _pair(axes, fitted, i, j)
        if abs(correlation[i, j]) > abs(strongest[0]):
            strongest = (float(correlation[i, j]), i, j)
        if column == 0:
            axes.set_ylabel(_broken(label_of(names[i], language), language), size=6)
        if row == n - 2:
            axes.set_xlabel(_broken(label_of(names[j], language), language), size=6)
    r, i, j = strongest
    caption = text(
        "calibration.caption.pairs", language, one=label_of(names[j], language),
        other=label_of(names[i], language), r=f"{r:+.2f}".replace("-", "−"),
    )  # fmt: skip
    return Picture(f"{fitted.block.name}_pairs", figure, caption, language)


def _pair(axes: Axes, fitted: Fitted, i: int, j: int) -> None:
    x, y = fitted.bank.quantiles[:, j], fitted.bank.quantiles[:, i]
    table, _, _ = np.histogram2d(x, y, bins=14, range=((0, 1), (0, 1)), weights=fitted.posterior.weights)
    axes.imshow(
        table.T, origin="lower", extent=(0, 1, 0, 1), cmap="Blues", aspect="auto", interpolation="nearest"
    )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)


def _broken(label: str, language: str) -> str:
    """Break a label in two where it is long."""
    if language == "zh":
        return label if len(label) <= 8 else f"{label[:8]}\n{label[8:]}"
    words = label.split()
    half = -(-len(words) // 2)
    return "\n".join((" ".join(words[:half]), " ".join(words[half:]))) if len(label) > 16 else label


def _correlation(quantiles: Floats, weights: NDArray[np.float64]) -> Floats:
    apart = quantiles - weights @ quantiles
    covariance = (apart * weights[:, None]).T @ apart
    sd = np.sqrt(np.diag(covariance))
    found: Floats = covariance / np.outer(sd, sd)
    return found


def targets_picture(fitted: Fitted, language: str) -> Picture:
    """Draw what was reported against the range of outcomes before and after the fit, target by target."""
    targets = fitted.block.targets
    figure = new_figure(WIDE, 0.5 * len(targets) + 0.9)
    axes: Any = figure.subplots()
    covered = 0
    for k, target in enumerate(targets):
        middle = target.unscaled((target.scaled(target.low) + target.scaled(target.high)) / 2.0)
        prior = weighted_quantile(fitted.bank.values[:, k], fitted.prior.weights, (LOW, 0.5, HIGH)) / middle
        after = np.quantile(fitted.fresh[:, k], (LOW, 0.5, HIGH)) / middle
        place = len(targets) - 1 - k
        axes.plot(prior[[0, 2]], [place + 0.14] * 2, color=ORANGE, linewidth=3, alpha=0.6)
        axes.plot(after[[0, 2]], [place - 0.14] * 2, color=BLUE, linewidth=4)
        axes.plot(after[1], place - 0.14, "o", color=INK, markersize=3.5)
        axes.plot([target.low / middle, target.high / middle], [place, place], "|-", color=INK, markersize=13)
        covered += bool(after[0] * middle <= target.high and target.low <= after[2] * middle)
    _dress_targets(axes, fitted, language)
    caption = text("calibration.caption.targets", language, covered=covered, n=len(targets))
    return Picture(f"{fitted.block.name}_targets", figure, caption, language)


def _dress_targets(axes: Axes, fitted: Fitted, language: str) -> None:
    targets: Sequence[Any] = fitted.block.targets
    axes.set_yticks(range(len(targets)))
    axes.set_yticklabels([each.label.in_language(language) for each in reversed(targets)])
    axes.set_xscale("log")
    ticks = [0.05, 0.1, 0.2, 0.5, 1, 2, 5]
    low, high = axes.get_xlim()
    axes.set_xticks([tick for tick in ticks if low <= tick <= high])
    axes.set_xticklabels([number(tick, language) for tick in ticks if low <= tick <= high])
    axes.minorticks_off()
    axes.grid(axis="y", visible=False)
    axes.axvline(1.0, color=GRID, linewidth=1.5, zorder=0)
    axes.set_xlabel(text("calibration.figure.relative", language))
