"""The simulation bank: draws of a prior, written down, each simulated once, kept for every fit.

A bank is a folder of the run store, so it is resumed where it stopped, grown by asking for more rows (any
beginning of a Sobol' sequence is a design), and refuses to go on when model, world or prior have changed.
Run i has the seed ``seed_of(i, 1)``, so any part that is computed again is the same to the last bit.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.blocks import Block
from calibration.proposals import Proposal, proposed, quantiles_of
from experiments.draws import DRAW, SOBOL, DrawTable, Sampling, sobol, write_draws
from experiments.executors import Pool
from experiments.identity import source_hashes
from experiments.running import Batch, run_batch, run_pending
from experiments.store import DRAWS, RunStore, read_draws, read_runs
from experiments.study import DONE, Job
from model.calendar import month_text
from model.parameters import HASH_BYTES, default_parameters
from model.services import default_services
from results.measures.ratios import Floats
from results.progress import Progress, silent

KIND = "calibrate"
BANK, WAVE, FRESH, BEST, CHANCE, RIGHT = "bank", "wave_{}", "fresh", "best", "chance", "right"
WAVE_DRAWS = 10_000_000
"""Draws of wave k are numbered from k times this, so no two share their chance."""
ONE = range(1, 2)


class Part(NamedTuple):
    """Rows of a bank that were drawn alike, from prior or proposal; values in the targets' units."""

    proposal: Proposal | None
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
        Outcomes in the order of the targets, each in its target's unit, shape (rows, targets).
    density
        Of the mixture that made the rows, relative to the prior: more than 1 where waves were drawn.
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


def about_bank(block: Block, proposal: Proposal | None = None) -> dict[str, Any]:
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
            "region": proposal.as_lists() if proposal else None,
            "engine": engine,
            "kept": kept,
            "data": data,
            "simulation": block.source,
            **({"held": dict(study.parameters)} if study.parameters else {}),
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
    return made if len(made.draws) <= rows else _first(made, rows)


def make_wave(
    block: Block, folder: Path, number: int, proposal: Proposal, rows: int, pool: Pool, *,
    progress: Progress = silent,
) -> Part:  # fmt: skip
    """Simulate draws from a proposal, and return them."""
    with RunStore(folder, about_bank(block, proposal)) as store:
        path = folder / DRAWS
        if not path.is_file():
            drawn = proposed(proposal, block.axes, rows, seed=number)
            write_draws(path, block.file.names, drawn, first=number * WAVE_DRAWS + 1)
        return _make(store, block, DrawTable(path), ONE, pool, progress)._replace(proposal=proposal)


def make_fresh(
    block: Block, folder: Path, parameters: pd.DataFrame, pool: Pool, replications: range
) -> Floats:
    """Simulate some draws again with other seeds; return outcomes, shape (draws × replications, targets).

    Outcomes are in the units of the targets; rows of a draw stand side by side. A folder
    that holds other draws is made anew.
    """
    rows = parameters[list(block.file.names)]
    digest = hashlib.blake2b(rows.to_csv().encode(), digest_size=HASH_BYTES).hexdigest()
    with RunStore(folder / digest, about_bank(block)) as store:
        path = store.folder / DRAWS
        write_draws(path, block.file.names, iter(rows.to_dict("records")))
        return _make(store, block, DrawTable(path), replications, pool, silent).values


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
    runs = runs[runs["status"] == DONE].merge(read_draws(folder), on=DRAW).sort_values(DRAW, kind="stable")
    return Part(
        None,
        quantiles_of(runs, block.axes),
        runs[names].to_numpy(np.float64),
        runs[DRAW].to_numpy(np.int64),
    )


def _first(part: Part, rows: int) -> Part:
    kept = part.draws <= rows
    return Part(None, part.quantiles[kept], part.values[kept], part.draws[kept])


def density_of(part: Part, quantiles: Floats) -> Floats:
    """Return the density, one per row, of the law that a part was drawn from, relative to the prior."""
    return np.ones(len(quantiles)) if part.proposal is None else part.proposal.density(quantiles)


def pooled(block: Block, parts: Sequence[Part]) -> Bank:
    """Return all rows with the density of the mixture of proposals (balance heuristic, Veach & Guibas 1995).

    Weighted by prior over mixture, all rows count together, those of the prior and those of waves.
    """
    quantiles = np.concatenate([part.quantiles for part in parts])
    total, density = len(quantiles), np.zeros(len(quantiles))
    for part in parts:
        density += len(part.quantiles) / total * density_of(part, quantiles)
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
    """Simulate some draws of a bank once more: outcomes in the targets' units, shape (draws, targets)."""
    table, study, (name,) = DrawTable(folder / DRAWS), block.study, block.study.candidates
    groups = []
    for draw in draws:
        values, seed = table.values(draw), study.seed(draw, 1)
        groups.append(((Job(0, study.id_of(name, values, seed), name, draw, 1, seed),), values))
    results = run_batch(Batch(study, tuple(groups), block.simulate, source_hashes()))
    return np.array([[result.outcomes[t.name] for t in block.targets] for result in results])
