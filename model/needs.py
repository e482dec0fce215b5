"""What every phase does to a need: who is eligible, how it changes state, who joins the open spells."""

import numpy as np

from columns.compiling import inlined, part
from columns.draws import child_key
from columns.layout import (
    ADMITTED,
    CHILD_DISABLED,
    CHILD_PRESENT,
    CHILD_UNATTENDED,
    CLEAR,
    FILED_ALONE,
    FILED_HELPED,
    FOUND,
    GATHERING_ALONE,
    GATHERING_HELPED,
    GAVE_UP,
    HOUSEHOLD_STRAINED,
    INELIGIBLE,
    N_STATES,
    NOT_ELIGIBLE,
    POST_ACTIVE,
    SERVED,
    UNMET,
)
from columns.prefetch import prefetch
from columns.tallies import (
    F_COHORT_COVERED,
    F_COHORT_OPENED,
    F_LEFT,
    F_OPENED,
    G_MIGRANT,
    G_PILOT,
    G_POOR,
    G_REMOTE,
    GROUPS,
    NO_FLOW,
    WAIT_LEFT,
    add,
    count_child,
    count_wait,
    log_event,
    move,
)
from columns.vectors import where_state
from columns.words import (
    COHORT_BIT,
    MONTH_BYTE,
    NEW_SPELL_BITS,
    dated_entry,
    entry_birth,
    entry_service,
    entry_slot,
    entry_village,
    make_entry,
    months_since,
    state_of,
)
from model.codes import GROUP_DISABLED, GROUP_POOR, GROUP_UNATTENDED, TRAITS, YOUNG
from model.stationary import (
    CLASS_MIGRANT,
    CLASS_PILOT,
    CLASS_POOR,
    CLASS_REMOTE,
    S_GATHERING,
    S_GAVE_UP,
    S_NOT_ELIGIBLE,
    S_SERVED,
    S_UNMET,
)

N_TRAITS = len(TRAITS)
TRAIT_BITS = tuple(GROUPS.index(trait) for trait in TRAITS)
"""Order of the trait multipliers of a service, as bits of the groups of a child."""
YOUNG_BIT = GROUPS.index(YOUNG)
BIRTH_BITS = 10  # of a child's ordinal: birth month shifted to be positive
BIRTH_SHIFT = 512

OPEN_STATES = sum(1 << state for state in range(UNMET, N_STATES) if state != SERVED)
"""States in which a child is in need and has not been served, as bits."""

UNFILED_STATES = sum(
    1 << state for state in (UNMET, FOUND, GAVE_UP, NOT_ELIGIBLE, GATHERING_ALONE, GATHERING_HELPED)
)
"""Of these, those of spells that stand in no queue."""

PROBLEM_OPEN_FULL, PROBLEM_FILED_FULL, PROBLEM_CEILING, PROBLEM_SLOTS = 1, 2, 3, 4


@inlined
def key_of_child(village_key, slot_in_village, birth_month):
    """Key of the child born in ``birth_month`` in a slot of a village: all its draws follow from it."""
    return child_key(village_key, (slot_in_village << BIRTH_BITS) + birth_month + BIRTH_SHIFT)


@inlined
def key_of_entry(state, county, entry, month):
    """Key of the child that an entry belongs to."""
    village = state.villages[county.first_village + entry_village(entry)]
    age = (month - np.int64(entry_birth(entry))) & MONTH_BYTE
    return key_of_child(village.key, county.first_slot + entry_slot(entry) - village.first_slot, month - age)


@inlined
def is_open(state):
    """True while a child is in need and has not been served (an open spell)."""
    return (OPEN_STATES >> state) & 1 == 1


@inlined
def is_unfiled(state):
    """True for open spells that stand in no queue."""
    return (UNFILED_STATES >> state) & 1 == 1


@inlined
def is_idle(state):
    """True for open spells that nobody works on."""
    return state == UNMET or state == FOUND or state == GAVE_UP or state == NOT_ELIGIBLE


@inlined
def is_helped_case(state):
    """True while a worker has a case in hand."""
    return state == GATHERING_HELPED or state == FILED_HELPED


