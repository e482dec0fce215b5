"""Fill the places of a world with children, as they stand at the start of month 0.

Everything here is drawn once per run from the seed: which places are taken, how old the children are, and how
far each of their needs has come. The needs are drawn from the stationary world (:mod:`model.stationary`), so
the first months are no transient.

A village is filled in passes over its children. What is the same work for every child is done without a
branch, several children in one instruction. Most draws of needs say that there is none, whatever the child;
only the others are worked out (:mod:`model.first_needs`).
"""

from typing import NamedTuple

import numpy as np

from columns.bits import lowest_bit
from columns.by_address import by_address
from columns.compiling import inlined, kernel, part
from columns.draws import draw, uniform
from columns.layout import CLEAR
from columns.numbers import Whole
from columns.sorting import ROOM, sort_by_key
from columns.state import State, Tables
from columns.streams import stream
from columns.tallies import COLUMN, N_GROUPS, PER_QUINTILE, QUINTILES, WEALTH_SHIFT, WIDTH, groups_of
from columns.vectors import add_at_bits
from columns.words import MAX_COUNTY_SLOTS, MAX_COUNTY_VILLAGES, MAX_VILLAGE_SLOTS, MONTH_BYTE
from model.codes import CHILDHOOD_MONTHS, GROUP_ALL
from model.first_needs import (
    ALWAYS,
    OF_GROUPS,
    PAPERS,
    birth_draw,
    circumstances,
    clear_needs,
    eligible_services,
    log_needs,
    may_be,
    may_lack_papers,
    odds_at_most,
    start_draw,
    work_out_needs,
)
from model.homes import settle_households
from model.needs import key_of_child
from model.population import (
    AFTER_CANDIDATE,
    AFTER_MILESTONE,
    books_of,
    draw_next,
    hiv_of,
    set_date,
    traits_of,
    vacate,
)

PLACE = stream("child.slot_at_start")
AGE = stream("sector.age_order")

GOLDEN_STEP = 0.6180339887498949  # fraction of the golden section: its multiples spread evenly over 0–1
STEPS = 1024
"""Parts into which the children of a sector, in the order of age, are divided to find the age of one."""


class Filling(NamedTuple):
    """What one thread needs to fill places; numbers are int64 where nothing else is said."""

    vacant: np.ndarray  # of a sector: vacant slots
    order: np.ndarray  # uint64, in which they become free
    age_guide: np.ndarray  # (STEPS,) an age that children of a part have reached
    slots: np.ndarray  # of a village: its slots in the order in which they are filled
    keys: np.ndarray  # uint64, by which they are ordered; later of the children; then draws of their dates
    ages: np.ndarray
    traits: np.ndarray
    groups: np.ndarray
    of_child: np.ndarray  # circumstances of the children; later which draw of the clock is theirs
    possible: np.ndarray  # needs that they may have, as bits
    draws: np.ndarray  # float
    in_stage: (
        np.ndarray
    )  # (stages,) children of a county by stage of childhood: whom the same services are for
    cells: np.ndarray  # (stages × quintiles, groups) children by stage, quintile of wealth and groups
    stages: np.ndarray  # (ages,) the stage of an age
    first_ages: np.ndarray  # (stages,) an age of each stage


@part
def settle_sector(state, tables, s, upto, children, thread, filling):
    """Place the children of one sector, with exact numbers by age, and queue the vacant slots.

    Parameters
    ----------
    s : int
        Sector.
    upto : int array, shape (216,)
        Children up to each age in months.
    children : int64 array, one per village
        Children of each village; the sector's add up to the last of ``upto``.
    filling : Filling
    """
    sector = state.sectors[s]
    county = state.counties[sector.county]
    shift = uniform(draw(sector.key, AGE, ALWAYS, 0))
    vacant, order, slots, keys = filling.vacant, filling.order, filling.slots, filling.keys
    guide_ages(upto, filling.age_guide)
    n_vacant, placed = 0, 0
    for v in range(sector.first_village, sector.first_village + sector.n_villages):
        village = state.villages[v]
        village_key, first_slot, n_slots = village.key, village.first_slot, np.int64(village.n_slots)
        for i in range(n_slots):
            keys[i], slots[i] = draw(village_key, PLACE, ALWAYS, i), first_slot + i
        sort_by_key(keys, slots, n_slots)
        n = children[v]
        for i in range(n, n_slots):
            vacant[n_vacant], order[n_vacant] = slots[i], keys[i]
            n_vacant += 1
        for i in range(n):
            filling.ages[i] = age_of(placed + i, shift, upto, filling.age_guide)
        settle_children(state, tables, sector.county, v, n, thread, filling)
        placed += n
    sector.n_children = placed
    sort_by_key(order, vacant, n_vacant)
    for i in range(n_vacant):
        vacate(state, sector, county, vacant[i])


