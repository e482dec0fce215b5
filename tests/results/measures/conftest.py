"""Spells for tests: a few rows of dates, the rest as if nothing else had happened."""

import numpy as np
import pytest

from columns.layout import NO_MONTH
from results.measures.spells import END_OPEN, END_SERVED, Spells

DATES = ("covered_month", "found_month", "filed_month", "served_month", "gave_up_month", "lapsed_month")


def _spells(n, **columns):
    filled = {name: np.full(n, NO_MONTH) for name in (*DATES, "ended_month")}
    filled |= {"child": np.arange(n), "service": np.zeros(n, int), "opened_month": np.zeros(n, int)}
    filled |= {"helped": np.zeros(n, bool), "can_lapse": np.zeros(n, bool)}
    filled |= {name: np.broadcast_to(np.asarray(values), n).copy() for name, values in columns.items()}
    served = filled["served_month"] != NO_MONTH
    filled.setdefault("end", np.where(served, END_SERVED, END_OPEN))
    if "ended_month" not in columns:
        filled["ended_month"] = np.where(served, filled["served_month"], NO_MONTH)
    return Spells(**filled)


@pytest.fixture(scope="session")
def make_spells():
    """Return a function (n, **columns) → Spells."""
    return _spells
