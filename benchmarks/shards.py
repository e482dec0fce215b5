"""One run on the workers of a cluster against the same run on one thread: elapsed time and state hash.

``python -m benchmarks.shards WORLD UNTIL SHARDS`` prints the result as JSON; the cluster is started here, so
other machines would bring more than this one shows. It needs Dask (``make extras``).
"""

import json
import os
import sys
from time import perf_counter
from typing import Any

from benchmarks.speed import compile_first
from experiments.sharding import run_in_shards
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario

WORLD, UNTIL, SHARDS = "five_provinces", "2020-12", 2


def measure(world: str = WORLD, until: str = UNTIL, shards: int = SHARDS) -> dict[str, Any]:
    """Run a world in shards and whole, building included; return what each took and whether both agree."""
    compile_first()
    run_in_shards(make_scenario("pilot_counties", until=0), "local", shards)  # compiles what it takes besides
    scenario = make_scenario(world, until=until)
    start = perf_counter()
    joined = run_in_shards(scenario, "local", shards)
    middle = perf_counter()
    whole = ScaleUpModel(scenario).run()
    end = perf_counter()
    return {
        "world": world,
        "villages": len(whole.state.villages),
        "months": whole.months_done,
        "shards": shards,
        "seconds_in_shards": middle - start,
        "seconds_whole": end - middle,
        "load": os.getloadavg()[0],
        "processors": os.cpu_count(),
        "state_hash": whole.state_hash(),
        "same": whole.state_hash() == joined.state_hash(),
    }


if __name__ == "__main__":
    world, until, shards = [*sys.argv[1:], *(WORLD, UNTIL, str(SHARDS))[len(sys.argv) - 1 :]]
    print(json.dumps(measure(world, until, int(shards))))
