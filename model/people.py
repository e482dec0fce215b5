"""Fill the places of a world with households and children, as they stand at the start of month 0.

Everything here is drawn once per run from the seed: how many child places a household has, how well off it
is, who looks after the children, how old they are, and how far each of their needs has come. The needs are
drawn from the stationary world (:mod:`model.stationary`), so the first months are no transient.
"""

import numpy as np

from columns.by_address import by_address
from columns.compiling import kernel, part
from columns.draws import draw, happens, uniform
from columns.layout import (
    CARE_GRANDPARENTS,
    CARE_ONE_PARENT,
    CARE_PARENTS,
    HOUSEHOLD_HIV,
    HOUSEHOLD_MIGRANT,
    HOUSEHOLD_MINORITY,
    HOUSEHOLD_STRAINED,
)
from columns.numbers import Whole
from columns.sorting import ROOM, sort_by_key
from columns.state import State, Tables
from columns.streams import stream
from columns.tallies import WEALTH_BINS
from columns.words import MAX_COUNTY_SLOTS, MAX_COUNTY_VILLAGES, MAX_VILLAGE_SLOTS
from model.codes import CHILDHOOD_MONTHS
from model.learning import ROUND, TRUST_UNIT
from model.population import (
    AFTER_CANDIDATE,
    AFTER_MILESTONE,
    ALWAYS,
    books_of,
    set_clock,
    settle_child,
    vacate,
)
from model.visits import NEVER

SLOTS = stream("household.slots")
POOR = stream("household.poor")
WEALTH = stream("household.wealth")
MINORITY = stream("household.minority")
MIGRANT = stream("household.migrant")
HIV = stream("household.hiv")
CAREGIVER = stream("household.caregiver")
COPING = stream("household.coping")
PLACE = stream("child.slot_at_start")
AGE = stream("sector.age_order")
REVIEW_MONTH = stream("village.review_month")

MOST_SLOTS = 4  # child places of a household
EXTRA_SLOTS = MOST_SLOTS - 1
GOLDEN_STEP = 0.6180339887498949  # fraction of the golden section: its multiples spread evenly over 0–1


@part
def slots_of_household(village_key, number, mean_slots):
    """Child places of a household: 1 to MOST_SLOTS with the given mean (one plus a binomial number)."""
    share = (mean_slots - 1.0) / EXTRA_SLOTS
    slots = 1
    for extra in range(EXTRA_SLOTS):
        if happens(draw(village_key, SLOTS, ALWAYS, number * MOST_SLOTS + extra), share):
            slots += 1
    return slots


@kernel
def count_households(villages: np.recarray, rules: np.recarray) -> np.ndarray:
    """Households that the child slots of each village fill, int32 per village."""
    counts = np.zeros(len(villages), dtype=np.int32)
    for v in range(len(villages)):
        placed, number = 0, 0
        while placed < villages[v].n_slots:
            placed += slots_of_household(villages[v].key, number, rules.household_slots_base)
            number += 1
        counts[v] = number
    return counts


@part
def settle_households(state, tables, first, last):
    """Draw the households of villages ``first`` to ``last`` (exclusive) and number their slots."""
    rules = tables.rules[0]
    trust = np.uint16(rules.trust_start * TRUST_UNIT + ROUND)
    for v in range(first, last):
        village = state.villages[v]
        county = state.counties[village.county]
        slot = 0
        for number in range(village.n_households):
            household = state.households[village.first_household + number]
            household.first_slot = np.uint16(slot)
            household.trust, household.trust_month, household.visit_month = (
                trust,
                np.uint8(0),
                np.uint8(NEVER),
            )
            household.wealth = np.uint8(wealth_of(village, county, number))
            household.family = np.uint8(flags_of(village, rules, number))
            end = min(
                slot + slots_of_household(village.key, number, rules.household_slots_base), village.n_slots
            )
            state.household[village.first_slot + slot : village.first_slot + end] = np.uint16(number)
            slot = end
        village.trust_sum = np.int64(trust) * village.n_households
        village.review_offset = np.int64(uniform(draw(village.key, REVIEW_MONTH, ALWAYS, 0)) * 12)


@part
def wealth_of(village, county, number):
    """Wealth percentile: poor households of a village lie below the county's poverty line, others above."""
    line = county.poor_percentiles
    level = uniform(draw(village.key, WEALTH, ALWAYS, number))
    if happens(draw(village.key, POOR, ALWAYS, number), village.poverty):
        return min(np.int64(level * line), WEALTH_BINS - 1)
    return min(line + np.int64(level * (WEALTH_BINS - line)), WEALTH_BINS - 1)


