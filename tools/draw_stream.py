"""Write the keyed draws as an endless stream of bytes, for batteries of tests of randomness.

The draws come in the order in which the model could ask for them, with the keys that it uses: a run's from
its seed, a county's from its code, then villages, children, streams, months and the index within a month.
Neighbours in the stream differ in one of these by one. For example::

    python -m tools.draw_stream children | RNG_test stdin64 -tlmax 16GB

with ``RNG_test`` of PractRand; docs/randomness.md has the results and other batteries.
"""

import argparse
import functools
import sys

import numpy as np
from numpy.typing import NDArray

from columns.compiling import kernel
from columns.draws import GENERATOR, child_key, draw, root_key
from columns.streams import STREAMS, stream

LAYOUTS = {
    "children": "neighbouring children, one decision in one month; then the next month",
    "months": "one decision of a child in 128 months; then the next child",
    "services": "ten services (index 0 to 9) of a child in one month; then the next child",
    "streams": "all streams for a child in one month; then the next child",
    "seeds": "one decision of a child in runs with neighbouring seeds; then the next child",
}
CHILDREN, MONTHS, SERVICES, STREAMS_IN_TURN, SEEDS = range(len(LAYOUTS))
N_MONTHS, N_SERVICES, N_SEEDS, N_CHILDREN = 128, 10, 1 << 16, 1 << 28
SLOTS_PER_VILLAGE, VILLAGES_PER_COUNTY, FIRST_COUNTY = 512, 256, 110_101
BIRTH_BITS, BIRTH_SHIFT = 10, 512
CHUNK = 1 << 18


@kernel
def key_of(root: np.uint64, child: int) -> np.uint64:
    """Key of the child numbered ``child`` in an endless country."""
    slot, place = child % SLOTS_PER_VILLAGE, child // SLOTS_PER_VILLAGE
    village, county = place % VILLAGES_PER_COUNTY, place // VILLAGES_PER_COUNTY
    village_key = child_key(child_key(root, FIRST_COUNTY + county), village)
    return child_key(village_key, (slot << BIRTH_BITS) + BIRTH_SHIFT)


@kernel
def fill(out: np.ndarray, layout: int, roots: np.ndarray, streams: np.ndarray, first: int) -> None:
    """Fill ``out`` (uint64) with the draws numbered ``first`` and on in a layout."""
    for i in range(len(out)):
        number = first + i
        root, constant, month, index, child = roots[0], streams[0], 0, 0, number
        if layout == CHILDREN:
            child, month = number % N_CHILDREN, number // N_CHILDREN
        elif layout == MONTHS:
            child, month = number // N_MONTHS, number % N_MONTHS
        elif layout == SERVICES:
            child, index = number // N_SERVICES, number % N_SERVICES
        elif layout == STREAMS_IN_TURN:
            child, constant = number // len(streams), streams[number % len(streams)]
        elif layout == SEEDS:
            child, root = number // len(roots), roots[number % len(roots)]
        out[i] = draw(key_of(root, child), constant, month, index)


@functools.cache
def roots_and_streams(layout: str, seed: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return keys of runs and constants of streams through which a layout goes."""
    seeds = range(seed, seed + (N_SEEDS if layout == "seeds" else 1))
    names = list(STREAMS) if layout == "streams" else ["child.need_is_found"]
    return (
        np.array([root_key(each) for each in seeds], dtype=np.uint64),
        np.array([stream(name) for name in names], dtype=np.uint64),
    )


def draws(layout: str, first: int, count: int, seed: int = 1) -> NDArray[np.uint64]:
    """Return ``count`` draws of a layout from the draw numbered ``first`` on."""
    out = np.empty(count, dtype=np.uint64)
    fill(out, list(LAYOUTS).index(layout), *roots_and_streams(layout, seed), first)
    return out


def main() -> None:
    """Write until the reader has had enough, or ``--megabytes``."""
    parser = argparse.ArgumentParser(prog="python -m tools.draw_stream", description=__doc__.split("\n\n")[0])
    parser.add_argument("layout", choices=LAYOUTS, help="; ".join(f"{k}: {v}" for k, v in LAYOUTS.items()))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--megabytes", type=int, help="how much to write; endless by default")
    given = parser.parse_args()
    print(f"draws of {GENERATOR}, {LAYOUTS[given.layout]}", file=sys.stderr)
    n_chunks = None if given.megabytes is None else given.megabytes * 2**20 // (8 * CHUNK)
    number = 0
    try:
        while n_chunks is None or number < n_chunks:
            sys.stdout.buffer.write(draws(given.layout, number * CHUNK, CHUNK, given.seed).tobytes())
            number += 1
    except BrokenPipeError:  # the battery has seen enough
        sys.stderr.close()


if __name__ == "__main__":
    main()
