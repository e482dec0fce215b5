"""The posterior that is shipped: draws of uncertain numbers consistent with what was seen, ready to use.

It is made by the calibration (``python run.py calibrate --ship``) and is the source of draws wherever
uncertain numbers are drawn and nobody says from where.
"""

from collections.abc import Collection
from pathlib import Path

from experiments.tables import read_rows
from model.declarations import Value
from model.problems import InputError, Problem
from model.reading import ROOT

SHIPPED = ROOT / "data" / "calibration" / "posterior.csv"


def shipped_posterior() -> Path | None:
    """Return the table of the shipped posterior, None before the first was made."""
    return SHIPPED if SHIPPED.is_file() else None


def posterior_rows(draws: int | None = None, held: Collection[str] = ()) -> list[dict[str, Value]]:
    """Return the first draws of the shipped posterior (or all), a fair sample of any size, without held ones.

    Raises
    ------
    InputError
        If the table has fewer rows, or none was made yet.
    """
    path = shipped_posterior()
    rows = read_rows(path, draws) if path else []
    if not rows or len(rows) < (draws or 0):
        raise InputError([Problem("compare.few_draws", {"n": len(rows), "wanted": draws or 1})])
    return [{name: value for name, value in row.items() if name not in held} for row in rows]
