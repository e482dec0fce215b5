"""Needs begin and end, families change, families apply on their own."""

import numpy as np

from columns.clock import COARSE_SHIFT, next_candidate
from columns.compiling import inlined, part
from columns.draws import HALF, draw, happens, uniform
from columns.layout import (
    CARE_GRANDPARENTS,
    CARE_ONE_PARENT,
    CARE_PARENTS,
    CHILD_PRESENT,
    CHILD_UNATTENDED,
    CLEAR,
    FOUND,
    GATHERING_ALONE,
    GATHERING_HELPED,
    GAVE_UP,
    HOUSEHOLD_ASKED,
    HOUSEHOLD_CARE,
    HOUSEHOLD_STRAINED,
    NOT_ELIGIBLE,
    POST_ACTIVE,
    SERVED,
    UNMET,
)
from columns.prefetch import AHEAD, NEXT, prefetch
from columns.sorting import sort_by_key
from columns.streams import stream
from columns.tallies import F_ENDED, M_CANDIDATES, M_OPEN, NO_FLOW, groups_of, move_groups
from columns.words import (
    BYTE_MASK,
    FILED_SHIFT,
    MONTH_BYTE,
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
from model.codes import DESK_VILLAGE, GROUP_UNATTENDED, OFFICE_PROTECTION
from model.learning import trust_of
from model.needs import (
    PROBLEM_CEILING,
    append_gathering,
    ask_for_child,
    ask_for_family,
    ask_for_household,
    change,
    close_need,
    is_eligible,
    is_idle,
    is_open,
    is_same_child,
    key_of_child,
    last_gathering,
    need_multiplier,
    open_spell,
    receives_cash,
)
from model.population import AFTER_CANDIDATE, books_of, child_of, list_due, set_clock

EVENT_KIND = stream("child.event_kind")
EVENT = stream("child.event")
CARER = stream("household.new_carer")
SEEKS = stream("child.seeks_or_ends")
SPELL_CLOCK = stream("child.spell_clock")

STRUCK = stream("county.shock")
NEEDS_AFTER_SHOCK = stream("child.shock")

FAMILY, STRAIN, ATTENDANCE = range(3)  # kinds of events after the services
ANY = 1.0
KIND_MASK = np.uint64(0xFFFFFFFF)
NOWHERE = np.uint64(0xFFFFFFFFFFFFFFFF)


@part
def arise_needs(state, tables, c, month, thread, candidates, order, waiting):
    """The county's month of needs: first those that are open move on by themselves, then new ones begin.

    ``candidates`` (int64, the county's slots), ``order`` and ``waiting`` (uint64) are scratch.
    """
    books = books_of(state, c, thread)
    if tables.rules[0].shock_county_share > 0.0:
        strike(books, state, tables, c, month)
    sort_open(books, state, tables, c, month, order, waiting)
    end_gathering(books, state, tables, c, month)
    end_or_seek(books, state, tables, c, month, order)
    n_candidates = draw_events(state, books, tables, c, month, candidates, order)
    v = state.counties[c].first_village
    for i in range(n_candidates):
        slot = candidates[i]
        if i + AHEAD < n_candidates:
            prefetch(books.needs, candidates[i + AHEAD])
        while slot >= state.villages[v].first_slot + state.villages[v].n_slots:
            v += 1
        have_event(books, state, tables, c, month, slot, v, order[i])


@inlined
def draw_events(state, books, tables, c, month, candidates, drawn):
    """Draw what each candidate may be and set its child's next date; keep those that the village allows.

    Most candidates come to nothing, since the clock's rate covers every child anywhere; those whose draw no
    child of their village could accept are dropped before their rows are touched. Returns the number kept,
    with the draws in ``drawn``.
    """
    county = state.counties[c]
    today = np.uint8(month & MONTH_BYTE)
    n_candidates = list_due(state, county.first_slot, county.n_slots, today, candidates)
    books.meters[M_CANDIDATES] += n_candidates
    v, kept = county.first_village, 0
    for i in range(n_candidates):
        slot = candidates[i]
        while slot >= state.villages[v].first_slot + state.villages[v].n_slots:
            v += 1
        village = state.villages[v]
        age = (month - np.int64(state.birth[slot])) & MONTH_BYTE
        key = key_of_child(village.key, slot - village.first_slot, month - age)
        set_clock(state, tables, slot, key, age, month, AFTER_CANDIDATE)
        kind = kind_of(draw(key, EVENT_KIND, month, 0), tables)
        bits = draw(key, EVENT, month, 0)
        n_services = len(tables.services)
        top = tables.tops[month, kind] * tables.need_scale[v, kind] if kind < n_services else ANY
        if uniform(bits) * tables.ceilings[kind] < top:
            ask_for_household(state, village, slot)
            candidates[kept] = slot
            drawn[kept] = (bits >> HALF << HALF) | np.uint64(kind)
            kept += 1
    return kept


@inlined
def kind_of(bits, tables):
    """Kind of event of a candidate: services, then those of the family."""
    high_bits = bits >> HALF
    kind = tables.kind_guide[high_bits >> COARSE_SHIFT]
    while high_bits >= tables.kinds[kind]:  # the last threshold is above every draw
        kind += 1
    return kind


@part
def strike(books, state, tables, c, month):
    """A shock (an earthquake, say) hits some counties: their children suddenly need support and protection.

    Which counties and children is drawn by key, so a stronger shock hits the same ones and more. What a space
    or worker meets in the village arises with ``shock_psychosocial_share``, what the office for child
    protection meets with ``shock_protection_share``.
    """
    county, arena, rules = state.counties[c], state.arenas[c], tables.rules[0]
    if not happens(draw(county.key, STRUCK, month, 0), rules.shock_county_share):
        return
    for v in range(county.first_village, county.first_village + county.n_villages):
        village = state.villages[v]
        for slot in range(village.first_slot, village.first_slot + village.n_slots):
            if not state.traits[slot] & CHILD_PRESENT:
                continue
            household = state.households[village.first_household + np.int64(state.household[slot])]
            _, groups, key = child_of(state, tables, county, village, household, slot, month)
            place = (slot - county.first_slot, v - county.first_village)
            for service in range(len(tables.services)):
                row = tables.services[service]
                share = 0.0
                if row.desk == DESK_VILLAGE:
                    share = rules.shock_psychosocial_share
                elif row.office == OFFICE_PROTECTION:
                    share = rules.shock_protection_share
                if state_of(books.needs[slot, service]) == CLEAR and share > 0.0:
                    if happens(draw(key, NEEDS_AFTER_SHOCK, month, service), share):
                        birth = state.birth[slot]
                        open_spell(books, arena, village, slot, place, service, month, groups, birth, rules)


@inlined
def place_of(entry):
    """Slot and service of an entry as one number: the order of the list."""
    return ((entry & SLOT_MASK) << SERVICE_SHIFT) | ((entry >> SERVICE_SHIFT) & SERVICE_MASK)


@inlined
def sort_open(books, state, tables, c, month, order, waiting):
    """Date the spells listed since last month and merge them into the order of slots (two arrays of scratch).

    Where the rules have changed how often something may happen, all are dated anew.
    """
    county, arena = state.counties[c], state.arenas[c]
    if tables.redated[0]:
        for position in range(arena.start, arena.start + arena.n_sorted):
            books.open_entries[position] = dated(state, tables, county, books.open_entries[position], month)
    new = arena.n_open - arena.n_sorted
    first = arena.start + arena.n_sorted
    for i in range(new):
        waiting[i] = dated(state, tables, county, books.open_entries[first + i], month)
        order[i] = place_of(waiting[i])
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
    slot, service = county.first_slot + entry_slot(entry), entry_service(entry)
    village = state.villages[county.first_village + entry_village(entry)]
    age = (month - np.int64(entry_birth(entry))) & MONTH_BYTE
    key = key_of_child(village.key, slot - village.first_slot, month - age)
    return dated_entry(entry, next_month(tables, key, service, month))


@inlined
def next_month(tables, key, service, month):
    """First month from ``month`` on in which something may happen to an idle spell of a child."""
    return next_candidate(key, SPELL_CLOCK, month, service, tables.halvings[service])


@inlined
def end_or_seek(books, state, tables, c, month, due):
    """Open spells that stand in no queue: families apply on their own, needs end, some come back to it.

    Only those whose candidate month has come are looked at; what then happens, if anything, follows from
    their present state. An entry that outlived its spell is dropped then. ``due`` (uint64) is scratch.
    """
    county, arena = state.counties[c], state.arenas[c]
    n_due = list_dated(books, arena, month, due)
    last_place, dropped = NOWHERE, 0
    for i in range(n_due):
        if i + AHEAD < n_due:
            ask_for_child(state, county, books.open_entries[due[i + AHEAD]])
        if i + NEXT < n_due:
            ask_for_family(state, county, books.open_entries[due[i + NEXT]])
        entry = books.open_entries[due[i]]
        place = place_of(entry)
        kept = NOWHERE
        if place != last_place:
            kept = move_on(books, state, tables, county, arena, entry, month)
        if kept == NOWHERE:
            dropped += 1
        else:
            last_place = place
        books.open_entries[due[i]] = kept
    if dropped:
        drop_nowhere(books, arena)


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
def move_on(books, state, tables, county, arena, entry, month):
    """One candidate of an idle spell, equation (28): its entry with the next date, NOWHERE if it leaves."""
    slot, service = county.first_slot + entry_slot(entry), entry_service(entry)
    if not is_same_child(state.traits, state.birth, slot, entry_birth(entry)):
        return NOWHERE
    need = state_of(books.needs[slot, service])
    if not is_idle(need):
        return NOWHERE  # somebody works on it by now
    books.meters[M_OPEN] += 1
    rules, end = tables.rules[0], tables.end[service]
    forward, onward = 0.0, GATHERING_ALONE
    if need == UNMET or need == FOUND:
        # Who lacks a document that is asked for does not get as far as applying.
        prerequisite = tables.services[service].hard_prerequisite
        held = state_of(books.needs[slot, prerequisite]) if prerequisite >= 0 else CLEAR
        if not (rules.documents_chain and is_open(held)):
            forward = tables.seek[service]
            if need == FOUND:
                forward = min(forward * rules.information_multiplier, 1.0 - end)
    elif need == GAVE_UP:
        forward, onward = rules.return_after_giving_up_per_month, UNMET
    elif need == NOT_ELIGIBLE:
        forward, onward = rules.return_after_not_eligible_per_month, UNMET
    village = state.villages[county.first_village + entry_village(entry)]
    age = (month - np.int64(state.birth[slot])) & MONTH_BYTE
    key = key_of_child(village.key, slot - village.first_slot, month - age)
    u = uniform(draw(key, SEEKS, month, service)) / (1 << tables.halvings[service])
    household = state.households[village.first_household + np.int64(state.household[slot])]
    if u < end + forward:
        groups = groups_of(
            state.traits[slot], household, village, age, rules.young_months, county.poor_percentiles
        )
        new, flow = (CLEAR, F_ENDED) if u < end else (onward, NO_FLOW)
        change(books, village, slot, service, new, flow, month, groups, entry_birth(entry))
        if new == GATHERING_ALONE:
            append_gathering(books, arena, entry)
        if new != UNMET:
            return NOWHERE
    elif need == UNMET and village.post == POST_ACTIVE:
        asking = rules.asks_for_visit_per_month * tables.asking[month]
        if u < end + forward + asking * trust_of(village, household, tables, month):
            household.family = np.uint8(household.family | HOUSEHOLD_ASKED)
    return dated_entry(entry, next_month(tables, key, service, month + 1))


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
            if uniform(draw(key, SEEKS, month, service)) < tables.end[service]:
                household = state.households[village.first_household + np.int64(state.household[slot])]
                groups = groups_of(
                    state.traits[slot], household, village, age, rules.young_months, county.poor_percentiles
                )
                change(books, village, slot, service, CLEAR, F_ENDED, month, groups, entry_birth(entry))
                continue
        kept -= 1
        books.open_entries[kept] = entry
    arena.n_gathering = last - kept


@inlined
def have_event(books, state, tables, c, month, slot, v, drawn):
    """An event that the village allows: whether the child's present situation lets it happen."""
    county, arena = state.counties[c], state.arenas[c]
    village = state.villages[v]
    household = state.households[village.first_household + np.int64(state.household[slot])]
    age, groups, key = child_of(state, tables, county, village, household, slot, month)
    n_services = len(tables.services)
    kind = np.int64(drawn & KIND_MASK)
    threshold = uniform(drawn) * tables.ceilings[kind]
    if kind < n_services:
        begin_need(
            books, state, tables, county, arena, village, v, household, slot, kind, month, groups, threshold
        )
    else:
        change_family(
            books, state, tables, county, arena, village, v, household, slot, kind - n_services, month, age,
            groups, key, threshold,
        )  # fmt: skip


@inlined
def begin_need(
    books, state, tables, county, arena, village, v, household, slot, service, month, groups, threshold
):
    """Open a spell if today's rate, equation (26), passes the threshold; above its ceiling it is an error."""
    row, rules = tables.services[service], tables.rules[0]
    need = state_of(books.needs[slot, service])
    if not (need == CLEAR or (need == SERVED and row.durable)):
        return
    rate = row.inflow_per_month * tables.need_scale[v, service] * need_multiplier(row, groups, household)
    rate *= tables.trend[month, service]
    if row.term_entry and receives_cash(books, tables.services, slot):
        rate *= tables.cash_dropout[0]
    if row.preventable and village.post == POST_ACTIVE:
        rate *= 1.0 - (1.0 - rules.prevention_multiplier) * village.motivation
    if rate > tables.ceilings[service]:
        books.problems[0] = PROBLEM_CEILING
    if threshold < rate:
        place = (slot - county.first_slot, v - county.first_village)
        open_spell(books, arena, village, slot, place, service, month, groups, state.birth[slot], rules)


@inlined
def change_family(
    books, state, tables, county, arena, village, v, household, slot, kind, month, age, groups, key, threshold
):
    """Parents leave or return, carers come under strain or recover, a child is left unattended or no longer.

    Equation (25): with turnover k per month each begins at k·p and ends at k·(1 − p), so the share p stays.
    """
    rules = tables.rules[0]
    flags = np.int64(household.family)
    traits = np.int64(state.traits[slot])
    if kind == FAMILY:
        away = (flags & HOUSEHOLD_CARE) != CARE_PARENTS
        share = village.left_behind
        if threshold < rules.family_change_per_month * ((1.0 - share) if away else share):
            carer = CARE_PARENTS
            if not away:
                alone = happens(draw(key, CARER, month, 0), rules.one_parent_away_share)
                carer = CARE_ONE_PARENT if alone else CARE_GRANDPARENTS
            regroup(
                books, state, tables, county, village, household, (flags & ~HOUSEHOLD_CARE) | carer, month
            )
    elif kind == STRAIN:
        strained = (flags & HOUSEHOLD_STRAINED) != 0
        share = rules.caregiver_strained_share
        if threshold < rules.caregiver_change_per_month * ((1.0 - share) if strained else share):
            household.family = np.uint8(flags ^ HOUSEHOLD_STRAINED)
    elif kind == ATTENDANCE:
        unattended = (traits & CHILD_UNATTENDED) != 0
        share = rules.unattended_pilot_share if village.pilot else rules.unattended_share
        if threshold < rules.unattended_change_per_month * ((1.0 - share) if unattended else share):
            change_attendance(
                books, state, tables, county, arena, village, v, household, slot, month, age, groups
            )


@part
def regroup(books, state, tables, county, village, household, flags, month):
    """Give a household new flags and carry the stocks of all its children to their new groups."""
    rules = tables.rules[0]
    first = village.first_slot + np.int64(household.first_slot)
    last = village.first_slot + village.n_slots
    number = state.household[first]
    slot = first
    old_flags = household.family
    while slot < last and state.household[slot] == number:
        if state.traits[slot] & CHILD_PRESENT:
            age = (month - np.int64(state.birth[slot])) & MONTH_BYTE
            household.family = old_flags
            before = groups_of(
                state.traits[slot], household, village, age, rules.young_months, county.poor_percentiles
            )
            household.family = np.uint8(flags)
            after = groups_of(
                state.traits[slot], household, village, age, rules.young_months, county.poor_percentiles
            )
            move_groups(books, slot, before, after)
        slot += 1
    household.family = np.uint8(flags)


@inlined
def change_attendance(books, state, tables, county, arena, village, v, household, slot, month, age, groups):
    """A child becomes unattended, which opens an entitlement, or ceases to be, which ends it."""
    rules = tables.rules[0]
    state.traits[slot] = np.uint8(np.int64(state.traits[slot]) ^ CHILD_UNATTENDED)
    after = groups_of(
        state.traits[slot], household, village, age, rules.young_months, county.poor_percentiles
    )
    move_groups(books, slot, groups, after)
    birth = state.birth[slot]
    place = (slot - county.first_slot, v - county.first_village)
    for service in range(len(tables.services)):
        row = tables.services[service]
        if row.group == GROUP_UNATTENDED:
            if state.traits[slot] & CHILD_UNATTENDED:
                if is_eligible(row, state.traits[slot], after, age):
                    open_spell(books, arena, village, slot, place, service, month, after, birth, rules)
            else:
                close_need(books, village, slot, service, month, after, birth)
