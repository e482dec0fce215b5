"""Small tools for tables on disk: each file is written beside its place and moved there, or not at all."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROWS_AT_ONCE = 8_192
"""Rows of a group in a file, and so the rows that are in memory when a file is read or written in parts."""
COMPRESSION = "zstd"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Hand out a path beside ``path``; what was written there takes its place when the block ends well."""
    beside = path.with_name(f".{path.name}.part")
    try:
        yield beside
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_json(path: Path, content: object) -> None:
    """Write JSON that people can read."""
    with replacing(path) as beside:
        beside.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_table(path: Path, table: pa.Table) -> None:
    """Write a table that fits into memory."""
    write_batches(path, iter(table.to_batches(ROWS_AT_ONCE)), table.schema)


def write_batches(path: Path, batches: Iterator[pa.RecordBatch | pa.Table], schema: pa.Schema) -> None:
    """Write a table that comes in parts, each a row group of its own."""
    with replacing(path) as beside, pq.ParquetWriter(beside, schema, compression=COMPRESSION) as writer:
        for batch in batches:
            writer.write_table(
                batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch], schema)
            )


def row_groups(path: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """Return the parts of a table one after the other."""
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group, columns=columns)


def schema_of(path: Path) -> pa.Schema:
    """Return names and types of the columns of a file."""
    with pq.ParquetFile(path) as file:
        return file.schema_arrow


def read_json(path: Path) -> Any:
    """Read JSON; a file that is not JSON is a ValueError."""
    return json.loads(path.read_text(encoding="utf-8"))
