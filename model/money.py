"""Public money: what things cost, who pays, and what a county can afford.

County kernels count what happened in integers (posts opened, worker-months, minutes of a clerk, trips, …);
one serial step multiplies the counts by unit costs. Money is whole fen (0.01 yuan) at constant prices of
``price_year``, so sums are exact in any order and payers add up to the total.

Where a budget binds, a county's monthly envelope is divided beforehand into a part for posts, one for desk
hours and one for child-friendly spaces. Each part is spent by one phase only, never exceeded, and what is
left at the end of the month is returned. Staff that plans add at desks is paid outside it, whoever decides
so finds the money; case work, trips and allowances are entitlements outside it.
"""

import math
from typing import NamedTuple

import numpy as np

from columns.compiling import kernel, part
from columns.layout import SERVED, STAGE_UNIVERSAL
from columns.numbers import Truth, Whole
from model.codes import GROUP_DISABLED, GROUP_POOR, GROUP_UNATTENDED, MINUTES_PER_HOUR, PLAN_BOUGHT

COUNTERS = (
    "posts_opened",
    "workers_trained",
    "dedicated_months",
    "part_time_months",
    "supervision_minutes",
    "spaces_opened",
    "space_months",
    "desk_minutes_bought",
    "desk_minutes_added",
    "desk_minutes_elastic",
    "trips",
    "case_fen",
    "orphan_allowance_months",
    "subsistence_allowance_months",
    "disability_subsidy_months",
    "posts_unfunded",
)
"""What is counted per county and month, the columns of ``counters`` (int64).

``dedicated_months`` and ``part_time_months`` count workers as if each village had its own; with cluster posts
they are divided by ``villages_per_post`` when they are paid. ``desk_minutes_added`` is what plans and
levers add to the staff of offices, used or not; fewer staff from the start saves nothing. ``case_fen`` is
a sum of unit costs of services.
``posts_unfunded`` counts posts that were wanted and had no money; a trip to the county seat counts twice.
"""
(
    POSTS_OPENED,
    WORKERS_TRAINED,
    DEDICATED_MONTHS,
    PART_TIME_MONTHS,
    SUPERVISION_MINUTES,
    SPACES_OPENED,
    SPACE_MONTHS,
    DESK_MINUTES_BOUGHT,
    DESK_MINUTES_ADDED,
    DESK_MINUTES_ELASTIC,
    TRIPS,
    CASE_FEN,
    ORPHAN_ALLOWANCE_MONTHS,
    SUBSISTENCE_ALLOWANCE_MONTHS,
    DISABILITY_SUBSIDY_MONTHS,
    POSTS_UNFUNDED,
) = range(len(COUNTERS))

CATEGORIES = (
    "training",
    "start_up",
    "pay",
    "supervision",
    "spaces",
    "desk_hours",
    "desk_staff",
    "trips",
    "cases",
    "cash_allowances",
)
(
    TRAINING, START_UP, PAY, SUPERVISION, SPACES, DESK_HOURS, DESK_STAFF, TRIP_COSTS, CASES, CASH,
) = range(len(CATEGORIES))  # fmt: skip
ONE_OFF = (TRAINING, START_UP)
"""Categories that are not recurrent; spaces and desk hours count as recurrent."""
IN_ENVELOPE = (TRAINING, START_UP, PAY, SUPERVISION, SPACES, DESK_HOURS)
"""Categories that a binding budget limits."""
PROGRAMME = (*IN_ENVELOPE, DESK_STAFF)
"""Categories that somebody decides to spend; the others follow from who is served."""

PAYERS = ("central", "province", "county")
CENTRAL, PROVINCIAL, LOCAL = range(len(PAYERS))

ALLOWANCES = {
    GROUP_UNATTENDED: ORPHAN_ALLOWANCE_MONTHS,
    GROUP_POOR: SUBSISTENCE_ALLOWANCE_MONTHS,
    GROUP_DISABLED: DISABILITY_SUBSIDY_MONTHS,
}
"""The counter of months for which an allowance is paid, by the group that is entitled to it."""
NOT_AN_ALLOWANCE = -1

FEN_PER_YUAN = 100
UNLIMITED_FEN = 1 << 60
"""Envelope where the budget does not bind."""


@kernel
def fen(yuan: float) -> Whole:
    """Turn yuan into whole fen: f of equation (18)."""
    return np.int64(math.floor(yuan * FEN_PER_YUAN + 0.5))


@kernel
def post_month_fen(dedicated: Whole, workers: Whole, rules: np.recarray) -> Whole:
    """Pay of one village's post for a month, in fen, rounded up; cluster posts divide a worker's pay."""
    yuan = rules[0].pay_dedicated_yuan_per_month if dedicated == 1 else rules[0].pay_part_time_yuan_per_month
    return divided_up(fen(yuan) * workers, villages_per_post(rules))


