"""Every declared switch really takes its term out of the model: seen with it, gone without it."""

import functools

import numpy as np
import pytest

from columns.layout import (
    ADMITTED,
    FILED_ALONE,
    FILED_HELPED,
    FOUND,
    GATHERING_ALONE,
    GAVE_UP,
    NOT_ELIGIBLE,
    POST_ACTIVE,
    SERVED,
    STAGE_UNIVERSAL,
    UNMET,
)
from columns.tallies import WAIT_OUTCOMES
from model.declarations import declarations, switches
from model.demography import plan_population
from model.parameters import default_parameters
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.worlds import build_world, uniform_world
from tests.model.paired import EVERYWHERE
from verification.ledger import Ledger, flow
from verification.workers import NOTHING_WEARS

STARVED = {"desk_fte_factor": 0.2, "hospital_load_factor": 0.4}


@functools.cache
def cached_run(settings, strategy, until, log):
    scenario = make_scenario(
        world="teaching", strategy=strategy, parameters=dict(settings), seed=4, until=until
    )
    return ScaleUpModel(scenario, log_events=log).run()


def run(strategy="history", until=60, log=False, **settings):
    return cached_run(tuple(sorted(settings.items())), strategy, until, log)


def everywhere(until=60, **settings):
    return run(until=until, **{**EVERYWHERE, **settings})


def moves(model, old, new):
    """Changes of state from one of ``old`` to ``new`` in the event log."""
    events = np.concatenate([events for month, events in model.events if month > 0])
    was, now = (events >> np.uint64(37)) & np.uint64(0xF), (events >> np.uint64(41)) & np.uint64(0xF)
    return int((np.isin(was, old) & (now == new)).sum())


def gave_up_at_desks(model):
    return int(model.observed.waits[:, WAIT_OUTCOMES.index("gave_up")].sum())


def posts(until=90, **settings):
    """Filled posts and hirings of a world in which workers leave often, month by month."""
    settings = {**EVERYWHERE, **NOTHING_WEARS, "turnover_per_year": 0.5, **settings}
    model = ScaleUpModel(make_scenario(world="teaching", parameters=settings, seed=9, until=until))
    return [model.run(month).state.villages["hired_month"].tolist() for month in range(until + 1)]


def shows_in_turnover(name, value, cause):
    """Whether a cause (a parameter and two values) matters for who leaves when the switch has a value."""
    parameter, little, much = cause
    return posts(**{name: value, parameter: little}) != posts(**{name: value, parameter: much})


def at_the_desk_without_papers(value):
    model = run(documents_chain=value, until=80, capacity_mode="elastic")
    ledger = Ledger(model)
    states, here = ledger.states(), ledger.present()
    count = 0
    for s, row in enumerate(model.tables.services):
        if row.hard_prerequisite >= 0:
            beyond = np.isin(states[:, s], (FILED_ALONE, FILED_HELPED, ADMITTED, SERVED))
            lacks = np.isin(states[:, row.hard_prerequisite], (UNMET, FOUND, GATHERING_ALONE, GAVE_UP))
            count += int((beyond & lacks & here).sum())
    return count


def onset(model):
    return model.observed.strata[:, 0, model.scenario.services.index("protection"), flow("opened")].tolist()


def evidence(value):
    world = uniform_world(48, 80, 12)
    settings = {
        "results_loop": value,
        "adoption_p0_per_month": 0.02,
        "scope": "universal",
        "seats_before_mandate_per_month": 1e6,
    }
    model = ScaleUpModel(make_scenario(world=world, parameters=settings, seed=3, until=60))
    return any(model.run(month).state.counties["evidence"].any() for month in range(61))


def active_skill(value):
    villages = everywhere(skill_changes=value, supervision=0).state.villages
    return villages["skill"][villages["post"] == POST_ACTIVE]


