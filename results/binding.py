"""Which step binds in each county, month by month: finding, filing or serving.

Counted from the flows of the last twelve months, so it is known in worlds of any size and at any time; the
cascade of a fixed cohort (:mod:`results.cascade_table`) follows single spells and knows more steps.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from results.measures.cascade import binding_step, nested_counts

COUNTY_STEPS = ("spells_opened", "spells_found", "spells_filed", "spells_served_in_time")
STEP_NAMES = ("none", "found", "filed", "served")
"""Where most needs are lost: nowhere, before they are found, before they are filed, at the desk."""
WINDOW_MONTHS = 12


def recent_cascade(counties: pd.DataFrame) -> NDArray[np.float64]:
    """Return needs that reached each of `COUNTY_STEPS` or a later one, over the months of the window.

    Parameters
    ----------
    counties
        One row per month and county with `COUNTY_STEPS`, as in ``counties.parquet``.

    Returns
    -------
    NDArray
        Shape (months, counties, steps), counties in the order of the table.
    """
    n = counties["county_code"].nunique()
    return nested_recent(counties[list(COUNTY_STEPS)].to_numpy(np.float64).reshape(-1, n, len(COUNTY_STEPS)))


def nested_recent(flows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the same from the flows of every month, shape (months, counties, steps)."""
    so_far = np.concatenate([np.zeros_like(flows[:1]), np.cumsum(flows, axis=0)])
    until = np.arange(1, len(flows) + 1)
    return nested_counts(so_far[until] - so_far[np.maximum(until - WINDOW_MONTHS, 0)])


def binding_by_county(codes: NDArray[Any], flows: NDArray[np.float64]) -> dict[int, NDArray[np.int64]]:
    """Return for every county code the position in `STEP_NAMES` of the step that binds, shape (months,).

    ``flows`` are those of `COUNTY_STEPS`, shape (months, counties, steps).
    """
    binding = binding_step(nested_recent(flows))
    return {int(code): binding[:, position] for position, code in enumerate(codes)}
