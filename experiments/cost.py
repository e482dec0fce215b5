"""What runs will cost, said before they begin: a guide from the children and months of a world."""

from typing import NamedTuple

from experiments.study import Study
from model.worlds import all_worlds, world_size

SECONDS_PER_RUN = 0.2
SECONDS_PER_MILLION_CHILD_MONTHS = 0.033
"""CPU time of a run of eleven years in ``teaching`` (0.25 s) and in ``pilot_counties`` (5.3 s), as in
docs/guide/experiments.md; another machine may take half or twice as long."""
MILLION = 1e6


class Cost(NamedTuple):
    """Runs that are still to be made, and about how long they take on processes side by side."""

    runs: int
    cpu_seconds: float
    seconds: float


def cost_of(study: Study, runs: int, workers: int) -> Cost:
    """Return about what it costs to make some runs of a study; a world built by hand counts as empty."""
    name = study.world_name
    children = world_size(name)["children_2020"] if name in all_worlds() else 0
    child_months = children * (study.until + 1) / MILLION
    seconds = runs * (SECONDS_PER_RUN + SECONDS_PER_MILLION_CHILD_MONTHS * child_months)
    return Cost(runs, seconds, seconds / max(workers, 1))
