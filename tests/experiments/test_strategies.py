"""Strategies: all that are promised are shipped, their orders really differ, and users add their own."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import spearmanr

from columns.layout import NO_MONTH
from experiments.strategies import find_strategies, find_strategy, strategies_table, user_files
from experiments.study import Candidate, Study
from model.problems import InputError
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.spread_only import WORKERS, simulate_spread
from model.strategy_file import load_strategy, strategy_names
from model.text import LANGUAGES, catalogue
from model.worlds import build_world, uniform_world
from results.strategy_words import strategy_name, strategy_phrase, strategy_short

PROMISED = {
    "poorest_first", "remotest_first", "most_children_first", "neighbours_first", "proportional",
    "random_order", "desk_capacity_first", "county_by_county", "everything_at_once",
    "workers_without_desks", "desks_without_workers", "balanced", "desks_follow_backlog",
    "dedicated_fewer_villages", "part_time_everywhere", "with_supervision", "without_supervision",
    "with_cash", "without_cash", "with_spaces", "without_spaces", "mandate_early", "mandate_late",
    "no_mandate", "no_programme", "pilot_money_ends_2016", "history",
}  # fmt: skip
ORDERS = (
    "poorest_first", "remotest_first", "most_children_first", "neighbours_first", "random_order",
    "desk_capacity_first", "history", "county_by_county",
)  # fmt: skip
SOON = {
    "mandate_month": 6, "mandate_hazard_per_month": 10, "mandate_delay_months": 0,
    "mandate_province_lag_months": 0, "mandate_slope_months": 0.01, "county_rollout_months": 24,
    "seats_at_mandate_per_month": 1e6, "seats_growth_per_month": 0,
}  # fmt: skip
"""A mandate at once and seats for everybody, so that within a county only the order decides."""


@pytest.fixture(scope="module")
def starts():
    """Month in which every village got its post, by order, and the villages."""
    world = uniform_world(60, 60, 2)
    found, villages = {}, None
    for name in ORDERS:
        scenario = make_scenario(world, name, SOON, seed=1, until=35)
        villages = ScaleUpModel(scenario).run().state.villages
        months = villages["start_month"].astype(float)
        found[name] = np.where(villages["start_month"] == NO_MONTH, scenario.until + 1, months)
    return found, villages


@pytest.mark.unit
def test_all_that_are_promised_are_shipped_and_have_words_in_both_languages():
    assert set(strategy_names()) >= PROMISED
    for name in strategy_names():
        sentence = load_strategy(name).sentence
        assert sentence.en != sentence.zh
        for language in LANGUAGES:
            assert f"strategy_name.{name}" in catalogue(language)
            words = (strategy_name(name, language), strategy_short(name, language))
            assert all(words)
            assert "{" not in strategy_phrase(name, language)
    assert strategy_name("mine", "zh") == "mine"
    assert strategy_name("history desk_fte_factor=2") == "History (Desk staff: 2)"


@pytest.fixture(scope="module")
def posts():
    """Posts of every pilot county when training seats are short, by order."""
    world = build_world("pilot_counties")

    def counted(name):
        scenario = make_scenario(strategy=name, until="2017-05")
        return simulate_spread(world, scenario, depth=WORKERS).counties.n_posts

    return {name: counted(name) for name in ORDERS}


@pytest.mark.common_numbers
@pytest.mark.parametrize(("one", "other"), list(combinations(ORDERS, 2)))
def test_every_two_orders_give_posts_to_other_villages_or_counties_first(starts, posts, one, other):
    """Within a county some orders leave it to chance; then they differ in which county comes first."""
    found, _ = starts
    villages_differ = (found[one] != found[other]).mean() > 0.2
    counties_differ = (posts[one] != posts[other]).mean() > 0.2
    assert villages_differ or counties_differ


@pytest.mark.common_numbers
@pytest.mark.parametrize(
    ("order", "column"), [("poorest_first", "poverty"), ("remotest_first", "hours_to_township")]
)
def test_the_first_are_those_that_the_order_names(starts, order, column):
    found, villages = starts

    def agreement(name):
        per_county = [
            spearmanr(found[name][villages["county"] == c], villages[column][villages["county"] == c])[0]
            for c in range(2)
        ]
        return float(np.mean(per_county))

    assert agreement(order) < -0.7  # the higher, the sooner
    assert abs(agreement("random_order")) < 0.5


@pytest.mark.unit
def test_users_add_theirs_in_a_folder(tmp_path, monkeypatch):
    folder = tmp_path / "strategies"
    folder.mkdir()
    (folder / "ours.yaml").write_text(
        "sentence: {en: Ours., zh: 我们的。}\nextend: history\nlevers: {supervision: 2}\n"
    )
    (folder / "notes.txt").write_text("nothing")
    assert list(user_files(folder)) == ["ours"]
    assert find_strategy("ours", folder).levers["supervision"] == 2
    assert strategies_table("zh", folder)[0]["sentence"] == "我们的。"
    monkeypatch.chdir(tmp_path)
    assert list(find_strategies(["history", "ours"])) == ["history", "ours"]
    with pytest.raises(InputError, match="named twice"):
        find_strategies(["ours", "ours"])
    with pytest.raises(InputError, match='Did you mean "ours"'):
        find_strategy("our")
    with pytest.raises(InputError, match="no folder"):
        user_files(tmp_path / "missing")


@pytest.mark.unit
def test_what_a_strategy_decides_prevails_over_draws():
    drawn = {"adoption_p0_per_month": 0.01, "drop_out_per_month": 0.05}
    names = ("no_programme", "history")
    study = Study("four_villages", 3, {name: Candidate(name, load_strategy(name)) for name in names})
    without, history = (study.scenario(name, drawn, 1).schedule[0][1] for name in names)
    assert (without.adoption_p0_per_month, history.adoption_p0_per_month) == (0, 0.01)
    assert without.drop_out_per_month == history.drop_out_per_month == 0.05
