"""What is seen of a run: monthly counts by service and group, by county, and of posts and money.

Observers read the integer tallies after the phases of a month and store them; they change nothing that a
phase reads, except that the flows of the month are set back to zero. Numerators and denominators are stored,
never only ratios.
"""

from typing import NamedTuple

import numpy as np

from columns.compiling import kernel, part
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
from columns.numbers import Whole
from columns.tallies import (
    COLUMN,
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
    WEALTH_COLUMNS,
    WEALTH_MET,
    WEALTH_UNMET,
    WIDTH,
)
from model.calendar import START_MONTH_OF_YEAR
from model.codes import MINUTES_PER_HOUR
from model.counties import load_provinces
from model.evidence import publish_coverage
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
SUMMED = np.array([[k in columns for k in range(WIDTH)] for columns in FROM_TALLY.values()])
"""The same as a table, (measures, WIDTH)."""
COUNTY_MEASURES = ("children", *FROM_TALLY, "posts_filled", "villages_active", "stage", "cost_fen")
CHILDREN, *_, POSTS_FILLED, ACTIVE, STAGE, COST = range(len(COUNTY_MEASURES))
FILED = COUNTY_MEASURES.index("filed")


class Observed(NamedTuple):
    """Arrays of a run; months are rows, months not yet run are zero."""

    strata: np.ndarray  # (months, STRATA, services, WIDTH) int32
    wealth_met: np.ndarray  # (months, services, WEALTH_BINS) int32 children whose need is met at month end
    wealth_needed: np.ndarray  # (months, services, WEALTH_BINS) int32 those, and children with an open need
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
    waits_by_month: np.ndarray  # (months, services, WAIT_OUTCOMES, WAIT_BINS) int32, since the start
    provinces: np.ndarray  # (months, provinces, 3) int64 posts filled, active, opened
    covered: np.ndarray  # (months, villages) bool, has a trained worker; no villages without an event log


def make_observed(n_months: int, n_counties: int, n_services: int, n_logged: int = 0) -> Observed:
    """Empty arrays for so many months, counties and services, and villages whose workers are logged."""

    def zeros(*shape: int) -> np.ndarray:
        return np.zeros(shape, dtype=np.int64)

    def counts(*shape: int) -> np.ndarray:  # as wide as the tallies that they come from
        return np.zeros(shape, dtype=np.int32)

    years = n_months // 12 + 2
    return Observed(
        strata=counts(n_months, len(STRATA), n_services, WIDTH),
        wealth_met=counts(n_months, n_services, WEALTH_BINS),
        wealth_needed=counts(n_months, n_services, WEALTH_BINS),
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
        waits_by_month=counts(n_months, n_services, len(WAIT_OUTCOMES), WAIT_BINS),
        provinces=zeros(n_months, len(load_provinces()), len(PROVINCE_FIELDS)),
        covered=np.zeros((n_months, n_logged), dtype=bool),
    )


