"""From found to filed: papers are gathered, with or without a worker, until a request stands at a desk.

The chain of documents acts here: a request that needs a document the child lacks cannot be filed (``hard``);
a worker who meets this starts on the missing document first.
"""

import numpy as np

from columns.bits import lowest_bit, n_bits
from columns.compiling import inlined, part
from columns.draws import draw, happens, uniform
from columns.layout import (
    CHILD_DISABLED,
    CHILD_PRESENT,
    CHILD_UNATTENDED,
    FILED_ALONE,
    FILED_HELPED,
    FOUND,
    GATHERING_ALONE,
    GATHERING_HELPED,
    GAVE_UP,
    NO_MONTH,
    NOT_ELIGIBLE,
    SERVED,
    UNMET,
)
from columns.prefetch import AHEAD, NEXT
from columns.sorting import sort_by_key
from columns.streams import stream
from columns.tallies import (
    F_COHORT_FILED,
    F_FILED_ALONE,
    F_FILED_HELPED,
    F_FILED_HELPED_FIRST,
    F_GAVE_UP,
    G_MIGRANT,
    G_POOR,
    G_REMOTE,
    NO_FLOW,
    add,
    groups_of,
)
from columns.vectors import where_state
from columns.words import (
    COHORT_BIT,
    FILED_ONCE,
    HELPED_BIT,
    MONTH_BYTE,
    NOWHERE,
    UNDER_REVIEW,
    entry_birth,
    entry_service,
    entry_slot,
    entry_village,
    filed_entry,
    for_service,
    make_entry,
    months_since,
    state_of,
)
from model.codes import DESK_COUNTY, FIFO, LONGEST_OFFSET, MINUTES_PER_HOUR, NEED_FIRST
from model.learning import remember
from model.money import TRIPS
from model.needs import (
    OPEN_STATES,
    PROBLEM_FILED_FULL,
    append_gathering,
    append_open,
    ask_for_child,
    ask_for_family,
    change,
    is_open,
    key_of_child,
    key_of_entry,
    last_gathering,
    receives_cash,
)
from model.population import books_of
from model.stationary import HUKOU

COMPLETES = stream("child.papers_complete_or_dropped")
ATTENDED = stream("case.worker_attends")
QUEUE_ORDER = stream("case.order_within_month")

NO_HELP, WITH_PAPERS, GOES_ALONG = range(3)
CLASS_FIRST, CLASS_LAST = 0, 3
DAMP = 1e-9


@part
def file_referrals(state, tables, c, month, thread, order, waiting):
    """The county's month at the kitchen tables: cases in gathering are completed, dropped or go on.

    ``order`` and ``waiting`` are scratch (uint64); cases filed in the same month are put in the order of a
    keyed hash before they join the queue, so that memory order decides nothing.
    """
    county, arena = state.counties[c], state.arenas[c]
    books = books_of(state, c, thread)
    first = last_gathering(arena)
    n_moving, n_filed, left = list_moving(books, state, tables, c, month, order, waiting), 0, 0
    for i in range(n_moving):
        if i + NEXT < n_moving:
            ask_for_family(state, county, books.open_entries[np.int64(order[i + NEXT])])
        position = np.int64(order[i])
        stays, n_filed = take_turn(books, state, tables, c, month, position, order, waiting, n_filed)
        left += not stays
    # A document that is taken in hand on the way joins the list and is met too.
    position = first
    while position > last_gathering(arena):
        position -= 1
        stays, n_filed = take_turn(books, state, tables, c, month, position, order, waiting, n_filed)
        left += not stays
    if left:
        close_ranks(books, arena)
    n_filed = add_reviews(books, state, tables, county, month, order, waiting, n_filed)
    join_queue(books, arena, order, waiting, n_filed)


@inlined
def list_moving(books, state, tables, c, month, moving, draws):
    """List the cases to which something may happen this month, from the oldest on; return their number.

    The draw of a case is compared with the highest probability that it moves on, whoever the child and
    whatever help there is, so most need not be looked at. Both arrays are scratch.
    """
    county, arena = state.counties[c], state.arenas[c]
    first, n = last_gathering(arena), arena.n_gathering
    for i in range(n):
        if i + AHEAD < n:
            ask_for_child(state, county, books.open_entries[first + i + AHEAD])
        draws[i] = key_of_entry(state, county, books.open_entries[first + i], month)
    for i in range(n):  # eight at once
        draws[i] = draw_progress(draws[i], month, entry_service(books.open_entries[first + i]))
    n_moving = np.int64(0)
    for i in range(n - 1, -1, -1):
        entry = books.open_entries[first + i]
        service = entry_service(entry)
        need = state_of(books.needs[county.first_slot + entry_slot(entry), service])
        moving[n_moving] = np.uint64(first + i)
        alone, helped = need == GATHERING_ALONE, need == GATHERING_HELPED
        at_most = tables.moving[service, np.int64(helped)]
        n_moving += np.int64((uniform(draws[i]) < at_most) | (not (alone | helped)))
    return n_moving


