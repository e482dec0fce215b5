"""The keyed draws as the model uses them: even, unrelated to their neighbours, moved by every bit of a key.

Seeds are fixed, so nothing here fails by chance from day to day. For a seed not looked at before each test
would fail a sound generator with a chance of at most 1 in 10,000, the whole file with less than 1 in 100.
Longer streams are for batteries: docs/randomness.md.
"""

import numpy as np
import pytest
from scipy import stats

from columns.clock import MAX_GAP, gap_from, gap_guide, gap_table
from columns.compiling import kernel
from columns.draws import happens, hashed_draw, philox_draw, root_key, tick_of, uniform
from columns.philox import encrypt
from columns.streams import STREAMS, stream
from tools.draw_stream import LAYOUTS, draws, key_of

pytestmark = pytest.mark.statistical

FALSE_ALARM = 1e-4
N = 1 << 18
SOME, OTHER = stream("child.event"), stream("child.clock")


def most_allowed(n_comparisons):
    """Largest standard score that one of so many may have."""
    return stats.norm.isf(FALSE_ALARM / 2 / n_comparisons)


def scores_of_bits(words):
    """Standard scores of the number of ones in each of the 64 bits."""
    ones = np.array([int(((words >> np.uint64(bit)) & np.uint64(1)).sum()) for bit in range(64)])
    return (ones - len(words) / 2) / np.sqrt(len(words) / 4)


def as_uniforms(words):
    return (words >> np.uint64(32)) * 2.0**-32


@pytest.fixture(scope="module", params=LAYOUTS)
def words(request):
    """Draws in the order of a layout."""
    return draws(request.param, 0, N)


def test_every_bit_is_even(words):
    assert abs(scores_of_bits(words)).max() < most_allowed(64)


@pytest.mark.parametrize("shift", [54, 32, 0])
def test_ten_bits_are_uniform(words, shift):
    """The top ten bits, the lowest of those that decide, and the lowest of all."""
    counts = np.bincount((words >> np.uint64(shift)).astype(np.int64) & 1023, minlength=1024)
    assert stats.chisquare(counts).pvalue > FALSE_ALARM


def test_fractions_are_uniform(words):
    assert stats.kstest(as_uniforms(words), "uniform").pvalue > FALSE_ALARM


@pytest.mark.parametrize("lag", [1, 2, 10, 128])
def test_neighbours_are_unrelated(words, lag):
    ours, theirs = as_uniforms(words)[:-lag], as_uniforms(words)[lag:]
    assert abs(np.corrcoef(ours, theirs)[0, 1]) * np.sqrt(len(ours)) < most_allowed(1)
    pairs = (ours * 32).astype(int) * 32 + (theirs * 32).astype(int)
    assert stats.chisquare(np.bincount(pairs[:: lag + 1], minlength=1024)).pvalue > FALSE_ALARM


@kernel
def fill_grid(out, root, constants, months, indices):
    """Draws of child ``j`` in variant ``i``."""
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = hashed_draw(key_of(root, j), constants[i], months[i], indices[i])


def grid(n_children, constants, months, indices, seed=1):
    out = np.empty((len(constants), n_children), dtype=np.uint64)
    fill_grid(
        out,
        root_key(seed),
        np.array(constants, dtype=np.uint64),
        np.array(months, dtype=np.int64),
        np.array(indices, dtype=np.int64),
    )
    return out


def seeds_grid(n_children, seeds):
    rows = [grid(n_children, [SOME], [5], [0], seed)[0] for seed in seeds]
    return np.array(rows)


VARIANTS = {
    "streams": lambda n: grid(n, [stream(s) for s in STREAMS], [7] * len(STREAMS), [0] * len(STREAMS)),
    "months": lambda n: grid(n, [SOME] * 128, range(128), [0] * 128),
    "indices": lambda n: grid(n, [SOME] * 64, [7] * 64, range(64)),
    "seeds": lambda n: seeds_grid(n, range(64)),
    "large seeds": lambda n: seeds_grid(n, range(2**64 - 32, 2**64)),
}


@pytest.mark.parametrize("variants", VARIANTS)
def test_variants_are_unrelated(variants):
    """Every pair of streams, months, indices and seeds: no correlation, and half of the bits differ."""
    table = VARIANTS[variants](4096)
    n_rows, n = table.shape
    pairs = np.triu_indices(n_rows, 1)
    correlations = np.corrcoef(as_uniforms(table))[pairs]
    assert abs(correlations).max() * np.sqrt(n) < most_allowed(len(correlations))
    differing = np.bitwise_count(table[:-1] ^ table[1:]).sum(axis=1, dtype=np.int64)
    assert abs((differing - 32 * n) / np.sqrt(16 * n)).max() < most_allowed(n_rows - 1)


@kernel
def count_flips(out, root, month_bits, index_bits):
    """How often each bit of a draw changes with each bit of the key, the stream, the month and the index."""
    one = np.uint64(1)
    for child in range(out.shape[2]):
        key, month, index = key_of(root, child), child % 200, child % 1000
        plain = hashed_draw(key, SOME, month, index)
        for bit in range(64):
            mask = one << np.uint64(bit)
            out[0, bit, child] = plain ^ hashed_draw(key ^ mask, SOME, month, index)
            out[1, bit, child] = plain ^ hashed_draw(key, SOME ^ mask, month, index)
            out[2, bit, child] = plain ^ hashed_draw(key, SOME, month ^ (1 << bit % month_bits), index)
            out[3, bit, child] = plain ^ hashed_draw(key, SOME, month, index ^ (1 << bit % index_bits))


