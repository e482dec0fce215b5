"""The run store: a folder in which runs are written down before they are made, and results as they come.

``experiment.json`` says whose folder it is, ``draws.parquet`` holds the uncertain numbers of every draw,
``runs.parquet`` a row for every run, planned, done or failed. Results arrive in small segments, each written
whole or not at all, and are folded into ``runs.parquet`` from time to time; so whatever kills the program, no
run that was reported is lost, and files stay few. Everything is read and written in parts of some thousand
rows: memory does not grow with the number of runs.
"""

import fcntl
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from experiments.files import (
    ROWS_AT_ONCE,
    read_json,
    row_groups,
    schema_of,
    write_batches,
    write_json,
    write_table,
)
from experiments.study import DONE, FAILED, PLANNED, Job
from model.problems import InputError, Problem
from results.write import check_folder

ABOUT, DRAWS, RUNS, SEGMENTS, DETAILS, LOCK = (
    "experiment.json", "draws.parquet", "runs.parquet", "segments", "details", ".lock"
)  # fmt: skip
BASE_COLUMNS = {
    "number": pa.int64(),
    "id": pa.string(),
    "strategy": pa.string(),
    "draw": pa.int64(),
    "replication": pa.int64(),
    "seed": pa.int64(),
    "status": pa.string(),
    "error": pa.string(),
    "cpu_seconds": pa.float64(),
}
"""Columns of ``runs.parquet`` before those of the outcomes."""
DETAIL_SCHEMA = pa.schema(
    [("number", pa.int64()), ("id", pa.string()), ("array", pa.string()), ("values", pa.list_(pa.float64()))]
)
MOST_SEGMENTS = 64
ID_BYTES = 16


class Result(NamedTuple):
    """What became of a run: outcomes in their units and arrays, or the text of the error that ended it."""

    job: Job
    outcomes: Mapping[str, float]
    arrays: Mapping[str, Any]
    cpu_seconds: float
    error: str = ""

    @property
    def status(self) -> str:
        """Done, or failed."""
        return FAILED if self.error else DONE


