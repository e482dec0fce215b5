"""What pages and workbooks say of the measures of a run: label, value, unit and how it is counted."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from model.text import text, unit_text
from results.measures.catalogue import catalogue, measure
from results.series import ALL
from results.view import RunView
from results.wording import number, percent

DECIMALS = {"index": 3, "ratio": 2, "months": 1}
"""Digits after the point of numbers that are small by nature; shares are percentages, others counts."""
BY_GROUP = ("group_gap", "group_ratio", "in_time_of_filed_share")
"""Measures of single groups, which stand in a table of their own."""
STYLES = {"share": "share", "index": "fine", "ratio": "fine", "months": "decimal"}
"""Formats of cells by unit; counts are whole numbers."""


def measure_rows(view: RunView, language: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return rows of a page by section, all services together: label, value, unit, formula."""
    found: dict[str, list[dict[str, Any]]] = {}
    mine = view.measures["service"] == ALL
    for row in view.measures[mine & ~view.measures["measure"].isin(BY_GROUP)].itertuples():
        entry = measure(str(row.measure))
        found.setdefault(entry.section, []).append(
            {
                "label": entry.label.text(language) + _of_group(str(row.group), language),
                "value": _written(float(row.value), entry.unit, language),
                "unit": unit_text(entry.unit, language),
                "formula": entry.formula.text(language),
            }
        )
    sections = catalogue().sections
    return [(sections[name].label.text(language), rows) for name, rows in found.items()]


def group_rows(view: RunView, language: str) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Return the heads and the rows of the measures that each group has, all services together."""
    mine = view.measures[(view.measures["service"] == ALL) & view.measures["measure"].isin(BY_GROUP)]
    wide = mine.pivot_table(index="group", columns="measure", values="value", sort=False)
    entries = [measure(name) for name in BY_GROUP if name in wide]
    rows = [
        (
            text(f"stratum.{group}", language),
            [_written(float(values[each.name]), each.unit, language) for each in entries],
        )
        for group, values in wide.iterrows()
    ]
    return [each.label.text(language) for each in entries], rows


def measure_cells(view: RunView, language: str) -> Iterator[list[Any]]:
    """Yield the rows of a workbook: label, service, group, value, its two parts, unit, formula."""
    for row in view.measures.itertuples():
        entry = measure(str(row.measure))
        service = str(row.service)
        yield [
            entry.label.text(language),
            text("figure.all_services", language) if service == ALL else view.services[service][language],
            text(f"stratum.{row.group}", language) if row.group else "",
            (row.value, STYLES.get(entry.unit, "number")),
            (row.numerator, "number"),
            (row.denominator, "number"),
            unit_text(entry.unit, language),
            entry.formula.text(language),
        ]


def _of_group(group: str, language: str) -> str:
    return text("words.of_group", language, group=text(f"stratum.{group}", language)) if group else ""


def _written(value: float, unit: str, language: str) -> str:
    if not np.isfinite(value):
        return "–"
    if unit == "share":
        return percent(value, language)
    return f"{value:.{DECIMALS[unit]}f}".replace("-", "−") if unit in DECIMALS else number(value, language)
