"""Numbers as cells of a workbook, each in the form that its unit asks for."""

from results.wording import SHARE_DIFFERENCE, scale_of

FORMATS = {
    "share": "share",
    SHARE_DIFFERENCE: "points",
    "index": "fine",
    "ratio": "fine",
    "months": "decimal",
}
"""Formats of cells by unit; counts are whole numbers."""


def cell(value: float, unit: str) -> tuple[float, str]:
    """Return a number with its format; differences of shares are written in percentage points."""
    return (scale_of(unit) * value if unit == SHARE_DIFFERENCE else value), FORMATS.get(unit, "number")
