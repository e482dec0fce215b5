"""Sweeps: a design is run, stopped, gone on with and expanded in one folder.

``sweep`` from a notebook returns the runs as a tidy data frame; ``python run.py sweep`` does the same on the
command line.
"""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.design import Design, read_design
from experiments.draws import (
    LATIN_HYPERCUBE,
    METHODS,
    POSTERIOR,
    PROBES,
    SOBOL,
    DrawTable,
    Rows,
    Sampling,
    in_cube,
    n_draws,
    probe_points,
    write_draws,
)
from experiments.files import read_json, write_table
from experiments.identity import same_of
from experiments.opening import opened
from experiments.running import Outcome, Simulate, compile_once, run_pending, simulate
from experiments.store import ABOUT, DRAWS, RunStore, read_draws, read_runs
from experiments.study import Candidate, Study
from model.calendar import month_text
from model.parameters import HASH_BYTES
from model.problems import InputError, Problem
from results.saving import write_schema

KIND = "sweep"
STRATEGIES, DESIGN = "strategies.parquet", "design.yaml"
ALL_FAILED = "failed"
"""Word that makes every failed run be made again."""


class Swept(NamedTuple):
    """What a sweep left: its folder, what was made now, and what stands there altogether."""

    folder: Path
    outcome: Outcome
    counts: dict[str, int]


def sweep(design: Path | str, out: Path | str, **options: Any) -> pd.DataFrame:
    """Run a design and return its runs, a row each, with the numbers of their draws.

    Parameters
    ----------
    design
        YAML file; see :mod:`experiments.design`.
    out
        Folder; a sweep that was begun there is gone on with.
    options
        Of :func:`run_sweep`.

    Returns
    -------
    DataFrame
        ``strategy`` (with its levers), ``draw``, ``replication``, ``seed``, ``status`` ("done" or "failed"),
        ``error``; then a column for every uncertain number that is drawn and every lever that is set, and one
        for every outcome. Outcomes are those of the catalogue (``docs/measures.md``).
    """
    run_sweep(Path(design), Path(out), **options)
    return swept_runs(Path(out))


def swept_runs(folder: Path) -> pd.DataFrame:
    """Return the runs of a sweep with numbers and levers beside the outcomes; see :func:`sweep`."""
    runs = read_runs(folder)
    levers = pd.read_parquet(folder / STRATEGIES)
    runs = runs.merge(levers, on="strategy", how="left")
    if (folder / DRAWS).is_file():
        runs = runs.merge(read_draws(folder), on="draw", how="left")
    return runs


def run_sweep(
    path: Path,
    out: Path,
    *,
    workers: int | None = None,
    dask: str = "",
    expand: int = 0,
    rerun: Sequence[str] = (),
    fail_fast: bool = False,
    strategies: Path | None = None,
    language: str = "en",
    simulate: Simulate = simulate,
) -> Swept:
    """Run a design in a folder, or go on with it.

    Parameters
    ----------
    workers, dask
        See :func:`experiments.executors.open_pool`.
    expand
        So many more draws where draws are sampled, so many more replications elsewhere.
    rerun
        Ids of runs to make again, or "failed".
    fail_fast
        Stop at the first run that fails.
    strategies
        Folder with strategies of the user.

    Raises
    ------
    InputError
        Before anything runs.
    """
    design = read_design(path, strategies)
    return run_design(
        design, path, out, workers=workers, dask=dask, expand=expand, rerun=rerun, fail_fast=fail_fast,
        language=language, simulate=simulate,
    )  # fmt: skip


