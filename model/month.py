"""The compiled month: the county phases, in the order of the schedule, for a block of counties on one thread.

A county touches only its own villages, desks and cases, so blocks may run on any number of threads with the
same result. A whole normal month is one call per block; with a profile the phases are called one by one.
"""

import numpy as np

from columns.by_address import by_address
from columns.compiling import kernel
from columns.numbers import Whole
from columns.sorting import ROOM
from columns.state import State, Tables
from model.desk_hours import DEMAND_COLUMNS
from model.desks import serve_desks
from model.learning import learn
from model.onset import arise_needs
from model.population import age_population
from model.referrals import file_referrals
from model.spaces import open_spaces
from model.staffing import staff_posts
from model.visits import visit_households

STAFF, AGE, ARISE, VISIT, FILE, SERVE, LEARN = range(7)
N_COUNTY_PHASES = 7


@kernel
def run_counties(
    state: State,
    tables: Tables,
    rank: np.ndarray,
    month: Whole,
    first: Whole,
    last: Whole,
    thread: Whole,
    first_phase: Whole,
    last_phase: Whole,
    scratch: tuple[np.ndarray, ...],
) -> None:
    """Run some phases of the month for some counties, first to last (exclusive).

    Parameters
    ----------
    state, tables : columns.state.State, columns.state.Tables
    rank : int32 array
        Villages of each county in the order in which they get posts.
    scratch : tuple of arrays
        Of this thread: slots (int64), order (uint64), waiting (uint64), demand (int64, desks × columns).
    """
    slots, order, waiting, demand = scratch
    state, tables = by_address(state), by_address(tables)
    for c in range(first, last):
        for phase in range(first_phase, last_phase):
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
                visit_households(state, tables, c, month, thread)
            elif phase == FILE:
                file_referrals(state, tables, c, month, thread, order, waiting)
            elif phase == SERVE:
                serve_desks(state, tables, c, month, thread, demand, order, waiting)
            elif phase == LEARN:
                learn(state, tables, c)


def make_scratch(state: State, n_services: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Arrays that one thread needs while it works on a county, of shapes for the largest; see above."""
    counties = state.counties
    slots = int(counties["n_slots"].max(initial=1))
    longest = np.maximum(state.arenas["capacity"], state.arenas["filed_capacity"])
    cases = int(longest.max(initial=1)) * ROOM + 1 + slots
    desks = int(((1 + counties["n_townships"]) * n_services + counties["n_villages"]).max(initial=1))
    return (
        np.zeros(slots, dtype=np.int64),
        np.zeros(cases, dtype=np.uint64),
        np.zeros(cases, dtype=np.uint64),
        np.zeros((desks, DEMAND_COLUMNS), dtype=np.int64),
    )