TERMS = {
    "births_level": lambda value: bool(
        plan_population(build_world("teaching"), default_parameters().replace(births_level=value))
        .births[:, 7:]
        .any()
    ),
    "hold_population": lambda value: np.ptp(run("no_programme", hold_population=value).observed.children) > 0,
    "documents_chain": lambda value: at_the_desk_without_papers(value) == 0,
    "school_retention_trend_per_year": lambda value: bool(
        (run(school_retention_trend_per_year=value).tables.trend < 1).any()
    ),
    "drop_out_per_month": lambda value: (
        run(drop_out_per_month=value).observed.strata[:, 0, :, flow("gave_up")].sum()
        > gave_up_at_desks(run(drop_out_per_month=value))
    ),
    "return_after_giving_up_per_month": lambda value: (
        moves(run(log=True, return_after_giving_up_per_month=value), (GAVE_UP,), UNMET) > 0
    ),
    "return_after_not_eligible_per_month": lambda value: (
        moves(run(log=True, return_after_not_eligible_per_month=value), (NOT_ELIGIBLE,), UNMET) > 0
    ),
    # workers without hours visit nobody: their presence can only prevent
    "prevention_multiplier": lambda value: (
        onset(everywhere(prevention_multiplier=value, worker_hours_dedicated=0))
        != onset(run("no_programme", other_policies=False, desk_plan="fixed"))
    ),
    "capacity_mode": lambda value: run(capacity_mode=value, **STARVED).observed.desks[:, :, 2].any(),
    "families_lose_patience": lambda value: (
        gave_up_at_desks(run(families_lose_patience=value, **STARVED)) > 0
    ),
    "abandonment_slope": lambda value: np.ptp(run(abandonment_slope=value).tables.give_up, axis=1).max() > 0,
    "trust_return_per_month": lambda value: bool((run(trust_return_per_month=value).tables.fading < 1).any()),
    "turnover_unsupervised_multiplier": lambda value: shows_in_turnover(
        "turnover_unsupervised_multiplier", value, ("supervision", 0, 1)
    ),
    "turnover_overload_multiplier": lambda value: shows_in_turnover(
        "turnover_overload_multiplier", value, ("worker_hours_dedicated", 15, 160)
    ),
    "turnover_queue_multiplier": lambda value: shows_in_turnover(
        "turnover_queue_multiplier", value, ("desk_fte_factor", 0.05, 5)
    ),
    "turnover_low_pay_multiplier": lambda value: shows_in_turnover(
        "turnover_low_pay_multiplier", value, ("pay_dedicated_yuan_per_month", 300, 1000)
    ),
    "election_turnover_share": lambda value: shows_in_turnover(
        "election_turnover_share", value, ("election_first_month", "2011-12", "2013-06")
    ),
    "results_loop": evidence,
    "propensity_sd": lambda value: bool(run(propensity_sd=value, until=1).state.counties["propensity"].any()),
    "mandate_month": lambda value: bool(
        (run(mandate_month=value, until=90).state.counties["stage"] == STAGE_UNIVERSAL).any()
    ),
    "welfare_week_boost": lambda value: run(welfare_week_boost=value, until=12).tables.asking[12] != 1,
    "other_policies": lambda value: (
        len(run("no_programme", other_policies=value, until=90).scenario.events()) > 0
    ),
    "self_seeking": lambda value: (
        moves(
            run("no_programme", log=True, self_seeking=value, documents_chain=False),
            (UNMET, FOUND),
            GATHERING_ALONE,
        )
        > 0
    ),
    "trust_changes": lambda value: np.ptp(everywhere(trust_changes=value).state.households["trust"]) > 0,
    "skill_changes": lambda value: np.ptp(active_skill(value)) > 0,
    "motivation_changes": lambda value: bool(
        (everywhere(motivation_changes=value, **STARVED).state.villages["motivation"] % 1 > 0).any()
    ),
}


@pytest.mark.unit
def test_every_switch_is_tried():
    assert set(TERMS) == set(switches())


@pytest.mark.theory
@pytest.mark.parametrize("name", sorted(TERMS))
def test_the_switch_deletes_its_term(name):
    declared = declarations()[name]
    assert declared.deletes is not None
    # a multiplier of one cause among several is tried at its upper end, where it shows in a small world
    present = declared.high if name.startswith("turnover") else declared.default
    assert TERMS[name](present), f"{name} = {present}: the term should be there"
    assert not TERMS[name](declared.deletes.at), f"{name} = {declared.deletes.at}: the term should be gone"
