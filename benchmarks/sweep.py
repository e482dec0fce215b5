"""Runs of a sweep on one core: as `run.py sweep` makes them, from building the world to what is kept of it.

``python -m benchmarks.sweep VILLAGES CHILDREN MONTHS RUNS`` prints the result as JSON.
"""

import json
import statistics
import sys
from typing import Any

from benchmarks.speed import compile_first
from experiments.identity import source_hashes
from experiments.running import Batch, run_batch, simulate
from experiments.study import Candidate, Study
from model.strategy_file import load_strategy
from model.worlds import uniform_world

STRATEGY = "history"


def measure(n_villages: int, children_per_village: int, months: int, n_runs: int) -> dict[str, Any]:
    """Make runs with different seeds and return how many a core makes in a CPU-second, a median over runs."""
    compile_first()
    candidate = Candidate(STRATEGY, load_strategy(STRATEGY))
    study = Study(uniform_world(n_villages, children_per_village, 1), months - 1, {STRATEGY: candidate})
    jobs = study.jobs(iter([(0, {})]), range(1, n_runs + 2))
    groups = tuple(((job,), dict[str, Any]()) for job in jobs)
    results = run_batch(Batch(study, groups, simulate, source_hashes()))
    failed = [result.error for result in results if result.error]
    if failed:
        raise RuntimeError(failed[0])
    seconds = [result.cpu_seconds for result in results[1:]]  # the first loads what the others find
    return {
        "villages": n_villages,
        "children_per_village": children_per_village,
        "months": months,
        "cpu_seconds": seconds,
        "runs_per_cpu_second": 1.0 / statistics.median(seconds),
    }


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
