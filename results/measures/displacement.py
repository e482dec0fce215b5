"""Displacement: who would have been served in time without the programme, but was not with it.

A worker brings new cases to desks that were already busy, so families who apply on their own may wait longer.
Totals hide this; with common random numbers the same child exists in both runs, so it can be counted child by
child. A child whose need does not arise in one of the runs (the worker prevented it, or chance differed after
the worlds had parted) has lost nothing and is counted apart, not as displaced.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from results.measures.ratios import Ratio, ratio

# What became of a pair of child and service in one run.
NO_NEED, NOT_IN_TIME, IN_TIME = range(3)
FATES = ("no_need", "not_in_time", "in_time")


class Displacement(NamedTuple):
    """Two runs compared child by child.

    ``fates``: counts of shape (3, 3), rows the fate without the programme, columns the fate with it, in the
    order of `FATES` (nobody is in [no_need, no_need]). ``displaced`` and ``gained``: the keys of those served
    in time without but not with, and the reverse, as arrays of the same kind as the keys handed in.
    """

    fates: NDArray[np.int64]
    displaced: NDArray
    gained: NDArray

    def displaced_share(self) -> Ratio:
        """Return the displaced over those served in time without it whose need arose in both runs."""
        return ratio(len(self.displaced), self.fates[IN_TIME, NOT_IN_TIME:].sum())

    def net_gain(self) -> int:
        """Return gained minus displaced."""
        return len(self.gained) - len(self.displaced)


def displacement(
    keys_without: ArrayLike, in_time_without: ArrayLike, keys_with: ArrayLike, in_time_with: ArrayLike
) -> Displacement:
    """Return who lost and who gained, paired by key.

    Parameters
    ----------
    keys_without, keys_with
        Shape (spells,): the id of the child in the run without and with the programme; or a structured or
        combined id of child and service, to count pairs. Several spells under one key count as in time if
        any of them was.
    in_time_without, in_time_with
        Boolean, same shapes: served within three months (`results.measures.spells.served_within`).

    Notes
    -----
    Both runs must have the same seed, world and last month, and both sets of spells must be cut to the cases
    whose follow-up was complete; otherwise the comparison is not of the same children.
    """
    before, served_before = _collapsed(keys_without, in_time_without)
    after, served_after = _collapsed(keys_with, in_time_with)
    keys = np.union1d(before, after)
    fate_without, fate_with = _fates(keys, before, served_before), _fates(keys, after, served_after)
    n_fates = len(FATES)
    fates = np.bincount(fate_without * n_fates + fate_with, minlength=n_fates * n_fates)
    return Displacement(
        fates.reshape(n_fates, n_fates),
        keys[(fate_without == IN_TIME) & (fate_with == NOT_IN_TIME)],
        keys[(fate_without == NOT_IN_TIME) & (fate_with == IN_TIME)],
    )


def _collapsed(keys: ArrayLike, in_time: ArrayLike) -> tuple[NDArray, NDArray[np.bool_]]:
    """Return unique keys and whether any spell under each was in time."""
    ids, served = np.asarray(keys), np.asarray(in_time, dtype=bool)
    if ids.shape != served.shape or ids.ndim != 1:
        raise ValueError(f"one key per spell: shapes {ids.shape} and {served.shape} differ or are not flat")
    unique, position = np.unique(ids, return_inverse=True)
    return unique, np.bincount(position, weights=served, minlength=len(unique)) > 0


def _fates(keys: NDArray, known: NDArray, served: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the fate of every key in a run that knows some of them; ``known`` is sorted."""
    fates = np.full(len(keys), NO_NEED)
    fates[np.searchsorted(keys, known)] = np.where(served, IN_TIME, NOT_IN_TIME)
    return fates
