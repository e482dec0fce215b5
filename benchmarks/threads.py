"""Two threads against one on the same world, and what share of a month no second thread can help with.

``python -m benchmarks.threads VILLAGES`` prints the result as JSON. Stretches of months are run in turns, so
that whatever else the machine does meets both; anything else at work on the machine lowers the gain.
"""

import json
import os
import statistics
import sys
from time import perf_counter, process_time
from typing import Any

from benchmarks.speed import Timed, compile_first
from benchmarks.worlds import CHILDREN_PER_VILLAGE, MEASURED_MONTHS, WARM_UP_MONTHS, mature_scenario

TURN_MONTHS = 2


def measure(
    n_villages: int,
    warm_up_months: int = WARM_UP_MONTHS,
    months: int = MEASURED_MONTHS,
    children_per_village: int = CHILDREN_PER_VILLAGE,
) -> dict[str, Any]:
    """Run a world with one thread and with two and return by how much the second shortens a month.

    Returns
    -------
    dict
        ``times_faster``: median over turns of the ratio of elapsed time; ``serial_cpu_share``: share of the
        CPU time of a month, on one thread, outside the county phases (the barriers and the observation);
        ``load``: processes that wanted a processor in the last minute, these included; ``same``: whether both
        end with the same state.
    """
    compile_first()
    scenario = mature_scenario(n_villages, warm_up_months + months - 1, children_per_village)
    one, two = (Timed(scenario, n_threads) for n_threads in (1, 2))
    for model in (one, two):
        model.run(warm_up_months - 1)
    one.kernel_seconds, ratios, cpu_seconds = 0.0, [], 0.0
    for first in range(warm_up_months, warm_up_months + months, TURN_MONTHS):
        last = min(first + TURN_MONTHS, warm_up_months + months) - 1
        start, cpu_start = perf_counter(), process_time()
        one.run(last)
        middle = perf_counter()
        cpu_seconds += process_time() - cpu_start
        two.run(last)
        ratios.append((middle - start) / (perf_counter() - middle))
    return {
        "villages": n_villages,
        "times_faster": statistics.median(ratios),
        "ratios": ratios,
        "serial_cpu_share": 1.0 - one.kernel_seconds / cpu_seconds,
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "same": one.state_hash() == two.state_hash(),
    }


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
