"""What both models are given: places, plans, numbers. Nothing here is a rule of a month.

All of it is prepared before month 0, most of it by the functions that prepare it for the engine. The people
are not among it: households and children are settled anew in :mod:`benchmarks.plain_mesa.settling`.
"""

from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from columns.layout import NO_MONTH
from columns.state import records
from model.assembly import lay_out_people
from model.codes import TRAITS
from model.demography import DemographicPlan, plan_population
from model.offices import background_minutes, make_desks
from model.orders import county_scores, rank_villages, ranking_columns
from model.parameters import Parameters, rules_record
from model.policy import waves_arrays
from model.scenario import Scenario
from model.services import services_array
from model.spread_setup import Spread, prepare_spread
from model.stationary import Stationary
from model.tables import make_tables
from model.worlds import build_world


class Inputs(NamedTuple):
    """Everything that is known before the people move in."""

    schedule: dict[int, SimpleNamespace]  # rules by the month from which they hold
    services: list[SimpleNamespace]
    plan: DemographicPlan
    counties: np.ndarray  # records with keys and geography
    townships: np.ndarray
    villages: np.ndarray
    sectors: np.ndarray
    desks: np.ndarray
    village_order: list[int]  # villages of each county in the order in which they get posts
    spread: Spread
    stationary: Stationary
    survival: list[int]  # of the candidate clock
    kinds: list[int]
    ceilings: list[float]
    need_scale: list[list[float]]
    village_service: int


def as_rules(parameters: Parameters) -> SimpleNamespace:
    """Return parameters as plain numbers: choices by position, switches 0 or 1."""
    record = rules_record(parameters)
    return SimpleNamespace(**{name: record[name].item() for name in record.dtype.fields or ()})


def as_service(row: Any, number: int) -> SimpleNamespace:
    """Return one row of the table of services as plain numbers."""
    service = SimpleNamespace(**{name: row[name].item() for name in row.dtype.names if name != "multipliers"})
    service.number = number
    service.excess = [float(value) - 1.0 for value in row["multipliers"]]
    service.young_excess = service.young_multiplier - 1.0
    service.strain_excess = service.strain_multiplier - 1.0
    assert len(service.excess) == len(TRAITS)
    return service


def prepare(scenario: Scenario) -> Inputs:
    """Collect the inputs of a scenario."""
    parameters = scenario.schedule[0][1]
    world = build_world(scenario.world, parameters) if isinstance(scenario.world, str) else scenario.world
    assert world.given is None, "the plain model has no rules for what users say of their own places"
    rules, services = rules_record(parameters).copy(), services_array(scenario.services, parameters)
    plan = plan_population(world, parameters)
    laid = lay_out_people(world, plan, rules, services, scenario.seed, 1, False)
    still, tables = make_tables(laid.villages, plan, rules, services, scenario.services.names)
    minutes = background_minutes(
        laid.villages, plan.village_children, services, still.filing, tables.need_scale, rules[0]
    )
    desks = make_desks(
        laid.counties, laid.townships, laid.villages, plan.village_children, services, minutes, rules[0]
    )
    strategy, county_ranking, village_ranking = scenario.strategy, None, None
    if strategy.ranking:
        county_ranking, village_ranking = ranking_columns(strategy.ranking, world.table, laid.villages)
    order = strategy.order_index
    rank = rank_villages(
        order, laid.counties, laid.townships, laid.villages, plan.village_children, village_ranking
    )
    score = county_scores(order, laid.counties, laid.villages, county_ranking)
    waves = waves_arrays(strategy.waves, laid.counties, scenario.seed)
    spread = prepare_spread(laid.counties, world.table, scenario.seed, rules, *waves, order, score)
    assert (laid.villages.start_month == NO_MONTH).all()
    return Inputs(
        schedule={month: as_rules(each) for month, each in scenario.schedule},
        services=[as_service(row, number) for number, row in enumerate(services)],
        plan=plan, counties=laid.counties, townships=laid.townships, villages=laid.villages,
        sectors=laid.sectors, desks=records(desks), village_order=rank.tolist(), spread=spread,
        stationary=still, survival=tables.gaps.tolist(), kinds=tables.kinds.tolist(),
        ceilings=tables.ceilings.tolist(), need_scale=tables.need_scale.astype(np.float64).tolist(),
        village_service=int(tables.village_service[0]),
    )  # fmt: skip
