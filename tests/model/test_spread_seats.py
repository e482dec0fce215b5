"""Sharing seats: exact in integers, fair, and independent of the order in memory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.seats import (
    fill_by_score,
    national_seats,
    share_out,
)
from tests.model.spread_help import Months, counties_of, rules_with, spread_of

places = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 200)), min_size=1, max_size=40)


def shared(seats, weights, caps, ties):
    given_out = np.empty(len(caps), dtype=np.int64)
    left = share_out(seats, weights, caps, ties, given_out)
    return given_out, left


def arrays(rows, seed):
    weights, caps = np.array(rows, dtype=np.int64).T.copy()
    ties = np.array([(hash((seed, i)) * 2654435761) % 2**64 for i in range(len(rows))], dtype=np.uint64)
    return np.ascontiguousarray(weights), np.ascontiguousarray(caps), ties


@pytest.mark.property
@settings(max_examples=300, deadline=None)
@given(
    rows=places,
    seats=st.integers(0, 9000),
    seed=st.integers(0, 1000),
    shuffle=st.randoms(use_true_random=False),
)
def test_shares_are_whole_capped_complete_and_in_no_order(rows, seats, seed, shuffle):
    weights, caps, ties = arrays(rows, seed)
    out, left = shared(seats, weights, caps, ties)
    usable = caps[weights > 0].sum()
    assert np.all(out >= 0)
    assert np.all(out <= caps)
    assert out.sum() == min(seats, usable)
    assert out.sum() + left == seats
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    again, _ = shared(seats, weights[order], caps[order], ties[order])
    assert np.array_equal(again, out[order])


@pytest.mark.property
@settings(max_examples=200, deadline=None)
@given(rows=places, seats=st.integers(0, 9000), seed=st.integers(0, 1000))
def test_uncapped_shares_are_within_one_of_their_part(rows, seats, seed):
    weights, _, ties = arrays(rows, seed)
    caps = np.full(len(rows), 10**6, dtype=np.int64)
    out, left = shared(seats, weights, caps, ties)
    if weights.sum() == 0:
        assert left == seats
    else:
        assert np.abs(out - seats * weights / weights.sum()).max() < 1


@pytest.mark.property
@settings(max_examples=200, deadline=None)
@given(rows=places, seats=st.integers(0, 9000), seed=st.integers(0, 1000))
def test_a_place_never_gets_fewer_when_there_are_more_seats_and_caps_do_not_bind(rows, seats, seed):
    _, caps, ties = arrays(rows, seed)
    scores = caps.astype(np.float64) % 7
    out = np.empty(len(rows), dtype=np.int64)
    more = np.empty(len(rows), dtype=np.int64)
    left = fill_by_score(seats, scores, caps, ties, out)
    fill_by_score(seats + 5, scores, caps, ties, more)
    assert out.sum() + left == seats
    assert np.all(more >= out)
    waiting = scores[out < caps]
    if len(waiting):  # nobody with a worse score has anything while a better one waits
        assert np.all(out[scores > waiting.min()] == 0)


@pytest.mark.unit
def test_equal_remainders_are_settled_by_the_key_alone():
    caps = np.full(4, 10, dtype=np.int64)
    ties = np.array([3, 1, 4, 2], dtype=np.uint64) << np.uint64(60)
    out, _ = shared(2, caps, caps, ties)
    assert out.tolist() == [1, 0, 1, 0]


@pytest.mark.unit
def test_seats_follow_the_fitted_path_and_a_part_of_the_country_gets_its_part():
    values = {"seats_before_mandate_per_month": 200, "seats_at_mandate_per_month": 3200}
    rules = rules_with(**values, seats_growth_per_month=0.115)
    counties = counties_of(1, 400_000)
    nation = spread_of(counties, rules, village_share=1.0).nation
    assert national_seats(73, nation, rules) == 200
    assert national_seats(74, nation, rules) == pytest.approx(3200 * np.exp(0.115), abs=1)
    assert national_seats(84, nation, rules) == pytest.approx(3200 * np.exp(0.115 * 11), abs=1)
    nation.village_share = 0.0013
    months = np.array([national_seats(month, nation, rules) for month in range(74)])
    assert set(months) == {0, 1}
    assert abs(months.mean() - 0.26) < 4 * np.sqrt(0.26 * 0.74 / 74)
    cluster = rules_with(**values, villages_per_post=3)
    nation.village_share = 1.0
    assert national_seats(0, nation, cluster) == 600


@pytest.mark.unit
def test_trainers_agree_with_the_fitted_path_at_the_mandate_and_then_grow_by_themselves():
    values = {"mandate_month": 10, "seats_at_mandate_per_month": 600, "seats_before_mandate_per_month": 120,
              "mandate_hazard_per_month": 10, "mandate_delay_months": 0, "mandate_slope_months": 0.01,
              "mandate_province_lag_months": 0, "county_rollout_months": 12, "trainer_graduates_share": 0.01,
              "trainer_attrition_per_month": 0.0}  # fmt: skip
    runs = {}
    for mode in ("calibrated", "trainers"):
        rules = rules_with(**values, seats_mode=mode)
        counties = counties_of(60, 100, n_provinces=6)
        runs[mode] = Months(counties, spread_of(counties, rules), rules).run(0, 20)
    for month in range(11):
        assert (
            abs(runs["trainers"].seats[month] - runs["calibrated"].seats[month]) <= 6
        )  # rounded per province
    seats, used = np.array(runs["trainers"].seats), np.array(runs["trainers"].used)
    assert abs(seats[11] - 600) <= 6
    for month in range(12, 20):  # thirty seats for every graduate
        assert abs(seats[month] - seats[month - 1] - 0.3 * used[month - 1]) <= 6


@pytest.mark.unit
def test_trainers_of_one_province_do_not_teach_in_another():
    rules = rules_with(seats_mode="trainers", mandate_month=0, mandate_hazard_per_month=10,
                       mandate_delay_months=0, mandate_slope_months=0.01,
                       seats_at_mandate_per_month=100)  # fmt: skip
    counties = counties_of(20, 100, n_provinces=2)
    counties.stage[:10] = 2  # the first province rolls out, the second has not begun
    counties.stage_month[:10] = 0
    spread = spread_of(counties, rules)
    spread.provinces.lag[1] = 200.0
    run = Months(counties, spread, rules).run(1, 1)
    assert counties.n_opened[:10].sum() == spread.provinces.seats[0]
    assert run.seats[0] > counties.n_opened.sum()
    assert abs(spread.provinces.seats[0] - 50) <= 1
