"""The simulation bank: draws of a prior, written down, each simulated once, kept for every fit.

A bank is a folder of the run store, so it is resumed where it stopped, grown by asking for more rows (any
beginning of a Sobol' sequence is a design), and refuses to go on when model, world or prior have changed.
Run i has the seed ``seed_of(i, 1)``, so any part that is computed again is the same to the last bit.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.blocks import Block
from calibration.regions import Region, draws_within, quantiles_of
from experiments.draws import DRAW, SOBOL, DrawTable, Sampling, sobol, write_draws
from experiments.executors import Pool
from experiments.identity import source_hashes
from experiments.running import Batch, run_batch, run_pending
from experiments.store import DRAWS, RunStore, read_draws, read_runs
from experiments.study import DONE, Job
from model.calendar import month_text
from model.parameters import default_parameters
from model.services import default_services
from results.measures.ratios import Floats
from results.progress import Progress, silent

KIND = "calibrate"
BANK, WAVE, FRESH = "bank", "wave_{}", "fresh"
WAVE_DRAWS = 10_000_000
"""Draws of wave k are numbered from k times this, so no two share their chance."""
ONE = range(1, 2)


class Part(NamedTuple):
    """Rows of a bank that were drawn alike: from the whole prior, or from a region of it."""

    region: Region | None
    quantiles: Floats
    values: Floats
    draws: NDArray[np.int64]


class Bank(NamedTuple):
    """All rows on which a fit rests.

    Attributes
    ----------
    quantiles
        Where each draw lies in its prior, from 0 to 1, shape (rows, parameters).
    values
        Outcomes in the order of the targets, shape (rows, targets).
    density
        Of the proposals that made the rows, relative to the prior: more than 1 in the regions of waves.
    draws
        Numbers of the draws.
    parameters
        Their values.
    n_first
        Rows at the beginning that come from the whole prior.
    """

    quantiles: Floats
    values: Floats
    density: Floats
    draws: NDArray[np.int64]
    parameters: pd.DataFrame
    n_first: int


def about_bank(block: Block, region: Region | None = None) -> dict[str, Any]:
    """Return what ``experiment.json`` says of a bank; with another ``same`` it is refused."""
    engine, kept, data = source_hashes()
    study = block.study
    return {
        "same": {
            "kind": KIND,
            "block": block.name,
            "world": study.world_name,
            "until": month_text(study.until),
            "prior": [[*axis[:-1], list(axis[-1])] for axis in block.axes],
            "outcomes": [[t.name, t.measure, t.service, *t.months, t.of_villages] for t in block.targets],
            "strategy": next(iter(study.candidates.values())).strategy.content_hash,
            "defaults": default_parameters().content_hash,
            "services": default_services().content_hash,
            "region": region.as_lists() if region else None,
            "engine": engine,
            "kept": kept,
            "data": data,
            "simulation": block.source,
        }
    }


def make_bank(
    block: Block, folder: Path, rows: int, pool: Pool, *, seed: int = 1, progress: Progress = silent
) -> Part:
    """Simulate the first ``rows`` draws of the prior, as far as they are not there yet, and return them.

    Raises
    ------
    InputError
        If the folder holds a bank of another model, world or prior.
    """
    sampling = Sampling(SOBOL, block.axes, draws=rows, seed=seed)
    with RunStore(folder, about_bank(block)) as store:
        path = folder / DRAWS
        if not path.is_file() or len(read_draws(folder)) < rows:
            write_draws(path, sampling.names, sobol(sampling))
        made = _make(store, block, DrawTable(path), ONE, pool, progress)
    return made._replace(region=None) if len(made.draws) <= rows else _first(made, rows)


def make_wave(
    block: Block, folder: Path, number: int, region: Region, rows: int, pool: Pool, *,
    progress: Progress = silent,
) -> Part:  # fmt: skip
    """Simulate draws of the prior within a region, and return them."""
    with RunStore(folder, about_bank(block, region)) as store:
        path = folder / DRAWS
        if not path.is_file():
            drawn = draws_within(region, block.axes, rows, seed=number)
            write_draws(path, block.file.names, drawn, first=number * WAVE_DRAWS + 1)
        return _make(store, block, DrawTable(path), ONE, pool, progress)._replace(region=region)


def make_fresh(block: Block, folder: Path, parameters: pd.DataFrame, pool: Pool) -> Floats:
    """Simulate draws of a posterior again with other seeds; return outcomes, shape (draws, targets)."""
    rows = iter(parameters[list(block.file.names)].to_dict("records"))
    with RunStore(folder, about_bank(block) | {"draws": len(parameters)}) as store:
        path = folder / DRAWS
        write_draws(path, block.file.names, rows, first=1)
        return _make(store, block, DrawTable(path), range(2, 3), pool, silent).values


def _make(
    store: RunStore, block: Block, draws: DrawTable, replications: range, pool: Pool, progress: Progress
) -> Part:
    store.plan(block.study.jobs(iter(draws), replications))
    run_pending(store, block.study, draws, pool, progress=progress, simulate=block.simulate)
    store.fold()
    return read_part(block, store.folder)


def read_part(block: Block, folder: Path) -> Part:
    """Return the finished runs of a folder; those that failed are left out."""
    names = [target.name for target in block.targets]
    runs = read_runs(folder, ["draw", "status", *names])
    runs = runs[runs["status"] == DONE].merge(read_draws(folder), on=DRAW).sort_values(DRAW)
    return Part(
        None,
        quantiles_of(runs, block.axes),
        runs[names].to_numpy(np.float64),
        runs[DRAW].to_numpy(np.int64),
    )


def _first(part: Part, rows: int) -> Part:
    kept = part.draws <= rows
    return Part(None, part.quantiles[kept], part.values[kept], part.draws[kept])


def pooled(block: Block, parts: Sequence[Part]) -> Bank:
    """Return all rows with the density of the mixture of proposals (balance heuristic, Veach & Guibas 1995).

    Rows of the whole prior have density 1, those of a region one over its volume. Weighted by prior over
    mixture, all rows count together, inside regions and outside, and no part of the prior is cut off.
    """
    quantiles = np.concatenate([part.quantiles for part in parts])
    total, density = len(quantiles), np.zeros(len(quantiles))
    for part in parts:
        inside = (
            np.ones(total) if part.region is None else part.region.contains(quantiles) / part.region.volume
        )
        density += len(part.quantiles) / total * inside
    return Bank(
        quantiles,
        np.concatenate([part.values for part in parts]),
        density,
        np.concatenate([part.draws for part in parts]),
        pd.concat([_values(block, part) for part in parts], ignore_index=True),
        len(parts[0].quantiles),
    )


def _values(block: Block, part: Part) -> pd.DataFrame:
    return pd.DataFrame(
        {
            axis.name: [axis.at(quantile) for quantile in part.quantiles[:, k]]
            for k, axis in enumerate(block.axes)
        }
    )


def again(block: Block, folder: Path, draws: Sequence[int]) -> Floats:
    """Simulate some draws of a bank once more and return their outcomes, shape (draws, targets)."""
    table, study, (name,) = DrawTable(folder / DRAWS), block.study, block.study.candidates
    groups = []
    for draw in draws:
        values, seed = table.values(draw), study.seed(draw, 1)
        groups.append(((Job(0, study.id_of(name, values, seed), name, draw, 1, seed),), values))
    results = run_batch(Batch(study, tuple(groups), block.simulate, source_hashes()))
    return np.array([[result.outcomes[t.name] for t in block.targets] for result in results])
