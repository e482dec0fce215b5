"""Two worlds that differ in one lever, on the same random numbers; runs are kept for a test session."""

import functools

import numpy as np

from columns.layout import N_STATES, POST_ACTIVE, POST_DESIGNATED
from columns.tallies import FLOWS, WAIT_OUTCOMES
from model.observation import STRATA
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.services import default_services
from model.worlds import uniform_world

SEEDS = range(1, 9)
FIRST = 12
"""Months before the workers have settled in are not counted."""
LAST = 71
SEVERAL = 3.5
"""A mean difference must be so many of its standard errors: one chance in 200 with eight pairs."""

EVERYWHERE = {
    "mandate_month": 0,
    "mandate_hazard_per_month": 10,
    "mandate_delay_months": 0,
    "mandate_province_lag_months": 0,
    "mandate_slope_months": 0.01,
    "county_rollout_months": 1,
    "seats_at_mandate_per_month": 1e6,
    "seats_growth_per_month": 0,
    "designated_share": 0.6,
    "part_time_posts_share": 0,
    "scope": "universal",
    "desk_plan": "fixed",
    "other_policies": False,
}
"""A worker in every village from the first months on; desks as they are."""

SERVICES = default_services().names


@functools.cache
def places():
    return uniform_world(40, 150, 4)


@functools.cache
def run(seed, settings=(), until=LAST, strategy="history"):
    """A finished run with posts everywhere; ``settings`` are pairs of name and value."""
    parameters = {**EVERYWHERE, **dict(settings)}
    return ScaleUpModel(
        make_scenario(world=places(), strategy=strategy, parameters=parameters, seed=seed, until=until)
    ).run()


def total(model, flow, service=None, stratum="all"):
    """Sum of a flow over the months that count."""
    columns = model.observed.strata[FIRST:, STRATA.index(stratum), :, N_STATES + FLOWS.index(flow)]
    return columns.sum() if service is None else columns[:, SERVICES.index(service)].sum()


def stock(model, states, service=None, stratum="all"):
    """Child-months in some states over the months that count."""
    columns = model.observed.strata[FIRST:, STRATA.index(stratum)][:, :, list(states)].sum(axis=2)
    return columns.sum() if service is None else columns[:, SERVICES.index(service)].sum()


def waits_ending(model, outcome):
    """Filed cases that ended in an outcome, over the whole run."""
    return model.observed.waits[..., WAIT_OUTCOMES.index(outcome), :].sum()


def differences(measure, low, high, seeds=SEEDS, **other):
    """What the lever changes, seed by seed: the measure with the settings ``high`` less that with ``low``."""
    runs = [
        (run(seed, tuple(sorted(low.items())), **other), run(seed, tuple(sorted(high.items())), **other))
        for seed in seeds
    ]
    return np.array([float(measure(b)) - float(measure(a)) for a, b in runs])


def is_up(changes):
    """Whether the mean change is above zero by several of its standard errors."""
    error = changes.std(ddof=1) / np.sqrt(len(changes))
    return bool(changes.mean() > 0 and changes.mean() > SEVERAL * error)


def leavers(model):
    """Run a model to its end and count the workers who left, and the worker-months."""
    left = months = 0
    villages = model.state.villages
    while model.months_done <= model.scenario.until:
        before, hired = filled(villages), villages.hired_month.copy()
        model.run(model.months_done)
        left += (before & (~filled(villages) | (villages.hired_month != hired))).sum()
        months += before.sum()
    return left, months


def filled(villages):
    """Villages whose post is filled."""
    return (villages.post >= POST_DESIGNATED) & (villages.post <= POST_ACTIVE)
