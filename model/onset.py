"""Needs begin and end, families change, families apply on their own."""

import numpy as np

from columns.clock import COARSE_SHIFT
from columns.compiling import inlined, part
from columns.draws import HALF, draw, happens, uniform
from columns.layout import (
    CARE_GRANDPARENTS,
    CARE_ONE_PARENT,
    CARE_PARENTS,
    CHILD_PRESENT,
    CHILD_UNATTENDED,
    CLEAR,
    HOUSEHOLD_CARE,
    HOUSEHOLD_STRAINED,
    POST_ACTIVE,
    SERVED,
)
from columns.prefetch import prefetch
from columns.streams import stream
from columns.tallies import M_CANDIDATES, groups_of, move_groups
from columns.words import (
    MONTH_BYTE,
    state_of,
)
from model.codes import DESK_VILLAGE, GROUP_UNATTENDED, OFFICE_PROTECTION
from model.first_needs import circumstances
from model.idle_spells import end_gathering, end_or_seek, sort_open
from model.needs import (
    PROBLEM_CEILING,
    ask_for_household,
    close_need,
    is_eligible,
    key_of_child,
    need_multiplier,
    open_spell,
    receives_cash,
)
from model.population import AFTER_CANDIDATE, books_of, child_of, draw_next, list_due, set_date

EVENT_KIND = stream("child.event_kind")
EVENT = stream("child.event")
CARER = stream("household.new_carer")

STRUCK = stream("county.shock")
NEEDS_AFTER_SHOCK = stream("child.shock")

FAMILY, STRAIN, ATTENDANCE = range(3)  # kinds of events after the services
KIND_MASK = np.uint64(0xFFFFFFFF)


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
    end_or_seek(books, state, tables, c, month, order, waiting)
    n_candidates = draw_events(state, books, tables, c, month, candidates, order, waiting)
    v = state.counties[c].first_village
    for i in range(n_candidates):
        slot = candidates[i]
        while slot >= state.villages[v].first_slot + state.villages[v].n_slots:
            v += 1
        have_event(books, state, tables, c, month, slot, v, order[i])


@inlined
def draw_events(state, books, tables, c, month, candidates, drawn, keys):
    """Draw what each candidate may be and set its child's next date; keep those to whom it may happen.

    Most candidates come to nothing, since the clock's rate covers every child anywhere. Who is kept is
    reckoned without a branch, from a rate that is the child's own or a little above; but what happens to a
    child may decide what happens to the next of its household, who is kept with it. Returns the number kept,
    with the draws in ``drawn``.
    """
    county, rules = state.counties[c], tables.rules[0]
    today = np.uint8(month & MONTH_BYTE)
    n_candidates = list_due(state, county.first_slot, county.n_slots, today, candidates)
    books.meters[M_CANDIDATES] += n_candidates
    v = county.first_village
    for i in range(n_candidates):
        slot = candidates[i]
        while slot >= state.villages[v].first_slot + state.villages[v].n_slots:
            v += 1
        village = state.villages[v]
        age = (month - np.int64(state.birth[slot])) & MONTH_BYTE
        keys[i] = key_of_child(village.key, slot - village.first_slot, month - age)
        prefetch(books.needs, slot)
        ask_for_household(state, village, slot)
    for i in range(n_candidates):  # eight at once
        key = keys[i]
        drawn[i] = (draw(key, EVENT, month, 0) >> HALF << HALF) | (draw(key, EVENT_KIND, month, 0) >> HALF)
        keys[i] = draw_next(key, month, AFTER_CANDIDATE)
    v, kept, home_kept = county.first_village, np.int64(0), np.int64(-1)
    for i in range(n_candidates):
        slot, bits = candidates[i], drawn[i]
        while slot >= state.villages[v].first_slot + state.villages[v].n_slots:
            v += 1
        village = state.villages[v]
        age = (month - np.int64(state.birth[slot])) & MONTH_BYTE
        set_date(state, tables, slot, keys[i], age, month, AFTER_CANDIDATE)
        kind = kind_of(bits & KIND_MASK, tables)
        home = village.first_household + np.int64(state.household[slot])
        household, traits = state.households[home], state.traits[slot]
        groups = groups_of(traits, household, village, age, rules.young_months, county.poor_percentiles)
        at_most = rate_at_most(books, tables, village, v, household, slot, traits, groups, kind, month)
        keep = (at_most > 0.0) & ((threshold_of(tables, bits, kind) < at_most) | (home == home_kept))
        home_kept = home if keep else home_kept
        candidates[kept] = slot
        drawn[kept] = (bits >> HALF << HALF) | np.uint64(kind)
        kept += np.int64(keep)
    return kept


@inlined
def kind_of(high_bits, tables):
    """Kind of event of a candidate by 32 bits of a draw: services, then those of the family."""
    kind = np.int64(tables.kind_guide[high_bits >> COARSE_SHIFT])
    while high_bits >= tables.kinds[kind]:  # the last threshold is above every draw
        kind += 1
    return kind


@inlined
def rate_at_most(books, tables, village, v, household, slot, traits, groups, kind, month):
    """What the rate of a kind of event for a child does not exceed today; nil where it cannot happen."""
    n_services = len(tables.services)
    service = min(kind, n_services - 1)
    onset = tables.tops[month, service] * tables.need_scale[v, service]
    onset *= tables.multiplier_at_most[service, circumstances(groups, household)]
    can_begin = may_begin(tables.services[service], state_of(books.needs[slot, service]))
    of_service = np.float64(can_begin & (kind < n_services))
    return onset * of_service + change_rate(tables, village, household, traits, kind - n_services)


