"""Hours of desks: how many minutes each has this month, and down to which case they reach.

A desk is a place (county seat, township, village) and a service. Its minutes come from the staff of its
office, from plans that add to them and, in a village, from the worker and the child-friendly space; one
window pools the desks of an office, money may buy hours, and elastic desks offer whatever is asked of them.
"""

import numpy as np

from columns.compiling import inlined
from columns.draws import draw, uniform
from columns.streams import stream
from model.codes import DESK_TOWNSHIP, DESK_VILLAGE, ELASTIC, MINUTES_PER_HOUR, PLAN_FOLLOW
from model.money import DESK_MINUTES_ADDED, DESK_MINUTES_BOUGHT, DESK_MINUTES_ELASTIC, desk_envelope, fen

DESK_ROUNDING = stream("desk.rounding")
DESK_RESERVED = stream("desk.reserved")

LEVELS = 16  # of priority after ageing; cases that have aged beyond the first level all stand on it
RESERVED_KEPT, RESERVED_ASKED, RESERVED_USED, MINUTES_ABOVE, LIMIT = range(LEVELS, LEVELS + 5)
"""Columns of the scratch table ``demand`` after those of the levels."""
DEMAND_COLUMNS = LIMIT + 1


@inlined
def minutes_of(tables, service, review):
    """Staff minutes that a case takes."""
    row, rules = tables.services[service], tables.rules[0]
    minutes = row.review_minutes if review else row.minutes_per_case
    if rules.one_stop:
        minutes *= rules.one_stop_hours_multiplier
    return max(np.int64(minutes), 1)


@inlined
def local_desk(tables, county, v, t, service):
    """Number of a desk within its county: services × (county, townships), then villages."""
    n_services = len(tables.services)
    kind = tables.services[service].desk  # as numbers: to guess whose turn it is takes longer
    township, village = np.int64(kind == DESK_TOWNSHIP), np.int64(kind == DESK_VILLAGE)
    in_township = (1 + t - county.first_township) * n_services
    in_village = (1 + county.n_townships) * n_services + v - county.first_village - service
    return service + township * in_township + village * in_village


@inlined
def desk_record(state, tables, c, local):
    """Position in the array of desks of a desk numbered within its county."""
    county = state.counties[c]
    n_services = len(tables.services)
    in_offices = (1 + county.n_townships) * n_services
    if local >= in_offices:
        first = (len(state.counties) + len(state.townships)) * n_services
        return first + county.first_village + local - in_offices
    if local < n_services:
        return c * n_services + local
    return (len(state.counties) + county.first_township) * n_services + local - n_services


@inlined
def offer_minutes(state, tables, c, month):
    """Set every desk's minutes of the month, equation (39), to whole cases by a keyed draw, equation (41).

    What is left over at the end of the month is not carried to the next. What plans add to the staff of
    offices is counted for the bill, whether it is asked for or not.
    """
    county, rules = state.counties[c], tables.rules[0]
    n_services = len(tables.services)
    n_office = (1 + county.n_townships) * n_services
    for local in range(n_office + county.n_villages):
        desk = state.desks[desk_record(state, tables, c, local)]
        desk.used, desk.queue, desk.queue_minutes = 0, 0, 0
        added = 0.0
        if local < n_office:
            service = local % n_services
            growth = tables.desk_growth[month]
            minutes = desk.base_minutes * rules.desk_fte_factor * growth + desk.extra_minutes
            added = max(minutes - desk.base_minutes * min(rules.desk_fte_factor, 1.0), 0.0)
        else:
            service = tables.village_service[0]
            minutes = state.villages[county.first_village + local - n_office].support_minutes
        if minutes <= 0.0:
            desk.offered = 0
            continue
        case = minutes_of(tables, service, False)
        rounding = uniform(draw(county.key, DESK_ROUNDING, month, local))
        whole = np.int64(minutes / case + rounding)
        desk.offered = whole * case
        state.counters[c, DESK_MINUTES_ADDED] += np.int64(added + rounding)


