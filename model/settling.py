"""People settled once for all strategies that share a seed: same world, same numbers, same people.

Filling the places takes as long as a tenth of a decade, and strategies are compared on the same people. What
decides who lives where is hashed; a world with the same hash gets a copy. So that nothing else can decide it,
the kernels are given NaN for every parameter and curve that is not part of the hash.
"""

from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import numpy as np

from columns.state import State, Tables
from columns.state_hash import hash_arrays
from model.blocks import Block
from model.demography import DemographicPlan
from model.people import settle_counties, settling_scratch

READ = (
    "household_slots_base",
    "one_parent_away_share",
    "caregiver_strained_share",
    "trust_start",
    "disabled_share",
    "unattended_share",
    "unattended_pilot_share",
    "hiv_child_share",
    "young_months",
    "births_without_hukou_share",
    "births_without_hukou_pilot_share",
    "births_without_certificate_share",
    "births_without_certificate_pilot_share",
)
"""Parameters that decide how people are at the start."""
OF_A_MONTH = (
    "outside", "trend", "asking", "cash_drop_out", "cash_dropout", "desk_growth", "give_up", "fading", "tops",
    "moving", "forward", "shortened",
)  # fmt: skip
"""Tables that do not: curves of the month and of rules that act later."""
PLACES = ("counties", "townships", "villages", "sectors", "arenas")
KEPT_WORLDS, MOST_KEPT_BYTES = 2, 100_000_000

_kept: OrderedDict[str, dict[str, np.ndarray]] = OrderedDict()
_lock = Lock()


def settle(
    state: State, tables: Tables, plan: DemographicPlan, blocks: Sequence[Block], n_threads: int
) -> None:
    """Fill the places of a world with people, or copy them from one that was filled from the same numbers.

    Large worlds and those that log events are filled anew.
    """
    tables = _without_the_rest(tables)
    logs = state.log.shape[1] > 1
    if logs or sum(array.nbytes for array in _people(state).values()) > MOST_KEPT_BYTES:
        _fill(state, tables, plan, blocks, n_threads)
        return
    key = _hash(state, tables, plan, n_threads)
    with _lock:
        if key in _kept:
            for name, array in _people(state).items():
                array[...] = _kept[key][name]
            return
        _fill(state, tables, plan, blocks, n_threads)
        _kept[key] = {name: array.copy() for name, array in _people(state).items()}
        while len(_kept) > KEPT_WORLDS:
            _kept.popitem(last=False)


def _people(state: State) -> dict[str, np.ndarray]:
    """Columns that settling may write; desks are made from the rules of the month."""
    return {name: array for name, array in state._asdict().items() if name != "desks"}


def _without_the_rest(tables: Tables) -> Tables:
    rules = tables.rules.copy()
    for name in rules.dtype.names:
        if name not in READ:
            rules[name] = np.nan
    unread = {name: np.full_like(getattr(tables, name), np.nan) for name in OF_A_MONTH}
    return tables._replace(rules=rules, **unread)


def _hash(state: State, tables: Tables, plan: DemographicPlan, n_threads: int) -> str:
    decides = {name: np.asarray(getattr(state, name)) for name in PLACES}
    decides |= {f"tables.{name}": np.asarray(array) for name, array in tables._asdict().items()}
    decides |= {f"plan.{name}": np.asarray(array) for name, array in vars(plan).items()}
    return hash_arrays(decides | {"threads": np.array([n_threads])})


def _fill(
    state: State, tables: Tables, plan: DemographicPlan, blocks: Sequence[Block], n_threads: int
) -> None:
    """Fill the blocks of counties on all threads."""
    with ThreadPoolExecutor(n_threads) as pool:
        shares = [blocks[thread::n_threads] for thread in range(n_threads)]
        done = [
            pool.submit(_fill_blocks, state, tables, plan, share, thread)
            for thread, share in enumerate(shares)
        ]
        for future in done:
            future.result()


@np.errstate(over="ignore")  # as in scale_up: hashing overflows on purpose, and threads do not inherit this
def _fill_blocks(
    state: State, tables: Tables, plan: DemographicPlan, blocks: Sequence[Block], thread: int
) -> None:
    upto, scratch = np.cumsum(plan.first_cohorts, axis=1), settling_scratch(state)
    for block in blocks:
        settle_counties(state, tables, upto, plan.village_children, block.first, block.last, thread, scratch)
