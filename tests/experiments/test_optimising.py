"""Fronts under a budget: a known one is found, stopped searches go on, fresh runs judge the front."""

import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import optimise
from experiments.front import unbeaten
from experiments.front_files import decision_again, write_front
from experiments.optimising import run_optimise
from experiments.problem import read_problem
from experiments.store import read_draws, read_runs
from model.problems import InputError
from model.text import LANGUAGES
from results.front_words import front_answers
from tests.experiments.stub import stub_of
from tests.results.pages import Page, outside_requests

PYMOO = "pymoo comes with `make extras`"

PROBLEM = """
    world: four_villages
    until: 2011-12
    strategies: [history]
    replications: 2
    levers:
      parameters:
        desk_fte_factor: {low: 0.5, high: 2.5}
        supervision: {low: 0, high: 1}
    optimise:
      objectives: [unmet_needs, wait_alone_months]
      population: 24
      generations: 20
      fresh_replications: 3
"""


@pytest.fixture
def problem(tmp_path):
    """Write a problem with some lines changed, and read it."""

    def write(*changes):
        text = textwrap.dedent(PROBLEM)
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "problem.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def zdt1(scenario):
    """A problem whose front is known (Zitzler, Deb & Thiele 2000): f2 = 1 − √f1, with full supervision."""
    numbers = scenario.schedule[0][1]
    first = (numbers.desk_fte_factor - 0.5) / 2
    away = 1 + 9 * (1 - numbers.supervision)
    outcomes = {
        "unmet_needs": first,
        "wait_alone_months": away * (1 - np.sqrt(first / away)),
        "programme_yuan": 1e5 * (1 + first),
    }
    return stub_of(scenario, {name: float(value) for name, value in outcomes.items()})


def lucky(scenario):
    """Plans that differ by chance alone, and by the seed: what looks best had luck."""
    settings = scenario.parameters
    key = f"{settings['desk_fte_factor']}/{settings['supervision']}/{scenario.seed}"
    noise = np.random.default_rng([ord(letter) for letter in key]).normal(size=2)
    outcomes = {"unmet_needs": noise[0], "wait_alone_months": noise[1], "programme_yuan": 1.0}
    return stub_of(scenario, {name: float(value) for name, value in outcomes.items()})


@pytest.mark.unit
def test_what_no_other_beats():
    rows = np.array([[0.0, 3.0], [1.0, 1.0], [1.0, 2.0], [3.0, 0.0], [0.0, 3.0]])
    assert unbeaten(rows).tolist() == [True, True, False, True, True]
    assert unbeaten(np.zeros((0, 2))).tolist() == []


@pytest.mark.theory
def test_a_known_front_is_found(problem, tmp_path):
    pytest.importorskip("pymoo", reason=PYMOO)
    found = run_optimise(read_problem(problem()), tmp_path / "x", workers=1, simulate=zdt1)
    first, second = found.plans["unmet_needs"], found.plans["wait_alone_months"]
    assert (second - (1 - np.sqrt(first))).abs().mean() < 0.03
    assert first.min() < 0.05
    assert first.max() > 0.8
    assert len(found.plans) >= 10
    assert found.plans["still_unbeaten"].mean() > 0.9, "without chance the front stays the front"
    assert (found.plans["unmet_needs_searched"] == first).all()


@pytest.mark.unit
def test_a_budget_is_kept(problem, tmp_path):
    pytest.importorskip("pymoo", reason=PYMOO)
    path = problem(("optimise:", "optimise:\n  budget_yuan: 130000"), ("generations: 20", "generations: 6"))
    found = run_optimise(read_problem(path), tmp_path / "x", workers=1, simulate=zdt1)
    assert found.plans["programme_yuan"].max() <= 130_000
    assert (found.searched["programme_yuan"] > 130_000).any(), "plans beyond the budget were tried too"
    assert found.plans["within_budget_share"].eq(1).all()


@pytest.mark.statistical
def test_fresh_runs_take_away_what_luck_gave(problem, tmp_path):
    """Plans differ by chance alone: on fresh seeds the front must lose its lead (z of 4: 1 in 16,000)."""
    pytest.importorskip("pymoo", reason=PYMOO)
    found = run_optimise(
        read_problem(problem(("generations: 20", "generations: 5"))),
        tmp_path / "x",
        workers=1,
        simulate=lucky,
    )
    searched = found.plans["unmet_needs_searched"] + found.plans["wait_alone_months_searched"]
    fresh = found.plans["unmet_needs"] + found.plans["wait_alone_months"]
    spread = 4 * np.sqrt(2 / 3 / len(found.plans))
    assert searched.mean() < -1
    assert abs(fresh.mean()) < spread
    runs = read_runs(tmp_path / "x")
    of_front = runs[runs["strategy"].isin(found.plans["plan"])]
    assert set(of_front.loc[of_front["replication"] == 1, "draw"]) == {1, 2}
    assert set(of_front.loc[of_front["replication"] == 2, "draw"]) == {3, 4, 5}, "draws never seen, new seeds"
    assert of_front["seed"].nunique() == 5
    assert runs.loc[~runs["strategy"].isin(found.plans["plan"]), "draw"].max() == 2


