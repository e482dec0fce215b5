"""Open spells that stand in no queue: families apply on their own, needs end by themselves.

A county lists them in the order of slots, each with the month in which it is looked at next
(:mod:`columns.clock`), so a month passes over their dates and touches those alone that are due.
"""

import numpy as np

from columns.clock import NO_DATE, early_candidate, next_candidate
from columns.compiling import inlined
from columns.draws import HALF, draw, uniform
from columns.layout import (
    CLEAR,
    FOUND,
    GATHERING_ALONE,
    GATHERING_HELPED,
    GAVE_UP,
    HOUSEHOLD_ASKED,
    NOT_ELIGIBLE,
    POST_ACTIVE,
    UNMET,
)
from columns.prefetch import AHEAD, NEXT
from columns.sorting import sort_by_key
from columns.streams import stream
from columns.tallies import F_ENDED, M_OPEN, NO_FLOW, groups_of
from columns.words import (
    BYTE_MASK,
    FILED_SHIFT,
    MONTH_BYTE,
    NOWHERE,
    SERVICE_MASK,
    SERVICE_SHIFT,
    SLOT_MASK,
    dated_entry,
    entry_birth,
    entry_service,
    entry_slot,
    entry_village,
    state_of,
)
from model.learning import trust_of
from model.needs import (
    append_gathering,
    ask_for_child,
    ask_for_family,
    change,
    is_idle,
    is_open,
    is_same_child,
    key_of_child,
    key_of_entry,
    last_gathering,
)

SEEKS = stream("child.seeks_or_ends")
SPELL_CLOCK = stream("child.spell_clock")

CLOCK_SHIFT = 8
SERVICE_OF_CLOCK = np.uint64((1 << CLOCK_SHIFT) - 1)


@inlined
def place_of(entry):
    """Slot and service of an entry as one number: the order of the list."""
    return ((entry & SLOT_MASK) << SERVICE_SHIFT) | ((entry >> SERVICE_SHIFT) & SERVICE_MASK)


@inlined
def sort_open(books, state, tables, c, month, order, waiting):
    """Date the spells listed since last month and merge them into the order of slots (two arrays of scratch).

    Spells of services for which the rules have changed how often something may happen are dated anew.
    """
    county, arena = state.counties[c], state.arenas[c]
    changed = False
    for service in range(len(tables.redated)):
        changed |= tables.redated[service]
    if changed:
        for position in range(arena.start, arena.start + arena.n_sorted):
            entry = books.open_entries[position]
            if tables.redated[entry_service(entry)]:
                books.open_entries[position] = dated(state, tables, county, entry, month)
    new = arena.n_open - arena.n_sorted
    first = arena.start + arena.n_sorted
    for i in range(new):
        entry = books.open_entries[first + i]
        waiting[i], order[i] = key_of_entry(state, county, entry, month), clock_of(tables, entry)
    for i in range(new):  # eight at once
        order[i] = next_date(waiting[i], month, order[i], False)
    for i in range(new):
        entry, date = books.open_entries[first + i], order[i]
        late = date == NO_DATE
        waiting[i] = dated(state, tables, county, entry, month) if late else dated_entry(entry, date)
        order[i] = place_of(entry)
    sort_by_key(order, waiting, new)
    old, target = first - 1, first + new - 1
    i = new - 1
    while i >= 0:
        place = place_of(waiting[i])
        while old >= arena.start and place_of(books.open_entries[old]) > place:
            books.open_entries[target] = books.open_entries[old]
            old -= 1
            target -= 1
        books.open_entries[target] = waiting[i]
        target -= 1
        i -= 1
    arena.n_sorted = arena.n_open


@inlined
def dated(state, tables, county, entry, month):
    """The entry of an idle spell with its first candidate month from ``month`` on."""
    key = key_of_entry(state, county, entry, month)
    return dated_entry(entry, next_date(key, month, clock_of(tables, entry), True))


@inlined
def clock_of(tables, entry):
    """The clock of an idle spell, its service and halvings, as one number."""
    service = entry_service(entry)
    return np.uint64(service | (tables.halvings[service] << CLOCK_SHIFT))


