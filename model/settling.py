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
from model.ground import Ground
from model.people import make_filling, settle_counties

PLACES = ("counties", "townships", "villages", "sectors", "arenas")
KEPT_WORLDS = 2
LEAST_KEPT_BYTES, MOST_KEPT_BYTES = 3_000_000, 100_000_000

_kept: OrderedDict[str, dict[str, np.ndarray]] = OrderedDict()
_lock = Lock()


def settle(state: State, ground: Ground, blocks: Sequence[Block], n_threads: int) -> None:
    """Fill the places of a world with people, or copy them from one that was filled from the same numbers.

    Large worlds, shards and worlds that log events are filled anew; so are small ones, which takes less than
    the hash.
    """
    tables, plan = ground.for_people, ground.plan
    logs, size = state.log.shape[1] > 1, sum(array.nbytes for array in _people(state).values())
    in_part = sum(block.last - block.first for block in blocks) < len(state.counties)
    if logs or in_part or not LEAST_KEPT_BYTES <= size <= MOST_KEPT_BYTES:
        _fill(state, tables, plan, blocks, n_threads)
        return
    key = _hash(state, ground, n_threads)
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


def _hash(state: State, ground: Ground, n_threads: int) -> str:
    decides = {name: np.asarray(getattr(state, name)) for name in PLACES}
    return f"{hash_arrays(decides)} {ground.hash_of_people} {n_threads}"


def _fill(
    state: State, tables: Tables, plan: DemographicPlan, blocks: Sequence[Block], n_threads: int
) -> None:
    """Fill the blocks of counties on all threads."""
    if n_threads == 1:
        _fill_blocks(state, tables, plan, blocks, 0)
        return
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
    upto, filling = np.cumsum(plan.first_cohorts, axis=1), make_filling(state, tables)
    for block in blocks:
        settle_counties(state, tables, upto, plan.village_children, block.first, block.last, thread, filling)
