"""Referral desks: limited minutes, cases in the order of the discipline, families who lose patience.

A desk is a place and a service with its own minutes (:mod:`model.desk_hours`). Cases stand in one array per
county in the order of filing. Each month the array is passed twice: once to drop who has left, to let
families give up and to count the minutes asked for at every level of priority; once to serve down to the
level that the minutes reach.
"""

import numpy as np

from columns.compiling import inlined, part
from columns.draws import draw, happens, uniform
from columns.layout import (
    ADMITTED,
    CHILD_DISABLED,
    CLEAR,
    FILED_ALONE,
    FILED_HELPED,
    FOUND,
    GATHERING_ALONE,
    GATHERING_HELPED,
    GAVE_UP,
    NOT_ELIGIBLE,
    SERVED,
    UNMET,
)
from columns.prefetch import AHEAD
from columns.streams import stream
from columns.tallies import (
    F_COHORT_IN_TIME,
    F_GAVE_UP,
    F_LAPSED,
    F_NOT_ELIGIBLE,
    F_REFUSED,
    F_REVIEWED,
    F_SERVED_ALONE,
    F_SERVED_HELPED,
    F_SERVED_WITHIN,
    F_WAIT_MONTHS,
    M_QUEUE,
    NO_FLOW,
    WAIT_GAVE_UP,
    WAIT_LEFT,
    WAIT_REFUSED,
    WAIT_SERVED,
    add,
    count_wait,
    count_wealth,
    groups_of,
)
from columns.words import (
    COHORT_BIT,
    MONTH_BYTE,
    NOT_UNDER_REVIEW,
    NOWHERE,
    SPELL_OVER,
    entry_birth,
    entry_class,
    entry_is_review,
    entry_service,
    entry_slot,
    entry_village,
    entry_wait,
    for_service,
    state_of,
)
from model.calendar import START_MONTH_OF_YEAR, TERM_MONTHS
from model.desk_hours import (
    LEVELS,
    LIMIT,
    MINUTES_ABOVE,
    RESERVED_ASKED,
    RESERVED_KEPT,
    RESERVED_USED,
    desk_record,
    follow_backlog,
    keep_places,
    local_desk,
    minutes_of,
    offer_minutes,
    set_limits,
)
from model.learning import remember
from model.money import CASE_FEN, FEN_PER_YUAN
from model.needs import (
    append_gathering,
    append_open,
    ask_for_child,
    change,
    is_open,
    is_same_child,
    key_of_child,
    open_spell,
)
from model.population import books_of
from model.stationary import HUKOU

GIVES_UP = stream("case.gives_up_waiting")
DECIDED = stream("case.decision")
REVIEWED = stream("case.review")

LOWEST_CLASS = 3
PREFERRED, LEVEL_SHIFT, LEVEL_MASK = np.uint64(1), np.uint64(1), np.uint64(LEVELS - 1)
DESK_SHIFT = np.uint64(8)
AT_NO_DESK = np.uint64(0xFFFFFFFFFFFFFFFF)
"""Where a child stands that is admitted and waits for the term."""
TERM_LENGTH = TERM_MONTHS[1] - TERM_MONTHS[0]
FIRST_TERM = TERM_MONTHS[1] - START_MONTH_OF_YEAR
"""Months between two school terms, and from the start of the run to the first."""


@part
def serve_desks(state, tables, c, month, thread, demand, places, minutes):
    """The county's month at the desks.

    Scratch are ``demand`` (int64, at least desks of the county × DEMAND_COLUMNS, zero on entry and exit) and,
    for every case, where it stands and what it takes (``places``, ``minutes``: uint64).
    """
    books = books_of(state, c, thread)
    arena = state.arenas[c]
    books.meters[M_QUEUE] += arena.n_filed
    offer_minutes(state, tables, c, month)
    keep_places(state, tables, c, month, demand)
    drop_and_count(books, state, tables, c, month, demand, places, minutes)
    set_limits(state, tables, c, demand)
    serve(books, state, tables, c, month, demand, places, minutes)
    follow_backlog(state, tables, c)


@inlined
def level_of(entry, month, rules):
    """Level of a case, 0 first: its class, raised by one for every ``ageing_months`` of waiting."""
    wait, step = entry_wait(entry, month), max(np.int64(rules.ageing_months), 1)
    aged = wait // step if wait >= step else 0  # most have not waited so long, and a division takes long
    return max(LEVELS - 1 - LOWEST_CLASS + entry_class(entry) - aged, 0)