@pytest.mark.unit
def test_fresh_draws_are_draws_that_the_search_never_saw(problem, tmp_path):
    pytest.importorskip("pymoo", reason=PYMOO)
    block = "uncertain:\n  method: latin_hypercube\n  draws: 3\n  parameters: {find_multiplier: }\nlevers:"
    path = problem(
        ("levers:", block), ("replications: 2\n", "replications: 1\n"), ("generations: 20", "generations: 2")
    )
    found = run_optimise(read_problem(path), tmp_path / "x", workers=1, simulate=zdt1)
    runs = read_runs(tmp_path / "x")
    assert len(read_draws(tmp_path / "x")) == 6
    assert set(runs.loc[runs["replication"] == 1, "draw"]) == {1, 2, 3}
    assert set(runs.loc[runs["replication"] > 1, "draw"]) == {4, 5, 6}
    assert found.plans["runs"].eq(9).all()


@pytest.mark.checkpoint
def test_a_stopped_search_goes_on_and_ends_as_if_nothing_had_happened(problem, tmp_path):
    pytest.importorskip("pymoo", reason=PYMOO)
    made = 0

    def stopping(scenario):
        nonlocal made
        made += 1
        if made == 90:
            raise KeyboardInterrupt
        return zdt1(scenario)

    read = read_problem(problem(("generations: 20", "generations: 5")))
    whole = run_optimise(read, tmp_path / "whole", workers=1, simulate=zdt1)
    with pytest.raises(KeyboardInterrupt):
        run_optimise(read, tmp_path / "x", workers=1, simulate=stopping)
    assert 0 < len(read_runs(tmp_path / "x").query("status == 'done'")) < 90
    resumed = run_optimise(read, tmp_path / "x", workers=1, simulate=zdt1)
    pd.testing.assert_frame_equal(resumed.plans, whole.plans)
    pd.testing.assert_frame_equal(resumed.searched, whole.searched)


@pytest.mark.docs
@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_tables_of_a_front_say_the_same(problem, tmp_path, language):
    pytest.importorskip("pymoo", reason=PYMOO)
    path = problem(("generations: 20", "generations: 3"), ("[unmet_needs,", "[programme_yuan, unmet_needs,"))
    found = run_optimise(read_problem(path), tmp_path / "x", workers=1, simulate=zdt1)
    paths = write_front(found, tmp_path / "x", str(path), language)
    html = paths[0].read_text(encoding="utf-8")
    for sentence in front_answers(found.plans, found.facts, language):
        assert sentence in Page(html).text
    assert not outside_requests(html)
    assert len(pd.read_csv(tmp_path / "x" / "plans.csv")) == len(found.plans)
    assert decision_again(tmp_path / "x", language)[0].read_text(encoding="utf-8") == html


@pytest.mark.docs
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_front_without_a_plan_within_the_budget_says_so(problem, tmp_path, language):
    pytest.importorskip("pymoo", reason=PYMOO)
    path = problem(("optimise:", "optimise:\n  budget_yuan: 10"), ("generations: 20", "generations: 1"))
    found = run_optimise(read_problem(path), tmp_path / "x", workers=1, simulate=zdt1)
    assert found.plans.empty
    page = write_front(found, tmp_path / "x", str(path), language)[0].read_text(encoding="utf-8")
    assert front_answers(found.plans, found.facts, language)[0] in Page(page).text


@pytest.mark.common_numbers
def test_the_model_itself_is_searched_from_a_notebook(problem, tmp_path):
    pytest.importorskip("pymoo", reason=PYMOO)
    path = problem(
        ("population: 24", "population: 4"), ("generations: 20", "generations: 2"),
        ("[unmet_needs, wait_alone_months]", "[effective_coverage_share, spells_gave_up]"),
    )  # fmt: skip
    found = optimise(path, tmp_path / "x", workers=1)
    assert found.facts["counts"] == {"done": len(read_runs(tmp_path / "x"))}
    assert found.plans["effective_coverage_share"].between(0, 1).all()
    assert len(found.searched) == 8


@pytest.mark.unit
def test_all_that_is_wrong_with_a_problem_is_said_at_once(problem):
    path = problem(
        ("[unmet_needs, wait_alone_months]", "[unmet_need, villages]"),
        ("strategies: [history]", "strategies: [history, poorest_first]"),
        ("supervision:", "supervison:"),
        ("until: 2011-12", "until: 2011-13"),
    )
    with pytest.raises(InputError) as error:
        read_problem(path)
    codes = [problem.code for problem in error.value.problems]
    assert codes.count("compare.outcome") == 2
    assert {"optimise.one_strategy", "parameter.unknown"} <= set(codes)
    assert len(codes) == 5, "and the month"
    assert all(problem.line for problem in error.value.problems)
    for language in LANGUAGES:
        assert all(error.value.messages(language))


@pytest.mark.unit
@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("population: 24", "population: 2", "optimise.number"),
        ("population: 24", "populations: 24", "file.unknown_key"),
        ("[unmet_needs, wait_alone_months]", "[unmet_needs]", "optimise.objectives"),
        ("[unmet_needs, wait_alone_months]", "[unmet_needs, unmet_needs]", "optimise.doubled"),
        ("    levers:\n", "    other:\n", "design.missing"),
        ("levers:\n", "levers:\n  method: sobol\n", "optimise.levers"),
    ],
)
def test_what_is_wanted_is_checked(problem, old, new, code):
    old, new = old.removeprefix("    "), new.removeprefix("    ")
    with pytest.raises(InputError) as error:
        read_problem(problem((old, new)))
    assert code in [problem.code for problem in error.value.problems]


@pytest.mark.docs
def test_the_problem_of_the_guide_is_in_order():
    path = Path("docs/guide/problems/posts_and_desks.yaml")
    assert read_problem(path).wanted.budget_yuan