@part
def flags_of(village, rules, number):
    """Draw caregiver, strain, minority, migration and HIV of a household."""
    flags = CARE_PARENTS
    away = uniform(draw(village.key, CAREGIVER, ALWAYS, number))
    if away < village.left_behind:
        one = away < village.left_behind * rules.one_parent_away_share
        flags = CARE_ONE_PARENT if one else CARE_GRANDPARENTS
    if happens(draw(village.key, COPING, ALWAYS, number), rules.caregiver_strained_share):
        flags |= HOUSEHOLD_STRAINED
    if happens(draw(village.key, MINORITY, ALWAYS, number), village.minority):
        flags |= HOUSEHOLD_MINORITY
    if happens(draw(village.key, MIGRANT, ALWAYS, number), village.migrant):
        flags |= HOUSEHOLD_MIGRANT
    if happens(draw(village.key, HIV, ALWAYS, number), village.hiv_affected):
        flags |= HOUSEHOLD_HIV
    return flags


@part
def settle_sector(state, tables, s, upto, children, thread, scratch):
    """Place the children of one sector, with exact numbers by age, and queue the vacant slots.

    Parameters
    ----------
    s : int
        Sector.
    upto : int array, shape (216,)
        Children up to each age in months.
    children : int64 array, one per village
        Children of each village; the sector's add up to the last of ``upto``.
    scratch : tuple of arrays
        Vacant slots (int64), their order (uint64), slots (int64) and keys (uint64) of a village.
    """
    sector = state.sectors[s]
    c = sector.county
    county, arena = state.counties[c], state.arenas[c]
    books = books_of(state, c, thread)
    total = upto[CHILDHOOD_MONTHS - 1]
    shift = uniform(draw(sector.key, AGE, ALWAYS, 0))
    vacant, order, slots, keys = scratch
    n_vacant, placed = 0, 0
    for v in range(sector.first_village, sector.first_village + sector.n_villages):
        village = state.villages[v]
        for i in range(village.n_slots):
            keys[i], slots[i] = draw(village.key, PLACE, ALWAYS, i), village.first_slot + i
        sort_by_key(keys, slots, village.n_slots)
        for i in range(village.n_slots):
            slot = slots[i]
            if i < children[v]:
                # Ages follow a golden-section sequence: as good as random, and each cohort nearly exact.
                fraction = shift + placed * GOLDEN_STEP
                position = np.int64((fraction - np.floor(fraction)) * total)
                age = age_at(upto, position, total)
                key = settle_child(books, state, tables, county, arena, slot, v, 0, age)
                which = AFTER_CANDIDATE if tables.is_milestone[age] else AFTER_MILESTONE
                set_clock(state, tables, slot, key, age, 0, which)
                placed += 1
            else:
                vacant[n_vacant], order[n_vacant] = slot, keys[i]
                n_vacant += 1
    sector.n_children = placed
    sort_by_key(order, vacant, n_vacant)
    for i in range(n_vacant):
        vacate(state, sector, county, vacant[i])


@part
def age_at(upto, position, total):
    """Age in months of the child at a position when all are lined up by age; cohorts are of like size."""
    age = position * CHILDHOOD_MONTHS // total
    while upto[age] <= position:
        age += 1
    while age > 0 and upto[age - 1] > position:
        age -= 1
    return age


@kernel
def settle_counties(
    state: State,
    tables: Tables,
    upto: np.ndarray,
    children: np.ndarray,
    first: Whole,
    last: Whole,
    thread: Whole,
    scratch: tuple[np.ndarray, ...],
) -> None:
    """Fill counties ``first`` to ``last`` (exclusive): households, then children sector by sector."""
    state, tables = by_address(state), by_address(tables)
    for c in range(first, last):
        county = state.counties[c]
        settle_households(state, tables, county.first_village, county.first_village + county.n_villages)
        for s in range(2 * c, 2 * c + 2):
            settle_sector(state, tables, s, upto[s], children, thread, scratch)


def check_sizes(counties: np.ndarray, villages: np.ndarray) -> None:
    """Refuse what is too large for the bits in which places are numbered (:mod:`columns.words`).

    Raises
    ------
    ValueError
        Naming the size of the largest county or village.
    """
    for what, sizes, of, most in (
        ("village", villages["n_slots"], "places for children", MAX_VILLAGE_SLOTS),
        ("county", counties["n_slots"], "places for children", MAX_COUNTY_SLOTS),
        ("county", counties["n_villages"], "villages", MAX_COUNTY_VILLAGES),
    ):
        largest = int(sizes.max(initial=0))
        if largest > most:
            raise ValueError(f"a {what} has {largest:,} {of}; at most {most:,} are supported")


def settling_scratch(state: State) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Arrays that one thread needs to fill a county: two as long as the largest sector, two as a village."""
    sector = int(state.sectors["n_slots"].max(initial=1)) * ROOM + 1
    village = int(state.villages["n_slots"].max(initial=1)) * ROOM + 1
    return (
        np.zeros(sector, dtype=np.int64),
        np.zeros(sector, dtype=np.uint64),
        np.zeros(village, dtype=np.int64),
        np.zeros(village, dtype=np.uint64),
    )
