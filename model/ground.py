"""What a run is built on that no seed decides: places, plan of the population, tables, desks.

Runs that differ in nothing but their seed share it: it takes longer to make than to fill with people. Of the
last few small worlds it is kept; whatever a run changes, it copies.
"""

import dataclasses
import functools
from collections import OrderedDict
from threading import Lock
from typing import Any

import numpy as np

from columns.state import Tables, records
from columns.state_hash import hash_arrays
from model.codes import GROUP_DISABLED, GROUP_POOR, GROUP_UNATTENDED
from model.demography import DemographicPlan, plan_population
from model.offices import background_minutes, make_desks
from model.parameters import Parameters, rules_record
from model.services import Services, services_array
from model.stationary import Stationary
from model.tables import make_tables
from model.world import World
from model.worlds import WORLDS, build_world

KEPT_GROUNDS = 4
MOST_VILLAGES = 10_000
"""Of larger worlds nothing is kept: it would fill the memory, and they take long to run anyway."""
MOST_POOR = 0.95
"""Largest share of poor households, whatever the cut-off."""

READ = (
    "household_slots_base",
    "one_parent_away_share",
    "caregiver_strained_share",
    "trust_start",
    "disabled_share",
    "unattended_share",
    "unattended_pilot_share",
    "hiv_child_share",
    "young_months",
    "births_without_hukou_share",
    "births_without_hukou_pilot_share",
    "births_without_certificate_share",
    "births_without_certificate_pilot_share",
)
"""Parameters that decide how people are at the start."""
OF_A_MONTH = (
    "outside", "trend", "asking", "cash_drop_out", "cash_dropout", "desk_growth", "give_up", "fading", "tops",
    "moving", "forward", "shortened",
)  # fmt: skip
"""Tables that do not: curves of the month and of rules that act later."""

_kept: OrderedDict[Any, "Ground"] = OrderedDict()
_lock = Lock()


@dataclasses.dataclass(frozen=True, eq=False)
class Ground:
    """Places, and all that follows from them and from the parameters in force at the start; never changed."""

    world: World
    plan: DemographicPlan
    rules: np.recarray
    services: np.recarray
    still: Stationary
    tables: Tables
    expected_open: np.ndarray  # (villages,) needs that are open at the start
    background: np.ndarray  # (villages, services) minutes a month without the programme
    desks: np.ndarray

    @functools.cached_property
    def for_people(self) -> Tables:
        """Tables for filling the places: NaN stands for what does not decide how people are at the start."""
        rules = self.rules.copy()
        for name in rules.dtype.names or ():
            if name not in READ:
                rules[name] = np.nan
        unread = {name: np.full_like(getattr(self.tables, name), np.nan) for name in OF_A_MONTH}
        return self.tables._replace(rules=rules, **unread)

    @functools.cached_property
    def hash_of_people(self) -> str:
        """Hexadecimal hash of what decides how people are at the start, apart from places and seed."""
        decides = {f"tables.{name}": np.asarray(array) for name, array in self.for_people._asdict().items()}
        decides |= {f"plan.{name}": np.asarray(array) for name, array in vars(self.plan).items()}
        return hash_arrays(decides)


def ground_of(world: World | str, parameters: Parameters, services: Services, children: str) -> Ground:
    """Return the ground of a world, or of one by name; ``children`` as in a scenario.

    A world of a user is read anew, since its files may have changed.
    """
    if isinstance(world, str) and world not in WORLDS:
        world = build_world(world, parameters)
    key = world, parameters, services, children
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = _make(world, parameters, services, children)
    with _lock:
        if len(made.world.villages) <= MOST_VILLAGES:
            _kept[key] = made
        while len(_kept) > KEPT_GROUNDS:
            _kept.popitem(last=False)
    return made


def _make(named: World | str, parameters: Parameters, services: Services, children: str) -> Ground:
    world = build_world(named, parameters) if isinstance(named, str) else named
    rules, rows = rules_record(parameters), services_array(services, parameters)
    plan = plan_population(world, parameters)
    if children == "none":
        plan = without_children(plan)
    counties, townships, villages = lay_out_places(world, rules)
    still, tables = make_tables(records(villages), plan, rules, rows, services.names)
    expected = expected_open(records(villages), plan.village_children, rows, rules[0])
    minutes = background_minutes(
        villages, plan.village_children, rows, still.filing, tables.need_scale, rules[0]
    )
    own_fte = world.given.office_fte if world.given else {}
    desks = make_desks(counties, townships, villages, plan.village_children, rows, minutes, rules[0], own_fte)
    return Ground(world, plan, rules, rows, still, tables, expected, minutes, desks)


def lay_out_places(world: World, rules: np.recarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the records of counties, townships and villages of a world, a row each; none is seeded yet.

    Shares of poor households follow the cut-off of allowances, equation (47).
    """
    counties, townships, villages = world.counties.copy(), world.townships.copy(), world.villages.copy()
    for places in (counties, villages):
        places["poverty"] = np.minimum(places["poverty"] * rules[0].cash_eligibility_multiplier, MOST_POOR)
    return counties, townships, villages


def expected_open(
    villages: np.recarray, children: np.ndarray, services: np.recarray, rules: np.record
) -> np.ndarray:
    """Open needs per village that are expected at the start, for the size of the lists."""
    pilot = villages["pilot"] == 1
    unattended = np.where(pilot, rules.unattended_pilot_share, rules.unattended_share)
    groups = {
        GROUP_UNATTENDED: unattended,
        GROUP_POOR: villages["poverty"],
        GROUP_DISABLED: rules.disabled_share,
    }
    total = np.zeros(len(villages))
    for row in services:
        need = np.where(pilot, row.need_share_pilot, row.need_share)
        total += children * need * groups.get(int(row.group), 1.0)
    return total


def without_children(plan: DemographicPlan) -> DemographicPlan:
    """The same plan with no child in it, to study spread alone."""
    return dataclasses.replace(
        plan, **{field.name: getattr(plan, field.name) * 0 for field in dataclasses.fields(plan)}
    )
