"""Households at the start: how many child places each has, how well off it is, who looks after the children.

Drawn once per run from the seed, village by village. The draws of a household are made one after another and
turned into numbers without a branch: which of two ways a draw goes cannot be guessed, and a guess that fails
costs more than the draw.
"""

import numpy as np

from columns.compiling import inlined, kernel, part
from columns.draws import draw, happens, uniform
from columns.layout import (
    CARE_GRANDPARENTS,
    CARE_ONE_PARENT,
    HOUSEHOLD_HIV,
    HOUSEHOLD_MIGRANT,
    HOUSEHOLD_MINORITY,
    HOUSEHOLD_STRAINED,
)
from columns.streams import stream
from columns.tallies import WEALTH_BINS
from model.codes import MONTHS_OF_YEAR
from model.first_needs import ALWAYS
from model.learning import ROUND, TRUST_UNIT
from model.visits import NEVER

SLOTS = stream("household.slots")
POOR = stream("household.poor")
WEALTH = stream("household.wealth")
MINORITY = stream("household.minority")
MIGRANT = stream("household.migrant")
HIV = stream("household.hiv")
CAREGIVER = stream("household.caregiver")
COPING = stream("household.coping")
REVIEW_MONTH = stream("village.review_month")

MOST_SLOTS = 4  # child places of a household
EXTRA_SLOTS = MOST_SLOTS - 1


@inlined
def slots_of_household(village_key, number, mean_slots):
    """Child places of a household: 1 to MOST_SLOTS with the given mean (one plus a binomial number)."""
    share = (mean_slots - 1.0) / EXTRA_SLOTS
    slots = np.int64(1)
    for extra in range(EXTRA_SLOTS):
        slots += np.int64(happens(draw(village_key, SLOTS, ALWAYS, number * MOST_SLOTS + extra), share))
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
def settle_households(state, tables, first, last, rows):
    """Draw the households of villages ``first`` to ``last`` (exclusive) and number their slots.

    ``rows`` are three arrays of int64 for the wealth, flags and slots of as many households as a village has.
    """
    rules = tables.rules[0]
    trust = np.uint16(rules.trust_start * TRUST_UNIT + ROUND)
    wealth, family, sizes = rows
    for v in range(first, last):
        village = state.villages[v]
        n, n_slots = np.int64(village.n_households), np.int64(village.n_slots)
        draw_wealth(
            village.key, n, np.int64(state.counties[village.county].poor_percentiles), village.poverty, wealth
        )
        draw_families(village, n, rules, family)
        draw_sizes(village.key, n, rules.household_slots_base, sizes)
        slot = np.int64(0)
        for number in range(n):
            household = state.households[village.first_household + number]
            household.first_slot = np.uint16(slot)
            household.trust, household.trust_month, household.visit_month = (
                trust,
                np.uint8(0),
                np.uint8(NEVER),
            )
            household.wealth = np.uint8(wealth[number])
            household.family = np.uint8(family[number])
            number_slots(state.household, village.first_slot + slot, number, n_slots - slot)
            slot += sizes[number]
        village.trust_sum = np.int64(trust) * n
        village.review_offset = np.int64(uniform(draw(village.key, REVIEW_MONTH, ALWAYS, 0)) * MONTHS_OF_YEAR)


@inlined
def number_slots(household, first, number, room):
    """Number the slots of a household, and those up to the most it may have: the next will number its own."""
    if room >= MOST_SLOTS:
        for place in range(MOST_SLOTS):
            household[first + place] = np.uint16(number)
    else:
        for place in range(room):
            household[first + place] = np.uint16(number)


@inlined
def draw_wealth(key, n, line, poverty, wealth):
    """Wealth percentiles: poor households of a village lie below the county's poverty line, others above."""
    for number in range(n):
        level = uniform(draw(key, WEALTH, ALWAYS, number))
        above = np.int64(not happens(draw(key, POOR, ALWAYS, number), poverty))
        span = line + above * (WEALTH_BINS - line - line)
        wealth[number] = min(above * line + np.int64(level * span), WEALTH_BINS - 1)


@inlined
def draw_families(village, n, rules, family):
    """Draw who looks after the children, and who is strained, of a minority, migrant or affected by HIV."""
    key, left_behind = village.key, village.left_behind
    one_parent = left_behind * rules.one_parent_away_share
    strained, minority = rules.caregiver_strained_share, village.minority
    migrant, hiv = village.migrant, village.hiv_affected
    for number in range(n):
        away = uniform(draw(key, CAREGIVER, ALWAYS, number))
        carer = CARE_GRANDPARENTS + np.int64(away < one_parent) * (CARE_ONE_PARENT - CARE_GRANDPARENTS)
        family[number] = (
            np.int64(away < left_behind) * carer
            | drawn(key, COPING, number, strained, HOUSEHOLD_STRAINED)
            | drawn(key, MINORITY, number, minority, HOUSEHOLD_MINORITY)
            | drawn(key, MIGRANT, number, migrant, HOUSEHOLD_MIGRANT)
            | drawn(key, HIV, number, hiv, HOUSEHOLD_HIV)
        )


@inlined
def drawn(village_key, stream_of, number, share, flag):
    """A flag if it is drawn for a household, otherwise none."""
    return flag * np.int64(happens(draw(village_key, stream_of, ALWAYS, number), share))


@inlined
def draw_sizes(key, n, mean_slots, sizes):
    """Child places of the households of a village."""
    for number in range(n):
        sizes[number] = slots_of_household(key, number, mean_slots)
