"""A large world to the end of 2030 on one thread: CPU time and memory, building included.

``python -m benchmarks.country WORLD`` prints the result as JSON. It takes minutes and gigabytes.
"""

import json
import sys
from time import process_time
from typing import Any

from benchmarks.meters import peak_bytes
from benchmarks.speed import Timed, bytes_of, compile_first
from model.scenario import make_scenario

UNTIL = "2030-12"


def measure(world: str, until: str | int = UNTIL, threads: int = 1) -> dict[str, Any]:
    """Build and run a world and return what that took."""
    compile_first()
    start = process_time()
    model = Timed(make_scenario(world, until=until), threads)
    built = process_time() - start
    first = int(model.state.sectors["n_children"].sum())
    model.run()
    last = int(model.state.sectors["n_children"].sum())
    whole = process_time() - start
    return {
        "world": world,
        "villages": len(model.state.villages),
        "months": model.months_done,
        "children_first_last": [first, last],
        "build_cpu_seconds": built,
        "cpu_seconds": whole,
        "outside_phases_cpu_seconds": whole - built - model.kernel_seconds,
        "column_bytes": bytes_of(model.state),
        "peak_process_bytes": peak_bytes(),
    }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
