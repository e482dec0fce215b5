"""The worker's month: how many homes can be visited, whose comes first, and what is noticed there."""

import numpy as np

from columns.bits import WORD, list_bits, lowest_bit
from columns.compiling import inlined, part
from columns.draws import draw, happens, uniform
from columns.layout import (
    CARE_PARENTS,
    CHILD_DISABLED,
    CHILD_HIV,
    CHILD_PRESENT,
    CHILD_UNATTENDED,
    CHILD_VISITED,
    FOUND,
    GATHERING_ALONE,
    GATHERING_HELPED,
    GAVE_UP,
    HOUSEHOLD,
    HOUSEHOLD_ASKED,
    HOUSEHOLD_CARE,
    HOUSEHOLD_HIV,
    HOUSEHOLD_LISTED,
    HOUSEHOLD_STRAINED,
    NO_MONTH,
    NOT_ELIGIBLE,
    POST_ACTIVE,
    POST_DESIGNATED,
    POST_TRAINING,
    UNMET,
)
from columns.prefetch import prefetch_range
from columns.streams import stream
from columns.tallies import (
    F_AGREED,
    F_COHORT_FOUND,
    F_FOUND,
    G_POOR,
    M_VISITS,
    NO_FLOW,
    add,
    groups_of,
    log_event,
)
from columns.vectors import RECORDS, where_flag, where_state
from columns.words import COHORT_BIT, FOUND_ONCE, MONTH_BYTE, make_entry, state_of
from model.codes import MINUTES_PER_HOUR, SCOPE_HIV, SCOPE_UNIVERSAL, SCOPE_VULNERABLE
from model.learning import trust_of
from model.needs import OPEN_STATES, append_gathering, ask_for_home, change, key_of_child
from model.population import books_of

FINDS = stream("child.need_is_found")
AGREES = stream("household.accepts_help")
RELIEVES = stream("household.strain_is_relieved")
VISIT_ROUNDING = stream("village.visit_rounding")

NEVER = 255  # visit_month of a household that was never visited; months are kept modulo 255 there
BY_DUE, BY_REQUEST, BY_ROUND = range(3)
FAMILY_SHIFT = 8 * (HOUSEHOLD.itemsize - 1)
"""Where the flags of a household stand in its record: in the last byte."""
HOMES_AHEAD = 3
"""Homes asked for ahead of the one that is visited."""
ROWS_AHEAD = 32
"""Rows of needs of the next county that are asked for at every visit."""
NO_ROUND, N_ROUNDS = -1, 3
ROUNDS = (
    (BY_DUE, BY_REQUEST, BY_ROUND),
    (BY_ROUND, NO_ROUND, NO_ROUND),
    (BY_REQUEST, BY_DUE, BY_ROUND),
)
"""Rounds of a month under each ``visit_order``: risk first, round robin, requests first."""


@inlined
def works(village):
    """True where somebody in the post can visit: trained, in training or designated only."""
    return village.post == POST_ACTIVE or village.post == POST_DESIGNATED or village.post == POST_TRAINING


@inlined
def months_since_visit(household, month):
    """Months since the last visit, counted modulo 255; a large number where there was none."""
    if household.visit_month == NEVER:
        return NEVER
    since = month + NEVER - np.int64(household.visit_month)
    return since - NEVER if since >= NEVER else since  # a run is shorter than one turn


@part
def visit_households(state, tables, c, month, thread, wanted):
    """Every worker of the county spends the hours of the month that papers and meetings leave.

    ``wanted`` (int64, one more than households of a village) is scratch. A visit reckons more than it reads:
    meanwhile the memory of the next county is asked for, village by village.
    """
    county = state.counties[c]
    books = books_of(state, c, thread)
    rules = tables.rules[0]
    for v in range(county.first_village, county.first_village + county.n_villages):
        village, ahead = state.villages[v], ask_for_village(state, v + county.n_villages)
        village.visits = 0
        has_space = village.space_month != NO_MONTH
        if works(village):
            share_out_hours(village, rules, month)
            visit_village(books, state, tables, county, village, v, month, wanted, ahead)
            books.meters[M_VISITS] += village.visits
        else:
            village.paper_minutes = village.paper_share = 0.0
            village.support_minutes = rules.space_hours_per_month * MINUTES_PER_HOUR if has_space else 0.0
        ask_for_needs(state, ahead, village.visits * ROWS_AHEAD, ahead[1])


