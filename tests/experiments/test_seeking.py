"""The least workers and desk hours for a target: against a known answer, resumed, on the model itself."""

import numpy as np
import pandas as pd
import pytest

from experiments import least_means, seeking
from experiments.front_files import decision_again, write_goal
from experiments.in_place import COVERAGE, DESKS
from experiments.seeking import Goal, check_goal, read_goal, run_goal
from experiments.store import read_runs
from model.problems import InputError
from model.text import LANGUAGES
from results.front_words import goal_answers
from tests.experiments.stub import stub_of
from tests.results.pages import Page, outside_requests

WORLD = "four_villages"
TARGET = 0.45


def invented(scenario):
    """Need that is met is a known function of coverage and desk hours, a little different for every seed."""
    coverage, desks = float(scenario.parameters[COVERAGE]), float(scenario.parameters[DESKS])
    met = 0.2 + 0.2 * coverage + 0.1 * np.log2(desks) + 0.002 * (scenario.seed % 4 - 1.5)
    staff = 24 * 25 * 100 * max(desks - 1, 0)
    outcomes = {
        "met_child_months": 1_000 * met, "unmet_child_months": 1_000 * (1 - met), "villages": 10.0,
        "programme_yuan": 2e5 * coverage + staff, "desk_staff_yuan": staff,
        "desk_hours_per_month": 100 * desks, "spells_opened": 100.0,
        "spells_filed": 100.0, "spells_served_in_time": 50.0, "waiting_child_months": 100.0,
    }  # fmt: skip
    return stub_of(scenario, outcomes)


def fewest(coverage):
    """Desk hours at which the target is reached on average."""
    return 2 ** ((TARGET - 0.2 - 0.2 * coverage) / 0.1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("goal") / "x"


@pytest.fixture(scope="module")
def found(folder):
    request = check_goal(f"effective_coverage_share>={TARGET}", world=WORLD, fresh_seeds=4)
    return run_goal(request, folder, workers=1, simulate=invented)


@pytest.mark.theory
def test_the_fewest_hours_are_found_to_within_three_per_cent(found):
    plans = found.plans.set_index("coverage_share")
    for coverage, row in plans.iterrows():
        assert row["reached"] == (fewest(coverage) <= 8)
        if row["reached"]:
            assert fewest(coverage) <= row["desk_factor"] * 1.0001 <= 1.035 * fewest(coverage)
    assert plans["least"].tolist() == plans["reached"].tolist(), "each trades workers for desk hours"
    cost = 1e5 * plans.index + 12 * 25 * 100 * (plans["desk_factor"] - 1).clip(lower=0)
    assert plans.index[plans["cheapest"]].tolist() == [cost.idxmin()]
    assert plans.loc[1.0, "yuan_per_year"] == pytest.approx(cost.loc[1.0])


@pytest.mark.unit
def test_what_was_found_is_run_again_on_fresh_seeds(found, folder):
    runs = read_runs(folder)
    fresh = runs[runs["replication"] > 4]
    assert set(fresh["replication"]) == {5, 6, 7, 8}
    assert fresh["strategy"].nunique() == found.plans["reached"].sum()
    reached = found.plans[found.plans["reached"]]
    assert reached["fresh_met_share"].between(0, 1).all()
    assert (reached["fresh"] - TARGET).abs().max() < 0.01


@pytest.mark.checkpoint
def test_a_search_goes_on_and_another_target_reuses_its_runs(found, folder):
    before = len(read_runs(folder))
    request = check_goal(f"effective_coverage_share>={TARGET}", world=WORLD, fresh_seeds=4)
    again = run_goal(request, folder, workers=1, simulate=invented)
    assert len(read_runs(folder)) == before
    pd.testing.assert_frame_equal(again.plans, found.plans)
    assert found.facts["made"] == before
    assert again.facts["made"] == 0


@pytest.mark.docs
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_the_table_says(found, folder, language):
    html = write_goal(found, folder, language)[0].read_text(encoding="utf-8")
    for sentence in goal_answers(found.plans, found.facts, language):
        assert sentence in Page(html).text
    assert not outside_requests(html)
    assert decision_again(folder, language)[0].read_text(encoding="utf-8") == html


@pytest.mark.docs
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_target_out_of_reach_is_said_to_be(tmp_path, language):
    request = check_goal("effective_coverage_share>=.95", world=WORLD, seeds=1, fresh_seeds=1)
    found = run_goal(request, tmp_path / "x", workers=1, simulate=invented)
    assert not found.plans["reached"].any()
    page = write_goal(found, tmp_path / "x", language)[0].read_text(encoding="utf-8")
    assert goal_answers(found.plans, found.facts, language)[0] in Page(page).text


@pytest.mark.common_numbers
def test_the_model_reaches_a_target_with_fewer_hours_where_more_villages_have_a_post(monkeypatch, tmp_path):
    monkeypatch.setattr(seeking, "LEVELS", 2)
    monkeypatch.setattr(seeking, "ROUNDS", 3)
    found = least_means(
        "effective_coverage_share>=.32", tmp_path / "x", world="teaching", workers=1, seeds=1, fresh_seeds=1
    )
    none, every = found.plans["desk_factor"].fillna(np.inf)
    assert every < none


@pytest.mark.unit
def test_targets_are_read_and_refused_with_a_reason():
    assert read_goal("wait_months <= 2") == Goal("wait_months", "<=", 2.0)
    assert read_goal("effective_coverage_share>=.6").is_met(0.6)
    assert not read_goal("effective_coverage_share>=.6").is_met(float("nan"))
    for given, code in (
        ("coverage", "goal.form"), ("effective_coverage_share>=1.2.3", "goal.form"),
        ("effectiv_coverage_share>=.5", "goal.outcome"), ("wait_months>=2", "goal.side"),
        ("effective_coverage_share>=60", "goal.share"),
    ):  # fmt: skip
        with pytest.raises(InputError) as error:
            read_goal(given)
        assert [problem.code for problem in error.value.problems] == [code]
        assert all(error.value.messages(language) for language in LANGUAGES)
    with pytest.raises(InputError) as error:
        check_goal("nothing", world="nowhere", seeds=0, settings={DESKS: 1})
    assert len(error.value.problems) == 4
