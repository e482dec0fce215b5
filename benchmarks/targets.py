"""What the engine is to reach, and how each figure is read from what was measured."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from benchmarks.worlds import CHILDREN_PER_VILLAGE

Found = Mapping[str, Any]
SMALLEST_FOR_GROWTH = 1_000
BUSY = 1.5
"""Load per processor above which a machine is not quiet: two threads at work make 1."""
GIGA, MINUTE = 1e9, 60.0


class Target(NamedTuple):
    """A row of the table."""

    what: str
    part: str
    """What must have been measured for it."""
    figure: Callable[[Any], float]
    must: float
    aim: float
    more_is_better: bool = False
    unit: str = ""

    def read(self, found: Found) -> float | None:
        """The measured figure; None where it was not measured."""
        if self.part not in found:
            return None
        try:
            return self.figure(found[self.part]["result"])
        except KeyError:  # the peers were left out
            return None

    def reaches(self, figure: float, bound: float) -> bool:
        """Whether a figure is at least as good as a bound."""
        return figure >= bound if self.more_is_better else figure <= bound


def growth(sizes: Sequence[Found]) -> float:
    """Exponent of CPU time of a month over villages, by least squares on logarithms."""
    large = [row for row in sizes if row["villages"] >= SMALLEST_FOR_GROWTH]
    if len({row["villages"] for row in large}) < 2:
        return math.nan
    seconds = [row["children"] / row["child_months_per_cpu_second"] for row in large]
    slope, _ = np.polyfit(np.log([row["villages"] for row in large]), np.log(seconds), 1)
    return float(slope)


def bytes_per_child(sizes: Sequence[Found]) -> float:
    """All arrays and queues of the largest world: fixed arrays weigh little there."""
    return float(max(sizes, key=lambda row: row["villages"])["bytes_per_child"]["columns"])


def busy(threads: Found) -> bool:
    """Whether so much else was at work on the machine that elapsed time says nothing."""
    return bool(threads["load"] > BUSY * threads["processors"])


TARGETS = (
    Target(
        f"ns of CPU time per child-month, 120 villages × {CHILDREN_PER_VILLAGE} children",
        "beside", lambda found: statistics.median(found["ns"]["engine"]), 12.5, 9,
    ),
    Target("times faster than plain Mesa objects with Python's random numbers",
        "beside", lambda found: found["times_engine"]["plain"], 200, 280, True, "×"),
    Target("times faster than laser-generic (SIR, one thread) per agent-month",
        "beside", lambda found: found["times_engine"]["laser"], 1.0, 1.5, True, "×"),
    Target("times faster than Starsim (SIR, mixing pool) per agent-month",
        "beside", lambda found: found["times_engine"]["starsim_pool"], 4, 5, True, "×"),
    Target("times faster than Starsim (SIR, random network) per agent-month",
        "beside", lambda found: found["times_engine"]["starsim_network"], 15, 20, True, "×"),
    Target("bytes per child, all arrays and queues, largest size measured", "sizes", bytes_per_child, 36, 32),
    Target("growth of CPU time with villages, exponent from 1,000 on", "sizes", growth, 1.05, 1.02),
    Target("times faster on two threads than on one, elapsed time, 10,000 villages",
        "threads", lambda found: math.nan if busy(found) else found["times_faster"], 1.7, 1.9, True, "×"),
    Target("% of CPU time in serial barriers and observation, 10,000 villages",
        "threads", lambda found: 100 * found["serial_cpu_share"], 5, 5),
    Target("runs of a sweep per CPU-second, 120 villages × 240 months, building and observation included",
        "sweep", lambda found: found["runs_per_cpu_second"], 12, 15, True),
    Target("CPU-minutes, five provinces, every child, 2010–2030",
        "five_provinces", lambda found: found["cpu_seconds"] / MINUTE, 4, 3),
    Target("CPU-minutes, rural China, every child, 2010–2030",
        "rural_china", lambda found: found["cpu_seconds"] / MINUTE, 9, 6),
    Target("GB of memory, rural China",
        "rural_china", lambda found: (found["peak_process_bytes"] or math.nan) / GIGA, 7, 6),
    Target("CPU-seconds to build rural China",
        "rural_china", lambda found: found["build_cpu_seconds"], 25, 25),
    Target("CPU-seconds to compile everything",
        "compiling", lambda found: found["all_functions_cpu_seconds"], 30, 20),
    Target("CPU-seconds of a first small run when compiled, beyond imports",
        "starting", lambda found: found["first_run_cpu_seconds"], 2, 1),
    Target("CPU-seconds of `run.py --help`",
        "starting", lambda found: found["help_cpu_seconds"], 0.4, 0.25),
)  # fmt: skip