@part
def take_turn(books, state, tables, c, month, position, order, waiting, n_filed):
    """A month of a case: whether it stays on the list, neither filed nor dropped, and how many are filed."""
    county, arena = state.counties[c], state.arenas[c]
    entry = books.open_entries[position]
    slot, service = county.first_slot + entry_slot(entry), entry_service(entry)
    need = state_of(books.needs[slot, service])
    if need == GATHERING_ALONE or need == GATHERING_HELPED:
        village = state.villages[county.first_village + entry_village(entry)]
        household = state.households[village.first_household + np.int64(state.household[slot])]
        age = (month - np.int64(state.birth[slot])) & MONTH_BYTE
        key = key_of_child(village.key, slot - village.first_slot, month - age)
        traits, rules = state.traits[slot], tables.rules[0]
        groups = groups_of(traits, household, village, age, rules.young_months, county.poor_percentiles)
        outcome = gather(
            books, state, tables, arena, village, household, slot, service, month, groups, key, need, entry, c
        )
        if outcome > 0:
            review, accompanied = 0, outcome - 1
            priority = priority_of(books, tables, slot, service, traits)
            waiting[n_filed] = filed_entry(entry, month, priority, review, accompanied)
            order[n_filed] = draw(key, QUEUE_ORDER, month, service)
            n_filed += 1
        elif state_of(books.needs[slot, service]) == GAVE_UP:
            append_open(books, arena, entry)
        else:
            return True, n_filed
    books.open_entries[position] = NOWHERE
    return False, n_filed


@inlined
def draw_progress(key, month, service):
    """Draw whether a case's papers are complete this month, or dropped."""
    return draw(key, COMPLETES, month, service)


@inlined
def close_ranks(books, arena):
    """Take the cases that left out of the list; the others keep their order."""
    last = arena.start + arena.capacity
    kept = last
    for position in range(last - 1, last_gathering(arena) - 1, -1):
        entry = books.open_entries[position]
        kept -= np.int64(entry != NOWHERE)
        if entry != NOWHERE:
            books.open_entries[kept] = entry
    arena.n_gathering = last - kept


@inlined
def join_queue(books, arena, order, waiting, n_filed):
    """Append the month's cases to the county's queue in the order of their hashes."""
    if arena.n_filed + n_filed > arena.filed_capacity:
        books.problems[0] = PROBLEM_FILED_FULL
        return
    sort_by_key(order, waiting, n_filed)
    start = arena.filed_start + arena.n_filed
    for i in range(n_filed):
        books.filed_entries[start + i] = waiting[i]
    arena.n_filed += n_filed


@inlined
def pace_of(tables, village, row, service, groups, need, month, key):
    """Monthly probability that the papers are complete, and how the worker helps.

    A worker with hours for papers raises it (``assistance_multiplier``), one who can also go along to the
    desk brings it to ``gathering_helped_per_month``, with better odds after a year, equation (36);
    without hours the family has advice only. Migrant families need papers from elsewhere.
    """
    rules = tables.rules[0]
    alone = rules.hukou_barrier_clearance_per_month if service == HUKOU else row.gathering_alone_per_month
    pace, help_given = alone, NO_HELP
    if need == GATHERING_HELPED:
        pace = alone * rules.information_multiplier
        attended = happens(draw(key, ATTENDED, month, service), village.paper_share)
        if attended and village.paper_minutes >= rules.papers_hours * MINUTES_PER_HOUR:
            pace, help_given = max(pace, alone * rules.assistance_multiplier), WITH_PAPERS
            if village.paper_minutes >= (rules.papers_hours + rules.accompany_hours) * MINUTES_PER_HOUR:
                help_given = GOES_ALONG
                if service != HUKOU:
                    pace = max(pace, row.gathering_helped_per_month)
            if village.hired_month != NO_MONTH and month - village.hired_month >= 12:
                odds = rules.experience_odds_ratio * pace / max(1.0 - pace, DAMP)
                pace = odds / (1.0 + odds)
    if groups & G_MIGRANT:
        pace *= 1.0 - rules.portability_penalty
    return min(pace, 1.0), help_given


@inlined
def drop_of(tables, books, slot, groups, need):
    """Monthly probability that a family gives up gathering papers; poor and remote families oftener."""
    rules = tables.rules[0]
    drop = rules.drop_out_per_month
    if groups & G_POOR:
        drop *= rules.drop_out_poor_multiplier
    if groups & G_REMOTE:
        drop *= rules.drop_out_remote_multiplier
    if need == GATHERING_HELPED:
        drop *= rules.drop_out_helped_multiplier
    if receives_cash(books, tables, slot):
        drop *= tables.cash_drop_out[0]
    return drop


