"""A program for the test of checkpoints: the same run is killed at 20 random moments and always goes on.

It forks instead of starting anew, because a fresh process takes seconds to load the compiled month. Prints
the facts as JSON.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

import numpy as np

from columns.state_hash import hash_arrays
from model.checkpoint import Checkpoints
from model.scale_up import ScaleUpModel
from model.scenario import Scenario, make_scenario
from model.source_hash import data_hash, engine_hash

KILLS = 20
EVERY_MONTHS = 3
LONGEST_SECONDS = 0.4


def run_on(scenario: Scenario, folder: Path, tell: int) -> None:
    """Begin or go on, and tell of every checkpoint; the work of the process that is killed."""
    kept = Checkpoints(folder)
    if kept.newest():
        model = kept.load(scenario, log_events=True).model
    else:
        model = ScaleUpModel(scenario, log_events=True)
    os.write(tell, b"%d\n" % model.months_done)
    while model.months_done <= scenario.until:
        model.run(model.months_done)
        if model.months_done % EVERY_MONTHS == 0:
            kept.save(model)
            os.write(tell, b"%d\n" % model.months_done)
    kept.save(model)


def killed(scenario: Scenario, folder: Path, seconds: float) -> int:
    """Kill a process after it has worked on the run for so long; return the last checkpoint it told of."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(told)
            run_on(scenario, folder, tell)
        except (OSError, ValueError):
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(tell)
    with os.fdopen(told) as lines:
        started = int(lines.readline())
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return max((int(line) for line in lines), default=started)


def main() -> None:
    folder = Path(sys.argv[1])
    scenario = make_scenario("teaching", seed=6, until=120)
    unbroken = ScaleUpModel(scenario, log_events=True).run()
    engine_hash(), data_hash()  # once for all processes
    chance = random.Random(20)
    kills, lost, store = 0, 0, 0
    while kills < KILLS:
        place = folder / str(store)
        before = _months(place)
        told = killed(scenario, place, chance.uniform(0.0, LONGEST_SECONDS))
        kills += 1
        lost += max(max(before, told) - _months(place), 0)
        if _months(place) > scenario.until - EVERY_MONTHS:
            store += 1  # nearly complete: begin another, so that all kills hit a run at work
    stores = [
        Checkpoints(folder / str(number)) for number in range(store + 1) if _months(folder / str(number))
    ]
    runs = [kept.load(scenario, log_events=True).model.run() for kept in stores]
    facts = {"kills": kills, "lost": lost, "runs": [_content(run) for run in runs]}
    print(json.dumps(facts | {"unbroken": _content(unbroken)}))


def _months(folder: Path) -> int:
    """Months of the newest checkpoint; the next process loads it, which compares all hashes."""
    newest = Checkpoints(folder).newest()
    return newest.months_done if newest else 0


def _content(model: ScaleUpModel) -> list[str]:
    return [
        model.state_hash(),
        hash_arrays({"log": np.concatenate([entries for _, entries in model.events])}),
    ]


if __name__ == "__main__":
    main()
