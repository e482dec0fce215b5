"""A ratio keeps its two parts: outcomes are added up before they are divided, never averaged as shares."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

type Floats = NDArray[np.float64]


class Ratio(NamedTuple):
    """A numerator over a denominator, both kept so that groups, months and runs can be pooled afterwards.

    Parameters
    ----------
    numerator, denominator
        Arrays (or numbers) of one shape, in the units of the measure (children, spells, child-months, yuan).
    """

    numerator: Floats
    denominator: Floats

    @property
    def value(self) -> Floats:
        """Return the ratio of the parts elementwise, NaN where the denominator is zero (nobody is there)."""
        return divide(self.numerator, self.denominator)

    def pooled(self, axis: int | tuple[int, ...] | None = None) -> "Ratio":
        """Return the ratio of the sums over ``axis`` (all axes by default), not the mean of the ratios."""
        return Ratio(
            np.asarray(np.sum(self.numerator, axis=axis)), np.asarray(np.sum(self.denominator, axis=axis))
        )


def ratio(numerator: ArrayLike, denominator: ArrayLike) -> Ratio:
    """Return a `Ratio` of two non-negative quantities broadcast against each other.

    Raises
    ------
    ValueError
        If either holds a negative number or NaN.
    """
    top, bottom = np.broadcast_arrays(amounts(numerator, "numerator"), amounts(denominator, "denominator"))
    return Ratio(top[()], bottom[()])


def divide(numerator: ArrayLike, denominator: ArrayLike) -> Floats:
    """Return the ratio of two arrays in any units, elementwise, NaN where the denominator is zero."""
    top, bottom = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    quotient = np.full(np.broadcast_shapes(top.shape, bottom.shape), np.nan)
    np.divide(top, bottom, out=quotient, where=bottom != 0)
    return quotient[()]


def amounts(values: ArrayLike, name: str) -> Floats:
    """Return ``values``, of any shape and unit, as float64 once they are seen to be non-negative and known.

    Raises
    ------
    ValueError
        If a value is negative or NaN; the message names the argument and the first offending position.
    """
    array = np.asarray(values, dtype=np.float64)
    bad = ~(array >= 0)
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(f"{name} must be zero or more: {array[where]} at position {where}")
    return array


def counts(values: ArrayLike, name: str, n_cells: int | None = None) -> Floats:
    """Return ``values`` in their unit with at least one axis, the last of ``n_cells`` cells if given.

    Raises
    ------
    ValueError
        If a value is negative or NaN, or the last axis has another length.
    """
    array = amounts(values, name)
    if array.ndim == 0 or (n_cells is not None and array.shape[-1] != n_cells):
        wanted = "at least one axis" if n_cells is None else f"a last axis of {n_cells}"
        raise ValueError(f"{name} must have {wanted}, not shape {array.shape}")
    return array
