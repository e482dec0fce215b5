"""Counting while it happens: integer increments at every change of state, by service and group.

Per service there are ``WIDTH`` columns: the stock of children in each state, then the flows of the month.
Every county has such a table. Every thread has one by group of children, wealth quintiles included, with the
groups of a column side by side, so that one change of state touches few lines of memory; and, by wealth
percentile, the met and the unmet. Tables of threads are merged after the month; all are integers, so the sums
do not depend on the order or the number of threads.
"""

from collections.abc import Mapping

import numpy as np

from columns.bits import lowest_bit
from columns.compiling import inlined, part
from columns.layout import (
    CHILD_DISABLED,
    CHILD_HIV,
    CHILD_UNATTENDED,
    HOUSEHOLD_CARE,
    HOUSEHOLD_HIV,
    HOUSEHOLD_MIGRANT,
    HOUSEHOLD_MINORITY,
    N_STATES,
    NOT_ELIGIBLE,
    SERVED,
    UNMET,
)
from columns.vectors import LANES, add_at_bits
from columns.words import KEPT_BITS, make_word, state_of

FLOWS = (
    "came_in_need",  # children who come, or reach an age limit, with an open need; not those of the start
    "opened",  # a spell begins
    "found",  # a worker notices it
    "agreed",  # the family accepts help
    "filed_alone",
    "filed_helped",
    "filed_helped_first",  # the child's first helped filing for this service
    "served_alone",
    "served_helped",
    "served_within_limit",  # of the served: within the limit of waiting (3 months)
    "wait_months",  # sum over the served, filing to serving
    "gave_up",
    "refused",
    "told_not_eligible",
    "ended",  # without a service
    "left",  # aged out, moved away or lost the status while open
    "reviewed",
    "lapsed",  # lost what it had been served
    "cohort_opened",
    "cohort_covered",
    "cohort_found",
    "cohort_filed",
    "cohort_in_time",
)
(
    F_CAME, F_OPENED, F_FOUND, F_AGREED, F_FILED_ALONE, F_FILED_HELPED, F_FILED_HELPED_FIRST, F_SERVED_ALONE,
    F_SERVED_HELPED, F_SERVED_WITHIN, F_WAIT_MONTHS, F_GAVE_UP, F_REFUSED, F_NOT_ELIGIBLE, F_ENDED, F_LEFT,
    F_REVIEWED, F_LAPSED, F_COHORT_OPENED, F_COHORT_COVERED, F_COHORT_FOUND, F_COHORT_FILED, F_COHORT_IN_TIME,
) = (N_STATES + i for i in range(len(FLOWS)))  # fmt: skip
WIDTH = N_STATES + len(FLOWS)

GROUPS = (
    "remote",
    "minority",
    "left_behind",
    "disabled",
    "young",
    "unattended",
    "hiv_affected",
    "migrant",
    "pilot",
    "poor",
)
G_REMOTE, G_MINORITY, G_LEFT_BEHIND, G_DISABLED, G_YOUNG, G_UNATTENDED, G_HIV, G_MIGRANT, G_PILOT, G_POOR = (
    1 << i for i in range(len(GROUPS))
)
OF_FAMILY = {
    HOUSEHOLD_MINORITY: G_MINORITY,
    HOUSEHOLD_CARE: G_LEFT_BEHIND,
    HOUSEHOLD_HIV: G_HIV,
    HOUSEHOLD_MIGRANT: G_MIGRANT,
}
OF_CHILD = {CHILD_DISABLED: G_DISABLED, CHILD_UNATTENDED: G_UNATTENDED, CHILD_HIV: G_HIV}
"""Groups that follow from any of some bits of a family or a child."""


def groups_by_byte(groups: Mapping[int, int]) -> np.ndarray:
    """Groups for every value of a byte of bits, shape (256,)."""
    return np.array([sum({group for bits, group in groups.items() if byte & bits}) for byte in range(256)])


FAMILY_GROUPS, CHILD_GROUPS = groups_by_byte(OF_FAMILY), groups_by_byte(OF_CHILD)
N_GROUPS = len(GROUPS)
QUINTILES = 5
N_COUNTED = N_GROUPS + QUINTILES  # groups and quintiles, in this order of bits
COLUMN = LANES
"""Numbers of a column of a thread: one for each that is counted, the rest of a full vector unused."""
WEALTH_BINS = 100
PER_QUINTILE = WEALTH_BINS // QUINTILES
WEALTH_SHIFT = 16
WEALTH_MET, WEALTH_UNMET, WEALTH_COLUMNS = 0, 1, 2
MET_STATES = 1 << SERVED
UNMET_STATES = sum(1 << state for state in range(UNMET, N_STATES) if state not in (SERVED, NOT_ELIGIBLE))
"""States that count among the met and the unmet of a wealth percentile, as bits."""
NO_FLOW = -1

LOG_SERVICE, LOG_OLD, LOG_NEW, LOG_BIRTH = np.uint64(32), np.uint64(37), np.uint64(41), np.uint64(45)
LOG_GROUPS, LOG_GROUP_MASK = np.uint64(53), np.int64((1 << N_GROUPS) - 1)

# Outcomes of a filed case, for waiting times with competing risks.
WAIT_SERVED, WAIT_GAVE_UP, WAIT_LEFT, WAIT_REFUSED = range(4)
WAIT_OUTCOMES = ("served", "gave_up", "left", "refused")
WAIT_BINS = 64

