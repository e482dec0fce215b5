"""Dated changes of rules, waves and their counties, and the country around a part of it."""

import numpy as np
import pytest

from model.calendar import NEVER
from model.counties import load_pilot_counties
from model.parameters import default_parameters, rules_record
from model.policy import apply_policy, hold, make_policy, national_path, outside_share, waves_arrays
from model.scenario import make_scenario
from model.spread_only import places_of
from model.spread_setup import is_real, make_nation, seed_keys
from model.strategy import PILOT_COUNTIES, Wave
from tests.model.spread_help import counties_of

WAVES = (
    Wave(month_start=0, month_end=0, counties=PILOT_COUNTIES, posts_per_county=10),
    Wave(month_start=54, month_end=57, counties=46, posts_per_county=20, selection="every_province"),
    Wave(month_start=65, month_end=72, counties=100, posts_per_county=10, selection="poorest"),
    Wave(month_start=80, month_end=80, counties=30, posts_per_county=5, selection="keyed", seats=60),
    Wave(month_start=90, month_end=95, counties=(410328, 110101), posts_per_county=3),
)


def keyed(name, seed):
    places = places_of(name)
    counties = places.counties.copy()
    seed_keys(seed, counties)
    return counties


def chosen(waves, places, number):
    first = waves.first[number]
    return places.county[first : first + waves.n_places[number]]


@pytest.mark.unit
def test_rules_change_in_the_months_of_the_schedule_and_stay():
    first = default_parameters().replace(pilot_posts=10)
    policy = make_policy([(0, first), (5, first.replace(pilot_posts=12)), (9, first.replace(pilot_posts=15))])
    nation, rules = (
        np.zeros(1, dtype=make_nation(counties_of(2), 1).dtype).view(np.recarray),
        rules_record(first),
    )
    path = np.zeros((1, 2))
    seen = []
    for month in range(12):
        changed = apply_policy(month, policy, rules, nation, path)
        seen.append(int(rules[0].pilot_posts))
        assert changed == (month in (0, 5, 9))
    assert seen == [10] * 5 + [12] * 4 + [15] * 3
    held = hold(policy, {"pilot_posts": 7})
    assert [int(record[0].pilot_posts) for record in held.records] == [7, 7, 7]
    assert [int(record[0].pilot_posts) for record in policy.records] == [10, 12, 15]


@pytest.mark.unit
def test_waves_choose_real_counties_once_each():
    counties = keyed("china", 4)
    waves, places = waves_arrays(WAVES, counties, 4)
    assert waves.n_places.tolist() == [12, 46, 100, 30, 2]
    assert waves.seats_left.tolist() == [120, 920, 1000, 60, 6]
    assert sorted(counties.code[chosen(waves, places, 0)].tolist()) == sorted(
        load_pilot_counties().county_code
    )
    by_number = np.concatenate([chosen(waves, places, number) for number in range(4)])
    assert len(set(by_number.tolist())) == 188
    assert len(set(counties.province[chosen(waves, places, 1)].tolist())) == 31
    assert np.all(counties.n_villages[chosen(waves, places, 1)] >= 20)
    left = np.setdiff1d(np.arange(len(counties)), by_number)
    able = left[counties.n_villages[left] >= 10]
    assert counties.poverty[chosen(waves, places, 2)].min() >= counties.poverty[able].max()
    assert sorted(counties.code[chosen(waves, places, 4)].tolist()) == [110101, 410328]


@pytest.mark.common_numbers
def test_a_county_is_in_a_wave_or_not_whatever_else_is_simulated():
    china, part = keyed("china", 9), keyed("five_provinces", 9)
    everywhere, here = waves_arrays(WAVES, china, 9), waves_arrays(WAVES, part, 9)
    for number in range(len(WAVES)):
        codes = set(china.code[chosen(*everywhere, number)].tolist()) & set(part.code.tolist())
        assert codes == set(part.code[chosen(*here, number)].tolist())
    other, _ = keyed("china", 10), None
    assert not np.array_equal(chosen(*waves_arrays(WAVES, other, 10), 1), chosen(*everywhere, 1))


@pytest.mark.unit
def test_a_part_of_the_country_gets_its_part_of_the_seats_of_a_wave():
    part = keyed("pilot_counties", 1)
    waves, _ = waves_arrays(WAVES, part, 1)
    assert waves.seats_left[0] == 120
    assert waves.seats_left[1] == 0
    assert waves.n_places[4] == 1
    assert waves.seats_left[4] == 3


@pytest.mark.unit
def test_an_invented_world_chooses_among_its_own():
    counties = counties_of(40, n_provinces=4, n_pilot=3)
    assert not is_real(counties)
    waves, places = waves_arrays(WAVES[:2], counties, 1)
    assert chosen(waves, places, 0).tolist() == [0, 1, 2]
    assert set(chosen(waves, places, 1).tolist()) == set(range(3, 40))


@pytest.mark.unit
def test_the_country_outside_follows_the_stored_path_shifted_with_the_mandate():
    path = np.stack([np.linspace(0, 0.1, 200), np.linspace(0, 0.1, 200)], axis=1)
    path[74:, 1] = np.minimum(path[73, 1] + 0.02 * np.arange(1, 127), 1)
    assert outside_share(0, 73, path) == 0
    assert outside_share(30, 73, path) == path[29, 0]
    assert outside_share(80, NEVER, path) == path[79, 0]
    assert outside_share(80, 73, path) == path[79, 1]
    assert outside_share(60, 49, path) == path[83, 1]  # a mandate 24 months earlier
    assert outside_share(400, 73, path) == 1
    stored = national_path()
    assert np.all(np.diff(stored, axis=0) >= 0)
    assert 0.3 < outside_share(90, 73, stored) < 0.9
    assert outside_share(90, NEVER, stored) < 0.1


@pytest.mark.unit
def test_history_has_the_documented_waves():
    waves = make_scenario("china", "history", until=100, children="none").strategy.waves
    assert [(wave.month_start, wave.counties, wave.posts_per_county) for wave in waves[:1]] == [
        (0, "pilot", 10)
    ]
    counties = [wave.counties for wave in waves[1:] if isinstance(wave.counties, int)]
    assert len(counties) == len(waves) - 1
    posts = [n * wave.posts_per_county for n, wave in zip(counties, waves[1:], strict=True)]
    assert 860 <= posts[0] <= 940
    assert posts[1] == 1000
    assert all(wave.month_end < 73 for wave in waves)