class RunStore:
    """A folder of runs that one program at a time may write to; use it as a context.

    Parameters
    ----------
    folder
        New, empty, or one that an experiment of the same kind and content has begun.
    about
        What this experiment is; its entry ``same`` must agree with that of a folder already begun.

    Raises
    ------
    InputError
        If the folder holds something else, or another program writes to it now.
    """

    def __init__(self, folder: Path, about: Mapping[str, Any]) -> None:
        self.folder, self.about = Path(folder), dict(about)
        self.is_new = not (self.folder / ABOUT).is_file()
        if self.is_new:
            check_folder(self.folder)
        else:
            self._check_same(about)
        for name in (SEGMENTS, DETAILS):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._lock: int | None = self._locked()
        for left in self.folder.rglob(".*.part"):
            left.unlink()
        write_json(self.folder / ABOUT, self.about)
        self._segment = self._next_segment()
        self.fold()

    def __enter__(self) -> "RunStore":
        return self

    def __exit__(self, *_reason: object) -> None:
        self.close()

    def close(self) -> None:
        """Fold what is left into ``runs.parquet`` and let others write to the folder."""
        if self._lock is not None:
            self.fold()
            os.close(self._lock)
            self._lock = None

    @property
    def runs_file(self) -> Path:
        """Where the rows of runs are."""
        return self.folder / RUNS

    def _check_same(self, about: Mapping[str, Any]) -> None:
        try:
            begun = read_json(self.folder / ABOUT)["same"]
        except (ValueError, KeyError, TypeError) as error:
            values = {"folder": str(self.folder)}
            raise InputError([Problem("experiment.folder_unreadable", values)]) from error
        wanted = about["same"]
        differ = [name for name in sorted({*begun, *wanted}) if begun.get(name) != wanted.get(name)]
        if differ:
            values = {"folder": str(self.folder), "names": ", ".join(differ)}
            raise InputError([Problem("experiment.folder_differs", values)])

    def _locked(self) -> int:
        handle = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise InputError([Problem("experiment.folder_busy", {"folder": str(self.folder)})]) from error
        return handle

    def plan(self, jobs: Iterable[Job]) -> int:
        """Write down runs that are to be made, those already there left out; return how many are new.

        The rows stand in ``runs.parquet`` before the first of them begins.
        """
        known = self._known_ids()
        first = self.n_runs()
        added = 0

        def new_rows() -> Iterator[pa.Table]:
            nonlocal added
            waiting: list[Job] = []
            for job in jobs:
                if not _is_in(known, job.id):
                    waiting.append(job._replace(number=first + added))
                    added += 1
                if len(waiting) == ROWS_AT_ONCE:
                    yield _planned(waiting)
                    waiting = []
            if waiting:
                yield _planned(waiting)

        beside = self.folder / f".{RUNS}.new.part"
        try:
            schema = schema_of(self.runs_file) if self.runs_file.is_file() else pa.schema(BASE_COLUMNS)
            with pq.ParquetWriter(beside, schema) as writer:
                for table in row_groups(self.runs_file) if self.runs_file.is_file() else ():
                    writer.write_table(table)
                for table in new_rows():
                    writer.write_table(_as(table, schema))
            if added or not self.runs_file.is_file():
                beside.replace(self.runs_file)
        finally:
            beside.unlink(missing_ok=True)
        return added

    def _known_ids(self) -> np.ndarray:
        """Return the ids of all rows, sorted: sixteen bytes each."""
        if not self.runs_file.is_file():
            return np.zeros(0, dtype=f"V{ID_BYTES}")
        parts = [
            np.frombuffer(bytes.fromhex("".join(table["id"].to_pylist())), dtype=f"V{ID_BYTES}")
            for table in row_groups(self.runs_file, ["id"])
        ]
        return np.sort(np.concatenate(parts)) if parts else np.zeros(0, dtype=f"V{ID_BYTES}")

    def n_runs(self) -> int:
        """Return how many runs are written down."""
        return int(pq.read_metadata(self.runs_file).num_rows) if self.runs_file.is_file() else 0

    def pending(self) -> Iterator[Job]:
        """Return the runs that are still to be made, in their order, as of now."""
        for table in row_groups(self.runs_file, [*Job._fields, "status"]):
            rows = table.filter(pc.equal(table["status"], PLANNED)).to_pylist()
            for row in rows:
                yield Job(*(row[name] for name in Job._fields))

    def record(self, results: Sequence[Result]) -> None:
        """Write results to disk; when this returns, they are safe."""
        if not results:
            return
        name = f"{self._segment:08d}.parquet"
        rows = [
            {
                "array": key,
                "id": result.job.id,
                "number": result.job.number,
                "values": np.asarray(values, dtype=np.float64),
            }
            for result in results
            for key, values in result.arrays.items()
        ]
        if rows:
            write_table(self.folder / DETAILS / name, pa.Table.from_pylist(rows, schema=DETAIL_SCHEMA))
        write_table(self.folder / SEGMENTS / name, _result_table(results))
        self._segment += 1
        if self._segment % MOST_SEGMENTS == 0:
            self.fold()

    def fold(self) -> None:
        """Bring the results of all segments into ``runs.parquet``, and details into fewer files."""
        segments = sorted((self.folder / SEGMENTS).glob("*.parquet"))
        if segments:
            recent = pa.concat_tables(map(pq.read_table, segments), promote_options="default")
            self._rewrite(lambda rows: _overlay(rows, recent), recent.column_names)
            for path in segments:
                path.unlink()
        small = sorted((self.folder / DETAILS).glob("????????.parquet"))
        if len(small) >= MOST_SEGMENTS or (small and self._lock is not None and segments):
            last = self.folder / DETAILS / f"part-{small[-1].stem}.parquet"
            write_batches(last, (table for path in small for table in row_groups(path)), DETAIL_SCHEMA)
            for path in small:
                path.unlink()

    def _rewrite(self, change: Callable[[pa.Table], pa.Table], columns: Sequence[str] = ()) -> None:
        """Write ``runs.parquet`` anew, part by part; ``columns`` are outcomes that may be new."""
        schema = schema_of(self.runs_file)
        for name in columns:
            if name not in schema.names:
                schema = schema.append(pa.field(name, pa.float64()))
        batches = (change(_as(table, schema)) for table in row_groups(self.runs_file))
        write_batches(self.runs_file, batches, schema)

    def again(self, ids: Iterable[str] = ()) -> int:
        """Set runs back to planned: those with the given ids, or all that failed; return how many."""
        chosen, count = sorted(set(ids)), 0

        def back(rows: pa.Table) -> pa.Table:
            nonlocal count
            which = pc.equal(rows["status"], FAILED)
            if chosen:
                which = pc.is_in(rows["id"], pa.array(chosen))
            count += pc.sum(which).as_py() or 0
            status = pc.if_else(which, PLANNED, rows["status"])
            error = pc.if_else(which, None, rows["error"])
            for name, column in (("status", status), ("error", error)):
                rows = rows.set_column(rows.column_names.index(name), name, column)
            return rows

        self._rewrite(back)
        return count

    def counts(self) -> Counter[str]:
        """Return how many runs are planned, done and failed."""
        self.fold()
        found: Counter[str] = Counter()
        for table in row_groups(self.runs_file, ["status"]):
            found.update(table["status"].to_pylist())
        return found

    def n_finished(self) -> int:
        """Return how many runs are done or failed."""
        found = self.counts() if self.runs_file.is_file() else Counter()
        return found[DONE] + found[FAILED]

    def _next_segment(self) -> int:
        paths = [*(self.folder / SEGMENTS).glob("*.parquet"), *(self.folder / DETAILS).glob("*.parquet")]
        return max((int(path.stem.removeprefix("part-")) for path in paths), default=-1) + 1


