"""Ratios keep their parts and pool them, instead of averaging shares."""

import numpy as np
import pytest

from results.measures.ratios import counts, divide, ratio


@pytest.mark.unit
def test_pooling_adds_before_dividing():
    two = ratio([1, 90], [2, 100])
    assert two.value == pytest.approx([0.5, 0.9])
    assert two.pooled().value == pytest.approx(91 / 102)
    assert ratio([[1, 2], [3, 4]], [[10, 10], [10, 0]]).pooled(axis=1).value == pytest.approx([0.15, 0.7])


@pytest.mark.unit
def test_nobody_is_nan():
    assert np.isnan(ratio(0, 0).value)
    np.testing.assert_array_equal(divide([1, 0], [2, 0]), [0.5, np.nan])


@pytest.mark.unit
def test_bad_amounts_are_named_with_their_place():
    with pytest.raises(ValueError, match=r"numerator must be zero or more: -3.0 at position \(1,\)"):
        ratio([1, -3], 5)
    with pytest.raises(ValueError, match="denominator"):
        ratio(1, np.nan)
    with pytest.raises(ValueError, match="a last axis of 3"):
        counts([1, 2], "cells", 3)
