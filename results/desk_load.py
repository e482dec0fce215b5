"""How busy desks are and how much work waits before them, from the table of desks."""

import numpy as np
import pandas as pd

from results.measures.ratios import Floats, divide
from results.smoothing import yearly

OFFERED, USED, MINUTES = "desk_minutes_per_month", "desk_minutes_used", "queue_minutes"


def load(desks: pd.DataFrame) -> tuple[list[str], Floats, Floats]:
    """Return services with desks, their hours used ÷ offered over 12 months, and their backlog in months.

    Both arrays have shape (services, months). Where nothing waits the backlog is 0, whether or not hours have
    been offered; where cases wait and no hours were offered for a year it is NaN.
    """
    tables = desks.pivot(index="month", columns="service", values=[OFFERED, USED, MINUTES])
    names = [name for name, total in tables[OFFERED].sum().items() if total > 0]
    offered, used, waiting = (tables[column][names].to_numpy().T for column in (OFFERED, USED, MINUTES))
    usual = yearly(offered)
    backlog = np.where(waiting == 0, 0.0, divide(waiting, usual))
    return names, divide(yearly(used), usual), backlog
