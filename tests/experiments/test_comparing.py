"""Comparisons: what is asked is checked, seeds are shared, answers say how sure they are, files are whole."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from commands.experimenting import cost_sentence
from experiments import compare
from experiments.asking import (
    ALONE,
    BASE,
    DECOMPOSED,
    MOST_REPLICATIONS,
    check_request,
    drawn_rows,
    jobs_of,
)
from experiments.compared import how_well_known, main_differences
from experiments.compared_files import about_of as files_about
from experiments.compared_files import write_comparison
from experiments.comparing import next_replications, rounds, run_comparison
from experiments.cost import cost_of
from experiments.draws import DrawTable
from experiments.executors import open_pool
from experiments.store import RunStore, read_details, read_runs
from experiments.study import DONE
from model.declarations import declarations
from model.problems import InputError
from model.text import LANGUAGES, text, unit_text
from model.text import catalogue as all_texts
from results.compared_page import answers, compared_page, how_sure
from results.figures.compared.desks import backlog
from results.figures.compared.differences import SHOWN, differences
from results.league import LEAGUE_OUTCOMES, MAIN
from results.measures.catalogue import catalogue, measure
from results.measures.intervals import HIGHER
from results.progress import silent
from tests.experiments.stub import stub_of
from tests.languages import pages_differ
from tests.results.pages import Page, outside_requests

NAMES = ("no_programme", "history", "workers_without_desks")
REPLICATIONS = 3
UNTIL = "2014-12"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("compare") / "x"


@pytest.fixture(scope="module")
def request_made():
    return check_request(NAMES, world="teaching", draws=0, replications=REPLICATIONS, until=UNTIL)


@pytest.fixture(scope="module")
def found(folder, request_made):
    return run_comparison(request_made, folder, workers=1)


@pytest.mark.common_numbers
def test_all_strategies_meet_the_same_seeds_and_differences_are_paired(found, folder):
    runs = read_runs(folder)
    assert runs["status"].eq(DONE).all()
    assert len(runs) == REPLICATIONS * (len(NAMES) + len(NAMES))
    assert runs.groupby("replication")["seed"].nunique().eq(1).all()
    table = found.runs.pivot_table(index="seed", columns="strategy", values="spells_served")
    row = found.differences.query("outcome == 'spells_served' and strategy == 'history'").iloc[0]
    assert row["reference"] == "no_programme"
    assert row["difference"] == pytest.approx((table["history"] - table["no_programme"]).mean())
    assert row["verdict"] == HIGHER


@pytest.mark.unit
def test_frames_are_tidy_and_their_outcomes_are_those_of_the_catalogue(found):
    outcomes = set(found.runs.columns) - {"strategy", "seed", "draw"}
    assert outcomes <= set(catalogue().measures)
    assert set(found.league["strategy"]) == set(NAMES)
    assert set(found.groups["measure"]) == {"effective_coverage_share", "wait_months_per_case"}
    assert set(found.binding["step"]) <= {"none", "found", "filed", "served"}
    assert set(found.money["part"]) == {"category", "payer", "gap"}
    payers = found.money[found.money["part"] == "payer"].groupby("strategy")["yuan_mean"].sum()
    costs = found.runs.groupby("strategy")["cost_yuan"].mean()
    assert payers.to_dict() == pytest.approx(costs.to_dict())


@pytest.mark.unit
def test_regret_and_ranks(found):
    table = found.league[found.league["outcome"] == MAIN].set_index("strategy")
    values = found.runs.pivot_table(index="seed", columns="strategy", values=MAIN)
    regret = values.max(axis=1).to_numpy()[:, np.newaxis] - values
    assert table["regret_mean"].to_dict() == pytest.approx(regret.mean().to_dict())
    assert table["regret_max"].to_dict() == pytest.approx(regret.max().to_dict())
    assert table["rank"].min() == 1
    assert table.loc["no_programme", "rank"] == 3
    assert table["best_share"].sum() >= 1
    described = found.league[found.league["outcome"] == "programme_yuan"]
    assert described["rank"].isna().all()


@pytest.mark.common_numbers
def test_what_was_gained_and_lost_is_counted_child_by_child_against_the_first(found):
    runs = found.runs.set_index(["strategy", "seed"])
    assert runs.loc["no_programme", "needs_gained"].isna().all()
    history, base = runs.loc["history"], runs.loc["no_programme"]
    # whatever is unmet in one world only was gained or lost; what is unmet in both cancels
    assert (base["unmet_needs"] - history["unmet_needs"]).tolist() == (
        history["needs_gained"] - history["needs_lost"]
    ).tolist()


@pytest.mark.unit
def test_trend_policy_and_programme_add_up(found):
    parts = found.decomposition.pivot_table(index="strategy", columns="part", values="mean")
    assert sorted(parts.index) == ["history", "workers_without_desks"]
    assert (parts["trend"] + parts["other_policy"] + parts["programme"]).to_dict() == pytest.approx(
        parts["total"].to_dict()
    )
    assert (parts["programme"] < 0).all()  # fewer unmet needs


@pytest.mark.unit
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_folder_has_tables_pictures_and_a_page_that_asks_nobody(found, folder, request_made, language):
    paths = write_comparison(found, request_made, folder, language)
    assert all(path.is_file() for path in paths)
    html = paths[0].read_text(encoding="utf-8")
    page = Page(html)
    assert outside_requests(html) == []
    assert page.tags.count("svg") == 10
    assert "{" not in page.text
    assert "nan" not in page.text.lower().replace("finance", "").replace("financ", "")
    assert "python run.py compare no_programme history workers_without_desks --world teaching" in page.text
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    assert {"runs", "differences", "league", "groups", "binding", "money"} <= set(schema)
    assert {outcome for outcome, _ in LEAGUE_OUTCOMES} <= set(found.league["outcome"])


@pytest.mark.unit
def test_no_cell_stands_in_one_language_only(found, request_made):
    english, chinese = (
        compared_page(found.comparison, found.tables(), files_about(found, request_made, each), {}, each)
        for each in LANGUAGES
    )
    assert pages_differ(english, chinese) == []


@pytest.mark.unit
@pytest.mark.parametrize("language", LANGUAGES)
def test_months_points_and_money_have_their_unit_on_the_axis(found, language):
    words = {"months": "unit.months", "share": "unit.percentage_points", "yuan": "unit.yuan"}
    panels = differences(found.comparison, language).figure.axes
    for axes, (outcome, _) in zip(panels, SHOWN, strict=True):
        key = words.get(measure(outcome).unit)
        assert axes.get_xlabel() == (text(key, language).rpartition("|")[2] if key else "")


@pytest.mark.unit
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_under_an_outcome_names_the_unit_of_its_measure(language):
    for key, words in all_texts(language).items():
        outcome = key.removeprefix("outcome_unit.")
        if outcome == key:
            continue
        unit = measure(outcome).unit
        if unit in ("yuan", "child_months"):
            assert unit_text(unit, language) in words, key
        if unit == "months":
            assert {"en": "months", "zh": "月数"}[language] in words, key


@pytest.mark.determinism
def test_going_on_repeats_nothing_and_more_strategies_can_join(found, folder):
    request = check_request(
        (*NAMES, "poorest_first"), world="teaching", draws=0, replications=REPLICATIONS, until=UNTIL,
    )  # fmt: skip
    more = run_comparison(request, folder, workers=1)
    assert more.facts["made"] == 2 * REPLICATIONS  # the strategy, with and without other policies
    pd.testing.assert_frame_equal(
        more.runs[more.runs["strategy"].isin(NAMES)].reset_index(drop=True)[found.runs.columns], found.runs
    )


@pytest.mark.unit
def test_failed_runs_are_left_out_with_their_partners_and_counted(tmp_path):
    from experiments.running import simulate

    def failing(scenario):
        if scenario.seed == 2 and scenario.strategy.name == "history":
            raise ArithmeticError("never")
        return simulate(scenario)

    found = compare(
        "history", "poorest_first", world="four_villages", until="2011-12", draws=0, replications=3,
        decompose=False, workers=1, out=tmp_path / "x", simulate=failing,
    )  # fmt: skip
    assert found.facts["failed"] == 1
    assert found.comparison.seeds == (1, 3)


@pytest.mark.common_numbers
def test_draws_are_common_to_all_strategies_and_their_share_of_variance_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.posterior.SHIPPED", tmp_path / "none_yet.csv")
    found = compare(
        *NAMES[:2], world="four_villages", until="2013-12", draws=4, workers=1,
        decompose=False, out=tmp_path / "x",
    )  # fmt: skip
    runs = read_runs(tmp_path / "x")
    assert runs.groupby(["draw", "replication"])["seed"].nunique().eq(1).all()
    assert runs["seed"].nunique() == 4 * 2
    assert found.facts["draws"] == 4
    shares = found.variance[["draws_share", "replications_share"]].dropna()
    assert len(shares) > 20
    assert shares.sum(axis=1).to_numpy() == pytest.approx(1)
    row = found.differences.query("outcome == 'unmet_needs'").iloc[0]
    assert row["replications"] == 4  # draws are what is averaged over
    row = found.differences.query("outcome == 'cost_yuan'").iloc[0]
    table = found.runs.pivot_table(index="draw", columns="strategy", values="cost_yuan")
    apart = table["history"] - table["no_programme"]
    assert row["low"] < row["difference"] == pytest.approx(apart.mean())
    assert apart.min() <= row["draws_5"] < row["draws_95"] <= apart.max()
    assert row["draws_above_share"] == (apart > 0).mean()
    money = found.money[found.money["part"] == "payer"].groupby("strategy")["yuan_mean"].sum()
    assert money.to_dict() == pytest.approx(found.runs.groupby("strategy")["cost_yuan"].mean().to_dict())
    gained = found.comparison.exchanged("history", "gained")
    assert len(gained) == 4
    steps = found.comparison.run_by_run("history", "binding", next(iter(found.comparison.first.binding)))
    assert len(steps) == 8, "codes of steps have no mean"
    sure = " ".join(how_sure(found.comparison, found.variance, "en"))
    assert "nine of ten draws" in sure
    drawn = pd.read_parquet(tmp_path / "x" / "draws.parquet")
    calibrated = {name for name, each in declarations().items() if each.kind == "calibrated"}
    assert set(drawn.columns) - {"draw"} == calibrated


@pytest.mark.unit
def test_draws_are_those_of_the_posterior_unless_defaults_are_asked_for(tmp_path, monkeypatch):
    asked: dict[str, Any] = {"world": "teaching"}
    assert check_request(NAMES, **asked)[3:6] == (2, False, 100)
    assert check_request(NAMES, draws=0, **asked)[3:6] == (30, False, 0)
    (tmp_path / "own.csv").write_text("find_multiplier\n0.8\n1.1\n")
    assert check_request(NAMES, draws_from=tmp_path / "own.csv", **asked).draws == 2
    monkeypatch.setattr("experiments.posterior.SHIPPED", tmp_path / "none_yet.csv")
    assert check_request(NAMES, **asked)[3:6] == (30, False, 0)
    with pytest.raises(InputError):
        check_request(NAMES, draws_from=tmp_path / "no_such.csv", **asked)


@pytest.mark.unit
def test_the_cost_is_told_before_it_runs():
    study = check_request(NAMES, world="teaching", draws=0).study
    large = check_request(NAMES, world="pilot_counties", draws=0).study
    few, many, side_by_side = cost_of(study, 10, 1), cost_of(large, 10, 1), cost_of(large, 10, 2)
    assert few.runs == 10
    assert 0 < few.cpu_seconds < many.cpu_seconds == 2 * side_by_side.seconds
    for language in LANGUAGES:
        assert "10" in cost_sentence(many, language)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("draws", "planned", "deviation", "expected"),
    [(100, 2, 5.0, 4), (100, 4, 5.0, 4), (100, 2, 0.01, 2), (500, 1, 5.0, 1), (10, 4, 5.0, 8)],
    ids=["doubled", "400 runs are the most", "known well enough", "many draws", "few draws"],
)
def test_with_draws_auto_adds_seeds_to_them(monkeypatch, draws, planned, deviation, expected):
    request = check_request(NAMES[:2], world="teaching", draws=draws, replications="auto")
    values = 1 + deviation * np.tile([-1.0, 1.0], draws // 2)
    monkeypatch.setattr("experiments.comparing.main_differences", lambda *_: {"history": values})
    assert next_replications(request, Path(), planned) == expected


@pytest.mark.unit
def test_draws_of_a_table_are_taken_in_their_order(tmp_path):
    (tmp_path / "posterior.csv").write_text("weight,find_multiplier\n0.5,0.8\n0.5,1.1\n")
    asked = {"world": "four_villages", "draws_from": tmp_path / "posterior.csv"}
    request = check_request(("history", "random_order"), draws=2, **asked)
    assert drawn_rows(request) == [{"find_multiplier": 0.8}, {"find_multiplier": 1.1}]
    with pytest.raises(InputError, match="has 2 draws"):
        drawn_rows(check_request(("history", "random_order"), draws=3, **asked))


@pytest.mark.unit
def test_everything_wrong_with_a_request_is_told_at_once():
    with pytest.raises(InputError) as refused:
        check_request(
            ["histroy"], world="teachin", replications=0, settings={"visit_hour": 1}, until="2009-12",
            outcome="unmet_need",
        )  # fmt: skip
    codes = [problem.code for problem in refused.value.problems]
    assert codes == [
        "scenario.world", "parameter.unknown", "month.before_start", "compare.outcome",
        "compare.replications", "strategy.unknown", "compare.one",
    ]  # fmt: skip


@pytest.mark.unit
def test_the_decomposition_needs_the_switch_free(request_made):
    assert request_made.arms == tuple(f"{name} {ALONE}" for name in NAMES)
    without = check_request(("history", "random_order"), world="teaching")
    assert without.arms == (BASE, *(f"{name} {ALONE}" for name in ("history", "random_order", BASE)))
    held = check_request(NAMES, world="teaching", settings={"other_policies": False})
    assert held.arms == ()
    assert DECOMPOSED < 30


@pytest.mark.unit
@pytest.mark.parametrize(
    ("mean", "deviation", "n", "known"),
    [(1.0, 0.1, 30, "settled"), (1.0, 2.0, 200, "higher"), (-1.0, 2.0, 200, "lower"),
     (0.0, 1.0, 400, "cannot_be_told_apart")],
)  # fmt: skip
def test_how_well_a_difference_is_known(mean, deviation, n, known):
    spread = np.tile([-1.0, 1.0], n // 2)
    assert how_well_known(mean + deviation * spread) == known


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("deviation", "planned", "expected"),
    [(0.05, 30, 30), (0.5, 30, 60), (50.0, 30, 60), (50.0, 400, 400), (0.28, 30, 40)],
    ids=["settled", "twice at most", "hopeless goes on", "and ends at 400", "a few more"],
)
def test_replications_go_on_until_a_tenth_or_400(monkeypatch, deviation, planned, expected):
    request = check_request(("history", "random_order"), world="teaching", draws=0, replications="auto")
    values = 1 + deviation * np.tile([-1.0, 1.0], planned // 2)
    monkeypatch.setattr("experiments.comparing.main_differences", lambda *_: {"random_order": values})
    assert next_replications(request, Path(), planned) == expected
    assert expected <= MOST_REPLICATIONS


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("noise", "least", "most", "known"),
    [(0.1, 30, 30, "settled"), (0.6, 31, 399, "settled"), (40.0, 400, 400, "cannot_be_told_apart")],
    ids=["clear", "takes longer", "never"],
)
def test_auto_goes_on_until_the_answer_is_clear(tmp_path, noise, least, most, known):
    """With a stand-in whose difference is 1 and whose paired noise is known."""

    def noisy(scenario):
        other = scenario.strategy.name == "random_order"
        chance = np.random.default_rng(scenario.seed).normal()
        return stub_of(scenario, {MAIN: 10 + chance + other * (1 + noise * np.sin(97.0 * scenario.seed))})

    request = check_request(
        ("history", "random_order"), world="four_villages", draws=0, replications="auto", decompose=False
    )
    with open_pool(1) as pool, RunStore(tmp_path / "x", {"same": {}}) as store:
        draws = DrawTable(None)
        store.plan(jobs_of(request, draws, range(1, 31)))
        made = rounds(request, store, draws, pool, silent, fail_fast=False, simulate=noisy)
    differences = main_differences(request, tmp_path / "x")["random_order"]
    assert least <= len(differences) <= most
    assert made.made == 2 * len(differences)
    assert how_well_known(differences) == known


@pytest.mark.unit
def test_a_desk_that_nobody_asked_in_one_run_stands_in_all(tmp_path):
    request = check_request(
        NAMES[:2], world="four_villages", draws=0, replications=3, until="2012-12", decompose=False
    )  # in two of the runs nobody ever came to one of the desks
    found = run_comparison(request, tmp_path / "few", workers=1)
    assert "decomposition" not in found.tables()
    write_comparison(found, request, tmp_path / "few")
    assert not (tmp_path / "few" / "decomposition.parquet").exists()
    assert "decomposition.parquet" not in (tmp_path / "few" / "report.html").read_text(encoding="utf-8")
    offered = {
        len([name for name in arrays if name.startswith("backlog/")])
        for arrays in read_details(tmp_path / "few").values()
    }
    assert len(offered) > 1
    runs = [run for each in found.comparison.digests.values() for run in each]
    assert {run.desks for run in runs} == {runs[0].desks}
    assert all(run.backlog.shape == (max(offered), 32) for run in runs)
    about = files_about(found, request, "en")
    jam = answers(found.comparison, about)[1]
    assert "not known" not in jam
    picture = backlog(found.comparison, about.services, about.events)
    assert len([axes for axes in picture.figure.axes if axes.get_visible()]) == max(offered)
    assert all(len(axes.get_xticks()) for axes in picture.figure.axes[-3:])