@inlined
def drop_and_count(books, state, tables, c, month, demand, places, asked):
    """First pass: forget who left, let families give up, start school terms, count minutes asked by level.

    Most cases simply wait on, which is told without a guess; the others are listed behind the places and
    looked at before minutes are counted.
    """
    county, arena, rules = state.counties[c], state.arenas[c], tables.rules[0]
    first, n = arena.filed_start, arena.n_filed
    n_turns = note_cases(books, state, tables, c, month, places, asked)
    for j in range(n_turns):
        position = first + np.int64(places[n + j])
        if ends_waiting(books, state, tables, county, books.filed_entries[position], month):
            books.filed_entries[position] = NOWHERE
    kept = np.int64(0)
    for i in range(n):
        entry, place, minutes = books.filed_entries[first + i], places[i], np.int64(asked[i])
        stays = entry != NOWHERE
        at_desk = np.int64(stays & (place != AT_NO_DESK))
        local = np.int64(place >> DESK_SHIFT) * at_desk
        column = np.int64((place >> LEVEL_SHIFT) & LEVEL_MASK)
        if rules.reserved_share > 0.0 and at_desk:
            most, preferred = demand[local, RESERVED_KEPT], place & PREFERRED == PREFERRED
            if takes_reserved(preferred, demand, local, RESERVED_ASKED, minutes, most):
                column = np.int64(RESERVED_ASKED)
        demand[local, column] += minutes * at_desk
        books.filed_entries[first + kept], places[kept], asked[kept] = entry, place, np.uint64(minutes)
        kept += np.int64(stays)
    arena.n_filed = kept


@inlined
def note_cases(books, state, tables, c, month, places, asked):
    """Write down where every case stands and what it takes; cases that are over leave `NOWHERE` behind.

    Lists those that may leave this month behind the places, and returns their number.
    """
    county, arena, rules = state.counties[c], state.arenas[c], tables.rules[0]
    first, n, n_turns = arena.filed_start, arena.n_filed, np.int64(0)
    term = (month - FIRST_TERM) % TERM_LENGTH == 0
    for i in range(n):
        if i + AHEAD < n:
            ask_for_child(state, county, books.filed_entries[first + i + AHEAD])
        entry = books.filed_entries[first + i]
        slot, service = county.first_slot + entry_slot(entry), entry_service(entry)
        need, is_review = state_of(books.needs[slot, service]), entry_is_review(entry)
        v = county.first_village + entry_village(entry)
        village = state.villages[v]
        filed, admitted = (need == FILED_ALONE) | (need == FILED_HELPED), need == ADMITTED
        is_same = is_same_child(state.traits, state.birth, slot, entry_birth(entry))
        is_case = is_same & (not is_review) & (filed | admitted)
        waits_on = is_case | (is_same & is_review & (need == SERVED))
        local = local_desk(tables, county, v, village.township, service)
        preferred = (village.remote != 0) | ((state.traits[slot] & CHILD_DISABLED) != 0)
        place = place_at_desk(local, level_of(entry, month, rules), preferred & (not is_review))
        places[i] = AT_NO_DESK if admitted else place
        asked[i] = np.uint64(minutes_of(tables, service, is_review))
        books.filed_entries[first + i] = entry if waits_on else NOWHERE
        places[n + n_turns] = np.uint64(i)
        n_turns += np.int64(is_case & (admitted & term | filed & (entry_wait(entry, month) > 0)))
    return n_turns


@inlined
def ends_waiting(books, state, tables, county, entry, month):
    """Whether a case leaves the queue: the child goes to school as a term begins, or the family gives up."""
    slot, service = county.first_slot + entry_slot(entry), entry_service(entry)
    village = state.villages[county.first_village + entry_village(entry)]
    need, wait = state_of(books.needs[slot, service]), entry_wait(entry, month)
    if need == ADMITTED:
        groups, _, _ = person(state, tables, county, village, slot, month)
        change(books, village, slot, service, SERVED, NO_FLOW, month, groups, entry_birth(entry))
        return True
    return loses_patience(books, state, tables, county, village, slot, service, month, wait, need, entry)


