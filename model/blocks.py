"""Runs of counties, the parts of a world that threads work on."""

import itertools
from typing import NamedTuple

import numpy as np

BLOCKS_PER_THREAD = 8


class Block(NamedTuple):
    """A run of counties for one thread."""

    first: int
    last: int


def county_blocks(counties: np.recarray, n_threads: int) -> list[Block]:
    """Cut the counties into blocks of about equal numbers of child slots, several per thread."""
    return cut_counties(counties, 1 if n_threads == 1 else n_threads * BLOCKS_PER_THREAD)


def cut_counties(counties: np.recarray, wanted: int) -> list[Block]:
    """Cut the counties into so many blocks of about equal numbers of child slots, or fewer."""
    upto = np.cumsum(counties["n_slots"])
    cuts = np.searchsorted(upto, np.linspace(0, upto[-1], wanted + 1)[1:-1], side="left") + 1
    edges = np.unique(np.concatenate([[0], cuts, [len(counties)]]))
    return [Block(int(a), int(b)) for a, b in itertools.pairwise(edges)]
