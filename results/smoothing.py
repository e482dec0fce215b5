"""Running means of monthly series."""

import numpy as np

from results.measures.ratios import Floats, divide


def yearly(values: Floats, smooth: int = 12) -> Floats:
    """Return means over the last ``smooth`` months, fewer at first; along the last axis, without NaN."""
    known = np.asarray(values, dtype=np.float64)
    total, n = _late(np.nan_to_num(known), smooth), _late(np.isfinite(known).astype(np.float64), smooth)
    return divide(total, n)


def known_mean(values: Floats, axis: int) -> Floats:
    """Return means of what is known along an axis, in the same unit, NaN where nothing is."""
    known = np.asarray(values, dtype=np.float64)
    return divide(np.nansum(known, axis=axis), np.isfinite(known).sum(axis=axis))


def _late(values: Floats, months: int) -> Floats:
    """Return the sum over this month and those before it, ``months`` in all."""
    total = np.cumsum(values, axis=-1)
    total[..., months:] -= total[..., :-months].copy()
    return total
