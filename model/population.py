"""Children come and go: births, birthdays that open or close services, ageing out, moving in and away.

All of it is fixed by the seed and the demographic plan, whatever the strategy: no lever changes who lives
where. Vacant slots of a sector wait in a queue threaded through their own unused need words; a birth takes
the slot that has been vacant longest.
"""

import numpy as np

from columns.bits import WORD, list_bits, lowest_bit
from columns.by_address import by_address
from columns.clock import LAST_DATE, gap_from
from columns.compiling import inlined, part
from columns.draws import draw, happens, uniform
from columns.layout import (
    CHILD_DISABLED,
    CHILD_FEMALE,
    CHILD_HIV,
    CHILD_PRESENT,
    CHILD_UNATTENDED,
    HOUSEHOLD_HIV,
    INELIGIBLE,
)
from columns.prefetch import AHEAD, prefetch
from columns.state import Books
from columns.streams import stream
from columns.tallies import (
    F_CAME,
    G_YOUNG,
    M_CHILDREN,
    add,
    count_child,
    groups_of,
    log_event,
    move_groups,
)
from columns.vectors import where_equal, where_state
from columns.words import MONTH_BYTE, make_word, state_of
from model.codes import CHILDHOOD_MONTHS, GROUP_ALL
from model.first_needs import (
    ALWAYS,
    circumstances,
    clear_needs,
    count_came,
    eligible_services,
    enter_service,
    list_need,
    log_needs,
    papers_of,
    possible_needs,
    work_out_needs,
)
from model.needs import (
    PROBLEM_SLOTS,
    UNFILED_STATES,
    close_all,
    close_need,
    count_in_village,
    follow,
    is_eligible,
    is_of_cohort,
    is_unfiled,
    key_of_child,
)
from model.stationary import HUKOU

SEX = stream("child.sex")
DISABILITY = stream("child.disability")
UNATTENDED = stream("child.unattended_at_entry")
HIV = stream("child.hiv")
CLOCK = stream("child.clock")
MOVES_AWAY = stream("sector.moves_away")
ARRIVES = stream("sector.arrival_age")

HALF_WORD_BITS, HALF_WORD = 16, 0xFFFF
NO_SLOT = -1
AFTER_MILESTONE, AFTER_CANDIDATE = 0, 1  # index of the clock's draw within a month
HALF = 0.5


@inlined
def books_of(state, county, thread):
    """What a county's changes write to when it is worked on by a thread."""
    return by_address(
        Books(
            state.needs,
            state.county_tally[county],
            state.tally[thread],
            state.meters[thread],
            state.log[thread],
            state.open_entries,
            state.filed_entries,
            state.problems[thread],
        )
    )


@part
def village_of(state, county, slot):
    """Village of a slot by bisection over the county's villages, of which nobody can guess the steps."""
    v, n = county.first_village, county.n_villages
    while n > 1:
        half = n >> 1
        v += half * np.int64(state.villages[v + half].first_slot <= slot)
        n -= half
    return v


@inlined
def child_of(state, tables, county, village, household, slot, month):
    """Age in months, groups and key of the child in a slot of a village and household."""
    age = (month - np.int64(state.birth[slot])) & MONTH_BYTE
    rules = tables.rules[0]
    groups = groups_of(
        state.traits[slot], household, village, age, rules.young_months, county.poor_percentiles
    )
    key = key_of_child(village.key, slot - village.first_slot, month - age)
    return age, groups, key


@inlined
def set_clock(state, tables, slot, key, age, month, which):
    """Draw the next candidate of a child and put it, or the next age limit, into the slot."""
    set_date(state, tables, slot, draw_next(key, month, which), age, month, which)


@inlined
def draw_next(key, month, which):
    """Draw for the gap to the next candidate of a child."""
    return draw(key, CLOCK, month, which)


@inlined
def set_date(state, tables, slot, bits, age, month, which):
    """Put the next candidate, as drawn, or age limit into the slot.

    After an age limit, and for who comes, the gap may be nil (a candidate in the same month); after a
    candidate it is at least one month. A candidate beyond the next age limit is drawn again from there, which
    a geometric gap allows.
    """
    gap = gap_from(bits, tables.gaps, tables.gap_guide) + which
    limit = np.int64(tables.milestones[age])
    state.due[slot] = np.uint8(min(month + min(gap, limit), LAST_DATE))