@inlined
def next_date(key, month, clock, however_late):
    """First month from ``month`` on in which something may happen to an idle spell.

    Unless it is asked for however late it is, it may be `NO_DATE` after 64 months.
    """
    of, service, halvings = SPELL_CLOCK, np.int64(clock & SERVICE_OF_CLOCK), np.int64(clock >> CLOCK_SHIFT)
    if however_late:
        return np.uint64(next_candidate(key, of, month, service, halvings))
    return np.uint64(early_candidate(key, of, month, service, halvings))


@inlined
def end_or_seek(books, state, tables, c, month, due, drawn):
    """Open spells that stand in no queue: families apply on their own, needs end, some come back to it.

    Only those whose candidate month has come are looked at; what then happens, if anything, follows from
    their present state. To most nothing does: they are told by their draw, without a guess, and get their
    next date. An entry that outlived its spell is dropped when its month has come. The last two arguments
    are scratch.
    """
    county, arena = state.counties[c], state.arenas[c]
    n_due = list_dated(books, arena, month, due)
    for i in range(n_due):
        if i + AHEAD < n_due:
            ask_for_child(state, county, books.open_entries[due[i + AHEAD]])
        entry = books.open_entries[due[i]]
        drawn[i], due[n_due + i] = key_of_entry(state, county, entry, month), clock_of(tables, entry)
    for i in range(n_due):  # eight at once
        key, clock = drawn[i], due[n_due + i]
        draw = draw_move(key, month, np.int64(clock & SERVICE_OF_CLOCK))
        drawn[i] = (draw >> HALF << HALF) | next_date(key, month + 1, clock, False)
    n_moving, place = np.int64(0), NOWHERE
    for i in range(n_due):
        position, date = due[i], drawn[i] & BYTE_MASK
        entry = books.open_entries[position]
        place_before, place = place, place_of(entry)
        rests = stays_idle(books, state, tables, county, entry, month, uniform(drawn[i]))
        books.open_entries[position] = dated_entry(entry, date)
        due[n_due + n_moving] = np.uint64(i)
        n_moving += np.int64(not (rests & (date != NO_DATE) & (place != place_before)))
    books.meters[M_OPEN] += n_due - n_moving
    dropped, listed = False, NOWHERE
    for j in range(n_moving):
        if j + NEXT < n_moving:
            ask_for_family(state, county, books.open_entries[due[np.int64(due[n_due + j + NEXT])]])
        at = np.int64(due[n_due + j])
        entry, before = books.open_entries[due[at]], books.open_entries[due[max(at - 1, 0)]]
        place, kept = place_of(entry), NOWHERE
        if at > 0 and before != NOWHERE and place_of(before) == place:
            listed = place  # whatever stands for the same spell after this one is dropped too
        if place != listed:
            kept = move_on(books, state, tables, county, arena, entry, month, drawn[at])
        books.open_entries[due[at]] = kept
        dropped |= kept == NOWHERE
    if dropped:
        drop_nowhere(books, arena)


@inlined
def stays_idle(books, state, tables, county, entry, month, draw):
    """Whether a spell is idle still, and its draw too high for anything to happen, whatever it lacks."""
    slot, service = county.first_slot + entry_slot(entry), entry_service(entry)
    village = state.villages[county.first_village + entry_village(entry)]
    is_same = is_same_child(state.traits, state.birth, slot, entry_birth(entry))
    need = state_of(books.needs[slot, service]) * np.int64(is_same)  # a vacant place has no state
    may_ask = np.float64((need == UNMET) & (village.post == POST_ACTIVE))
    asking = tables.rules[0].asks_for_visit_per_month * tables.asking[month] * may_ask
    at_most = tables.end[service] + tables.forward[service, need] + asking
    return is_idle(need) & (draw * tables.shortened[service] >= at_most)


@inlined
def draw_move(key, month, service):
    """Draw of a month for a spell, idle or in gathering: whether it ends by itself, or its family acts."""
    return draw(key, SEEKS, month, service)


@inlined
def list_dated(books, arena, month, due):
    """List the positions of the spells whose date is this month; returns their number."""
    today = np.uint64(month & MONTH_BYTE)
    n = np.int64(0)
    for position in range(arena.start, arena.start + arena.n_open):
        due[n] = np.uint64(position)
        n += np.int64((books.open_entries[position] >> FILED_SHIFT) & BYTE_MASK == today)
    return n