@part
def guide_ages(upto, age_guide):
    """Tell for each part of the children in the order of age where to begin to look for the age of one."""
    age = np.int64(0)
    for step in range(STEPS):
        while age < CHILDHOOD_MONTHS - 1 and upto[age] * STEPS < step * upto[CHILDHOOD_MONTHS - 1]:
            age += 1
        age_guide[step] = age


@inlined
def age_of(number, shift, upto, age_guide):
    """Age in months of a child of a sector by its number.

    Ages follow a golden-section sequence: as good as random, and each cohort nearly exact.
    """
    fraction = shift + number * GOLDEN_STEP
    fraction -= np.floor(fraction)
    position = np.int64(fraction * upto[CHILDHOOD_MONTHS - 1])
    age = age_guide[np.int64(fraction * STEPS)]
    while upto[age] <= position:
        age += 1
    return age


@inlined
def settle_children(state, tables, c, v, n, thread, filling):
    """Give the first ``n`` slots of ``filling``, of a village, children of its ages: traits and needs."""
    county, arena, village, rules = state.counties[c], state.arenas[c], state.villages[v], tables.rules[0]
    books = books_of(state, c, thread)
    slots, keys, ages, traits = filling.slots, filling.keys, filling.ages, filling.traits
    groups, of_child, possible = filling.groups, filling.of_child, filling.possible
    village_key, first_slot = village.key, village.first_slot
    for i in range(n):
        keys[i] = key_of_child(village_key, slots[i] - first_slot, -ages[i])
    disabled = rules.disabled_share
    unattended = rules.unattended_pilot_share if village.pilot else rules.unattended_share
    for i in range(n):
        traits[i] = traits_of(keys[i], disabled, unattended)
    for i in range(n):
        slot, age = slots[i], ages[i]
        household = state.households[village.first_household + np.int64(state.household[slot])]
        traits[i] |= hiv_of(keys[i], household, rules)
        state.traits[slot], state.birth[slot] = np.uint8(traits[i]), np.uint8(-age & MONTH_BYTE)
        groups[i] = groups_of(
            state.traits[slot], household, village, age, rules.young_months, county.poor_percentiles
        )
        of_child[i] = circumstances(groups[i], household)
    list_possible(tables, v, n, filling)
    whoever = tables.for_whom[GROUP_ALL]
    for i in range(n):
        slot, age = slots[i], ages[i]
        eligible = eligible_services(tables, traits[i], groups[i], age)
        clear_needs(books, village, slot, eligible & whoever, 0)
        count_clear(filling, groups[i], age)
        worked_out = eligible & possible[i]
        if worked_out:
            household = state.households[village.first_household + np.int64(state.household[slot])]
            work_out_needs(
                books, state, tables, county, arena, slot, v, 0, groups[i], household, keys[i], age,
                worked_out,
            )  # fmt: skip
        log_needs(books, slot, state.birth[slot], groups[i])
    set_clocks(state, tables, n, filling)


@inlined
def set_clocks(state, tables, n, filling):
    """Put the first candidate or age limit of the children of a village into their slots."""
    keys, ages, which = filling.keys, filling.ages, filling.of_child
    for i in range(n):
        which[i] = AFTER_CANDIDATE if tables.is_milestone[ages[i]] else AFTER_MILESTONE
    for i in range(n):
        keys[i] = draw_next(keys[i], 0, which[i])
    for i in range(n):
        set_date(state, tables, filling.slots[i], keys[i], ages[i], 0, which[i])