@inlined
def is_eligible(service, traits, groups, age):
    """Whether a service is for a child of these traits and this age in months."""
    if age < service.min_age_months or age >= service.max_age_months:
        return False
    if service.group == GROUP_UNATTENDED:
        return (traits & CHILD_UNATTENDED) != 0
    if service.group == GROUP_POOR:
        return (groups & G_POOR) != 0
    if service.group == GROUP_DISABLED:
        return (traits & CHILD_DISABLED) != 0
    return True


@inlined
def class_of(groups):
    """Class of a child in the tables of the stationary world."""
    class_bits = 0
    if groups & G_PILOT:
        class_bits |= CLASS_PILOT
    if groups & G_REMOTE:
        class_bits |= CLASS_REMOTE
    if groups & G_POOR:
        class_bits |= CLASS_POOR
    if groups & G_MIGRANT:
        class_bits |= CLASS_MIGRANT
    return class_bits


@inlined
def need_multiplier(service, groups, household):
    """How much more often a need arises for this child than for the average one.

    Traits add up (1 + Σ excess) rather than multiply, so the largest value, which the candidate clock must
    cover, stays near what single traits are known for.
    """
    multiplier = 1.0
    for trait in range(N_TRAITS):
        multiplier += (service.multipliers[trait] - 1.0) * ((groups >> TRAIT_BITS[trait]) & 1)
    multiplier += (service.young_multiplier - 1.0) * ((groups >> YOUNG_BIT) & 1)
    multiplier += (service.strain_multiplier - 1.0) * np.int64((household.family & HOUSEHOLD_STRAINED) != 0)
    return max(multiplier, 0.0)


@inlined
def append_open(books, arena, entry):
    """Put a spell that nobody works on on the county's list."""
    if arena.n_open + arena.n_gathering < arena.capacity:
        books.open_entries[arena.start + arena.n_open] = entry
        arena.n_open += 1
    else:
        books.problems[0] = PROBLEM_OPEN_FULL


@inlined
def append_gathering(books, arena, entry):
    """Put a case whose papers are being gathered on the county's list."""
    if arena.n_open + arena.n_gathering < arena.capacity:
        books.open_entries[last_gathering(arena) - 1] = dated_entry(entry, 0)
        arena.n_gathering += 1
    else:
        books.problems[0] = PROBLEM_OPEN_FULL


@inlined
def last_gathering(arena):
    """Position of the case listed last; earlier ones follow it up to the end of the county's part."""
    return arena.start + arena.capacity - arena.n_gathering


@inlined
def list_unfiled(books, arena, need, entry):
    """Put a spell that is not filed on the list of its state."""
    if need == GATHERING_ALONE or need == GATHERING_HELPED:
        append_gathering(books, arena, entry)
    else:
        append_open(books, arena, entry)


@part
def append_filed(books, arena, entry):
    """Put a filed case at the end of the county's queue."""
    if arena.n_filed < arena.filed_capacity:
        books.filed_entries[arena.filed_start + arena.n_filed] = entry
        arena.n_filed += 1
    else:
        books.problems[0] = PROBLEM_FILED_FULL


@inlined
def count_in_village(village, state, amount):
    """Count one need of a child among what its village's worker, peers and observers look at."""
    village.n_eligible += np.int64(state != INELIGIBLE) * amount
    village.n_unmet += ((OPEN_STATES >> state) & 1) * amount
    village.open_cases += np.int64(is_helped_case(state)) * amount
    village.cases_in_hand += np.int64(state == GATHERING_HELPED) * amount


@part
def change(books, village, slot, service, new, flow, month, groups, birth):
    """Move one need to a new state and count one flow, keeping what is counted of the village."""
    count_in_village(village, state_of(books.needs[slot, service]), -1)
    count_in_village(village, new, 1)
    move(books, slot, service, new, flow, month, groups, birth)


@part
def open_spell(books, arena, village, slot, place, service, month, groups, birth, rules):
    """Begin a new spell: unmet, on the county's list, in the followed cohort if it opens in its months.

    ``place`` is the pair (slot, village) counted within the county.
    """
    books.needs[slot, service] &= NEW_SPELL_BITS
    change(books, village, slot, service, UNMET, F_OPENED, month, groups, birth)
    follow(books, village, slot, service, month, groups, rules)
    append_open(books, arena, make_entry(place[0], place[1], service, birth))


