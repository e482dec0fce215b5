"""Run the months of the four villages in plain Python, under scenarios that between them meet every rule.

For coverage, which cannot look into compiled code: ``make coverage``. Every run must have the state hash of a
compiled one, and everything that is kept by increments must agree with a recount.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.plain_mesa.scenarios import CASES
from model.scale_up import ScaleUpModel
from model.scenario import Scenario, make_scenario
from model.spread_only import DEPTHS, simulate_spread
from model.worlds import build_world, uniform_world
from verification.ledger import Ledger

ROOT = Path(__file__).resolve().parent.parent
MONTHS = 54
WITH_LEDGER = "workers everywhere"
STRATEGIES_WITHOUT_CHILDREN = ("history", "neighbours_first", "random_order")


def scenario_of(name: str) -> Scenario:
    """Return one of the scenarios that meet every rule, on the four villages or some small counties."""
    case = CASES[name]
    seed = list(CASES).index(name)
    world = "four_villages" if case.n_counties == 1 else uniform_world(12, 40, case.n_counties)
    return make_scenario(world, case.strategy, case.parameters, seed=seed, until=MONTHS - 1)


def hashes() -> dict[str, str]:
    """Return a state hash per scenario, and totals of runs without children."""
    found = {}
    with np.errstate(over="ignore"):
        for name in CASES:
            model = ScaleUpModel(scenario_of(name), log_events=True)
            ledger = Ledger(model) if name == WITH_LEDGER else None
            for month in range(MONTHS):
                model.run(month)
                if ledger:
                    ledger.check()
            found[name] = model.state_hash()
        for strategy in STRATEGIES_WITHOUT_CHILDREN:
            scenario = make_scenario("four_villages", strategy, until=100, children="none")
            for depth in DEPTHS:
                run = simulate_spread(build_world("four_villages"), scenario, depth=depth)
                found[f"{strategy}, {depth}"] = str(run.series.sum(axis=(0, 1)).tolist())
    return found


def main() -> int:
    """Run uncompiled here and compiled in another process; the exit status is 1 if any result differs."""
    if "--compiled" in sys.argv:
        print(json.dumps(hashes()))
        return 0
    compiled = subprocess.run(
        [sys.executable, "-m", "tools.uncompiled", "--compiled"],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    expected, found = json.loads(compiled.stdout.splitlines()[-1]), hashes()
    differing = [name for name in found if found[name] != expected[name]]
    print(f"{len(found)} runs uncompiled, {len(differing)} differ from compiled ones", *differing, sep="\n  ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
