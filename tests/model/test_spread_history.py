"""The default history against the evidence, and what would have happened otherwise; the whole country."""

import time

import numpy as np
import pytest

from columns.layout import STAGE_UNIVERSAL
from model.calendar import month_index
from model.policy import PATH_FILE, hold, make_policy, national_path
from model.scenario import make_scenario
from model.spread_only import MEASURES, places_of, run_spread, simulate_spread
from tools.national_path import make_table

pytestmark = pytest.mark.statistical

NOV_2014, MAY_2015, MAY_2016, MAY_2017, FEB_2019 = map(
    month_index, ("2014-11", "2015-05", "2016-05", "2017-05", "2019-02")
)
SEEDS = range(1, 11)
VILLAGES = 620_573


@pytest.fixture(scope="module")
def country():
    return places_of("china")


def runs(country, strategy, until=FEB_2019, **held):
    scenario = make_scenario("china", strategy, until=until, children="none")
    policy = hold(make_policy(scenario.schedule), held)
    order = scenario.strategy.order_index
    return [run_spread(country, policy, scenario.strategy.waves, order, seed, until) for seed in SEEDS]


@pytest.fixture(scope="module")
def history(country):
    return runs(country, "history")


def median_at(found, month):
    return float(np.median([run.total("villages_with_post")[month] for run in found]))


def test_history_passes_through_the_documented_counts(history):
    """R27 (flat, 120), R04 (over 1,000), R05 (59,000 of 682,000 is 53,700); what came later is held out."""
    assert 120 <= median_at(history, NOV_2014) <= 200
    assert 900 <= median_at(history, MAY_2015) <= 1_500
    assert 45_000 <= median_at(history, MAY_2017) <= 64_000
    assert 4 * median_at(history, MAY_2017) < median_at(history, FEB_2019) < VILLAGES
    pilot = [run.total("villages_with_post")[36] for run in history]
    assert min(pilot) >= 120


def test_without_the_mandate_there_is_no_national_approach(country, history):
    without = runs(country, "no_mandate")
    assert median_at(without, FEB_2019) < 5_000
    for run, base in zip(without, history, strict=True):  # the same until the month of the mandate, inclusive
        assert np.array_equal(run.series[:74], base.series[:74])
        assert not np.array_equal(run.series[FEB_2019], base.series[FEB_2019])


def test_an_earlier_mandate_is_earlier_and_a_later_one_later(country, history):
    early, late = runs(country, "mandate_early", MAY_2017), runs(country, "mandate_late", MAY_2017)
    assert median_at(early, MAY_2017) > 5 * median_at(history, MAY_2017)
    assert median_at(late, MAY_2017) < 0.2 * median_at(history, MAY_2017)


def test_the_staged_chain_is_a_slower_beginning(country, history):
    staged = runs(country, "history", mandate_form=1)
    assert median_at(staged, MAY_2017) < 0.2 * median_at(history, MAY_2017)
    assert 4 * median_at(staged, MAY_2017) < median_at(staged, FEB_2019) < VILLAGES


def test_without_programme_nothing_opens(country):
    for run in runs(country, "no_programme", MAY_2017):
        assert not run.series[:, :, MEASURES.index("villages_with_post")].any()
        assert not run.series[:, :, MEASURES.index("cost_fen")].any()


def test_seats_are_conserved_every_month(history):
    for run in history:
        assert run.counties.n_opened.sum() <= VILLAGES
        universal = run.counties.stage == STAGE_UNIVERSAL
        assert np.all(run.counties.n_opened <= run.counties.n_villages)
        assert np.all(
            run.counties.n_opened[~universal] <= np.maximum(10, run.counties.n_villages[~universal] // 4) + 20
        )
        used, offered = run.total("seats_used"), run.total("seats_offered")
        of_waves = np.zeros(len(used), dtype=int)
        of_waves[0], of_waves[55:59], of_waves[65:73] = 120, 46 * 20, 1000
        assert np.all(used <= offered + of_waves)
        assert np.all(offered <= run.national_seats)


def test_the_stored_national_path_is_up_to_date():
    fresh = make_table()
    stored = national_path()
    assert np.abs(fresh[["without_mandate", "history"]].to_numpy() - stored).max() < 1e-9, (
        f"run python -m tools.national_path: {PATH_FILE.name} no longer follows the default history"
    )


@pytest.mark.parametrize("world", ["pilot_counties", "five_provinces", "rural_china"])
def test_parts_of_the_country_follow_its_share(country, history, world):
    places = places_of(world)
    scenario = make_scenario(world, "history", until=FEB_2019, children="none")
    part = [simulate_spread(places, scenario, seed) for seed in SEEDS]
    n_villages = places.counties.n_villages.sum()
    share = np.mean([run.total("villages_with_post")[FEB_2019] for run in part]) / n_villages
    national = np.mean([run.total("villages_with_post")[FEB_2019] for run in history]) / VILLAGES
    assert abs(share - national) < 0.06
    if world == "five_provinces":  # and its counties decide as they do within the country, until seats differ
        here = np.isin(country.counties.code, places.counties.code)
        for run, base in zip(part, history, strict=True):
            same = run.counties.stage == base.counties.stage[here]
            assert same.mean() > 0.9


def test_a_run_of_the_country_is_quick(country):
    scenario = make_scenario("china", "history", until=MAY_2017, children="none")
    policy = make_policy(scenario.schedule)
    run_spread(country, policy, scenario.strategy.waves, seed=1, until=MAY_2017)
    seconds = []
    for seed in range(5):
        start = time.process_time()
        run_spread(country, policy, scenario.strategy.waves, seed=seed, until=MAY_2017)
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.3  # 0.04 on the machine where this was written