def run_design(
    design: Design,
    path: Path,
    out: Path,
    *,
    workers: int | None = None,
    dask: str = "",
    expand: int = 0,
    rerun: Sequence[str] = (),
    fail_fast: bool = False,
    language: str = "en",
    simulate: Simulate = simulate,
) -> Swept:
    """Run a design that was read from ``path``; see :func:`run_sweep`."""
    study = design.study
    begun = read_json(out / ABOUT) if (out / ABOUT).is_file() else {}
    about = about_of(design, begun, expand)
    with opened(study, out, about, workers, dask) as (pool, store, progress):
        if path != out / DESIGN:
            shutil.copyfile(path, out / DESIGN)
        draws = prepare_draws(out, design.uncertain, about["draw_blocks"])
        write_candidates(out, study, design.levers)
        store.plan(study.jobs(iter(draws), range(1, about["replications"] + 1)))
        if rerun:
            set_again(store, rerun)
        compile_once()
        outcome = run_pending(
            store, study, draws, pool, progress=progress, fail_fast=fail_fast, simulate=simulate
        )
        store.fold()
        write_schema(out, language)
        return Swept(out, outcome, dict(store.counts()))


def about_of(design: Design, begun: dict[str, Any], expand: int) -> dict[str, Any]:
    """Return what ``experiment.json`` says: ``same`` must not change in a folder, the rest may grow."""
    study, uncertain = design.study, design.uncertain
    sampled = uncertain is not None and uncertain.is_sampled
    blocks = list(begun.get("draw_blocks", [uncertain.draws if uncertain and sampled else 0]))
    replications = max(design.replications, begun.get("replications", 0))
    if expand and sampled:
        blocks.append(expand)
    elif expand:
        replications += expand
    drawn = _plain(uncertain._asdict() if uncertain else {})
    return {
        "same": same_of(KIND, study, until=month_text(study.until), uncertain=drawn, seeds=study.seeds),
        "draw_blocks": blocks,
        "replications": replications,
        "levers": list(design.levers),
    }


def _plain(drawn: dict[str, Any]) -> dict[str, Any]:
    axes = [list(axis) for axis in drawn.get("axes", ())]
    rows = repr(drawn.get("rows", ())).encode()
    digest = hashlib.blake2b(rows, digest_size=HASH_BYTES).hexdigest()
    return {**drawn, "axes": [[*axis[:-1], list(axis[-1])] for axis in axes], "rows": digest}


def prepare_draws(folder: Path, uncertain: Sampling | None, blocks: Sequence[int]) -> DrawTable:
    """Write the draws of a folder if they are not there yet, and return them."""
    path = folder / DRAWS
    if uncertain is None:
        return DrawTable(None)
    if not path.is_file() or pq.read_metadata(path).num_rows < n_draws(uncertain, blocks):
        write_draws(path, uncertain.names, rows_of(uncertain, blocks))
    return DrawTable(path)


def rows_of(uncertain: Sampling, blocks: Sequence[int]) -> Rows:
    """Return all draws: a Sobol' sequence and the posterior go on, further hypercubes are added beside."""
    if uncertain.method in PROBES:
        yield from in_cube(probe_points(uncertain, blocks), uncertain.axes)
    elif uncertain.method in (SOBOL, POSTERIOR):
        yield from METHODS[uncertain.method](uncertain._replace(draws=sum(blocks)))
    elif uncertain.method == LATIN_HYPERCUBE:
        for k, draws in enumerate(blocks):
            yield from METHODS[LATIN_HYPERCUBE](uncertain._replace(draws=draws, seed=uncertain.seed + k))
    else:
        yield from METHODS[uncertain.method](uncertain)


def write_candidates(folder: Path, study: Study, levers: Sequence[str]) -> None:
    """Write the strategies that are tried, with their levers, to ``strategies.parquet``."""

    def row(candidate: Candidate) -> dict[str, Any]:
        return {
            "strategy": candidate.name,
            "base": candidate.strategy.name,
            **{name: candidate.settings.get(name) for name in levers},
        }

    write_table(folder / STRATEGIES, pa.Table.from_pylist([row(each) for each in study.candidates.values()]))


def set_again(store: RunStore, rerun: Sequence[str]) -> None:
    """Set runs back to planned.

    Raises
    ------
    InputError
        If there is no run of such an id.
    """
    ids = [identity for identity in rerun if identity != ALL_FAILED]
    found = store.again(ids) if ids else 0
    if found < len(set(ids)):
        raise InputError([Problem("experiment.no_run", {"ids": ", ".join(ids)})])
    if ALL_FAILED in rerun:
        store.again()
