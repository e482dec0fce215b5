"""Worlds and strategies that speed is measured on: equal villages in mature months, a worker in each."""

from typing import Any

from model.scenario import Scenario, make_scenario
from model.worlds import uniform_world

CHILDREN_PER_VILLAGE = 220
VILLAGES_PER_COUNTY = 100
WARM_UP_MONTHS, MEASURED_MONTHS = 60, 12
"""Months 60 to 71 are measured, after warm-up: workers have settled in and queues have built up."""
SEED = 1
MATURE: dict[str, Any] = {
    "mandate_month": 6,
    "mandate_delay_months": 0,
    "mandate_hazard_per_month": 2,
    "county_rollout_months": 12,
    "seats_at_mandate_per_month": 1_000_000,
    "scope": "universal",
}
"""An early mandate, so that all work of a month is there within the warm-up."""


def mature_scenario(
    n_villages: int, until: int, children_per_village: int = CHILDREN_PER_VILLAGE
) -> Scenario:
    """Return the scenario of a size."""
    world = uniform_world(n_villages, children_per_village, max(n_villages // VILLAGES_PER_COUNTY, 1))
    return make_scenario(world, "history", MATURE, seed=SEED, until=until)
