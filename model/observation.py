"""What is seen of a run: monthly counts by service and group, by county, and of posts and money.

Observers read the integer tallies after the phases of a month and store them; they change nothing that a
phase reads, except that the flows of the month are set back to zero. Numerators and denominators are stored,
never only ratios.
"""

from typing import NamedTuple

import numpy as np

from columns.compiling import kernel
from columns.layout import (
    FILED_ALONE,
    FILED_HELPED,
    FOUND,
    GATHERING_ALONE,
    GATHERING_HELPED,
    GAVE_UP,
    N_STATES,
    NO_MONTH,
    NOT_ELIGIBLE,
    POST_ACTIVE,
    POST_DESIGNATED,
    SERVED,
    STAGE_UNIVERSAL,
    UNMET,
)
from columns.tallies import (
    F_CAME,
    F_FILED_ALONE,
    F_FILED_HELPED,
    F_FOUND,
    F_OPENED,
    F_SERVED_ALONE,
    F_SERVED_HELPED,
    F_SERVED_WITHIN,
    GROUPS,
    METERS,
    N_COUNTED,
    QUINTILES,
    WAIT_BINS,
    WAIT_OUTCOMES,
    WEALTH_BINS,
    WEALTH_MET,
    WEALTH_UNMET,
    WIDTH,
    split_tally,
)
from model.codes import MINUTES_PER_HOUR
from model.counties import load_provinces
from model.money import CATEGORIES, COUNTERS, PAYERS

REGIONS = ("east", "central", "west")
STRATA = (
    "all",
    *GROUPS,
    *(f"wealth_{q + 1}" for q in range(QUINTILES)),
    *(f"region_{name}" for name in REGIONS),
)
"""``all``, groups (their complements follow by subtraction), wealth quintiles from the poorest, regions."""
KINDS = ("village", "community", "other")
POSTS = ("posts_opened", "posts_filled", "villages_active", "villages_with_space", "worker_hours", "visits")
"""Columns of ``posts``, by month and kind of unit; ``worker_hours`` in whole hours."""
COUNTY_MEASURES = (
    "children", "unmet", "unfiled_known", "waiting", "gave_up", "opened", "found", "filed", "served",
    "served_within_limit", "posts_filled", "villages_active", "stage", "cost_fen",
)  # fmt: skip
DESK_FIELDS = ("offered", "used", "queue", "queue_minutes")
PROVINCE_FIELDS = ("n_posts", "n_active", "n_opened")
N_STAGES = STAGE_UNIVERSAL + 1
FROM_TALLY = {
    "unmet": tuple(s for s in range(UNMET, N_STATES) if s not in (SERVED, NOT_ELIGIBLE)),
    "unfiled_known": (FOUND, GATHERING_ALONE, GATHERING_HELPED),
    "waiting": (FILED_ALONE, FILED_HELPED),
    "gave_up": (GAVE_UP,),
    "opened": (F_CAME, F_OPENED),
    "found": (F_FOUND,),
    "filed": (F_FILED_ALONE, F_FILED_HELPED),
    "served": (F_SERVED_ALONE, F_SERVED_HELPED),
    "served_within_limit": (F_SERVED_WITHIN,),
}
"""County measures that are sums of columns of the tallies over all services."""
UNMET_STATES = tuple(s for s in range(UNMET, N_STATES) if s != SERVED)


class Observed(NamedTuple):
    """Arrays of a run; months are rows, months not yet run are zero."""

    strata: np.ndarray  # (months, STRATA, services, WIDTH) int64
    wealth_met: np.ndarray  # (months, services, WEALTH_BINS) int64 children whose need is met at month end
    wealth_needed: np.ndarray  # (months, services, WEALTH_BINS) int64 those, and children with an open need
    counties: np.ndarray  # (months, counties, COUNTY_MEASURES) int64
    county_services: np.ndarray  # (years, counties, services, WIDTH) int64 flows of a year, stocks at its end
    posts: np.ndarray  # (months, KINDS, POSTS) int64
    money: np.ndarray  # (months, CATEGORIES) int64 fen
    payers: np.ndarray  # (months, PAYERS) int64 fen
    gap: np.ndarray  # (months,) int64 fen
    counters: np.ndarray  # (months, COUNTERS) int64 what the money was paid for
    seats: np.ndarray  # (months, 2) int64 offered, used
    stages: np.ndarray  # (months, 3) int64 counties by stage
    children: np.ndarray  # (months,) int64
    meters: np.ndarray  # (months, METERS) int64 cumulative
    desks: np.ndarray  # (months, services, 4) int64 minutes offered, used, cases waiting, minutes waiting
    waits: np.ndarray  # (services, WAIT_OUTCOMES, WAIT_BINS) int64, whole run
    waits_by_month: np.ndarray  # (months, services, WAIT_OUTCOMES, WAIT_BINS) int64, since the start
    provinces: np.ndarray  # (months, provinces, 3) int64 posts filled, active, opened
    covered: np.ndarray  # (months, villages) bool, has a trained worker; no villages without an event log


