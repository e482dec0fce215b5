"""Makes many runs with a stand-in for the engine and prints the memory that the program took.

``python -m tests.experiments.flat FOLDER N`` prints JSON: the peak after a warm-up and after
N, in megabytes, files, and seconds. All but the engine is real: ids, draws, segments, ``runs.parquet``.
"""

import json
import resource
import sys
import time
from pathlib import Path

from experiments.draws import Axis, DrawTable, Sampling, latin_hypercube, write_draws
from experiments.executors import open_pool
from experiments.running import run_pending
from experiments.store import RunStore
from experiments.study import DONE, Candidate, Study
from model.strategy_file import load_strategy
from results.digest import Ends
from results.kept import Kept, digest_from
from tests.experiments.stub import EMPTY, NOTHING

WARM_UP = 20_000
N_OUTCOMES = 30
KIBIBYTES_PER_MEBIBYTE = 1024


class LightStudy(Study):
    """Hands the stand-in what it needs without checking a scenario, which would take most of the time."""

    def scenario(self, name, drawn, seed):
        return name, seed, drawn["find_multiplier"]


def light(asked):
    """Make a run that costs next to nothing."""
    name, seed, number = asked
    outcomes = {f"outcome_{k}": number * k + seed % 11 for k in range(N_OUTCOMES)}
    return Kept(digest_from(name, seed, outcomes, EMPTY), Ends(NOTHING, NOTHING))


def peak_megabytes():
    """Most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES_PER_MEBIBYTE


def many(folder, n):
    """Make n runs in a new folder; return what is left to say."""
    folder.mkdir(parents=True)
    axes = (Axis("find_multiplier", 0.5, 1.5), Axis("visit_hours", 0.5, 2.0))
    write_draws(folder / "draws.parquet", ["find_multiplier", "visit_hours"],
                latin_hypercube(Sampling("latin_hypercube", axes, draws=n)))  # fmt: skip
    draws = DrawTable(folder / "draws.parquet")
    study = LightStudy(
        "teaching", 10, {"history": Candidate("history", load_strategy("history"))}, seeds="separate"
    )
    with open_pool(1) as pool, RunStore(folder / "store", {"same": {}}) as store:
        store.plan(study.jobs(iter(draws), range(1, 2)))
        run_pending(store, study, draws, pool, simulate=light)
    return store


if __name__ == "__main__":
    where, number = Path(sys.argv[1]), int(sys.argv[2])
    many(where / "warm", WARM_UP)
    before, start = peak_megabytes(), time.perf_counter()
    store = many(where / "many", number)
    files = len(list((where / "many").rglob("*.parquet")))
    told = {"before": before, "after": peak_megabytes(), "done": store.counts()[DONE], "files": files}
    told["seconds"] = time.perf_counter() - start
    print(json.dumps(told))