@kernel
def divided_up(whole: Whole, parts: Whole) -> Whole:
    """Integer division rounded up, so that many small parts never fall short of the whole."""
    return (whole + parts - 1) // parts


@kernel
def training_fen(rules: np.recarray) -> Whole:
    """Cost of training the worker of one village, in fen, rounded up."""
    return divided_up(seat_fen(rules), villages_per_post(rules))


@kernel
def seat_fen(rules: np.recarray) -> Whole:
    """Cost of one training seat for a whole course, in fen."""
    return fen(rules[0].seat_yuan * rules[0].training_days)


@kernel
def villages_per_post(rules: np.recarray) -> Whole:
    """Villages that share one worker, at least 1."""
    return max(np.int64(rules[0].villages_per_post), np.int64(1))


@kernel
def set_budgets(counties: np.recarray, rules: np.recarray) -> None:
    """Set every county's envelope B of equation (20), UNLIMITED_FEN where the budget does not bind."""
    for c in range(counties.shape[0]):
        if rules[0].budget_binds > 0.0:
            yuan = rules[0].county_budget_yuan_per_child_per_year * counties[c].children / 12
            counties[c].budget = fen(yuan)
        else:
            counties[c].budget = UNLIMITED_FEN


@kernel
def desk_envelope(county: np.record, rules: np.recarray) -> Whole:
    """Part of this month's envelope that may buy desk hours: D of equation (20), in fen."""
    if rules[0].desk_plan != PLAN_BOUGHT:
        return np.int64(0)
    return np.int64(math.floor(min(rules[0].desk_budget_share, 1.0) * county.budget))


@kernel
def space_envelope(county: np.record, rules: np.recarray) -> Whole:
    """Part of this month's envelope for child-friendly spaces: S of equation (20), in fen."""
    rest = county.budget - desk_envelope(county, rules)
    return min(np.int64(math.floor(rules[0].space_budget_share * county.budget)), rest)


@kernel
def post_envelope(county: np.record, rules: np.recarray) -> Whole:
    """Part of this month's envelope for posts: pay, training, start-up and supervision, in fen."""
    return county.budget - desk_envelope(county, rules) - space_envelope(county, rules)


@kernel
def typical_post_fen(county: np.record, rules: np.recarray) -> Whole:
    """Mean monthly cost of a post of this county's stage, supervision at the norm included, in fen."""
    if county.stage == STAGE_UNIVERSAL:
        part_time = rules[0].part_time_posts_share
    else:
        part_time = rules[0].part_time_pilot_posts_share
    pay = part_time * post_month_fen(0, 1, rules) + (1.0 - part_time) * post_month_fen(1, 1, rules)
    hours = rules[0].supervision_hours_per_post * rules[0].supervision
    return np.int64(math.floor(pay)) + fen(hours * rules[0].supervision_yuan_per_hour)


@kernel
def opening_fen(rules: np.recarray) -> Whole:
    """One-off cost of opening a post: start-up and the first training, in fen per village."""
    return fen(rules[0].post_opening_yuan) + training_fen(rules)


@kernel
def pilot_ended(month: Whole, rules: np.recarray) -> Truth:
    """True once the pilot project of 2010 no longer pays for its posts."""
    return rules[0].pilot_money_end_month >= 0.0 and month > rules[0].pilot_money_end_month


@kernel
def affordable_posts(county: np.record, rules: np.recarray) -> Whole:
    """How many posts a county could have this month with typical costs, equation (21): for handing out seats.

    The exact test, with the pay of each worker, is made when posts are staffed.
    """
    each = max(typical_post_fen(county, rules), 1)
    budget = post_envelope(county, rules)
    committed = each * county.n_opened
    if budget < committed:
        return budget // each
    return county.n_opened + (budget - committed) // (each + opening_fen(rules))