@part
def follow(books, village, slot, service, month, groups, rules):
    """Take a spell that begins this month into the cohort that the cascade follows, if it is its time."""
    if is_of_cohort(rules, month):
        books.needs[slot, service] |= COHORT_BIT
        add(books, service, F_COHORT_OPENED, groups, 1)
        if village.post == POST_ACTIVE:
            add(books, service, F_COHORT_COVERED, groups, 1)


@inlined
def is_of_cohort(rules, month):
    """Whether spells that begin in a month are of the followed cohort."""
    return month >= rules.cohort_start_month and month < rules.cohort_end_month


@part
def close_need(books, village, slot, service, month, groups, birth):
    """End a need as the child ages out of a service or loses the status; an open spell ends as ``left``."""
    state = state_of(books.needs[slot, service])
    if state != INELIGIBLE:
        flow = F_LEFT if is_open(state) and state != ADMITTED else NO_FLOW  # who is admitted was served
        if state == FILED_ALONE or state == FILED_HELPED:
            count_wait(books, service, WAIT_LEFT, months_since(books.needs[slot, service], month))
        change(books, village, slot, service, INELIGIBLE, flow, month, groups, birth)
        books.needs[slot, service] = np.uint16(INELIGIBLE)


@part
def close_all(books, village, slot, month, groups, birth):
    """End all needs of a child that goes for good, and take it out of the counts."""
    count_child(books, slot, groups, -1)
    for service in range(books.county_tally.shape[0]):
        word = books.needs[slot, service]
        state = state_of(word)
        if is_open(state) and state != ADMITTED:
            add(books, service, F_LEFT, groups, 1)
            if state == FILED_ALONE or state == FILED_HELPED:
                count_wait(books, service, WAIT_LEFT, months_since(word, month))
        count_in_village(village, state, -1)
        if state != INELIGIBLE:
            log_event(books.log, slot, service, state, INELIGIBLE, birth, groups)


@inlined
def receives_cash(books, tables, slot):
    """Whether a child receives one of the allowances now."""
    return where_state(books.needs, slot, 1 << SERVED) & tables.allowances[0] != 0


@inlined
def ask_for_child(state, county, entry):
    """Ask for the memory of the child of an entry that will be worked on soon."""
    slot = county.first_slot + entry_slot(entry)
    prefetch(state.needs, (slot, entry_service(entry)))
    prefetch(state.birth, slot)
    prefetch(state.traits, slot)
    prefetch(state.household, slot)


@inlined
def ask_for_home(state, village, position):
    """Ask for the memory of the children of a household that will be visited soon."""
    slot = village.first_slot + np.int64(state.households[village.first_household + position].first_slot)
    prefetch(state.needs, slot)
    prefetch(state.needs, min(slot + 2, village.first_slot + village.n_slots - 1))
    prefetch(state.birth, slot)
    prefetch(state.traits, slot)
    prefetch(state.household, slot)


@inlined
def ask_for_household(state, village, slot):
    """Ask for the memory of the household of a child whose own is close already."""
    prefetch(state.households, village.first_household + np.int64(state.household[slot]))


@inlined
def ask_for_family(state, county, entry):
    """The same for the child of an entry that will be worked on soon."""
    village = state.villages[county.first_village + entry_village(entry)]
    ask_for_household(state, village, county.first_slot + entry_slot(entry))


@inlined
def is_same_child(traits, birth, slot, entry_birth):
    """Whether an entry still belongs to the child in the slot."""
    return (traits[slot] & CHILD_PRESENT) != 0 and birth[slot] == entry_birth


@inlined
def unfiled_state(chain_state):
    """Need state of a state of the stationary chain (no worker, nobody at the desk)."""
    if chain_state == S_UNMET:
        return UNMET
    if chain_state == S_GATHERING:
        return GATHERING_ALONE
    if chain_state == S_GAVE_UP:
        return GAVE_UP
    if chain_state == S_NOT_ELIGIBLE:
        return NOT_ELIGIBLE
    if chain_state == S_SERVED:
        return SERVED
    return CLEAR