@inlined
def place_at_desk(local, level, preferred):
    """Desk and level of a case, and whether it may take minutes that are kept, as one number."""
    return (np.uint64(local) << DESK_SHIFT) | (np.uint64(level) << LEVEL_SHIFT) | np.uint64(preferred)


@inlined
def person(state, tables, county, village, slot, month):
    """Groups, key and household of the child in a slot of a known village."""
    h = village.first_household + np.int64(state.household[slot])
    household = state.households[h]
    age = (month - np.int64(state.birth[slot])) & MONTH_BYTE
    rules = tables.rules[0]
    groups = groups_of(
        state.traits[slot], household, village, age, rules.young_months, county.poor_percentiles
    )
    return groups, key_of_child(village.key, slot - village.first_slot, month - age), h


@inlined
def loses_patience(books, state, tables, county, village, slot, service, month, wait, need, entry):
    """Whether a waiting family gives up this month; a wait that grows too long costs trust once."""
    household = state.households[village.first_household + np.int64(state.household[slot])]
    age = (month - np.int64(state.birth[slot])) & MONTH_BYTE
    key = key_of_child(village.key, slot - village.first_slot, month - age)
    if need == FILED_HELPED and wait == np.int64(tables.rules[0].trust_wait_months) + 1:
        remember(village, household, tables, month, False)
    if not happens(draw(key, GIVES_UP, month, service), tables.give_up[service, wait]):
        return False
    groups, _, _ = person(state, tables, county, village, slot, month)
    change(books, village, slot, service, GAVE_UP, F_GAVE_UP, month, groups, entry_birth(entry))
    count_wait(books, service, WAIT_GAVE_UP, wait)
    if need == FILED_HELPED:
        remember(village, household, tables, month, False)
    append_open(books, state.arenas[village.county], for_service(entry, service))
    return True


@inlined
def takes_reserved(preferred, demand, local, column, minutes, most):
    """Whether a case is served from the minutes kept for remote and disabled children, while any are left."""
    return preferred and most > 0 and demand[local, column] + minutes <= most


@inlined
def serve(books, state, tables, c, month, demand, places, asked):
    """Second pass: serve, in the order of filing, what lies above the limit and at it while minutes last.

    A case that goes on waiting is not looked at again: the first pass wrote down where it stands.
    """
    county, arena = state.counties[c], state.arenas[c]
    kept = arena.filed_start
    for i in range(arena.n_filed):
        place, entry = places[i], books.filed_entries[arena.filed_start + i]
        if place != AT_NO_DESK:
            local, level = np.int64(place >> DESK_SHIFT), np.int64((place >> LEVEL_SHIFT) & LEVEL_MASK)
            desk = state.desks[desk_record(state, tables, c, local)]
            minutes, limit = np.int64(asked[i]), demand[local, LIMIT]
            most = demand[local, RESERVED_ASKED]  # the same cases as in the first pass
            if takes_reserved(place & PREFERRED == PREFERRED, demand, local, RESERVED_USED, minutes, most):
                demand[local, RESERVED_USED] += minutes
                now = True
            elif level == limit:  # what the cases above leave; the first that does not fit closes the desk
                now = demand[local, MINUTES_ABOVE] + minutes <= desk.offered
                demand[local, MINUTES_ABOVE] = demand[local, MINUTES_ABOVE] + minutes if now else desk.offered
            else:
                now = level < limit
            if now:
                desk.used += minutes
                if attend(books, state, tables, c, county, month, entry):
                    books.filed_entries[kept] = entry
                    kept += 1
                continue
            desk.queue += 1
            desk.queue_minutes += minutes
        books.filed_entries[kept] = entry
        kept += 1
    arena.n_filed = kept - arena.filed_start
    demand[: (1 + county.n_townships) * len(tables.services) + county.n_villages, :] = 0


