"""Coverage of places and of need: causes add up, parts cannot exceed wholes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from columns.layout import (
    ADMITTED,
    CLEAR,
    FILED_ALONE,
    FILED_HELPED,
    FOUND,
    GATHERING_ALONE,
    GATHERING_HELPED,
    GAVE_UP,
    INELIGIBLE,
    N_STATES,
    NOT_ELIGIBLE,
    SERVED,
    UNMET,
)
from results.measures.coverage import (
    CAUSES,
    effective_coverage,
    met_and_unmet,
    multiple_deprivation,
    place_coverage,
    unmet_by_cause,
)


def child_months(by_state):
    table = np.zeros(N_STATES)
    table[list(by_state)] = list(by_state.values())
    return table


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
def test_effective_coverage_is_of_need():
    months = child_months(
        {INELIGIBLE: 500, CLEAR: 300, SERVED: 30, UNMET: 6, FILED_ALONE: 4, NOT_ELIGIBLE: 50}
    )
    found = effective_coverage(*met_and_unmet(months))
    assert (found.numerator, found.denominator, found.value) == pytest.approx((30, 40, 0.75))
    assert np.isnan(effective_coverage(0, 0).value)


@pytest.mark.unit
def test_every_state_has_its_cause():
    months = child_months(
        {
            UNMET: 10,
            FOUND: 1,
            GATHERING_ALONE: 2,
            GATHERING_HELPED: 3,
            FILED_ALONE: 20,
            FILED_HELPED: 7,
            ADMITTED: 5,
            GAVE_UP: 9,
            SERVED: 1_000,
        }
    )
    causes = dict(zip(CAUSES, unmet_by_cause(months, unmet_uncovered=4, gathering_refused=2), strict=True))
    assert causes == {
        "uncovered": 4,
        "not_found": 6,
        "preparing": 4,
        "refused_for_papers": 2,
        "waiting": 27,
        "next_term": 5,
        "gave_up": 9,
    }


@pytest.mark.property
@given(arrays(np.int64, (3, N_STATES), elements=st.integers(0, 1_000)), st.floats(0, 1), st.floats(0, 1))
def test_causes_add_up_to_what_is_unmet(months, uncovered_share, refused_share):
    uncovered = np.floor(months[:, UNMET] * uncovered_share)
    refused = np.floor((months[:, GATHERING_ALONE] + months[:, GATHERING_HELPED]) * refused_share)
    causes = unmet_by_cause(months, uncovered, refused)
    assert (causes >= 0).all()
    np.testing.assert_array_equal(causes.sum(axis=-1), met_and_unmet(months)[1])


@pytest.mark.property
@given(arrays(np.int64, N_STATES, elements=st.integers(0, 1_000)))
def test_every_state_is_met_or_unmet_or_no_need(months):
    met, unmet = met_and_unmet(months)
    no_claim = months[INELIGIBLE] + months[CLEAR] + months[NOT_ELIGIBLE]
    assert met + unmet + no_claim == months.sum()
    assert met == months[SERVED]


@pytest.mark.unit
def test_causes_refuse_parts_larger_than_their_state():
    with pytest.raises(ValueError, match="cannot exceed"):
        unmet_by_cause(child_months({UNMET: 3}), unmet_uncovered=4, gathering_refused=0)
    with pytest.raises(ValueError, match="a last axis of 12"):
        met_and_unmet([1, 2, 3])


@pytest.mark.unit
def test_multiple_deprivation_counts_children():
    lacking = [[True, True, False], [True, False, False], [False, False, False], [True, True, True]]
    found = multiple_deprivation(lacking)
    assert found.children.tolist() == [1, 1, 1, 1]
    assert found.at_least(2).value == pytest.approx(0.5)
    assert found.mean().value == pytest.approx(6 / 4)
    with pytest.raises(ValueError, match="children, services"):
        multiple_deprivation([True, False])


@pytest.mark.property
@given(arrays(np.bool_, (17, 10)))
def test_unmet_needs_are_conserved(lacking):
    found = multiple_deprivation(lacking)
    assert found.children.sum() == len(lacking)
    assert found.mean().numerator == lacking.sum()
    assert found.at_least(0).value == 1


@pytest.mark.unit
def test_numbers_of_needs_that_nobody_lacks_are_still_listed():
    assert multiple_deprivation([[True, False, False]]).children.tolist() == [0, 1, 0, 0]
