"""What is done to several neighbours in one instruction is what would be done one by one."""

import numpy as np
import pytest

from columns import vectors
from columns.bits import WORD, lowest_bit, n_bits
from columns.compiling import kernel
from columns.vectors import LANES, MOST_IN_ROW, MOST_STATES, add_at_bits, where_equal, where_state

pytestmark = pytest.mark.unit
RANDOM = np.random.default_rng(4)


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
