"""Coverage of places and of need: parts cannot exceed wholes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays

from results.measures.coverage import (
    multiple_deprivation,
    place_coverage,
)


@pytest.mark.unit
def test_three_coverages_stay_apart():
    places = place_coverage(
        villages=[200, 200],
        villages_with_post=[150, 190],
        villages_active=[100, 120],
        children=[50_000, 0],
        children_in_active_villages=[20_000, 0],
        worker_hours=[4_000, 0],
    )
    assert places.posts_filled.value == pytest.approx([0.75, 0.95])
    assert places.workers_active.value == pytest.approx([0.5, 0.6])
    np.testing.assert_array_equal(places.children_covered.value, [0.4, np.nan])
    np.testing.assert_array_equal(places.hours.value, [8, np.nan])


@pytest.mark.unit
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"villages_with_post": 11}, "villages_with_post cannot be larger than villages"),
        ({"villages_active": 9}, "villages_active cannot be larger than villages_with_post"),
        ({"children_in_active_villages": 101}, "cannot be larger than children"),
        ({"worker_hours": -1}, "worker_hours must be zero or more"),
    ],
)
def test_parts_larger_than_wholes_are_refused(changed, message):
    sound = {
        "villages": 10,
        "villages_with_post": 8,
        "villages_active": 5,
        "children": 100,
        "children_in_active_villages": 60,
        "worker_hours": 9,
    }
    with pytest.raises(ValueError, match=message):
        place_coverage(**(sound | changed))


@pytest.mark.unit
def test_multiple_deprivation_counts_children():
    lacking = [[True, True, False], [True, False, False], [False, False, False], [True, True, True]]
    found = multiple_deprivation(lacking)
    assert found.children.tolist() == [1, 1, 1, 1]
    assert found.at_least(2).value == pytest.approx(0.5)
    with pytest.raises(ValueError, match="children, services"):
        multiple_deprivation([True, False])


@pytest.mark.property
@given(arrays(np.bool_, (17, 10)))
def test_unmet_needs_are_conserved(lacking):
    found = multiple_deprivation(lacking)
    assert found.children.sum() == len(lacking)
    assert (found.children * np.arange(len(found.children))).sum() == lacking.sum()
    assert found.at_least(0).value == 1


@pytest.mark.unit
def test_numbers_of_needs_that_nobody_lacks_are_still_listed():
    assert multiple_deprivation([[True, False, False]]).children.tolist() == [0, 1, 0, 0]
