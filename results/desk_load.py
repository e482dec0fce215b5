"""How busy desks are and how much work waits before them, from the table of desks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from results.measures.ratios import Floats, divide
from results.smoothing import yearly

LOAD = OFFERED, USED, MINUTES = "desk_minutes_per_month", "desk_minutes_used", "queue_minutes"
"""Columns of the table of desks that their load is read from."""


def load(desks: pd.DataFrame) -> tuple[list[str], Floats, Floats]:
    """Return services with desks, their hours used ÷ offered over 12 months, and their backlog in months.

    Both arrays have shape (services, months). Where nothing waits the backlog is 0, whether or not hours have
    been offered; where cases wait and no hours were offered for a year it is NaN.
    """
    tables = desks.pivot(index="month", columns="service", values=[OFFERED, USED, MINUTES])
    names = tables[OFFERED].columns.tolist()
    return load_of(names, *(tables[column].to_numpy().T for column in LOAD))


def load_of(
    services: Sequence[str], offered: NDArray[Any], used: NDArray[Any], waiting: NDArray[Any]
) -> tuple[list[str], Floats, Floats]:
    """Return the same from minutes offered, used and waiting of all services, shape (services, months)."""
    has_desk = offered.sum(axis=1) > 0
    names = [name for name, known in zip(services, has_desk, strict=True) if known]
    offered, used, waiting = offered[has_desk], used[has_desk], waiting[has_desk]
    usual = yearly(offered)
    backlog = np.where(waiting == 0, 0.0, divide(waiting, usual))
    return names, divide(yearly(used), usual), backlog
