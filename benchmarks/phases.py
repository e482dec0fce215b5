"""Where a month's time goes: CPU time of every phase, and what reading all columns once would take.

``python -m benchmarks.phases VILLAGES`` prints the result as JSON.
"""

import json
import statistics
import sys
from time import process_time
from typing import Any

import numpy as np

from benchmarks.speed import bytes_of, compile_first
from benchmarks.worlds import CHILDREN_PER_VILLAGE, MEASURED_MONTHS, WARM_UP_MONTHS, mature_scenario
from model.scale_up import ScaleUpModel

READ_BYTES, READ_TIMES = 400_000_000, 5


def measure(
    n_villages: int,
    warm_up_months: int = WARM_UP_MONTHS,
    months: int = MEASURED_MONTHS,
    children_per_village: int = CHILDREN_PER_VILLAGE,
) -> dict[str, Any]:
    """Run a world phase by phase and return nanoseconds per child-month of each, in the order of a month."""
    compile_first()
    model = ScaleUpModel(
        mature_scenario(n_villages, warm_up_months + months - 1, children_per_village), profile=True
    )
    assert model.seconds is not None
    model.run(warm_up_months - 1)
    before = dict(model.seconds)
    model.run(warm_up_months + months - 1)
    n_children = int(model.state.sectors["n_children"].sum())
    child_months = n_children * months
    return {
        "villages": n_villages,
        "ns": {name: 1e9 * (spent - before[name]) / child_months for name, spent in model.seconds.items()},
        "ns_to_read_columns": 1e9 * bytes_of(model.state) / read_bytes_per_second() / n_children,
    }


def read_bytes_per_second() -> float:
    """How fast one core reads an array that fits no cache: the median of a few sums."""
    words = np.ones(READ_BYTES // 8, dtype=np.int64)
    taken = []
    for _ in range(READ_TIMES):
        start = process_time()
        words.sum()
        taken.append(process_time() - start)
    return words.nbytes / statistics.median(taken)


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
