"""What it costs to start: ``run.py --help``, and a first run once everything is compiled.

``python -m benchmarks.starting`` makes one small run and prints its CPU seconds without imports, as JSON.
"""

import json
import statistics
import subprocess
import sys
from time import process_time
from typing import Any

from benchmarks.meters import measured_apart
from model.reading import ROOT

TIMES = 5
WATCH = """import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime)"""
"""Runs a command and prints the CPU seconds that it took."""


def measure(times: int = TIMES) -> dict[str, Any]:
    """Return medians and all measured CPU seconds of both, each in processes of its own."""
    help_, run = [], []
    for _ in range(times):
        help_.append(cpu_seconds([sys.executable, "run.py", "--help"]))
        run.append(measured_apart("starting"))
    return {
        "help_cpu_seconds": statistics.median(help_),
        "first_run_cpu_seconds": statistics.median(run),
        "help": help_,
        "first_run": run,
    }


def cpu_seconds(command: list[str]) -> float:
    """CPU seconds of a command, with all that it starts."""
    given = [sys.executable, "-c", WATCH, *command]
    done = subprocess.run(given, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


def first_run() -> float:
    """CPU seconds of a small run in this process, loading compiled code included and imports not."""
    from model.scale_up import ScaleUpModel
    from model.scenario import make_scenario

    start = process_time()
    ScaleUpModel(make_scenario("four_villages", until=1)).run()
    return process_time() - start


if __name__ == "__main__":
    print(json.dumps(first_run()))
