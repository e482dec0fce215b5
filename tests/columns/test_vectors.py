"""What is done to several neighbours in one instruction is what would be done one by one."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from columns import vectors
from columns.bits import AT_ONCE, WORD, list_bits, lowest_bit, n_bits
from columns.compiling import kernel
from columns.layout import HOUSEHOLD
from columns.state import records
from columns.vectors import (
    LANES,
    MOST_IN_ROW,
    MOST_STATES,
    RECORDS,
    add_at_bits,
    where_equal,
    where_flag,
    where_state,
)
from model.visits import FAMILY_SHIFT

pytestmark = pytest.mark.unit
RANDOM = np.random.default_rng(4)
ROOT = Path(__file__).resolve().parents[2]


@kernel
def add(numbers, first, bits, amount):
    add_at_bits(numbers, first, bits, amount)


@kernel
def equal(numbers, first, value):
    return where_equal(numbers, first, value)


@kernel
def states(words, row, among):
    return where_state(words, row, among)


@kernel
def flagged(households, first, flag):
    return where_flag(households, first, flag << FAMILY_SHIFT)


@kernel
def listed(bits, first, positions, n):
    return list_bits(bits, first, positions, n)


@kernel
def counted(word):
    return lowest_bit(word), n_bits(word)


@pytest.mark.parametrize("amount", [-1, 0, 1, 7])
@pytest.mark.parametrize("first", [0, 3, LANES])
def test_numbers_are_added_to_where_a_bit_is_set_and_nowhere_else(first, amount):
    for _ in range(50):
        numbers = RANDOM.integers(-9, 9, size=2 * LANES).astype(np.int32)
        plainly, bits = numbers.copy(), int(RANDOM.integers(1 << LANES))
        add(numbers, first, bits | 1 << LANES, amount)  # higher bits are something else
        vectors._add_plainly(plainly, first, bits, amount)
        assert (numbers == plainly).all()


@pytest.mark.parametrize("first", [0, 1, WORD])
def test_bytes_are_compared(first):
    numbers = RANDOM.integers(0, 4, size=2 * WORD).astype(np.uint8)
    for value in range(5):
        found = equal(numbers, first, np.uint8(value))
        assert found == vectors._compare_plainly(numbers, first, value)
        assert found == sum(1 << i for i in range(WORD) if numbers[first + i] == value)


@pytest.mark.parametrize("n_words", [1, 10, 16, MOST_IN_ROW])
def test_states_are_looked_up_in_a_row_and_not_beyond_it(n_words):
    words = RANDOM.integers(0, 1 << 16, size=(5, n_words)).astype(np.uint16)
    for row in range(len(words)):
        for among in (0, 1, 0b1010_0000_1100, (1 << MOST_STATES) - 1):
            found = states(words, row, among)
            assert found == vectors._look_up_plainly(words, row, among)
            assert found == sum(
                1 << i for i in range(n_words) if (among >> int(words[row, i]) % MOST_STATES) & 1
            )


def test_bits_of_a_word_are_found_and_counted():
    for word in (0, 1, 8, 0b110100, 1 << 63, (1 << 64) - 1):
        lowest = (word & -word).bit_length() - 1 if word else WORD
        assert counted(np.uint64(word)) == (lowest, word.bit_count())


@pytest.mark.parametrize("flag", [1 << bit for bit in range(8)])
def test_households_with_a_flag_are_found(flag):
    households = records(
        np.frombuffer(RANDOM.bytes(3 * RECORDS * HOUSEHOLD.itemsize), dtype=HOUSEHOLD).copy()
    )
    for first in (0, 1, RECORDS, 2 * RECORDS):
        found = flagged(households, first, flag)
        assert found == vectors._test_plainly(households, first, flag << FAMILY_SHIFT)
        family = households.family[first : first + RECORDS]
        assert found == sum(1 << i for i in range(RECORDS) if family[i] & flag)


@pytest.mark.parametrize("n_before", [0, 3])
def test_bits_are_listed_by_position_behind_what_is_listed(n_before):
    for word in (0, 1, 1 << 63, 0b1011, (1 << 64) - 1, *map(int, RANDOM.integers(0, 1 << 63, size=20))):
        positions = np.full(n_before + WORD + AT_ONCE, -1)
        expected = [100 + i for i in range(WORD) if (word >> i) & 1]
        n = listed(np.uint64(word), 100, positions, n_before)
        assert positions[n_before:n].tolist() == expected
        assert (positions[:n_before] == -1).all()


def test_all_this_holds_on_a_processor_with_the_plainest_instructions(tmp_path):
    """The tests above once more in a process of their own, whose code is made for any processor."""
    plainest = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_DISABLE_JIT": "0"}
    this = test_all_this_holds_on_a_processor_with_the_plainest_instructions.__name__
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", f"not {this}"],
        cwd=ROOT,
        env={**os.environ, **plainest, "BAREFOOT_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    compiled = [index.read_bytes() for index in tmp_path.rglob("*.nbi")]
    assert compiled
    assert all(b"generic" in made_for for made_for in compiled), "the processor was not the plainest"