def read_runs(folder: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the runs of a folder as a data frame: a row per run, with an outcome in every further column.

    Columns: ``number``, ``id``, ``strategy``, ``draw``, ``replication``, ``seed``, ``status`` ("planned",
    "done", "failed"), ``error`` (a traceback where it failed), ``cpu_seconds``, then the outcomes of the
    catalogue of measures. Parameters of a draw are in :func:`read_draws`, levers in ``strategies.parquet``.
    """
    return pd.read_parquet(Path(folder) / RUNS, columns=None if columns is None else list(columns))


def read_draws(folder: Path) -> pd.DataFrame:
    """Return the draws of a folder: ``draw`` and a column for every uncertain number."""
    return pd.read_parquet(Path(folder) / DRAWS)


def failures(folder: Path) -> pd.DataFrame:
    """Return the failed runs of a folder with their errors."""
    table = pq.read_table(
        Path(folder) / RUNS, columns=[*Job._fields, "error"], filters=[("status", "=", FAILED)]
    )
    return table.to_pandas()


def read_details(folder: Path) -> dict[int, dict[str, np.ndarray]]:
    """Return the arrays of all runs, each of shape (n,): by number of the run, by name."""
    found: dict[int, dict[str, np.ndarray]] = {}
    paths = sorted(
        (Path(folder) / DETAILS).glob("*.parquet"), key=lambda path: path.stem.removeprefix("part-")
    )
    for path in paths:
        for table in row_groups(path):
            for number, name, values in zip(
                table["number"].to_pylist(),
                table["array"].to_pylist(),
                table["values"].combine_chunks(),
                strict=True,
            ):
                found.setdefault(number, {})[name] = values.values.to_numpy()
    return found


def _planned(jobs: Sequence[Job]) -> pa.Table:
    columns = {name: [getattr(job, name) for job in jobs] for name in Job._fields}
    columns |= {"status": [PLANNED] * len(jobs)}
    return pa.table(
        {name: pa.array(columns.get(name, [None] * len(jobs)), kind) for name, kind in BASE_COLUMNS.items()}
    )


def _as(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return a table with the columns of a schema, those that it lacks empty."""
    columns = [
        table[field.name] if field.name in table.column_names else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _result_table(results: Sequence[Result]) -> pa.Table:
    names = dict.fromkeys(name for result in results for name in result.outcomes)
    columns: dict[str, Any] = {name: [getattr(r.job, name) for r in results] for name in Job._fields}
    columns["status"] = [result.status for result in results]
    columns["error"] = [result.error or None for result in results]
    columns["cpu_seconds"] = [result.cpu_seconds for result in results]
    arrays = {name: pa.array(columns[name], kind) for name, kind in BASE_COLUMNS.items()}
    for name in names:
        arrays[name] = pa.array([r.outcomes.get(name) for r in results], pa.float64(), from_pandas=True)
    return pa.table(arrays)


def _overlay(rows: pa.Table, recent: pa.Table) -> pa.Table:
    """Return rows with those that have a result replaced by it; of several results the last counts."""
    numbers = recent["number"].to_numpy()
    _, from_end = np.unique(numbers[::-1], return_index=True)
    last = recent.take(len(numbers) - 1 - from_end)
    here = last.filter(pc.is_in(last["number"], rows["number"].combine_chunks()))
    kept = rows.filter(pc.invert(pc.is_in(rows["number"], here["number"].combine_chunks())))
    return pa.concat_tables([kept, _as(here, rows.schema)]).sort_by("number")


def _is_in(known: np.ndarray, identity: str) -> bool:
    """Whether an id is among the sorted ids."""
    if not len(known):
        return False
    wanted = np.frombuffer(bytes.fromhex(identity), dtype=known.dtype)
    place = int(np.searchsorted(known, wanted)[0])
    return place < len(known) and bool(known[place] == wanted[0])
