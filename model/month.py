"""The compiled months: all phases, in the order of the schedule, for any months and blocks of counties.

Some phases stand before and after those of the counties, for all of them together; in between a county
touches only its own villages, desks and cases, so blocks may run on any number of threads with the same
result. Where nobody looks in between, one call runs all phases of many months: what it costs to call a
compiled function with so many arrays, and to come back to Python with cold caches, is then paid once.
"""

import numpy as np

from columns.bits import AT_ONCE
from columns.by_address import by_address
from columns.compiling import kernel, part
from columns.numbers import Whole
from columns.sorting import ROOM
from columns.state import Decisions, State, Tables
from model.desk_hours import DEMAND_COLUMNS
from model.desks import serve_desks
from model.learning import learn
from model.lists import is_close_to_full
from model.money import Accounts, close_accounts, set_budgets
from model.observation import FILED, Observed, observe
from model.onset import arise_needs
from model.population import age_population
from model.referrals import file_referrals
from model.spaces import open_spaces
from model.spread import spread_approach
from model.spread_setup import Spread
from model.staffing import staff_posts
from model.visits import visit_households

POLICY, SPREAD, STAFF, AGE, ARISE, VISIT, FILE, SERVE, LEARN, COSTS, OBSERVE = range(11)
"""Positions in :data:`model.schedule.PHASES`."""
N_PHASES = 11


@kernel
def run_months(
    state: State,
    tables: Tables,
    decisions: Decisions,
    spread: Spread,
    observed: Observed,
    accounts: Accounts,
    rank: np.ndarray,
    scratch: tuple[np.ndarray, ...],
    first_month: Whole,
    last_month: Whole,
    first_phase: Whole,
    last_phase: Whole,
    blocks: np.ndarray,
    thread: Whole,
) -> Whole:
    """Run some phases, first to last (exclusive), of some months, likewise, for some counties.

    Parameters
    ----------
    state, tables, decisions : columns.state.State, columns.state.Tables, columns.state.Decisions
    spread, observed, accounts : Spread, Observed, Accounts
        What crosses counties.
    rank : int32 array
        Villages of each county in the order in which they get posts.
    scratch : tuple of arrays
        Of this thread: slots (int64), order (uint64), waiting (uint64), demand (int64, desks × columns).
    blocks : int64 array, shape (blocks, 2)
        First and last (exclusive) county of each block; phases of all counties together do not look at it.

    Returns
    -------
    int
        The first month that is not done. Where lists have to grow before it, or something failed, it comes
        earlier than asked for and is negative.
    """
    slots, order, waiting, demand = scratch
    state, tables = by_address(state), by_address(tables)
    decisions, spread, observed = by_address(decisions), by_address(spread), by_address(observed)
    for month in range(first_month, last_month):
        for phase in range(first_phase, min(last_phase, STAFF)):
            if phase == POLICY:
                follow_policy(state, tables, decisions, spread, month)
            else:
                spread_approach(
                    month, state.counties, spread.provinces, spread.nation, spread.indptr, spread.indices,
                    spread.waves, spread.places, spread.order, spread.order_score, spread.shown,
                    spread.chain_lag, tables.rules,
                )  # fmt: skip
        for block in range(len(blocks)):
            for c in range(blocks[block, 0], blocks[block, 1]):
                for phase in range(max(first_phase, STAFF), min(last_phase, COSTS)):
                    if phase == STAFF:
                        staff_posts(
                            month,
                            c,
                            state.counties,
                            state.townships,
                            state.villages,
                            rank,
                            state.counters,
                            tables.rules,
                        )
                        open_spaces(state, tables, c, month)
                    elif phase == AGE:
                        age_population(state, tables, c, month, thread, slots)
                    elif phase == ARISE:
                        arise_needs(state, tables, c, month, thread, slots, order, waiting)
                    elif phase == VISIT:
                        visit_households(state, tables, c, month, thread, slots)
                    elif phase == FILE:
                        file_referrals(state, tables, c, month, thread, order, waiting)
                    elif phase == SERVE:
                        serve_desks(state, tables, c, month, thread, demand, order, waiting)
                    elif phase == LEARN:
                        learn(state, tables, c)
        for phase in range(max(first_phase, COSTS), last_phase):
            if phase == COSTS:
                close_accounts(state, tables, observed, accounts, month)
            else:
                observe(state, tables, observed, accounts, rank, month)
        if last_phase > OBSERVE and must_stop(state, observed, month):
            return -(month + 1)
    return last_month


@part
def follow_policy(state, tables, decisions, spread, month):
    """Bring dated changes of rules into force, and let the rules act on what follows from them at once.

    That is what is known of other counties, dates of idle spells, and budgets.
    """
    for change in range(len(decisions.months)):
        if decisions.months[change] == month:
            for word in range(len(decisions.in_force)):
                decisions.in_force[word] = decisions.words[change, word]
    spread.nation[0].outside_share = tables.outside[month]
    for s in range(len(tables.halvings)):
        tables.redated[s] = state.halvings[s] != tables.halvings[s]
        state.halvings[s] = tables.halvings[s]
    set_budgets(state.counties, tables.rules)


@part
def must_stop(state, observed, month):
    """True if a list of a county is close to full, or a kernel had a problem."""
    stop = False
    for thread in range(len(state.problems)):
        stop |= state.problems[thread, 0] != 0
    for c in range(len(state.arenas)):
        stop |= is_close_to_full(state.arenas[c], observed.counties[month, c, FILED])
    return stop


def make_scratch(state: State, n_services: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Arrays that one thread needs while it works on a county, of shapes for the largest; see above."""
    counties = state.counties
    slots = int(counties["n_slots"].max(initial=1))
    longest = np.maximum(state.arenas["capacity"], state.arenas["filed_capacity"])
    cases = int(longest.max(initial=1)) * ROOM + 1 + slots
    desks = int(((1 + counties["n_townships"]) * n_services + counties["n_villages"]).max(initial=1))
    return (
        np.zeros(slots + AT_ONCE, dtype=np.int64),
        np.zeros(cases, dtype=np.uint64),
        np.zeros(cases, dtype=np.uint64),
        np.zeros((desks, DEMAND_COLUMNS), dtype=np.int64),
    )