@pytest.mark.parametrize("part", ["key", "stream", "month", "index"])
def test_avalanche(part):
    """Each bit of the input changes each bit of the draw in half of all cases."""
    n = 4096
    flips = np.empty((4, 64, n), dtype=np.uint64)
    count_flips(flips, root_key(3), 8, 20)
    chosen = flips[["key", "stream", "month", "index"].index(part)]
    scores = np.array([scores_of_bits(row) for row in chosen])
    assert abs(scores).max() < most_allowed(scores.size)
    whole = (np.bitwise_count(chosen).sum(axis=1, dtype=np.int64) - 32 * n) / np.sqrt(16 * n)
    assert abs(whole).max() < most_allowed(64)


def test_runs_of_neighbouring_seeds_have_unrelated_keys():
    keys = np.array([root_key(seed) for seed in range(1 << 14)], dtype=np.uint64)
    assert len(np.unique(keys)) == len(keys)
    assert abs(scores_of_bits(keys)).max() < most_allowed(64)
    assert abs(scores_of_bits(keys[1:] ^ keys[:-1])).max() < most_allowed(64)


def test_children_have_keys_of_their_own():
    @np.vectorize
    def key(child):
        return key_of(root_key(1), child)

    keys = key(np.arange(1 << 16)).astype(np.uint64)
    assert len(np.unique(keys)) == len(keys)
    assert abs(scores_of_bits(keys)).max() < most_allowed(64)


@pytest.mark.unit
def test_no_two_draws_of_a_stream_have_one_number():
    """Months from 256 before the start on, and a million draws within each."""
    months, indices = np.arange(-256, 400, 7), np.array([0, 1, 9, 1000, 2**20 - 1])
    ticks = [int(tick_of(m, i)) for m in months for i in indices]
    assert ticks == sorted(set(ticks))
    assert ticks[0] == 1
    assert int(tick_of(3, 2**20 - 1)) + 1 == int(tick_of(4, 0))


@pytest.mark.parametrize("chance", [0.0, 1e-4, 0.003, 0.25, 0.5, 0.9, 1.0])
def test_events_happen_as_often_as_they_should(chance):
    hits = sum(bool(happens(word, chance)) for word in draws("children", 0, 1 << 16))
    if chance in (0.0, 1.0):
        assert hits == chance * (1 << 16)
    else:
        assert stats.binomtest(hits, 1 << 16, chance).pvalue > FALSE_ALARM


@pytest.mark.unit
def test_fractions_lie_below_one():
    assert uniform(np.uint64(2**64 - 1)) == 1 - 2.0**-32
    assert uniform(np.uint64(2**32 - 1)) == 0.0
    assert not happens(np.uint64(2**64 - 1), 1 - 2.0**-32)
    assert happens(np.uint64(2**64 - 1), 1.0)


@kernel
def fill_gaps(out, words, thresholds, guide):
    for i in range(len(words)):
        out[i] = gap_from(words[i], thresholds, guide)


@pytest.mark.parametrize("rate", [0.004, 0.08, 0.5])
def test_gaps_of_the_clock_are_geometric(rate):
    gaps, words = np.empty(N, dtype=np.int64), draws("months", 0, N)
    fill_gaps(gaps, words, gap_table(rate), gap_guide(gap_table(rate)))
    expected = stats.geom.pmf(np.arange(1, MAX_GAP + 1), rate) * N
    expected = np.append(expected, N - expected.sum())
    counts = np.bincount(gaps, minlength=MAX_GAP + 1)
    many = expected >= 20
    counts = np.append(counts[many], counts[~many].sum())
    expected = np.append(expected[many], expected[~many].sum())
    kept = expected > 0
    assert stats.chisquare(counts[kept], expected[kept] * N / expected[kept].sum()).pvalue > FALSE_ALARM


@pytest.mark.unit
def test_philox_is_philox():
    """The same words as NumPy's own, which takes the counter before it counts on."""
    sample = draws("streams", 0, 3 * 200).reshape(-1, 3)
    for tick, constant, key in sample:
        counter = np.array([tick - np.uint64(1), constant, 0, 0], dtype=np.uint64)
        known = np.random.Philox(counter=counter, key=np.array([key, 0], dtype=np.uint64))
        assert int(known.random_raw()) == int(encrypt(tick, constant, key))


@pytest.mark.unit
def test_the_switch_changes_every_draw_and_nothing_else():
    for key in draws("children", 0, 50):
        assert philox_draw(key, SOME, 3, 4) == encrypt(np.uint64(tick_of(3, 4)), SOME, key)
        assert philox_draw(key, SOME, 3, 4) != hashed_draw(key, SOME, 3, 4)
        assert philox_draw(key, SOME, 3, 4) != philox_draw(key, OTHER, 3, 4)
