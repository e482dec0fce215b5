"""Gaps between groups: known answers, equal fifths, and the worst cell."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from results.measures.gaps import fifths, fifths_gap, gaps_by_group, worst_cell

BINS = 23


@pytest.mark.unit
def test_gap_is_absolute_and_relative():
    remote = gaps_by_group([20, 80], [100, 160])
    assert remote.absolute[0] == pytest.approx(-0.3)
    assert remote.relative[0] == pytest.approx(0.4)
    assert (remote.group.numerator[0], remote.reference.denominator[0]) == pytest.approx((20, 160))


@pytest.mark.unit
def test_groups_are_compared_with_all_others_or_with_one():
    having, people = np.array([10, 40, 50]), np.array([50, 50, 100])
    assert gaps_by_group(having, people).absolute == pytest.approx([0.2 - 0.6, 0.8 - 0.4, 0.5 - 0.5])
    assert gaps_by_group(having, people, reference=1).absolute == pytest.approx([-0.6, 0, -0.3])


@pytest.mark.unit
def test_an_empty_group_or_reference_is_undefined():
    lonely = gaps_by_group([3, 0], [6, 0])
    assert np.isnan(lonely.absolute).all()
    assert np.isnan(gaps_by_group([1, 0], [2, 5]).relative[0])


@pytest.mark.unit
def test_hundred_equal_bins_give_plain_fifths():
    having = np.arange(100)
    groups = fifths(having, np.full(100, 100))
    assert groups.numerator == pytest.approx(having.reshape(5, 20).sum(axis=1))
    assert groups.denominator == pytest.approx(np.full(5, 2_000))


@pytest.mark.unit
def test_a_bin_across_the_boundary_is_divided():
    # 10 people, so two a fifth; the first bin holds three of them, one of whom belongs to the second fifth
    groups = fifths([3, 0, 0], [3, 3, 4])
    assert groups.numerator == pytest.approx([2, 1, 0, 0, 0])
    richest_minus_poorest = fifths_gap([3, 0, 0], [3, 3, 4])
    assert richest_minus_poorest.absolute == pytest.approx(-1)
    assert richest_minus_poorest.relative == pytest.approx(0)


@pytest.mark.property
@given(
    arrays(np.int64, (2, BINS), elements=st.integers(0, 50)),
    arrays(np.float64, (2, BINS), elements=st.floats(0, 1)),
)
def test_fifths_are_equal_and_lose_nobody(people, shares):
    assume((people.sum(axis=1) > 0).all())
    having = people * shares
    groups = fifths(having, people)
    assert groups.numerator.sum(axis=1) == pytest.approx(having.sum(axis=1))
    assert (groups.denominator == people.sum(axis=1, keepdims=True) / 5).all()
    assert (groups.value >= -1e-9).all()
    assert (groups.value <= 1 + 1e-9).all()


@pytest.mark.unit
def test_worst_cell_passes_over_tiny_ones():
    having, people = np.array([[0, 20], [80, 30]]), np.array([[5, 100], [160, 40]])
    worst, most = worst_cell(having, people), worst_cell(having, people, higher_is_better=False)
    assert worst is not None
    assert most is not None
    assert (worst.position, most.position) == ((0, 1), (1, 1))
    assert worst.share.value == pytest.approx(0.2)
    assert worst_cell(having, people, smallest=1_000) is None


@pytest.mark.unit
def test_among_equals_the_larger_cell_is_the_worst():
    worst = worst_cell([10, 20, 30], [50, 100, 60])
    assert worst is not None
    assert worst.position == (1,)


@pytest.mark.unit
def test_the_smallest_cell_can_be_asked_for():
    worst = worst_cell([0, 20], [5, 100], smallest=0)
    assert worst is not None
    assert worst.position == (0,)


@pytest.mark.unit
def test_edges_of_cells_and_shapes():
    just_large_enough = worst_cell([1, 20], [30, 30])
    assert just_large_enough is not None
    assert just_large_enough.position == (0,)
    assert worst_cell([1, 20], [29, 29]) is None
    assert worst_cell([0], [0], smallest=0) is None  # nobody is no cell
    with pytest.raises(ValueError, match="the same shape"):
        fifths([1, 2], [1, 2, 3])
