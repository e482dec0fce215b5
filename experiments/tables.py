"""Tables of parameter values that people bring: a column per parameter, a row per draw; CSV or Parquet."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from model.declarations import Value, declarations
from model.parameters import parse_settings
from model.problems import InputError, Problem, nearest
from model.reading import read_text, shown_path

PARQUET = ".parquet"
DRAWS_FILE = "draws.parquet"
NOT_PARAMETERS = ("draw", "weight")
"""Columns that draws of an earlier study or a calibration have besides."""
MOST_PROBLEMS = 50


def read_rows(path: Path, most: int | None = None) -> list[dict[str, Value]]:
    """Read the rows of a table; empty cells mean the default.

    Parameters
    ----------
    path
        A CSV file (UTF-8 or GB18030), a Parquet file, or a folder that holds ``draws.parquet``.
    most
        Only so many rows from the beginning.

    Raises
    ------
    InputError
        With everything that is wrong, by line and column.
    """
    if path.is_dir():
        path = path / DRAWS_FILE
    rows = _parquet_rows(path) if path.suffix == PARQUET else _csv_rows(path)
    numbered = list(rows)[:most]
    name = shown_path(path)
    if not numbered:
        raise InputError([Problem("file.empty", {}, name)])
    columns = [column for column in numbered[0][1] if column not in NOT_PARAMETERS]
    problems = [
        Problem("parameter.unknown", {"key": column, "nearest": nearest(column, declarations())}, name, 1)
        for column in columns
        if column not in declarations()
    ]
    read = [_checked(row, columns, name, line, problems) for line, row in numbered]
    if problems:
        raise InputError(problems[:MOST_PROBLEMS])
    return read


def _checked(
    row: Mapping[str, object], columns: list[str], name: str, line: int, problems: list[Problem]
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for column in columns:
        value = row.get(column)
        if column not in declarations() or value is None or value == "":
            continue
        try:
            values[column] = declarations()[column].read(value)
        except InputError as error:
            problems += [Problem(problem.code, problem.values, name, line) for problem in error.problems]
    return values


def _csv_rows(path: Path) -> Iterable[tuple[int, dict[str, object]]]:
    reader = csv.reader(io.StringIO(read_text(path)))
    head = [cell.strip() for cell in next(reader, [])]
    doubled = sorted({column for column in head if head.count(column) > 1})
    if doubled:
        raise InputError([Problem("file.doubled_key", {"key": key}, shown_path(path), 1) for key in doubled])
    for line, cells in enumerate(reader, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            values = {"found": len(cells), "wanted": len(head)}
            raise InputError([Problem("table.width", values, shown_path(path), line)])
        yield line, {key: _typed(cell.strip()) for key, cell in zip(head, cells, strict=True)}


def _typed(cell: str) -> object:
    return parse_settings([f"cell={cell}"])["cell"] if cell else None


def _parquet_rows(path: Path) -> Iterable[tuple[int, dict[str, object]]]:
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError([Problem("file.unreadable", {"reason": error}, shown_path(path))]) from error
    yield from enumerate(table.to_pylist(), start=1)
