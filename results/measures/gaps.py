"""Gaps between groups: fifths of wealth, remote and not, … — absolute, relative, and the worst cell.

Rank indices summarise the whole scale; a planner also asks how far the worst-served group is behind. A gap is
always given both ways, because a policy can narrow the absolute gap and widen the relative one. Numerators
and denominators of both sides are kept.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from results.measures.ratios import Floats, Ratio, counts, divide, ratio

N_FIFTHS = 5
SMALLEST_CELL = 30  # people below which a cell's share is too uncertain to be named the worst


class Gap(NamedTuple):
    """The outcome of a group compared with that of a reference, each with its parts."""

    group: Ratio
    reference: Ratio

    @property
    def absolute(self) -> Floats:
        """Return group minus reference elementwise, in units of the outcome."""
        return np.subtract(self.group.value, self.reference.value)

    @property
    def relative(self) -> Floats:
        """Return the ratio group ÷ reference elementwise, NaN where the reference is zero."""
        return divide(self.group.value, self.reference.value)


class Cell(NamedTuple):
    """One cell of a table: where it is, what it holds."""

    position: tuple[int, ...]
    share: Ratio


def gaps_by_group(numerators: ArrayLike, denominators: ArrayLike, reference: int | None = None) -> Gap:
    """Return the gap of every group against a reference.

    Parameters
    ----------
    numerators, denominators
        Shape (..., groups).
    reference
        Index of the reference group; by default each group is compared with everybody *else*, so a large
        group is not compared with itself.

    Returns
    -------
    Gap
        Its arrays have shape (..., groups).
    """
    top, bottom = counts(numerators, "numerators"), counts(denominators, "denominators")
    if reference is None:
        others = Ratio(top.sum(axis=-1, keepdims=True) - top, bottom.sum(axis=-1, keepdims=True) - bottom)
    else:
        chosen = (
            np.broadcast_to(top[..., [reference]], top.shape),
            np.broadcast_to(bottom[..., [reference]], top.shape),
        )
        others = Ratio(*chosen)
    return Gap(Ratio(top, bottom), others)


def fifths(numerators: ArrayLike, denominators: ArrayLike) -> Ratio:
    """Return the outcome by fifths of people, poorest first, from finer wealth bins.

    Every fifth holds exactly a fifth of the people (or child-months) counted: a bin that lies across a
    boundary is divided in proportion, as along a straight piece of the concentration curve.

    Parameters
    ----------
    numerators, denominators
        Shape (..., bins), poorest bin first.

    Returns
    -------
    Ratio
        Shape (..., 5); parts are fractional where a bin was divided.

    Raises
    ------
    ValueError
        If the two shapes differ.
    """
    top, bottom = counts(numerators, "numerators"), counts(denominators, "denominators")
    if top.shape != bottom.shape:
        raise ValueError(f"numerators {top.shape} and denominators {bottom.shape} must have the same shape")
    shape = (*top.shape[:-1], N_FIFTHS)
    rows = [_divided(n, d) for n, d in zip(_rows(top), _rows(bottom), strict=True)]
    sizes = np.repeat(bottom.sum(axis=-1, keepdims=True) / N_FIFTHS, N_FIFTHS, axis=-1)
    return Ratio(np.array(rows, dtype=np.float64).reshape(shape), sizes)


def fifths_gap(numerators: ArrayLike, denominators: ArrayLike) -> Gap:
    """Return the richest fifth against the poorest: ``absolute`` is the gap, ``relative`` the ratio.

    Both are positive and above 1 where the better-off have more of the outcome.
    """
    groups = fifths(numerators, denominators)
    richest = Ratio(groups.numerator[..., -1], groups.denominator[..., -1])
    return Gap(richest, Ratio(groups.numerator[..., 0], groups.denominator[..., 0]))


def worst_cell(
    numerators: ArrayLike,
    denominators: ArrayLike,
    *,
    higher_is_better: bool = True,
    smallest: float = SMALLEST_CELL,
) -> Cell | None:
    """Return the cell with the worst share among those with at least ``smallest`` people, or None.

    Small cells are passed over because the worst of many noisy shares is nearly always a small one. Among
    equals the larger cell is named, then the first.

    Parameters
    ----------
    numerators, denominators
        One shape, any number of axes (groups, or a pair of groupings).
    """
    shares = ratio(numerators, denominators)
    eligible = np.atleast_1d((shares.denominator >= smallest) & (shares.denominator > 0))
    if not eligible.any():
        return None
    badness = np.where(eligible, shares.value * (-1 if higher_is_better else 1), -np.inf)
    size = np.atleast_1d(shares.denominator)
    worst = np.where(badness == badness.max(), size, -1).argmax()
    index = tuple(int(i) for i in np.unravel_index(worst, eligible.shape))
    return Cell(index, Ratio(np.atleast_1d(shares.numerator)[index], size[index]))


def _rows(table: Floats) -> NDArray:
    return table.reshape(-1, table.shape[-1])


def _divided(numerators: Floats, denominators: Floats) -> Floats:
    """Return the numerators of fifths, read off the piecewise linear concentration curve."""
    people = np.concatenate([[0.0], np.cumsum(denominators)])
    outcome = np.concatenate([[0.0], np.cumsum(numerators)])
    boundaries = np.linspace(0.0, people[-1], N_FIFTHS + 1)
    return np.diff(np.interp(boundaries, people, outcome))
