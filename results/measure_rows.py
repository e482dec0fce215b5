"""What pages and workbooks say of the measures of a run: label, value, unit and how it is counted."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from model.text import text
from results.measures.catalogue import Measure, catalogue, measure
from results.series import ALL
from results.view import RunView
from results.wording import SHARE_DIFFERENCE, bracketed, number, percent, scale_of, shown_unit, signed
from results.workbook_cells import cell

DECIMALS = {"index": 3, "ratio": 2, "months": 1}
"""Digits after the point of numbers that are small by nature; shares are percentages, others counts."""
BY_GROUP = ("group_gap", "group_ratio", "in_time_of_filed_share")
"""Measures of single groups, which stand in a table of their own."""


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
                "unit": shown_unit(entry.unit, language),
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
    return [_head(each, language) for each in entries], rows


def measure_cells(view: RunView, language: str) -> Iterator[list[Any]]:
    """Yield the rows of a workbook: label, service, group, value, its two parts, unit, formula."""
    for row in view.measures.itertuples():
        entry = measure(str(row.measure))
        service = str(row.service)
        yield [
            entry.label.text(language),
            text("figure.all_services", language) if service == ALL else view.services[service][language],
            text(f"stratum.{row.group}", language) if row.group else "",
            cell(row.value, entry.unit),
            (row.numerator, "number"),
            (row.denominator, "number"),
            shown_unit(entry.unit, language),
            entry.formula.text(language),
        ]


def _head(entry: Measure, language: str) -> str:
    """Return a label, with the unit of numbers that do not say it themselves."""
    label = entry.label.text(language)
    if entry.unit != SHARE_DIFFERENCE:
        return label
    return bracketed(label, shown_unit(entry.unit, language), language)


def _of_group(group: str, language: str) -> str:
    return text("words.of_group", language, group=text(f"stratum.{group}", language)) if group else ""


def _written(value: float, unit: str, language: str) -> str:
    if not np.isfinite(value):
        return "–"
    if unit == "share":
        return percent(value, language)
    if unit == SHARE_DIFFERENCE:
        return signed(scale_of(unit) * value)
    return f"{value:.{DECIMALS[unit]}f}".replace("-", "−") if unit in DECIMALS else number(value, language)
