"""What jobs do: one run as a recording, or two strategies compared on many seeds."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from app.jobs import Job, Work
from app.limits import Limits
from model.calendar import month_text
from model.scale_up import ScaleUpModel
from model.scenario import Scenario
from results.digest import LATE_MONTHS, outcomes
from results.measures.ratios import Floats
from results.recording import as_json, recorder_of
from results.story import Life, run_pair, tell
from results.sums import sums_of
from results.told_pairs import told_pairs
from results.trace import as_data, without_worker


def run_work(scenario: Scenario, limits: Limits) -> Work:
    """Return the work of a job that runs a scenario: its opening, then a frame per month."""

    def work(job: Job) -> Iterator[str]:
        recorder = recorder_of(scenario, limits.followed_villages)
        yield as_json(recorder.opening())
        for frame in recorder.frames():
            yield as_json(frame)
        if recorder.has_children:
            job.result = recorder  # a run without has no villages or results to ask for

    return work


def comparison_work(first: Scenario, second: Scenario, replications: int) -> Work:
    """Return the work of a job that runs two scenarios on the same seeds, and after every pair says more.

    A message holds, for every outcome, both means with their intervals and the paired difference (second
    minus first) with its verdict.
    """

    def work(_: Job) -> Iterator[str]:
        found: tuple[list[dict[str, float]], list[dict[str, float]]] = ([], [])
        for replication in range(replications):
            for scenario, values in zip((first, second), found, strict=True):
                values.append(_outcomes(scenario, scenario.seed + replication))
            yield as_json(told_pairs(*map(_by_outcome, found)))

    return work


def _outcomes(scenario: Scenario, seed: int) -> dict[str, float]:
    model = ScaleUpModel(scenario.model_copy(update={"seed": seed})).run()
    return outcomes(sums_of(model), min(LATE_MONTHS, model.months_done))


def _by_outcome(runs: list[dict[str, float]]) -> dict[str, Floats]:
    return {name: np.array([run[name] for run in runs]) for name in runs[0]}


def life_work(scenario: Scenario, story: str, rank: int) -> Work:
    """Return the work of a job that follows one child with the worker and without: a single message."""

    def work(_: Job) -> Iterator[str]:
        life = tell(run_pair(scenario, without_worker(scenario)), story, rank)
        yield as_json(life_data(scenario, life, story))

    return work


def life_data(scenario: Scenario, life: Life, story: str) -> dict[str, Any]:
    """Return a child's two courses with what the page needs to tell them."""
    months = [month_text(month) for month in range(scenario.until + 1)]
    labels = {row.name: row.label.model_dump() for row in scenario.services.rows}
    return {**as_data(life), "story": story, "months": months, "services": labels}
