"""What it costs to compile: processor seconds of every function, in a fresh cache.

``python -m benchmarks.compiling`` compiles everything that a run needs, in a folder of its own that is
removed afterwards, and prints seconds by function as JSON.
"""

import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time
from typing import Any

from columns.compiling import CACHE_VARIABLE


@contextmanager
def compile_seconds() -> Iterator[dict[str, float]]:
    """Collect processor seconds of compilation by function while the block runs.

    A function's own seconds: those of the functions that it calls, if they are compiled on the way, count for
    them; what it takes in by inlining counts for it.
    """
    from numba.core import event

    seconds: defaultdict[str, float] = defaultdict(float)
    running: list[list[Any]] = []

    class Watch(event.Listener):
        def on_start(self, event: Any) -> None:
            running.append([name_of(event), process_time(), 0.0])

        def on_end(self, _event: Any) -> None:
            name, start, inside = running.pop()
            whole = process_time() - start
            seconds[name] += whole - inside
            if running:
                running[-1][2] += whole

    with event.install_listener("numba:compile", Watch()):
        yield seconds


def name_of(event: Any) -> str:
    """Module and name of the function that an event is about."""
    function = event.data["dispatcher"].py_func
    return f"{function.__module__}.{function.__qualname__}"


def measure() -> dict[str, Any]:
    """Compile all that a run needs, from nothing; call it in a fresh process with a fresh cache."""
    start = process_time()
    from model.scale_up import ScaleUpModel
    from model.scenario import make_scenario

    imported = process_time() - start
    with compile_seconds() as seconds:
        start = process_time()
        ScaleUpModel(make_scenario("four_villages", until=1)).run()
        whole = process_time() - start
    return {
        "cpu_seconds": dict(sorted(seconds.items(), key=lambda pair: -pair[1])),
        "all_functions_cpu_seconds": sum(seconds.values()),
        "first_run_cpu_seconds": whole,
        "import_cpu_seconds": imported,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="barefoot-bench-") as folder:
        os.environ[CACHE_VARIABLE] = folder
        print(json.dumps(measure()))