@inlined
def ask_for_village(state, v):
    """Ask for the homes of a village that comes later; returns its first child and their number, or no child.

    Its own record must be close already, and that of the one after it is asked for.
    """
    n_villages = len(state.villages)
    if v >= n_villages:
        return np.int64(0), np.int64(0)
    village = state.villages[v]
    prefetch_range(state.villages, v + 1, min(v + 2, n_villages))
    homes = village.first_household
    prefetch_range(state.households, homes, homes + village.n_households)
    return village.first_slot, np.int64(village.n_slots)


@inlined
def ask_for_needs(state, ahead, start, end):
    """Ask for the needs of a range of the children of a village: its first child and their number."""
    first, n = ahead
    prefetch_range(state.needs, first + start, first + min(end, n))


@inlined
def share_out_hours(village, rules, month):
    """Divide the worker's minutes over leave, meetings, support, papers and visits: equations (31) to (33).

    What a space adds to the support is equation (45). Papers come before visits up to ``papers_share_cap`` of
    what the first three leave, as cases in hand must not be dropped, and both are planned from the cases that
    are open now.
    """
    minutes = np.float64(village.worker_minutes)
    has_space = village.space_month != NO_MONTH
    support = minutes * rules.support_hours_share
    if has_space:  # a space relieves the worker of part of the support
        support *= 1.0 - rules.space_relief_share
    rest = max(minutes * (1.0 - rules.leave_share - rules.meetings_share) - support, 0.0)
    per_case = (rules.papers_hours + rules.accompany_hours) * MINUTES_PER_HOUR
    wanted = (village.cases_in_hand + 1) * per_case * rules.gathering_helped_per_month
    village.paper_minutes = min(wanted, rest * rules.papers_share_cap)
    village.paper_share = village.paper_minutes / wanted if wanted > 0.0 else 0.0
    village.support_minutes = support + (rules.space_hours_per_month * MINUTES_PER_HOUR if has_space else 0.0)
    travel = rules.travel_hours * (rules.travel_remote_multiplier if village.remote else 1.0)
    per_visit = (rules.visit_hours + travel) * MINUTES_PER_HOUR
    planned = (rest - village.paper_minutes) / per_visit
    village.visit_budget = np.int64(planned + uniform(draw(village.key, VISIT_ROUNDING, month, 0)))


@inlined
def visit_village(books, state, tables, county, village, v, month, wanted, ahead):
    """Visit households in the order of the rules until the hours are used up."""
    rules = tables.rules[0]
    order = np.int64(rules.visit_order)
    for turn in range(N_ROUNDS):
        by = ROUNDS[order][turn]
        if by != NO_ROUND:
            go_round(books, state, tables, county, village, v, month, by, wanted, ahead)


@inlined
def go_round(books, state, tables, county, village, v, month, by, wanted, ahead):
    """One round through the village: follow-ups that are due, families that asked, or who waited longest.

    Rounds go on where the last one of their kind ended, so that the household not visited for longest comes
    first without a list having to be kept.
    """
    rules = tables.rules[0]
    left = village.visit_budget - village.visits
    if village.n_households == 0 or left <= 0:
        return
    if by == BY_DUE:
        pointer, spacing = village.due_pointer, rules.months_between_visits_listed
        n_wanted = list_wanted(state, village, month, pointer, HOUSEHOLD_LISTED, spacing, wanted)
    elif by == BY_REQUEST:
        n_wanted = list_wanted(state, village, month, 0, HOUSEHOLD_ASKED, 0.0, wanted)
    else:
        pointer, spacing = village.round_pointer, rules.months_between_visits_others
        n_wanted = list_longest(state, village, month, pointer, spacing, left, wanted)
    n_visits = min(n_wanted, left)
    for i in range(min(n_visits, HOMES_AHEAD)):
        ask_for_home(state, village, wanted[i])
    for i in range(n_visits):
        if i + HOMES_AHEAD < n_visits:
            ask_for_home(state, village, wanted[i + HOMES_AHEAD])
        asked = (village.visits + i) * ROWS_AHEAD
        ask_for_needs(state, ahead, asked, asked + ROWS_AHEAD)
        position = wanted[i]
        household = state.households[village.first_household + position]
        visit(books, state, tables, county, village, v, household, position, month)
    village.visits += n_visits
    if n_visits > 0:
        following = wrapped(wanted[n_visits - 1] + 1, village.n_households)
        if by == BY_DUE:
            village.due_pointer = following
        elif by == BY_ROUND:
            village.round_pointer = following