@kernel
def account_costs(
    counties: np.recarray,
    counters: np.ndarray,
    costs: np.ndarray,
    payments: np.ndarray,
    gap: np.ndarray,
    rules: np.recarray,
) -> None:
    """Turn the month's counters into money, equations (18), (19) and (22), and set the counters back to 0.

    Parameters
    ----------
    counties : record array
        ``spent`` is set to what the envelope paid for.
    counters : int64 array, shape (counties, len(COUNTERS))
    costs : int64 array, shape (counties, len(CATEGORIES))
        Fen of this month; set here.
    payments : int64 array, shape (counties, len(PAYERS))
        The same money by payer; rows add up to those of ``costs`` exactly. Set here.
    gap : int64 array, one per county
        Financing gap of this month in fen: posts without money and desk hours of elastic desks. Set here.
    rules : record array of one row
        Parameters in force this month.
    """
    shared = villages_per_post(rules)
    seat = seat_fen(rules)
    start_up = fen(rules[0].post_opening_yuan)
    dedicated = fen(rules[0].pay_dedicated_yuan_per_month)
    part_time = fen(rules[0].pay_part_time_yuan_per_month)
    supervision = fen(rules[0].supervision_yuan_per_hour)
    clerk = fen(rules[0].clerk_hour_yuan)
    opening = fen(rules[0].space_opening_yuan)
    running = fen(rules[0].space_running_yuan_per_month)
    trip = fen(rules[0].trip_yuan)
    orphan = fen(rules[0].orphan_allowance_yuan_per_month * rules[0].cash_multiplier)
    subsistence = fen(rules[0].subsistence_allowance_yuan_per_month * rules[0].cash_multiplier)
    disability = fen(rules[0].disability_subsidy_yuan_per_month * rules[0].cash_multiplier)
    shares = max(rules[0].county_share + rules[0].province_share, 1.0)
    for c in range(counties.shape[0]):
        n = counters[c]
        money = costs[c]
        elastic = n[DESK_MINUTES_ELASTIC] * clerk // MINUTES_PER_HOUR
        money[TRAINING] = n[WORKERS_TRAINED] * seat // shared
        money[START_UP] = n[POSTS_OPENED] * start_up
        money[PAY] = (n[DEDICATED_MONTHS] * dedicated + n[PART_TIME_MONTHS] * part_time) // shared
        money[SUPERVISION] = n[SUPERVISION_MINUTES] * supervision // MINUTES_PER_HOUR
        money[SPACES] = n[SPACES_OPENED] * opening + n[SPACE_MONTHS] * running
        money[DESK_HOURS] = n[DESK_MINUTES_BOUGHT] * clerk // MINUTES_PER_HOUR
        money[DESK_STAFF] = n[DESK_MINUTES_ADDED] * clerk // MINUTES_PER_HOUR + elastic
        money[TRIP_COSTS] = n[TRIPS] * trip
        money[CASES] = n[CASE_FEN]
        money[CASH] = (
            n[ORPHAN_ALLOWANCE_MONTHS] * orphan
            + n[SUBSISTENCE_ALLOWANCE_MONTHS] * subsistence
            + n[DISABILITY_SUBSIDY_MONTHS] * disability
        )
        spent = np.int64(0)
        for i in range(len(IN_ENVELOPE)):
            spent += money[IN_ENVELOPE[i]]
        counties[c].spent = spent
        gap[c] = elastic + n[POSTS_UNFUNDED] * typical_post_fen(counties[c], rules)
        total = np.int64(0)
        for i in range(len(CATEGORIES)):
            total += money[i]
        local = np.int64(math.floor(total * (rules[0].county_share / shares)))
        provincial = min(np.int64(math.floor(total * (rules[0].province_share / shares))), total - local)
        payments[c, LOCAL] = local
        payments[c, PROVINCIAL] = provincial
        payments[c, CENTRAL] = total - local - provincial
        for i in range(len(COUNTERS)):
            n[i] = 0


class Accounts(NamedTuple):
    """Money of the present month in fen, a row or number per county: see :func:`account_costs`."""

    costs: np.ndarray  # (counties, CATEGORIES)
    payments: np.ndarray  # (counties, PAYERS)
    gap: np.ndarray  # (counties,)
    allowances: np.ndarray  # (services,) the counter of months of each, NOT_AN_ALLOWANCE for other services


def make_accounts(n_counties: int, services: np.recarray) -> Accounts:
    """Return the accounts of a world before its first month."""
    counters = [ALLOWANCES[int(row.group)] if row.status else NOT_AN_ALLOWANCE for row in services]
    return Accounts(*money_arrays(n_counties)[1:], np.array(counters, dtype=np.int64))


@part
def close_accounts(state, tables, observed, accounts, month):
    """Turn what was done in a month into money by category and payer, allowances included."""
    counters = state.counters
    for k in range(len(COUNTERS)):
        observed.counters[month, k] = 0
    for c in range(len(counters)):
        for s in range(len(accounts.allowances)):
            if accounts.allowances[s] != NOT_AN_ALLOWANCE:
                counters[c, accounts.allowances[s]] += state.county_tally[c, s, SERVED]
        for k in range(len(COUNTERS)):
            observed.counters[month, k] += counters[c, k]
    account_costs(state.counties, counters, accounts.costs, accounts.payments, accounts.gap, tables.rules)


def money_arrays(n_counties: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return zeroed ``counters``, ``costs``, ``payments`` and ``gap``, a row or number per county; int64."""
    return (
        np.zeros((n_counties, len(COUNTERS)), dtype=np.int64),
        np.zeros((n_counties, len(CATEGORIES)), dtype=np.int64),
        np.zeros((n_counties, len(PAYERS)), dtype=np.int64),
        np.zeros(n_counties, dtype=np.int64),
    )
