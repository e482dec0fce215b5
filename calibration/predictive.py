"""Runs that say what a posterior predicts: to the end of 2021, under other decisions and other structures.

Every set of draws is a folder of the run store, every decision or structure a candidate in it, so all of them
meet the same draws and seeds.
"""

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from calibration.blocks import (
    FILED_HELPED_FIRST,
    block_of,
    only_outcomes,
    pilot_outputs,
    posts_at,
)
from calibration.held_out import HeldOut, held_out_file
from columns.layout import N_STATES
from columns.tallies import FLOWS
from experiments.draws import DRAW, DrawTable, Rows, write_draws
from experiments.executors import Pool
from experiments.identity import source_hashes
from experiments.running import run_pending
from experiments.store import DRAWS, RunStore, read_runs
from experiments.study import DONE, Candidate, Study
from model.calendar import month_index
from model.declarations import Value
from model.observation import STRATA
from model.parameters import HASH_BYTES
from model.scale_up import ScaleUpModel
from model.scenario import Scenario
from model.source_hash import source_hash
from model.spread_only import UNIVERSAL, Places, SpreadRun, places_of, simulate_spread
from model.strategy_file import load_strategy
from results.kept import Kept
from results.progress import Progress, silent

UNTIL, WHOLE_UNTIL = "2021-12", "2018-12"
COUNTRY, WHOLE_WORLD = "china", "pilot_counties"
HISTORY, NO_MANDATE = "history", "no_mandate"
MARKS = ("2010-11", "2012-05", "2014-05", "2014-11", "2015-05", "2015-11", "2016-05", "2016-11", "2017-05",
         "2017-11", "2018-05", "2018-11", "2019-02", "2019-05", "2019-12", "2020-12", "2021-12")  # fmt: skip
"""Months at which villages with a post are kept under every structure."""
VILLAGES = "villages@"
SERVED_FLOWS = tuple(N_STATES + FLOWS.index(name) for name in ("served_alone", "served_helped"))
STRUCTURES: Mapping[str, Mapping[str, Value]] = {
    "no_peers": {"adoption_q_per_month": 0.0},
    "early_push": {"provincial_push_per_month": 0.002},
    "mandate_12_later": {"mandate_month": month_index("2017-06")},
    "mandate_24_later": {"mandate_month": month_index("2018-06")},
    "staged_chain": {"mandate_form": "staged_chain"},
    "pilots_without_cap": {"pilot_posts_cap_share": 1.0},
}
"""Other ways in which the spread may work, by what is set for them."""


class Predicted(NamedTuple):
    """Outcomes of runs: a row per candidate and draw, a column per outcome."""

    runs: pd.DataFrame

    def of(self, candidate: str, outcome: str) -> Any:
        """Return an outcome of a candidate, one number per draw."""
        rows = self.runs[self.runs["strategy"] == candidate]
        return rows[outcome].to_numpy(np.float64)


def simulate_path(scenario: Scenario) -> Kept:
    """Make a run without children to the last month and keep targets, hold-outs and counts by month."""
    run = simulate_spread(_country(), scenario)
    outcomes = posts_at(run, block_of("rollout").targets)
    outcomes |= {each.name: held_out_value(run, each) for each in held_out_file().held_out if each.is_rollout}
    posts = run.total("villages_with_post")
    outcomes |= {f"{VILLAGES}{month}": float(posts[month_index(month)]) for month in MARKS}
    return only_outcomes(scenario, outcomes)


@functools.cache
def _country() -> Places:
    """Return the counties of the country, made once for all draws."""
    return places_of(COUNTRY)


def held_out_value(run: SpreadRun, each: HeldOut) -> float:
    """Return what a run without children says of a hold-out."""
    month = each.months[1]
    if each.measure == "provinces_universal":
        return float((run.series[month, :, UNIVERSAL] > 0).sum())
    return float(run.total("villages_with_post")[month]) / float(run.counties.n_villages.sum())