@part
def observe(state, tables, observed, accounts, rank, month):
    """Publish what peers may see of a month, store what can be counted, and set its flows back to zero."""
    publish_coverage(state.counties, state.villages)
    add_up_threads(state.tally)
    for meter in range(state.meters.shape[1]):
        total = np.int64(0)
        for thread in range(len(state.meters)):
            total += state.meters[thread, meter]
        observed.meters[month, meter] = total
    rows = observed.counties[month]
    count_children(
        state.tally[0], state.county_tally, state.counties, state.sectors,
        observed.strata[month], observed.wealth_met[month], observed.wealth_needed[month],
        observed.waits, observed.waits_by_month[month], observed.children[month : month + 1],
        rows, observed.county_services[(month + START_MONTH_OF_YEAR - 1) // 12],
    )  # fmt: skip
    count_desks(state.desks, len(state.counties) + len(state.townships), observed.desks[month])
    clear_flows(state.tally, state.county_tally, tables.services)
    count_posts(
        state.counties, state.villages, rank, observed.posts[month], observed.seats[month],
        observed.stages[month], observed.provinces[month], rows,
    )  # fmt: skip
    for v in range(observed.covered.shape[1]):
        observed.covered[month, v] = state.villages[v].post == POST_ACTIVE
    observe_money(observed, accounts, rows, month)


@part
def add_up_threads(tally):
    """Bring what all threads counted to the first of them."""
    for thread in range(1, len(tally)):
        for i in range(tally.shape[1]):
            tally[0, i] += tally[thread, i]
            tally[thread, i] = 0


@kernel
def clear_flows(tally: np.ndarray, county_tally: np.ndarray, services: np.recarray) -> None:
    """Set all counts of what happens during a month back to zero; ``tally`` is that of all threads.

    What does not last counts as met in the month it is given.
    """
    n_services = county_tally.shape[1]
    for c in range(len(county_tally)):
        for s in range(n_services):
            for k in range(N_STATES, WIDTH):
                county_tally[c, s, k] = 0
    first_wealth = n_services * WIDTH * COLUMN
    for thread in range(len(tally)):
        for s in range(n_services):
            for i in range((s * WIDTH + N_STATES) * COLUMN, (s + 1) * WIDTH * COLUMN):
                tally[thread, i] = 0
            if not services[s].durable:
                met = first_wealth + (s * WEALTH_COLUMNS + WEALTH_MET) * WEALTH_BINS
                for i in range(met, met + WEALTH_BINS):
                    tally[thread, i] = 0


@part
def count_children(
    tally: np.ndarray,
    county_tally: np.ndarray,
    counties: np.recarray,
    sectors: np.recarray,
    strata: np.ndarray,
    met: np.ndarray,
    needed: np.ndarray,
    waits: np.ndarray,
    waits_now: np.ndarray,
    children: np.ndarray,
    rows: np.ndarray,
    of_year: np.ndarray,
) -> None:
    """Fill a month's counts by stratum and by county (``rows``), and the year's by county (``of_year``).

    ``tally`` is that of the first thread, which has the sum; from ``strata`` on arrays are written.
    """
    # Number by number: what numba compiles to assign or select arrays takes two seconds.
    n_services = county_tally.shape[1]
    first_wealth = n_services * WIDTH * COLUMN
    first_wait = first_wealth + n_services * WEALTH_COLUMNS * WEALTH_BINS
    for s in range(n_services):
        for k in range(WIDTH):
            strata[0, s, k] = 0
        for region in range(1 + N_COUNTED, len(strata)):
            for k in range(WIDTH):
                strata[region, s, k] = 0
        for g in range(N_COUNTED):
            for k in range(WIDTH):
                strata[1 + g, s, k] = tally[(s * WIDTH + k) * COLUMN + g]
        wealth = first_wealth + s * WEALTH_COLUMNS * WEALTH_BINS
        for i in range(WEALTH_BINS):
            met[s, i] = tally[wealth + WEALTH_MET * WEALTH_BINS + i]
            needed[s, i] = met[s, i] + tally[wealth + WEALTH_UNMET * WEALTH_BINS + i]
        for outcome in range(waits.shape[1]):
            for i in range(WAIT_BINS):
                ended = tally[first_wait + (s * waits.shape[1] + outcome) * WAIT_BINS + i]
                waits[s, outcome, i] = waits_now[s, outcome, i] = ended
    for c in range(len(counties)):
        region = strata[1 + N_COUNTED + counties[c].region]
        for measure in range(rows.shape[1]):
            rows[c, measure] = 0
        for k in range(WIDTH):
            whole = np.int64(0)
            for s in range(n_services):
                count = np.int64(county_tally[c, s, k])
                whole += count
                strata[0, s, k] += count
                region[s, k] += count
                of_year[c, s, k] = count + (of_year[c, s, k] if k >= N_STATES else 0)
            for measure in range(len(SUMMED)):
                if SUMMED[measure, k]:
                    rows[c, 1 + measure] += whole
    children[0] = 0
    for i in range(len(sectors)):
        rows[sectors[i].county, CHILDREN] += sectors[i].n_children
        children[0] += sectors[i].n_children


@part
def count_desks(desks: np.recarray, n_places: Whole, counts: np.ndarray) -> None:
    """Fill minutes offered and used and the queues by service, over all desks of offices; (services, 4)."""
    counts[:, :] = 0
    n = len(counts)
    for place in range(n_places):
        for s in range(n):
            desk, row = desks[place * n + s], counts[s]
            row[0] += np.int64(desk.offered)
            row[1] += np.int64(desk.used)
            row[2] += np.int64(desk.queue)
            row[3] += np.int64(desk.queue_minutes)


@part
def count_posts(
    counties: np.recarray,
    villages: np.recarray,
    rank: np.ndarray,
    by_kind: np.ndarray,
    seats: np.ndarray,
    stages: np.ndarray,
    provinces: np.ndarray,
    rows: np.ndarray,
) -> None:
    """Count posts, seats and stages at the end of a month.

    By kind of unit (``by_kind``, KINDS × POSTS) over the villages that ever had a post; seats offered and
    used; counties by stage; by province (PROVINCE_FIELDS) and county.
    """
    for counts in (by_kind, provinces):
        counts[:, :] = 0
    seats[:] = 0
    stages[:] = 0
    for c in range(len(counties)):
        county = counties[c]
        for k in range(county.n_opened):
            village = villages[rank[county.first_village + k]]
            row = by_kind[village.kind]
            row[0] += 1
            if village.post >= POST_DESIGNATED and village.post <= POST_ACTIVE:
                row[1] += 1
            if village.post == POST_ACTIVE:
                row[2] += 1
            row[4] += village.worker_minutes // MINUTES_PER_HOUR
            row[5] += village.visits
        seats[0] += county.seats
        seats[1] += county.seats_used
        stages[county.stage] += 1
        of_province, of_county = provinces[county.province], rows[c]
        of_province[0] += county.n_posts
        of_province[1] += county.n_active
        of_province[2] += county.n_opened
        of_county[POSTS_FILLED] = county.n_posts
        of_county[ACTIVE] = county.n_active
        of_county[STAGE] = county.stage
    for v in range(len(villages)):
        if villages[v].space_month != NO_MONTH:
            by_kind[villages[v].kind, 3] += 1


@part
def observe_money(observed, accounts, rows, month):
    """Store the month's money by category and payer, and by county (``rows``)."""
    observed.gap[month] = 0
    for k in range(len(CATEGORIES)):
        observed.money[month, k] = 0
    for k in range(len(PAYERS)):
        observed.payers[month, k] = 0
    for c in range(len(rows)):
        rows[c, COST] = 0
        for k in range(len(CATEGORIES)):
            observed.money[month, k] += accounts.costs[c, k]
            rows[c, COST] += accounts.costs[c, k]
        for k in range(len(PAYERS)):
            observed.payers[month, k] += accounts.payments[c, k]
        observed.gap[month] += accounts.gap[c]
