"""The posterior that is shipped: draws of uncertain numbers consistent with what was seen, ready to use.

It is made by the calibration (``python run.py calibrate --ship``) and is the source of draws wherever
uncertain numbers are drawn and nobody says from where.
"""

from pathlib import Path

from model.reading import ROOT

SHIPPED = ROOT / "data" / "calibration" / "posterior.csv"


def shipped_posterior() -> Path | None:
    """Return the table of the shipped posterior, None before the first was made."""
    return SHIPPED if SHIPPED.is_file() else None