@inlined
def gather(
    books, state, tables, arena, village, household, slot, service, month, groups, key, need, entry, c
):
    """A month of gathering papers, equation (37): 0 if the case stays, 1 if it is filed, 2 if accompanied."""
    rules, row = tables.rules[0], tables.services[service]
    birth = state.birth[slot]
    pace, help_given = pace_of(tables, village, row, service, groups, need, month, key)
    linked = rules.automatic_link and need == GATHERING_HELPED and row.status
    u = uniform(draw_progress(key, month, service))
    if u >= pace and not linked:
        if u < pace + (1.0 - pace) * drop_of(tables, books, slot, groups, need):
            change(books, village, slot, service, GAVE_UP, F_GAVE_UP, month, groups, birth)
            if need == GATHERING_HELPED:
                remember(village, household, tables, month, False)
        return 0
    if blocked(books, tables, arena, village, slot, row.hard_prerequisite, month, groups, need, entry):
        return 0
    if need == GATHERING_HELPED:
        blocked(books, tables, arena, village, slot, row.soft_prerequisite, month, groups, need, entry)
        if help_given >= WITH_PAPERS:
            village.paper_minutes -= rules.papers_hours * MINUTES_PER_HOUR
        if help_given == GOES_ALONG:
            village.paper_minutes -= rules.accompany_hours * MINUTES_PER_HOUR
    file_case(books, village, slot, service, month, groups, birth, need)
    state.counters[c, TRIPS] += 2 if row.desk == DESK_COUNTY else 1
    return 2 if help_given == GOES_ALONG else 1


@part
def file_case(books, village, slot, service, month, groups, birth, need):
    """Count a filing and put the need into its filed state."""
    helped = need == GATHERING_HELPED
    new, flow = (FILED_HELPED, F_FILED_HELPED) if helped else (FILED_ALONE, F_FILED_ALONE)
    change(books, village, slot, service, new, flow, month, groups, birth)
    word = books.needs[slot, service]
    if helped and not word & HELPED_BIT:
        add(books, service, F_FILED_HELPED_FIRST, groups, 1)
        books.needs[slot, service] |= HELPED_BIT
    if word & COHORT_BIT and not word & FILED_ONCE:
        add(books, service, F_COHORT_FILED, groups, 1)
    books.needs[slot, service] |= FILED_ONCE


@part
def blocked(books, tables, arena, village, slot, prerequisite, month, groups, need, entry):
    """Whether a document is missing; a worker who meets this takes the document in hand first.

    A document whose papers were dropped this month waits for the next: its draw for this month is spent.
    """
    if prerequisite < 0 or not tables.rules[0].documents_chain:
        return False
    word = books.needs[slot, prerequisite]
    held = state_of(word)
    if not is_open(held):
        return False
    dropped_before = held == GAVE_UP and months_since(word, month) > 0
    if need == GATHERING_HELPED and (
        held == UNMET or held == FOUND or held == NOT_ELIGIBLE or dropped_before
    ):
        change(
            books, village, slot, prerequisite, GATHERING_HELPED, NO_FLOW, month, groups, entry_birth(entry)
        )
        append_gathering(books, arena, for_service(entry, prerequisite))
    return True


@inlined
def priority_of(books, tables, slot, service, traits):
    """Priority class of a case under the discipline in force: 0 is served first."""
    rules = tables.rules[0]
    if rules.discipline == FIFO:
        return CLASS_FIRST
    if rules.discipline == NEED_FIRST:
        n_open = n_bits(np.uint64(where_state(books.needs, slot, OPEN_STATES)))
        return max(CLASS_LAST - n_open + 1, CLASS_FIRST)
    if traits & (CHILD_UNATTENDED | CHILD_DISABLED):
        return CLASS_FIRST
    return min(np.int64(tables.services[service].priority_class), CLASS_LAST)


@inlined
def add_reviews(books, state, tables, county, month, order, waiting, n_filed):
    """Reviews of allowances: each village has its month, so that offices meet them spread over the year."""
    for v in range(county.first_village, county.first_village + county.n_villages):
        village = state.villages[v]
        due = tables.reviewed[month + LONGEST_OFFSET - np.int64(village.review_offset)]
        if due == 0:
            continue
        for slot in range(village.first_slot, village.first_slot + village.n_slots):
            served = where_state(books.needs, slot, 1 << SERVED) & due
            if served and not state.traits[slot] & CHILD_PRESENT:
                continue  # what the last child of a vacant place had is reviewed no more
            while served:
                service = lowest_bit(served)
                served &= served - 1
                word = books.needs[slot, service]
                if word & UNDER_REVIEW:
                    continue
                books.needs[slot, service] = word | UNDER_REVIEW
                entry = make_entry(
                    slot - county.first_slot, v - county.first_village, service, state.birth[slot]
                )
                priority = CLASS_FIRST if tables.rules[0].discipline == FIFO else CLASS_LAST
                waiting[n_filed] = filed_entry(entry, month, priority, 1, 0)
                order[n_filed] = draw(key_of_entry(state, county, entry, month), QUEUE_ORDER, month, service)
                n_filed += 1
    return n_filed