@inlined
def list_wanted(state, village, month, pointer, flag, spacing, wanted):
    """List the households with a flag whose last visit is long enough ago, round the village from a pointer.

    Written without a branch, as nobody can guess who is on a list; returns their number.
    """
    first, n_wanted = village.first_household, np.int64(0)
    n_flagged = list_flagged(
        state.households, first, pointer, village.n_households, flag, wanted, np.int64(0)
    )
    n_flagged = list_flagged(state.households, first, 0, pointer, flag, wanted, n_flagged)
    for i in range(n_flagged):
        position = wanted[i]
        wanted[n_wanted] = position
        n_wanted += np.int64(months_since_visit(state.households[first + position], month) >= spacing)
    return n_wanted


@inlined
def list_flagged(households, first, start, end, flag, listed, n):
    """List households of a village with a flag, from ``start`` up to ``end``; return how many are listed."""
    position = np.int64(start)
    while position < end:
        word, passed, last = np.int64(0), position, min(position + WORD, np.int64(end))
        while passed + RECORDS <= last:
            word |= where_flag(households, first + passed, flag << FAMILY_SHIFT) << (passed - position)
            passed += RECORDS
        while passed < last:
            word |= np.int64((households[first + passed].family & flag) != 0) << (passed - position)
            passed += 1
        n = list_bits(np.uint64(word), position, listed, n)
        position = last
    return n


@inlined
def list_longest(state, village, month, pointer, spacing, most, wanted):
    """List up to ``most`` households whose last visit is long enough ago, round from a pointer."""
    n, n_wanted, step = village.n_households, np.int64(0), 0
    while step < n and n_wanted < most:
        position = wrapped(pointer + step, n)
        if months_since_visit(state.households[village.first_household + position], month) >= spacing:
            wanted[n_wanted] = position
            n_wanted += 1
        step += 1
    return n_wanted


@inlined
def wrapped(position, n):
    """Number of a household, counted on from the first where the last was passed."""
    return position - n if position >= n else position


@inlined
def in_scope(rules, groups, traits, household):
    """Whether the worker looks for needs of this child under the present scope."""
    if rules.scope >= SCOPE_UNIVERSAL:
        return True
    affected = (traits & CHILD_HIV) != 0 or (household.family & HOUSEHOLD_HIV) != 0
    if rules.scope == SCOPE_HIV:
        return affected
    return affected or is_vulnerable(groups, traits, household)


@inlined
def is_vulnerable(groups, traits, household):
    """Children in difficulty: unattended, disabled, poor, left behind or with a strained caregiver."""
    if traits & (CHILD_UNATTENDED | CHILD_DISABLED):
        return True
    flags = np.int64(household.family)
    return (
        (groups & G_POOR) != 0
        or (flags & HOUSEHOLD_STRAINED) != 0
        or (flags & HOUSEHOLD_CARE) != CARE_PARENTS
    )


@inlined
def risk_of(groups, traits, household):
    """Points that put a household on the list for monthly follow-up."""
    points = 0
    if traits & CHILD_UNATTENDED:
        points += 2
    if traits & (CHILD_DISABLED | CHILD_HIV):
        points += 2
    if household.family & HOUSEHOLD_STRAINED:
        points += 1
    if groups & G_POOR:
        points += 1
    if (household.family & HOUSEHOLD_CARE) > 1:
        points += 1
    return points