# Work done, for the cost meter.
METERS = ("visits", "candidates", "open_spells", "queue_entries", "child_months")
M_VISITS, M_CANDIDATES, M_OPEN, M_QUEUE, M_CHILDREN = range(len(METERS))


def tally_size(n_services: int) -> int:
    """Length of one thread's table: counts by group, counts by wealth percentile, histograms of waits."""
    return n_services * (WIDTH * COLUMN + WEALTH_COLUMNS * WEALTH_BINS + len(WAIT_OUTCOMES) * WAIT_BINS)


@inlined
def groups_of(traits, household, village, age, young_months, poor_line):
    """Groups and wealth quintile of a child as bits, with the wealth percentile above ``WEALTH_SHIFT``."""
    wealth = np.int64(household.wealth)
    groups = (wealth << WEALTH_SHIFT) | (1 << (N_GROUPS + wealth // PER_QUINTILE))
    groups |= FAMILY_GROUPS[household.family] | CHILD_GROUPS[traits]
    groups |= G_REMOTE * np.int64(village.remote != 0) | G_PILOT * np.int64(village.pilot != 0)
    groups |= G_YOUNG * np.int64(age < young_months) | G_POOR * np.int64(wealth < poor_line)
    return groups


@part
def add(books, service, column, groups, amount):
    """Add ``amount`` to one column for the county and every group of a child; stocks count by wealth too."""
    books.county_tally[service, column] += amount
    add_at_bits(books.tally, (service * WIDTH + column) * COLUMN, groups, amount)
    if column < N_STATES:
        count_wealth(books, service, column, groups, amount)


@inlined
def count_wealth(books, service, state, groups, amount):
    """Count a child of its wealth percentile among those whose need is met or unmet, as its state says.

    A child that was told it is not eligible counts as neither.
    """
    start = wealth_of(books, service, groups)
    books.tally[start + WEALTH_MET * WEALTH_BINS] += ((MET_STATES >> state) & 1) * amount
    books.tally[start + WEALTH_UNMET * WEALTH_BINS] += ((UNMET_STATES >> state) & 1) * amount


@inlined
def wealth_of(books, service, groups):
    """Position of a wealth percentile in the first of its columns."""
    n_services = books.county_tally.shape[0]
    first = n_services * WIDTH * COLUMN + service * (WEALTH_COLUMNS * WEALTH_BINS)
    return first + (groups >> WEALTH_SHIFT)


@inlined
def log_event(log, slot, service, old, new, birth, groups):
    """Append one change of state to the event log if it is on; log[0] counts, an overfull log counts on.

    An event from a state to itself says that a worker learnt of the need while the family went on by itself.
    """
    position = np.int64(log[0]) + 1
    if len(log) > 1:
        log[0] = np.uint64(position)
        if position < len(log):
            log[position] = (
                np.uint64(slot)
                | (np.uint64(service) << LOG_SERVICE)
                | (np.uint64(old) << LOG_OLD)
                | (np.uint64(new) << LOG_NEW)
                | (np.uint64(birth) << LOG_BIRTH)
                | (np.uint64(groups & LOG_GROUP_MASK) << LOG_GROUPS)
            )


@part
def move(books, slot, service, new, flow, month, groups, birth):
    """Put one need into a new state and count it, with one flow if ``flow`` is not NO_FLOW.

    Everything that a change of state counts is done in one pass over the groups: this is the most frequent
    piece of work of the model.
    """
    word = books.needs[slot, service]
    old = state_of(word)
    books.needs[slot, service] = make_word(word & KEPT_BITS, new, month)
    flows = 1
    if flow == NO_FLOW:
        flow, flows = old, 0
    county, tally = books.county_tally, books.tally
    county[service, old] -= 1
    county[service, new] += 1
    county[service, flow] += flows
    first = service * WIDTH * COLUMN
    add_at_bits(tally, first + old * COLUMN, groups, -1)
    add_at_bits(tally, first + new * COLUMN, groups, 1)
    add_at_bits(tally, first + flow * COLUMN, groups, flows)
    count_wealth(books, service, old, groups, -1)
    count_wealth(books, service, new, groups, 1)
    log_event(books.log, slot, service, old, new, birth, groups)


@part
def move_groups(books, slot, old_groups, new_groups):
    """Carry a child's stocks from its old groups to its new ones (a birthday, a changed family)."""
    changed = old_groups ^ new_groups  # one of them, as a rule
    while changed:
        group = lowest_bit(changed)
        changed &= changed - 1
        amount = 1 if (new_groups >> group) & 1 else -1
        for service in range(books.county_tally.shape[0]):
            state = state_of(books.needs[slot, service])
            books.tally[(service * WIDTH + state) * COLUMN + group] += amount


@part
def count_child(books, slot, groups, amount):
    """Add a child that comes (1) to the stocks of its needs by state, or take one that goes (-1) away."""
    for service in range(books.county_tally.shape[0]):
        state = state_of(books.needs[slot, service])
        books.county_tally[service, state] += amount
        add_at_bits(books.tally, (service * WIDTH + state) * COLUMN, groups, amount)
        count_wealth(books, service, state, groups, amount)


@inlined
def count_wait(books, service, outcome, wait):
    """Count the end of a filed case by outcome and months waited; the last bin is open-ended."""
    bin_ = min(wait, WAIT_BINS - 1)
    start = books.county_tally.shape[0] * (WIDTH * COLUMN + WEALTH_COLUMNS * WEALTH_BINS)
    books.tally[start + (service * len(WAIT_OUTCOMES) + outcome) * WAIT_BINS + bin_] += 1