@inlined
def keep_places(state, tables, c, month, demand):
    """Set the minutes that every desk keeps for remote and disabled children (column RESERVED_KEPT).

    They are whole cases, rounded by a draw of their own: a desk that has time for one case a month keeps it
    in some months and none in others. Kept for nobody who waits they go to the others.
    """
    county, share = state.counties[c], tables.rules[0].reserved_share
    if share <= 0.0:
        return
    n_services = len(tables.services)
    n_office = (1 + county.n_townships) * n_services
    for local in range(n_office + county.n_villages):
        service = local % n_services if local < n_office else tables.village_service[0]
        case = minutes_of(tables, service, False)
        cases = state.desks[desk_record(state, tables, c, local)].offered // case
        rounding = uniform(draw(county.key, DESK_RESERVED, month, local))
        demand[local, RESERVED_KEPT] = np.int64(cases * share + rounding) * case


@inlined
def set_limits(state, tables, c, demand):
    """Find the level of priority down to which each desk's minutes reach (column LIMIT; LEVELS if to all).

    Elastic desks offer whatever is asked; the minutes beyond their staff are counted for the bill.
    """
    county = state.counties[c]
    n_offices = (1 + county.n_townships) * len(tables.services)
    n_desks = n_offices + county.n_villages
    rules = tables.rules[0]
    elastic = rules.capacity_mode == ELASTIC
    if rules.one_stop:
        pool_offices(state, tables, c, demand)
    affordable = minutes_affordable(county, tables.rules)
    for local in range(n_desks):
        desk = state.desks[desk_record(state, tables, c, local)]
        total = asked_of(demand, local)
        if local < n_offices and affordable > 0 and total > desk.offered:  # clerks work in offices
            bought = min(affordable, total - desk.offered)
            desk.offered += bought
            affordable -= bought
            state.counters[c, DESK_MINUTES_BOUGHT] += bought
        if elastic and total > desk.offered:
            state.counters[c, DESK_MINUTES_ELASTIC] += total - desk.offered
            desk.offered = total
        above, limit = total, LEVELS
        while limit > 0 and above > desk.offered:
            limit -= 1
            above -= demand[local, limit]
        demand[local, MINUTES_ABOVE], demand[local, LIMIT] = above, limit


@inlined
def asked_of(demand, local):
    """Minutes that all waiting cases ask of a desk this month."""
    total = demand[local, RESERVED_ASKED]
    for level in range(LEVELS):
        total += demand[local, level]
    return total


@inlined
def minutes_affordable(county, rules):
    """Clerk minutes that the county's part of the budget for desks buys this month (plan ``bought`` only)."""
    clerk = fen(rules[0].clerk_hour_yuan)
    money = desk_envelope(county, rules)
    return money * MINUTES_PER_HOUR // clerk if money > 0 and clerk > 0 else np.int64(0)


@inlined
def pool_offices(state, tables, c, demand):
    """One window: an office's minutes in one place go to its desks there as they are asked for this month.

    What is given is at most what was offered in all, and no less than what is reserved at each desk; a place
    without cases keeps its own division.
    """
    county = state.counties[c]
    n_services = len(tables.services)
    for place in range(1 + county.n_townships):
        first = place * n_services
        for service in range(n_services):
            office, pooled, asked = tables.services[service].office, 0, 0
            is_first = True
            for other in range(n_services):
                if tables.services[other].office == office:
                    is_first = is_first and other >= service
                    pooled += state.desks[desk_record(state, tables, c, first + other)].offered
                    pooled -= demand[first + other, RESERVED_ASKED]
                    asked += asked_of(demand, first + other) - demand[first + other, RESERVED_ASKED]
            if not is_first or asked == 0:
                continue
            for other in range(n_services):
                if tables.services[other].office == office:
                    reserved = demand[first + other, RESERVED_ASKED]
                    share = asked_of(demand, first + other) - reserved
                    desk = state.desks[desk_record(state, tables, c, first + other)]
                    desk.offered = reserved + pooled * share // asked


@inlined
def follow_backlog(state, tables, c):
    """Under the plan ``follow_backlog`` add staff to clear part of a queue in a year: equation (40)."""
    rules = tables.rules[0]
    if rules.desk_plan != PLAN_FOLLOW:
        return
    county = state.counties[c]
    for local in range((1 + county.n_townships) * len(tables.services)):
        desk = state.desks[desk_record(state, tables, c, local)]
        wanted = desk.queue_minutes * rules.desk_follow_backlog_share / 12
        desk.extra_minutes += (wanted - desk.extra_minutes) / max(rules.desk_follow_backlog_delay_months, 1.0)
