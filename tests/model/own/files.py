"""Workbooks and CSV files for tests, made from rows of cells."""

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl

GOOD: dict[str, list[list[Any]]] = {
    "counties": [
        ["county_code", "county", "not_on_list", "children_2020"],
        [530981, "甲新县", "是", None],
        [530922, "云县", None, None],
    ],
    "villages": [
        [
            "county_code", "township", "village", "kind", "households", "children_2020", "poverty",
            "post_month",
        ],
        [530981, "大河镇", "上村", "village", 300, 210, 0.2, "2019-06"],
        [530981, "大河镇", "下村", "村委会", 200, None, "15%", None],
        [530981, "小河乡", "街道", "community", 400, 500, None, None],
    ],
    "townships": [
        ["county_code", "township", "civil_affairs_fte", "clinic_fte"],
        [530981, "大河镇", 0.5, 0.1],
    ],
    "prices": [["parameter", "value"], ["pay_part_time_yuan_per_month", 200], ["villages_per_post", 2]],
    "money": [
        ["county_code", "year", "payer", "yuan"],
        [530981, 2021, "县级", 40000],
        [530981, 2021, "central", 9000],
    ],
}  # fmt: skip


def good() -> dict:
    """Rows of a good workbook, fresh."""
    return {key: [list(row) for row in rows] for key, rows in GOOD.items()}


def workbook(path: Path, tables):
    """Write rows of cells as a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def csv_text(rows, delimiter=","):
    """Rows of cells as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()
