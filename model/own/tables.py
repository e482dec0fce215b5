"""Files with tables of places as rows of cells: a workbook, one CSV file, or a folder of them.

What comes out has a known sheet and its rows, nothing is judged yet except what cannot be a table at all.
"""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from model.own.columns import plain, sheet_names, sheets
from model.own.problems import CellProblem
from model.problems import InputError, nearest
from model.reading import read_text, shown_path

MOST_ROWS, MOST_COLUMNS = 60_000, 100
MOST_BYTES = 300_000_000
"""Of a workbook when it is unpacked."""
NOTES = ("readme", "read me", "说明", "note", "备注", "_")
"""Sheets whose names begin like this are for people and are not read, except for personal data."""
DELIMITERS = ",;\t"
CSV, WORKBOOK = (".csv", ".txt"), (".xlsx", ".xlsm")


class Row(NamedTuple):
    """A row that is not empty: its number in the file, from 1, and its cells."""

    number: int
    cells: tuple[object, ...]


class Table(NamedTuple):
    """A sheet: key of a declared table or empty for notes, name in the file, head and rows."""

    key: str
    name: str
    file: str
    head: tuple[object, ...]
    head_row: int
    rows: tuple[Row, ...]


def read_tables(path: Path) -> tuple[list[Table], list[CellProblem]]:
    """Read all tables of a file or folder.

    Raises
    ------
    InputError
        The file cannot be read at all, or it holds no table of places.
    """
    problems: list[CellProblem] = []
    if path.is_dir():
        files = sorted(each for each in path.iterdir() if each.suffix.lower() in CSV)
        tables = [_csv(each, problems) for each in files]
    elif path.suffix.lower() in WORKBOOK:
        tables = _workbook(path, problems)
    elif path.suffix.lower() in CSV or not path.exists():
        tables = [_csv(path, problems)]
    else:
        raise InputError([CellProblem("places.file_kind", {}, shown_path(path))])
    found = [table for table in tables if table is not None]
    keys = [table.key for table in found if table.key]
    for key in dict.fromkeys(key for key in keys if keys.count(key) > 1):
        problems.append(CellProblem("places.doubled_sheet", {}, shown_path(path), sheet=key))
    if not keys:
        names = ", ".join(sheet.label.en + " / " + sheet.label.zh for sheet in sheets().values())
        raise InputError([*problems, CellProblem("places.no_sheet", {"sheets": names}, shown_path(path))])
    return found, problems


def _workbook(path: Path, problems: list[CellProblem]) -> list[Table | None]:
    import openpyxl

    name = shown_path(path)
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_BYTES:
                raise InputError([CellProblem("places.too_large", {"most": MOST_ROWS}, name)])
        with warnings.catch_warnings():  # what openpyxl cannot keep, such as drawings, is of no concern here
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=False)
            sheets_read = [(str(sheet.title), list(_sheet_rows(sheet, name))) for sheet in book.worksheets]
            book.close()
    except InputError:
        raise
    except OSError as error:
        values = {"reason": error.strerror or type(error).__name__}
        raise InputError([CellProblem("file.unreadable", values, name)]) from error
    except Exception as error:
        raise InputError([CellProblem("places.not_workbook", {}, name)]) from error
    return [_named(title, rows, name, problems) for title, rows in sheets_read]


def _sheet_rows(sheet: object, name: str) -> Iterator[Row]:
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):  # type: ignore[attr-defined]
        if number > MOST_ROWS:
            raise InputError([CellProblem("places.too_large", {"most": MOST_ROWS}, name)])
        if any(not is_blank(cell) for cell in cells):
            yield Row(number, tuple(cells[:MOST_COLUMNS]))


def _csv(path: Path, problems: list[CellProblem]) -> Table | None:
    name = shown_path(path)
    content = read_text(path)
    first = content.lstrip("\n\r").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(not is_blank(cell) for cell in cells):
                rows.append(Row(reader.line_num, tuple(cells[:MOST_COLUMNS])))
            if len(rows) > MOST_ROWS:
                raise InputError([CellProblem("places.too_large", {"most": MOST_ROWS}, name)])
    except csv.Error as error:
        raise InputError([CellProblem("places.not_csv", {"line": reader.line_num}, name)]) from error
    title = path.stem if plain(path.stem) in sheet_names() else _kind_of(rows[0].cells if rows else ())
    return _named(title, rows, name, problems)


def _kind_of(head: Iterable[object]) -> str:
    """Return the table whose required columns a head has, or the one that it is most like."""
    given = {plain(cell) for cell in head}

    def likeness(key: str) -> tuple[bool, int]:
        known = sheets()[key].known()
        found = {known[name] for name in given if name in known}
        required = {name for name, column in sheets()[key].columns.items() if column.required}
        return required <= found, len(found)

    best = max(sheets(), key=likeness)
    return best if likeness(best)[1] else ""


def _named(title: str, rows: list[Row], file: str, problems: list[CellProblem]) -> Table | None:
    """Return a sheet with its key; note one whose name says nothing."""
    if not rows:
        if plain(title) in sheet_names():
            key = sheet_names()[plain(title)]
            problems.append(CellProblem("places.empty_sheet", {}, file, sheet=key))
        return None
    key = sheet_names().get(plain(title), "")
    if not key and not plain(title).startswith(NOTES):
        hint = nearest(plain(title), sheet_names())
        shown = sheets()[sheet_names()[hint]].label if hint else None
        values = {"nearest": f"{shown.en} / {shown.zh}" if shown else ""}
        problems.append(CellProblem("places.unknown_sheet", values, file, sheet=title))
    head = rows[0]
    return Table(key, title, file, head.cells, head.number, tuple(rows[1:]))


def is_blank(cell: object) -> bool:
    """True where a cell holds nothing to see."""
    return cell is None or (isinstance(cell, str) and not cell.strip())