def simulate_whole(scenario: Scenario) -> Kept:
    """Make a run of the whole model and keep the outputs of its pilot villages and the other hold-outs."""
    model = ScaleUpModel(scenario).run()
    outcomes = pilot_outputs(model, block_of("service").targets)
    outcomes |= {
        each.name: whole_value(model, each) for each in held_out_file().held_out if not each.is_rollout
    }
    return only_outcomes(scenario, outcomes)


def whole_value(model: ScaleUpModel, each: HeldOut) -> float:
    """Return what a run of the whole model says of a hold-out, in the unit of its figure."""
    first, month, until = each.months
    if each.measure == "helped_per_year":
        pilot = model.observed.strata[first : month + 1, STRATA.index("pilot")]
        villages = int((model.state.villages.pilot == 1).sum())
        return float(pilot[:, :, FILED_HELPED_FIRST].sum()) / villages / ((month + 1 - first) / 12)
    rows = model.observed.strata[:, STRATA.index("left_behind"), model.scenario.services.index("hukou")]
    served = rows[:, list(SERVED_FLOWS)].sum(axis=1)
    return float(served[first : month + 1].sum() / max(served[first : until + 1].sum(), 1))


def path_study(names: Sequence[str]) -> Study:
    """Return the study of runs without children under history, without the mandate, and other structures."""
    history = load_strategy(HISTORY)
    known = {
        HISTORY: Candidate(HISTORY, history),
        NO_MANDATE: Candidate(NO_MANDATE, load_strategy(NO_MANDATE)),
        **{name: Candidate(name, history, settings) for name, settings in STRUCTURES.items()},
    }
    chosen = {name: known[name] for name in names}
    return Study(COUNTRY, month_index(UNTIL), chosen, seeds="separate")


def whole_study() -> Study:
    """Return the study of the whole model in the pilot counties."""
    candidate = Candidate(HISTORY, load_strategy(HISTORY))
    return Study(WHOLE_WORLD, month_index(WHOLE_UNTIL), {HISTORY: candidate}, seeds="separate")


def predict(
    folder: Path,
    study: Study,
    rows: Rows,
    names: Sequence[str],
    simulate: Callable[[Scenario], Kept],
    pool: Pool,
    progress: Progress = silent,
) -> Predicted:
    """Simulate draws under every candidate of a study in a folder, or go on with it.

    Raises
    ------
    InputError
        If the folder holds runs of another model, posterior or set of candidates.
    """
    engine, kept, data = source_hashes()
    drawn = list(rows)
    about = {
        "same": {
            "kind": "validate",
            "candidates": list(study.candidates),
            "world": study.world_name,
            "until": study.until,
            "draws": _digest(drawn),
            "engine": engine,
            "kept": kept,
            "data": data,
            "simulation": source_hash(("calibration.predictive",), ("calibration",)),
        }
    }
    with RunStore(folder, about) as store:
        path = folder / DRAWS
        write_draws(path, names, iter(drawn))
        table = DrawTable(path)
        store.plan(study.jobs(iter(table), range(1, 2)))
        run_pending(store, study, table, pool, progress=progress, simulate=simulate)
        store.fold()
    runs = read_runs(folder)
    done = runs[runs["status"] == DONE].sort_values(["strategy", DRAW], kind="stable")
    return Predicted(done.reset_index(drop=True))


def _digest(rows: Sequence[Mapping[str, Value]]) -> str:
    content = repr([sorted(row.items()) for row in rows]).encode()
    return hashlib.blake2b(content, digest_size=HASH_BYTES).hexdigest()


def at_their_greatest(rows: Sequence[Mapping[str, Value]]) -> Rows:
    """Return draws in which visible results act as strongly as they ever could, everywhere and always.

    The blocks are fitted without them. V lies between 0 and 1, so with V = 1 the hazard of every county is
    higher by the drawn weight: nothing that the feedback can do is larger.
    """
    for row in rows:
        more = float(row["visible_results_weight_per_month"])
        yield {**row, "adoption_p0_per_month": float(row["adoption_p0_per_month"]) + more}
