"""Running means of monthly series."""

import numpy as np

from results.measures.ratios import Floats, divide


def yearly(values: Floats, smooth: int = 12) -> Floats:
    """Return means over the last ``smooth`` months, fewer at first; along the last axis, without NaN."""
    known = np.asarray(values, dtype=np.float64)
    total, n = _late(np.nan_to_num(known), smooth), _late(np.isfinite(known).astype(np.float64), smooth)
    return divide(total, n)


def _late(values: Floats, months: int) -> Floats:
    """Return the sum over this month and those before it, ``months`` in all."""
    total = np.cumsum(values, axis=-1)
    total[..., months:] -= total[..., :-months].copy()
    return total
