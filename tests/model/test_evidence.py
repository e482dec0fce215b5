"""Visible results: what peers show, when it is seen, and that it feeds adoption."""

import numpy as np
import pytest

from columns.layout import STAGE_PILOT
from model.evidence import MONTHS_KEPT, NOT_SHOWN, empty_results, look_at_results, publish_results
from tests.model.spread_help import Months, counties_of, rules_with, spread_of

NOBODY = np.zeros(1, dtype=np.int32)


def look(month, counties, spread, shown, adopting, rules, indptr=None, indices=NOBODY):
    indptr = np.zeros(len(counties) + 1, dtype=np.int32) if indptr is None else indptr
    look_at_results(month, counties, spread.provinces, indptr, indices, adopting, shown, rules)


@pytest.mark.unit
def test_results_are_compared_with_counties_alike_that_have_not_adopted():
    counties = counties_of(5)
    counties.poverty_third = [0, 0, 0, 1, 2]
    counties.children = [1.0, 3.0, 5.0, 5.0, 5.0]
    counties.effective_coverage = [0.2, 0.4, 0.9, 0.9, np.nan]
    adopting = np.array([False, False, True, True, True])
    shown = empty_results(5)
    publish_results(3, counties, adopting, shown)
    assert shown[3, 2] == pytest.approx(0.9 - 0.35)  # weighted by children
    assert shown[3, 3] == NOT_SHOWN  # nobody alike to compare with
    assert shown[3, 4] == NOT_SHOWN  # no children, no results
    assert np.all(shown[3, :2] == NOT_SHOWN)


@pytest.mark.unit
def test_neighbours_and_province_count_half_each_after_the_delay():
    rules = rules_with(evidence_delay_months=6)
    counties = counties_of(4)
    counties.effective_coverage = [0.1, 0.1, 0.5, 0.9]
    spread = spread_of(counties, rules)
    adopting = np.array([False, False, True, True])
    indptr, indices = np.array([0, 1, 1, 1, 1], dtype=np.int32), np.array([3], dtype=np.int32)
    shown = empty_results(4)
    seen = []
    for month in range(8):
        look(month, counties, spread, shown, adopting, rules, indptr, indices)
        seen.append(counties.evidence.copy())
    assert np.all(np.array(seen)[:5] == 0)
    # results of the end of month m are stored in m + 1 and seen six months after m
    assert seen[5][0] == pytest.approx(0.5 * 0.8 + 0.5 * (0.4 + 0.8) / 2)
    assert seen[5][1] == pytest.approx(0.5 * (0.4 + 0.8) / 2)
    assert seen[5][2] == pytest.approx(0.5 * 0.8)  # not convinced by its own


@pytest.mark.unit
def test_the_ring_turns_and_bad_results_count_as_none():
    rules = rules_with(evidence_delay_months=6)
    counties = counties_of(3)
    spread = spread_of(counties, rules)
    adopting = np.array([False, False, True])
    shown = empty_results(3)
    for month in range(3 * MONTHS_KEPT):
        counties.effective_coverage = [0.3, 0.3, 0.3 + (month % 11) / 20]
        look(month, counties, spread, shown, adopting, rules)
        if month >= 6:
            assert counties.evidence[0] == pytest.approx(0.5 * ((month - 5) % 11) / 20)
    counties.effective_coverage = [0.3, 0.3, 0.1]
    for month in range(96, 96 + 7):
        look(month, counties, spread, shown, adopting, rules)
    assert counties.evidence[0] == 0.0


@pytest.mark.common_numbers
def test_good_results_speed_adoption_and_the_loop_can_be_switched_off():
    adopted = {}
    for loop in (True, False):
        for coverage in (0.3, 0.9):
            rules = rules_with(
                results_loop=loop, visible_results_weight_per_month=0.1, adoption_p0_per_month=1e-4,
                adoption_q_per_month=0, mandate_month="never",
            )  # fmt: skip
            counties = counties_of(300, 20, n_pilot=5)
            counties.stage[:5], counties.stage_month[:5] = STAGE_PILOT, 0
            run = Months(counties, spread_of(counties, rules), rules)
            run.run(0, 40, lambda _, counties=counties, coverage=coverage: publish(counties, coverage))
            adopted[loop, coverage] = run.adopting[-1]
    assert adopted[True, 0.9] > adopted[True, 0.3] + 0.2
    assert adopted[True, 0.3] == adopted[False, 0.3] == adopted[False, 0.9]


def publish(counties, coverage):
    """What the phase of observation does: adopting counties reach ``coverage``, the others 0.3."""
    counties.effective_coverage = np.where(counties.stage > 0, coverage, 0.3)
