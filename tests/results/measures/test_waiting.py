"""Aalen–Johansen against a brute force, Kaplan–Meier (SciPy) and hand-worked tables; medians; backlogs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from columns import tallies
from results.measures.waiting import (
    CENSORED,
    GAVE_UP,
    HORIZONS_MONTHS,
    LEFT,
    SERVED,
    WAIT_ENDS,
    backlog_months,
    cumulative_incidence,
    mean_months_waiting,
    median_wait_months,
    wait_table,
)

N_CAUSES = len(WAIT_ENDS) - 1
cases = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3)), min_size=1, max_size=60)


def wait_counts(months, end, n_months=None, group=None, n_groups=1):
    """Cases by months waited and end, shape (months, 1 + causes), with groups in front if given."""
    waited, how = np.asarray(months, dtype=int), np.asarray(end, dtype=int)
    table = np.zeros((n_groups, n_months or int(waited.max()) + 1, 1 + N_CAUSES), dtype=int)
    np.add.at(table, (np.zeros_like(waited) if group is None else np.asarray(group), waited, how), 1)
    return table[0] if group is None else table


def brute_force(rows, month, cause):
    """Sum over months of survival until then × hazard of the cause, each counted from the list."""
    total, surviving = 0.0, 1.0
    for t in range(month + 1):
        at_risk = sum(waited >= t for waited, _ in rows)
        if at_risk == 0:
            return total if surviving < 1e-12 else np.nan
        ended = sum(waited == t and end != CENSORED for waited, end in rows)
        total += surviving * sum(waited == t and end == cause for waited, end in rows) / at_risk
        surviving *= 1 - ended / at_risk
    return total


def incidence_of(rows):
    waited, end = zip(*rows, strict=True)
    return cumulative_incidence(wait_counts(waited, end, n_months=10))


@pytest.mark.property
@given(cases)
def test_incidence_equals_a_brute_force(rows):
    found = incidence_of(rows)
    for cause in (SERVED, GAVE_UP, LEFT):
        expected = [brute_force(rows, month, cause) for month in range(10)]
        np.testing.assert_allclose(found.by_cause[:, cause - 1], expected, atol=1e-12)


@pytest.mark.property
@given(cases)
def test_causes_and_waiting_add_up_to_one(rows):
    found = incidence_of(rows)
    total = found.by_cause.sum(axis=-1) + found.waiting
    assert total[~np.isnan(total)] == pytest.approx(1)
    assert (np.diff(found.waiting[~np.isnan(found.waiting)]) <= 1e-12).all()


@pytest.mark.property
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 3)), min_size=1, max_size=60))
def test_without_censoring_incidence_is_the_plain_share(rows):
    at_four = incidence_of(rows).at([4], GAVE_UP)[0]
    assert at_four == pytest.approx(sum(waited <= 4 and end == GAVE_UP for waited, end in rows) / len(rows))


@pytest.mark.theory
@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from([CENSORED, SERVED])), min_size=1, max_size=60))
def test_one_cause_is_kaplan_meier(rows):
    waited, end = np.array(rows).T
    curve = stats.ecdf(stats.CensoredData.right_censored(waited.astype(float), end == CENSORED)).sf
    found = incidence_of(rows)
    for month in range(int(waited.max()) + 1):
        assert 1 - found.by_cause[month, SERVED - 1] == pytest.approx(float(curve.evaluate(month)), abs=1e-12)


@pytest.mark.unit
def test_kaplan_meier_would_overstate_service():
    """Six of ten give up at once, the rest are served: four in ten are served, not everybody."""
    rows = [(0, GAVE_UP)] * 6 + [(2, SERVED)] * 4
    assert incidence_of(rows).at([3])[0] == pytest.approx(0.4)


@pytest.mark.unit
def test_a_table_worked_by_hand():
    # month 0: 10 at risk, 4 served; month 1: 6 at risk, 2 served, 1 gave up, 1 censored; month 2: 2 at risk
    table = np.array([[0, 4, 0, 0], [1, 2, 1, 0], [0, 1, 0, 1]])
    found = cumulative_incidence(table)
    assert found.at_risk.tolist() == [10, 6, 2]
    np.testing.assert_allclose(found.by_cause, [[0.4, 0, 0], [0.6, 0.1, 0], [0.75, 0.1, 0.15]])
    np.testing.assert_allclose(found.waiting, [0.6, 0.3, 0], atol=1e-12)
    assert found.at([1, 3, 6, 12]) == pytest.approx([0.6, 0.75, 0.75, 0.75])  # nobody waits any longer


@pytest.mark.unit
def test_nothing_is_known_after_the_last_month_observed():
    found = cumulative_incidence([[0, 5, 0, 0], [5, 0, 0, 0], [0, 0, 0, 0]])
    assert found.by_cause[1, 0] == pytest.approx(0.5)
    assert np.isnan(found.by_cause[2]).all()
    assert np.isnan(found.at([2, 12])).all()
    assert np.isnan(cumulative_incidence(np.zeros((3, 4))).waiting).all()


@pytest.mark.statistical
def test_true_incidence_is_recovered_under_censoring():
    """Constant hazards .2, .1, .05 a month and 10 % censoring; false alarm below 1 in 10,000."""
    rng = np.random.default_rng(20100501)
    n, hazards = 40_000, np.array([0.2, 0.1, 0.05])
    leaving = rng.geometric(hazards.sum(), n) - 1
    cause = rng.choice([SERVED, GAVE_UP, LEFT], n, p=hazards / hazards.sum())
    censoring = rng.geometric(0.1, n) - 1
    censored = censoring < leaving
    table = wait_counts(np.where(censored, censoring, leaving), np.where(censored, CENSORED, cause))
    truth = hazards[0] / hazards.sum() * (1 - (1 - hazards.sum()) ** (np.array([1, 3, 6, 12]) + 1))
    assert np.abs(cumulative_incidence(table).at() - truth).max() < 4 * np.sqrt(0.25 / n) * 1.5


@pytest.mark.statistical
def test_late_entries_remove_the_bias_of_a_calendar_year():
    """Steady arrivals seen for one year only: those already waiting are the slow ones."""
    rng = np.random.default_rng(7)
    n, start, end = 60_000, 24, 36
    filed = rng.integers(0, end, n)
    wait = rng.geometric(np.where(rng.random(n) < 0.5, 0.6, 0.05)) - 1  # quick cases and slow ones
    left = filed + wait
    seen = left >= start
    waited = np.where(left < end, wait, end - 1 - filed)[seen]
    how = np.where(left < end, SERVED, CENSORED)[seen]
    already = filed[seen & (filed < start)]
    late = np.bincount(start - 1 - already, minlength=40)
    table = wait_counts(waited, how, n_months=40)
    truth = 0.5 * (1 - 0.4**4) + 0.5 * (1 - 0.95**4)
    assert cumulative_incidence(table, late).at([3])[0] == pytest.approx(truth, abs=0.015)
    assert abs(cumulative_incidence(table).at([3])[0] - truth) > 0.05


@pytest.mark.unit
def test_more_late_entries_than_leavers_are_refused():
    with pytest.raises(ValueError, match="entered late"):
        cumulative_incidence([[0, 1, 0, 0], [0, 1, 0, 0]], late_entries=[1, 1])


@pytest.mark.unit
def test_median_is_over_all_filed_cases():
    assert median_wait_months(incidence_of([(0, SERVED), (2, SERVED), (5, SERVED)])) == 2
    assert median_wait_months(incidence_of([(1, SERVED), (3, SERVED)])) == 1  # exactly half by month 1
    assert np.isnan(median_wait_months(incidence_of([(1, SERVED), (1, GAVE_UP), (2, GAVE_UP)])))
    assert median_wait_months(incidence_of([(1, SERVED), (3, SERVED)]), share=0.9) == 3


@pytest.mark.unit
def test_mean_months_waiting_is_the_area_under_the_curve():
    assert mean_months_waiting(incidence_of([(0, SERVED), (4, GAVE_UP)])) == pytest.approx(2)
    assert mean_months_waiting(incidence_of([(9, SERVED)]), months=6) == pytest.approx(6)
    short = cumulative_incidence(wait_counts([1, 2], [SERVED, SERVED]))
    assert mean_months_waiting(short) == pytest.approx(1.5)  # settled, so the missing months add nothing
    unknown = cumulative_incidence(wait_counts([1, 2], [SERVED, CENSORED]))
    assert np.isnan(mean_months_waiting(unknown))


@pytest.mark.property
@given(cases, st.lists(st.integers(0, 2), min_size=60, max_size=60))
def test_groups_add_up(rows, group):
    waited, end = zip(*rows, strict=True)
    by_group = wait_counts(waited, end, n_months=10, group=group[: len(rows)], n_groups=3)
    together = wait_counts(waited, end, n_months=10)
    np.testing.assert_array_equal(by_group.sum(axis=0), together)
    assert cumulative_incidence(by_group).by_cause.shape == (3, 10, N_CAUSES)


@pytest.mark.unit
def test_histograms_of_the_engine_become_the_table():
    assert WAIT_ENDS[1:] == tallies.WAIT_OUTCOMES
    ended = np.array([[4, 2, 1], [0, 1, 0], [0, 0, 1]])  # outcome × months
    np.testing.assert_array_equal(wait_table(ended, [0, 1, 0]), [[0, 4, 0, 0], [1, 2, 1, 0], [0, 1, 0, 1]])


@st.composite
def filed_cases(draw):
    row = st.tuples(st.integers(0, 20), st.integers(0, 9), st.integers(0, 2))
    rows = draw(st.lists(row, min_size=1, max_size=30))
    return len(rows), *np.array(rows).T


@pytest.mark.unit
def test_backlog_is_work_over_capacity():
    backlog = backlog_months([900, 0, 5], [600, 600, 0])
    np.testing.assert_array_equal(backlog.value, [1.5, 0, np.nan])
    assert backlog.pooled().value == pytest.approx(905 / 1200)


@pytest.mark.unit
def test_horizons_of_reports():
    assert HORIZONS_MONTHS == (1, 3, 6, 12)
