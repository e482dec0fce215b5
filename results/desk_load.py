"""How busy desks are and how much work waits before them, from the table of desks."""

import numpy as np
import pandas as pd

from results.measures.ratios import Floats, divide
from results.smoothing import yearly

OFFERED, USED, MINUTES = "desk_minutes_per_month", "desk_minutes_used", "queue_minutes"


def desk_table(desks: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return one column of the desks as months × services, only services with a desk in an office."""
    table = desks.pivot_table(index="month", columns="service", values=column, observed=True, sort=False)
    offered = desks.groupby("service", observed=True)[OFFERED].sum()
    return table[[name for name in table.columns if offered[name] > 0]]


def load(desks: pd.DataFrame) -> tuple[list[str], Floats, Floats]:
    """Return services with desks, their hours used ÷ offered over 12 months, and their backlog in months.

    Both arrays have shape (services, months). Where nothing waits the backlog is 0, whether or not hours have
    been offered; where cases wait and no hours were offered for a year it is NaN.
    """
    offered, used = desk_table(desks, OFFERED), desk_table(desks, USED)
    waiting = desk_table(desks, MINUTES).to_numpy().T
    usual = yearly(offered.to_numpy().T)
    backlog = np.where(waiting == 0, 0.0, divide(waiting, usual))
    return list(offered.columns), divide(yearly(used.to_numpy().T), usual), backlog
