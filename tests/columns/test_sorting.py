"""Sorting in place by key, against NumPy; and handing columns on by their address."""

from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from columns.by_address import by_address
from columns.compiling import kernel, part
from columns.sorting import ROOM, rank_by, sort_by_key

pytestmark = pytest.mark.unit

WORDS = st.integers(0, 2**64 - 1)
Pair = namedtuple("Pair", ["first", "second"])


@kernel
def sort(keys, items, n):
    sort_by_key(keys, items, n)


@kernel
def rank(keys, ties, ranked):
    rank_by(keys, ties, ranked)


@part
def add_one(pair):
    pair.second[0] += pair.first[1] + 1


@kernel
def twice(pair):
    handed = by_address(pair)
    add_one(handed)
    add_one(handed)
    return len(handed.first)


@given(
    st.lists(WORDS, max_size=60)
    | st.lists(st.integers(0, 5), max_size=60)
    | st.lists(WORDS.map(lambda k: k >> 50))
)
def test_pairs_are_in_the_order_of_their_keys_and_equal_ones_in_the_old_order(given_keys):
    n = len(given_keys)
    keys, items = np.zeros((2, ROOM * n + 1), dtype=np.uint64)
    keys[:n], items[:n] = given_keys, np.arange(n)
    sort(keys, items, n)
    order = np.argsort(np.array(given_keys, dtype=np.uint64), kind="stable")
    assert (items[:n] == order).all()
    assert keys[:n].tolist() == sorted(given_keys)


@given(st.lists(st.tuples(st.integers(0, 3) | WORDS, st.integers(0, 3) | WORDS), max_size=60))
def test_ranks_are_by_key_then_by_tie_then_as_they_stand(pairs):
    keys, ties = np.array(pairs, dtype=np.uint64).reshape(-1, 2).T.copy()
    for known in (keys, keys / 2**60):
        ranked = np.full(len(pairs), -1)
        rank(known, ties, ranked)
        assert (ranked == np.lexsort((np.arange(len(pairs)), ties, known))).all()


def test_columns_handed_on_are_those_given():
    pair = Pair(np.array([2, 3]), np.array([10.0]))
    assert twice(pair) == 2
    assert pair.second[0] == 18