@inlined
def threshold_of(tables, bits, kind):
    """What the rate of a candidate's event must exceed for it to happen."""
    return uniform(bits) * tables.ceilings[kind]


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
def rate_of(books, state, tables, village, v, household, slot, groups, kind, month):
    """Today's rate of a kind of event for a child: of onset, equation (26), or of family change, (25).

    Above its ceiling it is an error.
    """
    n_services = len(tables.services)
    if kind < n_services:
        rate = onset_rate(books, tables, village, v, household, slot, groups, kind, month)
    else:
        rate = change_rate(tables, village, household, state.traits[slot], kind - n_services)
    if rate > tables.ceilings[kind]:
        books.problems[0] = PROBLEM_CEILING
    return rate


@inlined
def onset_rate(books, tables, village, v, household, slot, groups, service, month):
    """Monthly probability that a need begins that may begin, equation (26)."""
    row, rules = tables.services[service], tables.rules[0]
    rate = row.inflow_per_month * tables.need_scale[v, service] * need_multiplier(row, groups, household)
    rate *= tables.trend[month, service]
    if row.term_entry and receives_cash(books, tables, slot):
        rate *= tables.cash_dropout[0]
    if row.preventable and village.post == POST_ACTIVE:
        rate *= 1.0 - (1.0 - rules.prevention_multiplier) * village.motivation
    return rate


@inlined
def may_begin(row, need):
    """Whether a need for a service may begin: there is none now, or one that was met for good is lost."""
    return (need == CLEAR) | ((need == SERVED) & (row.durable != 0))


@inlined
def change_rate(tables, village, household, traits, kind):
    """Monthly probability that the family or its care changes, equation (25).

    With turnover k per month each state begins at k·p and ends at k·(1 − p), so the share p stays.
    """
    rules, flags = tables.rules[0], np.int64(household.family)
    # One of these is 1, or none where the kind is not of the family: nothing has to be guessed.
    family, strain, attendance = (
        np.int64(kind == FAMILY),
        np.int64(kind == STRAIN),
        np.int64(kind == ATTENDANCE),
    )
    turnover = family * rules.family_change_per_month
    turnover += strain * rules.caregiver_change_per_month + attendance * rules.unattended_change_per_month
    unattended = rules.unattended_pilot_share if village.pilot else rules.unattended_share
    share = family * village.left_behind + strain * rules.caregiver_strained_share + attendance * unattended
    now = family & np.int64((flags & HOUSEHOLD_CARE) != CARE_PARENTS)
    now |= strain & np.int64((flags & HOUSEHOLD_STRAINED) != 0)
    now |= attendance & np.int64((np.int64(traits) & CHILD_UNATTENDED) != 0)
    return turnover * ((1.0 - share) if now else share)


@inlined
def have_event(books, state, tables, c, month, slot, v, drawn):
    """What happens to a candidate that is ready for it, if it still is."""
    county, arena = state.counties[c], state.arenas[c]
    village = state.villages[v]
    household = state.households[village.first_household + np.int64(state.household[slot])]
    n_services = len(tables.services)
    kind = np.int64(drawn & KIND_MASK)
    age, groups, key = child_of(state, tables, county, village, household, slot, month)
    rate = rate_of(books, state, tables, village, v, household, slot, groups, kind, month)
    if threshold_of(tables, drawn, kind) >= rate:
        return
    place = (slot - county.first_slot, v - county.first_village)
    if kind < n_services:
        birth, rules = state.birth[slot], tables.rules[0]
        open_spell(books, arena, village, slot, place, kind, month, groups, birth, rules)
    elif kind == n_services + FAMILY:
        leave_or_return(books, state, tables, county, village, household, key, month)
    elif kind == n_services + STRAIN:
        household.family = np.uint8(np.int64(household.family) ^ HOUSEHOLD_STRAINED)
    else:
        change_attendance(
            books, state, tables, county, arena, village, household, slot, place, month, age, groups
        )


@inlined
def leave_or_return(books, state, tables, county, village, household, key, month):
    """One or both parents leave for work elsewhere, or come home."""
    flags, carer = np.int64(household.family), CARE_PARENTS
    if (flags & HOUSEHOLD_CARE) == CARE_PARENTS:
        alone = happens(draw(key, CARER, month, 0), tables.rules[0].one_parent_away_share)
        carer = CARE_ONE_PARENT if alone else CARE_GRANDPARENTS
    regroup(books, state, tables, county, village, household, (flags & ~HOUSEHOLD_CARE) | carer, month)


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
def change_attendance(
    books, state, tables, county, arena, village, household, slot, place, month, age, groups
):
    """A child becomes unattended, which opens an entitlement, or ceases to be, which ends it."""
    rules = tables.rules[0]
    state.traits[slot] = np.uint8(np.int64(state.traits[slot]) ^ CHILD_UNATTENDED)
    after = groups_of(
        state.traits[slot], household, village, age, rules.young_months, county.poor_percentiles
    )
    move_groups(books, slot, groups, after)
    birth = state.birth[slot]
    for service in range(len(tables.services)):
        row = tables.services[service]
        if row.group == GROUP_UNATTENDED:
            if state.traits[slot] & CHILD_UNATTENDED:
                if is_eligible(row, state.traits[slot], after, age):
                    open_spell(books, arena, village, slot, place, service, month, after, birth, rules)
            else:
                close_need(books, village, slot, service, month, after, birth)