@inlined
def visit(books, state, tables, county, village, v, household, position, month):
    """One visit, equations (34) and (35): look at each child in scope, offer help, ease strain, list."""
    rules = tables.rules[0]
    first = village.first_slot + np.int64(household.first_slot)
    last = village.first_slot + village.n_slots
    trust = trust_of(village, household, tables, month)
    if village.local:
        trust = min(trust + rules.local_worker_trust_bonus, 1.0)
    openness = rules.openness_floor + (1.0 - rules.openness_floor) * trust
    agreement = rules.consent_base + (1.0 - rules.consent_base) * trust
    notice = village.skill * openness * rules.find_multiplier
    if village.space_month != NO_MONTH:  # children who come to a space are seen more often
        notice *= rules.space_find_multiplier
    points, slot = 0, first
    while slot < last and np.int64(state.household[slot]) == position:
        if state.traits[slot] & CHILD_PRESENT:
            traits = np.int64(state.traits[slot])
            age = (month - np.int64(state.birth[slot])) & MONTH_BYTE
            groups = groups_of(traits, household, village, age, rules.young_months, county.poor_percentiles)
            points = max(points, risk_of(groups, traits, household))
            state.traits[slot] = np.uint8(traits | CHILD_VISITED)
            key = key_of_child(village.key, slot - village.first_slot, month - age)
            fully = in_scope(rules, groups, traits, household)
            needs = where_state(books.needs, slot, OPEN_STATES)
            while needs:
                service = lowest_bit(needs)
                needs &= needs - 1
                row = tables.services[service]
                if fully or (rules.scope >= SCOPE_VULNERABLE and row.vulnerable_by_need):
                    birth = state.birth[slot]
                    look(
                        books, village, slot, service, month, groups, birth, key,
                        row.find_probability * notice, row.consent_probability * agreement,
                        state.arenas[village.county],
                        make_entry(slot - county.first_slot, v - county.first_village, service, birth),
                    )  # fmt: skip
                if state_of(books.needs[slot, service]) == GATHERING_HELPED:
                    points += 2
        slot += 1
    if household.family & HOUSEHOLD_STRAINED:
        bits = draw(village.key, RELIEVES, month, position)
        if happens(bits, rules.caregiver_relief_at_visit * village.skill):
            household.family = np.uint8(np.int64(household.family) & ~HOUSEHOLD_STRAINED)
    household.visit_month = np.uint8(month % NEVER)
    flags = np.int64(household.family) & ~HOUSEHOLD_ASKED & ~HOUSEHOLD_LISTED
    if points >= rules.listed_threshold:
        flags |= HOUSEHOLD_LISTED
    if (flags & HOUSEHOLD_LISTED) != (np.int64(household.family) & HOUSEHOLD_LISTED):
        village.listed += 1 if flags & HOUSEHOLD_LISTED else -1
    household.family = np.uint8(flags)


@inlined
def look(books, village, slot, service, month, groups, birth, key, chance, consent, arena, entry):
    """Notice one open need with a given chance, and take the case in hand where the family agrees."""
    need = state_of(books.needs[slot, service])
    if need == UNMET or need == GAVE_UP or need == NOT_ELIGIBLE or need == GATHERING_ALONE:
        if not happens(draw(key, FINDS, month, service), min(chance, 1.0)):
            return
        add(books, service, F_FOUND, groups, 1)
        word = books.needs[slot, service]
        if word & COHORT_BIT and not word & FOUND_ONCE:
            add(books, service, F_COHORT_FOUND, groups, 1)
        books.needs[slot, service] = word | FOUND_ONCE
    elif need != FOUND:
        return
    if happens(draw(key, AGREES, month, service), consent):
        change(books, village, slot, service, GATHERING_HELPED, F_AGREED, month, groups, birth)
        if need != GATHERING_ALONE:
            append_gathering(books, arena, entry)
    elif need == GATHERING_ALONE:
        log_event(books.log, slot, service, need, need, birth, groups)
    elif need != FOUND:
        change(books, village, slot, service, FOUND, NO_FLOW, month, groups, birth)