@part
def settle_child(books, state, tables, county, arena, slot, v, month, age):
    """Give a child that has just come into a slot its traits and the state of its needs; returns its key."""
    rules = tables.rules[0]
    village = state.villages[v]
    household = state.households[village.first_household + np.int64(state.household[slot])]
    birth_month = month - age
    key = key_of_child(village.key, slot - village.first_slot, birth_month)
    unattended = rules.unattended_pilot_share if village.pilot else rules.unattended_share
    traits = traits_of(key, rules.disabled_share, unattended) | hiv_of(key, household, rules)
    state.traits[slot] = np.uint8(traits)
    state.birth[slot] = np.uint8(birth_month & MONTH_BYTE)
    groups = groups_of(
        state.traits[slot], household, village, age, rules.young_months, county.poor_percentiles
    )
    eligible = eligible_services(tables, traits, groups, age)
    clear_needs(books, village, slot, eligible & tables.for_whom[GROUP_ALL], month)
    count_child(books, slot, groups, 1)
    possible = eligible & possible_needs(tables, v, circumstances(groups, household), key)
    work_out_needs(books, state, tables, county, arena, slot, v, month, groups, household, key, age, possible)
    count_came(books, slot, groups, possible)
    log_needs(books, slot, state.birth[slot], groups)
    return key


@inlined
def traits_of(key, disabled, unattended):
    """Traits that a child comes with wherever it lives, given the shares of disabled and unattended."""
    female = np.int64(happens(draw(key, SEX, ALWAYS, 0), HALF))
    is_disabled = np.int64(happens(draw(key, DISABILITY, ALWAYS, 0), disabled))
    is_unattended = np.int64(happens(draw(key, UNATTENDED, ALWAYS, 0), unattended))
    return (
        CHILD_PRESENT
        | CHILD_FEMALE * female
        | CHILD_DISABLED * is_disabled
        | CHILD_UNATTENDED * is_unattended
    )


@inlined
def hiv_of(key, household, rules):
    """The trait of a child that is affected by HIV itself, as some of affected households are."""
    if household.family & HOUSEHOLD_HIV and happens(draw(key, HIV, ALWAYS, 0), rules.hiv_child_share):
        return CHILD_HIV
    return 0


@part
def vacate(state, sector, county, slot):
    """Put a slot at the end of the sector's queue of vacant slots; nothing is due in it."""
    state.traits[slot], state.due[slot] = np.uint8(0), np.uint8(LAST_DATE)
    in_county = slot - county.first_slot
    state.needs[slot, 0] = np.uint16(0)
    state.needs[slot, 1] = np.uint16(0)
    if sector.n_free == 0:
        sector.free_head = in_county
    else:
        tail = county.first_slot + sector.free_tail
        state.needs[tail, 0] = np.uint16(in_county & HALF_WORD)
        state.needs[tail, 1] = np.uint16(in_county >> HALF_WORD_BITS)
    sector.free_tail = in_county
    sector.n_free += 1


@inlined
def occupy(state, sector, county):
    """Take the slot that has been vacant longest; NO_SLOT where the sector is full."""
    if sector.n_free == 0:
        return NO_SLOT
    slot = county.first_slot + sector.free_head
    sector.free_head = np.int64(state.needs[slot, 0]) | (np.int64(state.needs[slot, 1]) << HALF_WORD_BITS)
    sector.n_free -= 1
    if sector.n_free > 0:
        prefetch(state.needs, county.first_slot + sector.free_head)
    return slot


@part
def leave(books, state, tables, county, village, sector, slot, month):
    """A child ages out or moves away: its open spells end as ``left`` and its slot falls vacant."""
    household = state.households[village.first_household + np.int64(state.household[slot])]
    _, groups, _ = child_of(state, tables, county, village, household, slot, month)
    birth = state.birth[slot]
    close_all(books, village, slot, month, groups, birth)
    vacate(state, sector, county, slot)
    sector.n_children -= 1


@inlined
def pass_age_limit(books, state, tables, county, arena, v, slot, month):
    """A birthday at which services begin or end for a child."""
    village = state.villages[v]
    household = state.households[village.first_household + np.int64(state.household[slot])]
    age, groups, key = child_of(state, tables, county, village, household, slot, month)
    birth = state.birth[slot]
    if age == np.int64(tables.rules[0].young_months):
        move_groups(books, slot, groups | G_YOUNG, groups)
    place = (slot - county.first_slot, v - county.first_village)
    limited = tables.limited[age]
    while limited:
        service = lowest_bit(limited)
        limited &= limited - 1
        row = tables.services[service]
        if age == np.int64(row.max_age_months):
            close_need(books, village, slot, service, month, groups, birth)
        elif is_eligible(row, state.traits[slot], groups, age):
            begin_eligibility(
                books, state, tables, arena, v, slot, place, service, month, groups, household, key
            )
    set_clock(state, tables, slot, key, age, month, AFTER_MILESTONE)


@inlined
def begin_eligibility(books, state, tables, arena, v, slot, place, service, month, groups, household, key):
    """A service begins to apply to a child: draw its state as of today and list it if it is an open need."""
    birth = state.birth[slot]
    papers = papers_of(state_of(books.needs[slot, HUKOU]))
    need = enter_service(tables, v, service, groups, household, key, 0, papers)
    add(books, service, INELIGIBLE, groups, -1)
    add(books, service, need, groups, 1)
    books.needs[slot, service] = make_word(np.uint16(0), need, month)
    village = state.villages[v]
    count_in_village(village, need, 1)
    log_event(books.log, slot, service, INELIGIBLE, need, birth, groups)
    list_need(books, arena, place, service, birth, need, month)
    if is_unfiled(need):
        add(books, service, F_CAME, groups, 1)
        follow(books, village, slot, service, month, groups, tables.rules[0])