@inlined
def attend(books, state, tables, c, county, month, entry):
    """A clerk takes up a case; returns True while it stays at the desk (admitted, waiting for the term)."""
    slot, service = county.first_slot + entry_slot(entry), entry_service(entry)
    village = state.villages[county.first_village + entry_village(entry)]
    groups, key, h = person(state, tables, county, village, slot, month)
    household = state.households[h]
    row, birth = tables.services[service], entry_birth(entry)
    if entry_is_review(entry):
        books.needs[slot, service] &= NOT_UNDER_REVIEW
        add(books, service, F_REVIEWED, groups, 1)
        if happens(draw(key, REVIEWED, month, service), row.lapse_share):
            add(books, service, F_LAPSED, groups, 1)
            place = (entry_slot(entry), entry_village(entry))
            open_spell(
                books, state.arenas[c], village, slot, place, service, month, groups, birth, tables.rules[0]
            )
        return False
    word = books.needs[slot, service]
    helped = state_of(word) == FILED_HELPED
    refusal = refusal_of(books, tables, slot, row, helped)
    u = uniform(draw(key, DECIDED, month, service))
    if u < refusal:
        refuse(
            books, state, tables, c, village, household, slot, service, month, groups, birth, helped, entry
        )
        return False
    if u >= 1.0 - row.not_eligible_share:
        count_wait(books, service, WAIT_LEFT, entry_wait(entry, month))
        change(books, village, slot, service, NOT_ELIGIBLE, F_NOT_ELIGIBLE, month, groups, birth)
        append_open(books, state.arenas[c], for_service(entry, service))
        return False
    grant(books, state, tables, c, village, household, slot, service, month, groups, birth, helped, entry)
    return row.term_entry != 0


@inlined
def refusal_of(books, tables, slot, row, helped):
    """Probability of a refusal for missing papers, equation (43)."""
    rules = tables.rules[0]
    refusal = row.refusal_share
    if row.soft_prerequisite >= 0 and rules.documents_chain:
        if is_open(state_of(books.needs[slot, row.soft_prerequisite])):
            refusal += row.refusal_without
    if helped:
        refusal *= 1.0 - rules.refusal_correction_share
    if rules.one_stop:
        refusal *= rules.one_stop_refusal_multiplier
    return min(refusal, 1.0 - row.not_eligible_share)


@inlined
def refuse(books, state, tables, c, village, household, slot, service, month, groups, birth, helped, entry):
    """Papers are missing: the case goes back to gathering."""
    count_wait(books, service, WAIT_REFUSED, entry_wait(entry, month))
    new = GATHERING_HELPED if helped else GATHERING_ALONE
    change(books, village, slot, service, new, F_REFUSED, month, groups, birth)
    if helped:
        remember(village, household, tables, month, False)
    append_gathering(books, state.arenas[c], for_service(entry, service))


@inlined
def grant(books, state, tables, c, village, household, slot, service, month, groups, birth, helped, entry):
    """The request is granted: count it, open what the document unlocks, raise the family's trust a little."""
    row, rules = tables.services[service], tables.rules[0]
    word, wait = books.needs[slot, service], entry_wait(entry, month)
    add(books, service, F_WAIT_MONTHS, groups, wait)
    count_wait(books, service, WAIT_SERVED, wait)
    if wait <= rules.served_within_months:
        add(books, service, F_SERVED_WITHIN, groups, 1)
        if word & COHORT_BIT:
            add(books, service, F_COHORT_IN_TIME, groups, 1)
    new = ADMITTED if row.term_entry else (SERVED if row.durable else CLEAR)
    flow = F_SERVED_HELPED if helped else F_SERVED_ALONE
    change(books, village, slot, service, new, flow, month, groups, birth)
    books.needs[slot, service] &= SPELL_OVER
    if new == CLEAR:  # what does not last counts as met in the month in which it is given
        count_wealth(books, service, SERVED, groups, 1)
    state.counters[c, CASE_FEN] += np.int64(row.unit_cost_yuan * FEN_PER_YUAN)
    if helped:
        village.helped_served += 1
        remember(village, household, tables, month, True)
    if rules.documents_chain:
        go_on(books, tables, state.arenas[c], village, slot, service, month, groups, entry, helped)


@inlined
def go_on(books, tables, arena, village, slot, service, month, groups, entry, helped):
    """With a paper in hand a family goes on at once to the paper it was for (certificate, then hukou)."""
    for other in range(HUKOU + 1):
        if tables.services[other].hard_prerequisite == service:
            need = state_of(books.needs[slot, other])
            if need == UNMET or need == FOUND:
                new = GATHERING_HELPED if helped else GATHERING_ALONE
                change(books, village, slot, other, new, NO_FLOW, month, groups, entry_birth(entry))
                append_gathering(books, arena, for_service(entry, other))