@inlined
def drop_nowhere(books, arena):
    """Take what left the list out of it; the others keep their order."""
    kept = np.int64(arena.start)
    for position in range(arena.start, arena.start + arena.n_open):
        entry = books.open_entries[position]
        books.open_entries[kept] = entry
        kept += np.int64(entry != NOWHERE)
    arena.n_open = arena.n_sorted = kept - arena.start


@inlined
def move_on(books, state, tables, county, arena, entry, month, drawn):
    """One candidate of an idle spell, equation (28): its entry, NOWHERE if it leaves.

    The entry has its next date already, unless that is `NO_DATE`.
    """
    slot, service = county.first_slot + entry_slot(entry), entry_service(entry)
    need = state_of(books.needs[slot, service])
    if not (is_same_child(state.traits, state.birth, slot, entry_birth(entry)) and is_idle(need)):
        return NOWHERE  # the spell is over, or somebody works on it by now
    books.meters[M_OPEN] += 1
    village = state.villages[county.first_village + entry_village(entry)]
    household = state.households[village.first_household + np.int64(state.household[slot])]
    rules, end = tables.rules[0], tables.end[service]
    forward = 0.0 if lacks_document(books, tables, slot, service, need) else tables.forward[service, need]
    u = uniform(drawn) * tables.shortened[service]
    if u < end + forward:
        age = (month - np.int64(state.birth[slot])) & MONTH_BYTE
        groups = groups_of(
            state.traits[slot], household, village, age, rules.young_months, county.poor_percentiles
        )
        onward = UNMET if need == GAVE_UP or need == NOT_ELIGIBLE else GATHERING_ALONE
        new, flow = (CLEAR, F_ENDED) if u < end else (onward, NO_FLOW)
        change(books, village, slot, service, new, flow, month, groups, entry_birth(entry))
        if new == GATHERING_ALONE:
            append_gathering(books, arena, entry)
        if new != UNMET:
            return NOWHERE
    elif need == UNMET and village.post == POST_ACTIVE:
        asking = rules.asks_for_visit_per_month * tables.asking[month]
        reached = u < end + forward + asking  # with full trust: few families need be asked how much they have
        if reached and u < end + forward + asking * trust_of(village, household, tables, month):
            household.family = np.uint8(household.family | HOUSEHOLD_ASKED)
    return dated(state, tables, county, entry, month + 1) if drawn & BYTE_MASK == NO_DATE else entry


@inlined
def lacks_document(books, tables, slot, service, need):
    """Whether a child lacks a document that is asked for: then its family does not get as far as applying."""
    prerequisite = tables.services[service].hard_prerequisite
    held = state_of(books.needs[slot, max(prerequisite, 0)])
    chained = (tables.rules[0].documents_chain != 0.0) & (prerequisite >= 0)
    return chained & is_open(held) & ((need == UNMET) | (need == FOUND))


@inlined
def end_gathering(books, state, tables, c, month):
    """Cases in gathering whose need ends by itself this month."""
    county, arena = state.counties[c], state.arenas[c]
    rules = tables.rules[0]
    last = arena.start + arena.capacity
    kept = last
    first = last_gathering(arena)
    for position in range(last - 1, first - 1, -1):
        if position - AHEAD >= first:
            ask_for_child(state, county, books.open_entries[position - AHEAD])
        entry = books.open_entries[position]
        slot, service = county.first_slot + entry_slot(entry), entry_service(entry)
        need = state_of(books.needs[slot, service])
        if not (need == GATHERING_ALONE or need == GATHERING_HELPED):
            continue
        if not is_same_child(state.traits, state.birth, slot, entry_birth(entry)):
            continue
        if tables.end[service] > 0.0:
            village = state.villages[county.first_village + entry_village(entry)]
            age = (month - np.int64(state.birth[slot])) & MONTH_BYTE
            key = key_of_child(village.key, slot - village.first_slot, month - age)
            if uniform(draw_move(key, month, service)) < tables.end[service]:
                household = state.households[village.first_household + np.int64(state.household[slot])]
                groups = groups_of(
                    state.traits[slot], household, village, age, rules.young_months, county.poor_percentiles
                )
                change(books, village, slot, service, CLEAR, F_ENDED, month, groups, entry_birth(entry))
                continue
        kept -= 1
        books.open_entries[kept] = entry
    arena.n_gathering = last - kept