def make_observed(n_months, n_counties, n_services, n_logged=0):
    """Empty arrays for so many months, counties and services, and villages whose workers are logged."""

    def zeros(*shape):
        return np.zeros(shape, dtype=np.int64)

    years = n_months // 12 + 2
    return Observed(
        strata=zeros(n_months, len(STRATA), n_services, WIDTH),
        wealth_met=zeros(n_months, n_services, WEALTH_BINS),
        wealth_needed=zeros(n_months, n_services, WEALTH_BINS),
        counties=zeros(n_months, n_counties, len(COUNTY_MEASURES)),
        county_services=zeros(years, n_counties, n_services, WIDTH),
        posts=zeros(n_months, len(KINDS), len(POSTS)),
        money=zeros(n_months, len(CATEGORIES)),
        payers=zeros(n_months, len(PAYERS)),
        gap=zeros(n_months),
        counters=zeros(n_months, len(COUNTERS)),
        seats=zeros(n_months, 2),
        stages=zeros(n_months, N_STAGES),
        children=zeros(n_months),
        meters=zeros(n_months, len(METERS)),
        desks=zeros(n_months, n_services, len(DESK_FIELDS)),
        waits=zeros(n_services, len(WAIT_OUTCOMES), WAIT_BINS),
        waits_by_month=zeros(n_months, n_services, len(WAIT_OUTCOMES), WAIT_BINS),
        provinces=zeros(n_months, len(load_provinces()), len(PROVINCE_FIELDS)),
        covered=np.zeros((n_months, n_logged), dtype=bool),
    )


def observe_children(observed, month, year, state, given):
    """Store the tallies of a month by stratum and county, and set its flows back to zero.

    ``given`` (bool, one per service) marks what does not last: it counts as met in the month it is given.
    """
    n_services = state.needs.shape[1]
    groups, wealth, waits = split_tally(state.tally.sum(axis=0, dtype=np.int64), n_services)
    county = state.county_tally
    strata = observed.strata[month]
    strata[0] = county.sum(axis=0)
    strata[1 : 1 + N_COUNTED] = groups.transpose(2, 0, 1)
    for region in range(len(REGIONS)):
        strata[1 + N_COUNTED + region] = county[state.counties["region"] == region].sum(axis=0)
    observed.wealth_met[month] = wealth[:, WEALTH_MET]
    observed.wealth_needed[month] = wealth[:, WEALTH_MET] + wealth[:, WEALTH_UNMET]
    observed.waits[:] = observed.waits_by_month[month] = waits
    observed.meters[month] = state.meters.sum(axis=0)
    observed.county_services[year] += np.where(np.arange(WIDTH) >= N_STATES, county, 0)
    observed.county_services[year][:, :, :N_STATES] = county[:, :, :N_STATES]
    observed.children[month] = state.sectors["n_children"].sum()
    observe_counties(observed, month, state)
    observe_desks(observed, month, state)
    clear_flows(state, given)


def clear_flows(state, given):
    """Set all counts of what happens during a month back to zero."""
    state.county_tally[:, :, N_STATES:] = 0
    for thread in range(len(state.tally)):
        by_group, by_wealth, _ = split_tally(state.tally[thread], state.needs.shape[1])
        by_group[:, N_STATES:] = 0
        by_wealth[given, WEALTH_MET] = 0


def observe_counties(observed, month, state):
    """Store the county measures that come from the needs of children, summed over services."""
    tally = state.county_tally.sum(axis=1, dtype=np.int64)
    row = observed.counties[month]
    for name, columns in FROM_TALLY.items():
        row[:, COUNTY_MEASURES.index(name)] = tally[:, list(columns)].sum(axis=1)
    children = np.bincount(state.sectors["county"], weights=state.sectors["n_children"], minlength=len(row))
    row[:, COUNTY_MEASURES.index("children")] = children


def observe_desks(observed, month, state):
    """Store minutes offered and used and the queues, by service over all desks of offices."""
    n = state.needs.shape[1]
    offices = (len(state.counties) + len(state.townships)) * n
    for column, name in enumerate(DESK_FIELDS):
        values = state.desks[name].astype(np.int64)
        observed.desks[month, :, column] = values[:offices].reshape(-1, n).sum(axis=0)


@kernel
def count_posts_by_kind(villages, rank, counties, counts):
    """Count posts by kind of unit over the villages that ever had one; ``counts`` is (KINDS, POSTS)."""
    counts[:, :] = 0
    for c in range(len(counties)):
        county = counties[c]
        for k in range(county.n_opened):
            village = villages[rank[county.first_village + k]]
            row = counts[village.kind]
            row[0] += 1
            if village.post >= POST_DESIGNATED and village.post <= POST_ACTIVE:
                row[1] += 1
            if village.post == POST_ACTIVE:
                row[2] += 1
            row[4] += village.worker_minutes // MINUTES_PER_HOUR
            row[5] += village.visits
    for v in range(len(villages)):
        if villages[v].space_month != NO_MONTH:
            counts[villages[v].kind, 3] += 1


def observe_posts(observed, month, state, rank):
    """Store posts by kind, seats, and counties by stage at the end of a month."""
    counties = state.counties
    count_posts_by_kind(state.villages, rank, counties, observed.posts[month])
    observed.seats[month] = int(counties["seats"].sum()), int(counties["seats_used"].sum())
    observed.stages[month] = np.bincount(counties["stage"], minlength=N_STAGES)
    for column, name in enumerate(PROVINCE_FIELDS):
        observed.provinces[month, :, column] = np.bincount(
            counties["province"], weights=counties[name], minlength=observed.provinces.shape[1]
        )
    if observed.covered.shape[1]:
        observed.covered[month] = state.villages["post"] == POST_ACTIVE
    row = observed.counties[month]
    for name, source in (("posts_filled", "n_posts"), ("villages_active", "n_active"), ("stage", "stage")):
        row[:, COUNTY_MEASURES.index(name)] = counties[source]


def observe_money(observed, month, costs, payments, gap):
    """Store the month's money by category, payer and county."""
    observed.money[month], observed.payers[month] = costs.sum(axis=0), payments.sum(axis=0)
    observed.gap[month] = gap.sum()
    observed.counties[month][:, COUNTY_MEASURES.index("cost_fen")] = costs.sum(axis=1)