@inlined
def list_possible(tables, v, n, filling):
    """List the needs that have to be worked out of children of a village, service by service."""
    keys, of_child, draws, possible = filling.keys, filling.of_child, filling.draws, filling.possible
    for i in range(n):
        draws[i] = uniform(birth_draw(keys[i], 0))
    for i in range(n):
        lacking = np.int64(may_lack_papers(tables, v, of_child[i], draws[i]))
        possible[i] = tables.worked_out[0] | PAPERS * lacking
    drawn = tables.drawn[0]
    while drawn:
        service = lowest_bit(drawn)
        drawn &= drawn - 1
        for i in range(n):
            draws[i] = start_draw(keys[i], service)
        odds, multipliers = odds_at_most(tables, v, service), tables.multiplier_at_most[service]
        for i in range(n):
            possible[i] |= np.int64(may_be(draws[i], odds * multipliers[of_child[i]])) << service


@inlined
def count_clear(filling, groups, age):
    """Count a child by stage of childhood and groups, as if it were in no need."""
    quintile = (groups >> WEALTH_SHIFT) // PER_QUINTILE
    stage = filling.stages[age]
    filling.cells[stage * QUINTILES + quintile, groups & OF_GROUPS] += 1
    filling.in_stage[stage] += 1


@inlined
def state_if_clear(tables, filling, stage, service):
    """State of a need of a child at a stage of childhood who is in none and belongs to no special group."""
    return (tables.for_age[filling.first_ages[stage]] & tables.for_whom[GROUP_ALL]) >> service & CLEAR


@part
def count_county(county_tally, tables, filling):
    """Add the children of a county, in no need, to its counts by service and state."""
    for stage in range(len(filling.in_stage)):
        for service in range(len(tables.services)):
            county_tally[service, state_if_clear(tables, filling, stage, service)] += filling.in_stage[stage]
        filling.in_stage[stage] = 0


@part
def count_groups(tally, tables, filling):
    """Add the children of all cells, in no need, to the counts of a thread by service, state and group."""
    for row in range(len(filling.cells)):
        quintile = 1 << (N_GROUPS + row % QUINTILES)
        for groups in range(1 << N_GROUPS):
            n = filling.cells[row, groups]
            if n > 0:
                for service in range(len(tables.services)):
                    state = state_if_clear(tables, filling, row // QUINTILES, service)
                    add_at_bits(tally, (service * WIDTH + state) * COLUMN, quintile | groups, n)


@kernel
def settle_counties(
    state: State,
    tables: Tables,
    upto: np.ndarray,
    children: np.ndarray,
    first: Whole,
    last: Whole,
    thread: Whole,
    filling: Filling,
) -> None:
    """Fill counties ``first`` to ``last`` (exclusive): households, then children sector by sector."""
    state, tables, filling = by_address(state), by_address(tables), by_address(filling)
    filling.cells[:, :] = 0
    for c in range(first, last):
        county = state.counties[c]
        settle_households(
            state, tables, county.first_village, county.first_village + county.n_villages,
            (filling.groups, filling.traits, filling.ages),
        )  # fmt: skip
        for s in range(2 * c, 2 * c + 2):
            settle_sector(state, tables, s, upto[s], children, thread, filling)
        count_county(state.county_tally[c], tables, filling)
    count_groups(state.tally[thread], tables, filling)


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


def make_filling(state: State, tables: Tables) -> Filling:
    """Make what one thread needs, large enough for the largest sector and village."""

    def numbers(n: int, dtype: type = np.int64) -> np.ndarray:
        return np.zeros(n, dtype=dtype)

    sector = int(state.sectors["n_slots"].max(initial=1))
    village = int(state.villages["n_slots"].max(initial=1))
    _, first_ages, stages = np.unique(tables.for_age, return_index=True, return_inverse=True)
    return Filling(
        vacant=numbers(sector * ROOM + 1), order=numbers(sector * ROOM + 1, np.uint64),
        age_guide=numbers(STEPS),
        slots=numbers(village * ROOM + 1), keys=numbers(village * ROOM + 1, np.uint64),
        ages=numbers(village), traits=numbers(village), groups=numbers(village), of_child=numbers(village),
        possible=numbers(village), draws=numbers(village, np.float64), in_stage=numbers(len(first_ages)),
        cells=np.zeros((len(first_ages) * QUINTILES, 1 << N_GROUPS), dtype=np.int64),
        stages=stages, first_ages=first_ages,
    )  # fmt: skip
