"""The engine beside the plain model: the same world, months measured in turns in one process.

``python -m benchmarks.against_plain VILLAGES`` prints the result as JSON. Stretches of months alternate, so
that whatever else the machine does meets both; the ratio is that of the medians.
"""

import json
import statistics
import sys
from time import process_time
from typing import Any

from benchmarks.meters import peak_bytes
from benchmarks.plain_mesa.plain_model import PlainModel
from benchmarks.speed import Timed, bytes_of, compile_first
from benchmarks.worlds import CHILDREN_PER_VILLAGE, MEASURED_MONTHS, WARM_UP_MONTHS, mature_scenario

TURN_MONTHS = 3
"""Months in a row of each; in single months each would find the other's data in the caches."""


def measure(
    n_villages: int,
    warm_up_months: int = WARM_UP_MONTHS,
    months: int = MEASURED_MONTHS,
    children_per_village: int = CHILDREN_PER_VILLAGE,
) -> dict[str, Any]:
    """Run both models through the same months and return their speeds and the ratio.

    The engine's month contains its observation of all groups, of which the plain model has nothing; the
    compiled phases alone do what the plain model does.
    The plain model draws from Python's own generator, which costs it less than keyed draws in Python would.
    """
    compile_first()
    scenario = mature_scenario(n_villages, warm_up_months + months - 1, children_per_village)
    before = peak_bytes()
    plain = PlainModel(scenario, keyed=False)
    after = peak_bytes()
    for _ in range(warm_up_months):
        plain.step()
    engine = Timed(scenario)
    engine.run(warm_up_months - 1)
    seconds: dict[str, list[float]] = {"engine": [], "compiled_phases": [], "plain": []}
    for first in range(warm_up_months, warm_up_months + months, TURN_MONTHS):
        turn = min(TURN_MONTHS, warm_up_months + months - first)
        engine.kernel_seconds = 0.0
        start = process_time()
        engine.run(first + turn - 1)
        middle = process_time()
        for _ in range(turn):
            plain.step()
        seconds["engine"].append((middle - start) / turn)
        seconds["compiled_phases"].append(engine.kernel_seconds / turn)
        seconds["plain"].append((process_time() - middle) / turn)
    n_children = sum(sector.n_children() for sector in plain.sectors)
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    return {
        "villages": n_villages,
        "children": n_children,
        "months": [warm_up_months, warm_up_months + months - 1],
        "child_months_per_cpu_second": {name: n_children / taken for name, taken in medians.items()},
        "times_faster_than_plain": {
            name: medians["plain"] / medians[name] for name in ("engine", "compiled_phases")
        },
        "bytes_per_child": {
            "engine_columns": bytes_of(engine.state) / n_children,
            "plain_objects": None if before is None or after is None else (after - before) / n_children,
        },
    }


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
