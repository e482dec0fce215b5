"""Check a user's tables: every problem at once, each with its place and how to mend it."""

from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from model.own.cells import CellError, read_cell
from model.own.columns import Sheet, plain, sheets
from model.own.personal import is_personal_head, is_personal_value
from model.own.places_check import ROW, SHEET, check_codes, check_places
from model.own.problems import CellProblem
from model.own.tables import Table, is_blank, read_tables
from model.problems import InputError, Problem, nearest

KEYS = {
    "counties": ("county_code",),
    "townships": ("county_code", "township"),
    "villages": ("county_code", "township", "village"),
    "prices": ("parameter",),
    "money": ("county_code", "year", "payer"),
}
"""Columns that together may stand once only in each table."""


class Checked(NamedTuple):
    """Tables with the right columns and types, and all that is wrong; usable if nothing is."""

    frames: dict[str, pd.DataFrame]
    problems: list[Problem]


def check_file(path: Path) -> Checked:
    """Read and check a workbook, a CSV file or a folder of them.

    Never raises for what a file holds: a file that cannot be read is a problem like others.
    """
    try:
        tables, problems = read_tables(path)
    except InputError as error:
        return Checked({}, list(error.problems))
    found: list[Problem] = [*problems, *_personal(tables)]
    frames: dict[str, pd.DataFrame] = {}
    for table in tables:
        if table.key and table.key not in frames:
            frame, wrong = _frame(table)
            found += wrong
            if len(frame):
                frames[table.key] = frame
    file = tables[0].file if tables else ""
    frames = _with_counties(frames)
    found += check_codes(frames, file) if found else check_places(frames, file)
    kept = {key: frame.drop(columns=[ROW, SHEET], errors="ignore") for key, frame in frames.items()}
    return Checked(kept, found)


def _with_counties(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Take the counties from the villages where there is no table of counties."""
    if "counties" in frames or "villages" not in frames or "county_code" not in frames["villages"]:
        return frames
    first = frames["villages"].drop_duplicates("county_code")
    counties = first[["county_code", ROW]].reset_index(drop=True).assign(**{SHEET: "villages"})
    return {"counties": counties, **frames}


def _personal(tables: Iterable[Table]) -> list[Problem]:
    """Find columns and values about people in any sheet, notes included."""
    found: list[Problem] = []
    for table in tables:
        sheet = table.key or table.name
        known = sheets()[table.key].known() if table.key else {}
        for position, head in enumerate(table.head):
            if not is_blank(head) and plain(head) not in known and is_personal_head(head) and table.key:
                place = {"sheet": sheet, "row": table.head_row, "column": str(head)}
                found.append(CellProblem("places.personal_column", {}, table.file, **place))  # type: ignore[arg-type]
            rows = [
                row.number
                for row in table.rows
                if position < len(row.cells) and is_personal_value(row.cells[position])
            ]
            if is_personal_value(head):
                rows.insert(0, table.head_row)
            if rows:
                column = known.get(plain(head), "") or f"{position + 1}"
                found.append(
                    CellProblem(
                        "places.personal_value", {"n": len(rows)}, table.file, 0, sheet, rows[0], column
                    )
                )
    return found


def _frame(table: Table) -> tuple[pd.DataFrame, list[Problem]]:
    """Return a table with the declared columns that it has, read cell by cell."""
    sheet = sheets()[table.key]
    found: list[Problem] = []

    def note(code: str, row: int, column: str, **values: object) -> None:
        found.append(CellProblem(code, values, table.file, 0, table.key, row, column))

    places = _columns(table, sheet, note)
    for key, column in sheet.columns.items():
        if column.required and key not in places:
            note("places.missing_column", 0, key, label=f"{column.label.en} / {column.label.zh}")
    rows: list[dict[str, Any]] = []
    for row in table.rows:
        values: dict[str, Any] = {ROW: row.number}
        for key, position in places.items():
            column = sheet.columns[key]
            cell = row.cells[position] if position < len(row.cells) else None
            if column.type == "note":
                continue
            if is_blank(cell):
                if column.required:
                    note("places.blank", row.number, key)
                continue
            try:
                values[key] = read_cell(cell, column)
            except CellError as error:
                note(error.code, row.number, key, **error.values)
        for position in range(len(table.head), len(row.cells)):
            if not is_blank(row.cells[position]):
                note("places.no_head", row.number, f"{position + 1}")
        rows.append(values)
    if not rows:
        found.append(CellProblem("places.empty_sheet", {}, table.file, sheet=table.key))
    frame = pd.DataFrame(rows)
    for key in places:
        if key not in frame and sheet.columns[key].type != "note":
            frame[key] = np.nan
    frame = _typed(frame, sheet)
    if not found:
        found += _doubled(frame, table)
    return frame, found


def _columns(table: Table, sheet: Sheet, note: Any) -> dict[str, int]:
    """Return the position of every declared column; note heads that mean nothing or stand twice."""
    known = sheet.known()
    places: dict[str, int] = {}
    for position, head in enumerate(table.head):
        if is_blank(head):
            if any(position < len(row.cells) and not is_blank(row.cells[position]) for row in table.rows):
                note("places.no_head", table.head_row, f"{position + 1}")
            continue
        key = known.get(plain(head))
        if key is None:
            if not is_personal_head(head):
                hint = known.get(nearest(plain(head), known), "")
                label = sheet.columns[hint].label if hint else None
                note(
                    "places.unknown_column",
                    table.head_row,
                    " ".join(str(head).split())[:40],
                    nearest=f"{label.en} / {label.zh}" if label else "",
                )
        elif key in places:
            note("places.doubled_column", table.head_row, key)
        else:
            places[key] = position
    return places


def _typed(frame: pd.DataFrame, sheet: Sheet) -> pd.DataFrame:
    """Give the columns their types where they are complete."""
    for key, column in sheet.columns.items():
        if key in frame and column.type in ("code", "year") and frame[key].notna().all():
            frame[key] = frame[key].astype(np.int64)
        elif key in frame and column.type in ("count", "number", "share", "month", "code", "year"):
            frame[key] = frame[key].astype(np.float64)
        elif key in frame and column.type == "flag":
            frame[key] = frame[key].map({True: True, False: False}).fillna(value=False).astype(bool)
    return frame


def _doubled(frame: pd.DataFrame, table: Table) -> list[Problem]:
    """Note rows that say again what an earlier one says."""
    keys = [key for key in KEYS[table.key] if key in frame]
    first: dict[Hashable, int] = {}
    found: list[Problem] = []
    for row in frame[[*keys, ROW]].itertuples(index=False):
        key = tuple(row[:-1])
        if key in first:
            values = {"first": first[key], "what": ", ".join(str(part) for part in key)}
            found.append(
                CellProblem("places.doubled_row", values, table.file, 0, table.key, row[-1], keys[-1])
            )
        else:
            first[key] = row[-1]
    return found