@part
def age_population(state, tables, c, month, thread, due):
    """Births, birthdays, ageing out and migration of a county; ``due`` (int64, slots) is scratch."""
    county, arena = state.counties[c], state.arenas[c]
    books = books_of(state, c, thread)
    today = np.uint8(month & MONTH_BYTE)
    for s in range(2 * c, 2 * c + 2):
        sector = state.sectors[s]
        aged_out, n_limits, v = 0, np.int64(0), np.int64(sector.first_village)
        n_due = list_due(state, sector.first_slot, sector.n_slots, today, due)
        for i in range(n_due):
            slot = due[i]
            due[n_limits] = slot
            n_limits += np.int64(tables.is_milestone[(month - np.int64(state.birth[slot])) & MONTH_BYTE])
        for i in range(n_limits):
            if i + AHEAD < n_limits:
                prefetch(state.needs, due[i + AHEAD])
            slot = due[i]
            while slot >= state.villages[v].first_slot + state.villages[v].n_slots:
                v += 1
            village = state.villages[v]
            if (month - np.int64(state.birth[slot])) & MONTH_BYTE == CHILDHOOD_MONTHS:
                leave(books, state, tables, county, village, sector, slot, month)
                aged_out += 1
            else:
                pass_age_limit(books, state, tables, county, arena, v, slot, month)
        hold = tables.rules[0].hold_population
        births = aged_out if hold else np.int64(tables.births[s, month])
        for _ in range(births):
            settle_newcomer(books, state, tables, county, arena, sector, month, 0)
        if not hold:
            migrate(books, state, tables, county, arena, sector, month, np.int64(tables.target[s, month]))
        books.meters[M_CHILDREN] += sector.n_children


@inlined
def list_due(state, first_slot, n_slots, today, slots):
    """List the children of a range of slots whose date is today; returns their number.

    Written without a branch that depends on who is due: a guess of the processor that fails costs more than
    the rest. Sixty-four dates are compared at once; ``slots`` has room for a few more than are due.
    """
    n, slot, last = np.int64(0), np.int64(first_slot), np.int64(first_slot + n_slots)
    while slot + WORD <= last:
        n = list_bits(where_equal(state.due, slot, today), slot, slots, n)
        slot += WORD
    while slot < last:
        slots[n] = slot
        n += np.int64(state.due[slot] == today)
        slot += 1
    return n


@part
def settle_newcomer(books, state, tables, county, arena, sector, month, age):
    """A child of the given age comes into the longest vacant slot of the sector.

    Its first candidate event may fall on this very month: needs of newcomers end in the month in which they
    come, so they must begin in it too, or the very young would be in need less often than declared.
    """
    slot = occupy(state, sector, county)
    if slot == NO_SLOT:
        books.problems[0] = PROBLEM_SLOTS
        return
    sector.n_children += 1
    v = village_of(state, county, slot)
    key = settle_child(books, state, tables, county, arena, slot, v, month, age)
    if age == 0:
        follow_newborn(books, state, tables, county, v, slot, month)
    set_clock(state, tables, slot, key, age, month, AFTER_MILESTONE)


@inlined
def follow_newborn(books, state, tables, county, v, slot, month):
    """Take the needs that a child is born with into the followed cohort."""
    unfiled = where_state(books.needs, slot, UNFILED_STATES)
    if not unfiled or not is_of_cohort(tables.rules[0], month):
        return
    village = state.villages[v]
    household = state.households[village.first_household + np.int64(state.household[slot])]
    _, groups, _ = child_of(state, tables, county, village, household, slot, month)
    while unfiled:
        follow(books, village, slot, lowest_bit(unfiled), month, groups, tables.rules[0])
        unfiled &= unfiled - 1


@part
def migrate(books, state, tables, county, arena, sector, month, target):
    """Let children move away or arrive until the sector has the number that the census path asks for."""
    attempt = 0
    while sector.n_children > target:
        bits = draw(sector.key, MOVES_AWAY, month, attempt)
        slot = sector.first_slot + np.int64(uniform(bits) * sector.n_slots)
        if state.traits[slot] & CHILD_PRESENT:
            village = state.villages[village_of(state, county, slot)]
            leave(books, state, tables, county, village, sector, slot, month)
        attempt += 1
    arrival = 0
    while sector.n_children < target and sector.n_free > 0:
        age = np.int64(uniform(draw(sector.key, ARRIVES, month, arrival)) * CHILDHOOD_MONTHS)
        settle_newcomer(books, state, tables, county, arena, sector, month, age)
        arrival += 1
