"""How a contender takes its turns: it makes itself ready, then measures anew for every line that it reads."""

import json
import sys
from collections.abc import Callable
from time import process_time
from typing import Any, NamedTuple

READY = "ready"


class Shape(NamedTuple):
    """What all contenders run: as many agents, as many months."""

    villages: int
    children_per_village: int
    warm_up_months: int
    months: int

    @property
    def agents(self) -> int:
        """Agents of models that have no villages, or none that differ in size."""
        return self.villages * self.children_per_village


class Months(NamedTuple):
    """A contender before its measured months."""

    agents: Callable[[], int]
    """How many there are now."""
    run: Callable[[int], object]
    """Runs the next so many months, as the model does when nobody looks in between."""
    begin: Callable[[], object] = dict
    """Is called where the measured months begin."""
    work: Callable[[], dict[str, float]] = dict
    """What else is to be told where they end."""
    end: Callable[[], object] = dict
    """Is called after that: what the run needed is given back, as between the runs of a sweep."""


def serve(start: Callable[[Shape], Months], shape: Shape) -> None:
    """Answer every line read with the CPU seconds of the measured months of a fresh run.

    A short run comes first, so that whatever is compiled or loaded at first use is not measured.
    """
    measure(start, shape._replace(warm_up_months=1, months=1))
    print(READY, flush=True)
    for _ in sys.stdin:
        print(json.dumps(measure(start, shape)), flush=True)


def measure(start: Callable[[Shape], Months], shape: Shape) -> dict[str, Any]:
    """Run the warm-up and then the months, and return the CPU time of the latter."""
    months = start(shape)
    months.run(shape.warm_up_months)
    agents = months.agents()
    months.begin()
    start_seconds = process_time()
    months.run(shape.months)
    seconds = process_time() - start_seconds
    told = {"cpu_seconds": seconds, "agents": (agents + months.agents()) / 2, "work": months.work()}
    months.end()
    return told


def step_by_step(step: Callable[[], object]) -> Callable[[int], None]:
    """Run months of a model that takes one step at a time."""

    def run(n_months: int) -> None:
        for _ in range(n_months):
            step()

    return run


def shape_given() -> Shape:
    """Return the shape in the first four arguments of the command."""
    return Shape(*map(int, sys.argv[1:5]))
