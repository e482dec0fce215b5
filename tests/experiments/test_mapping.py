"""The map of coverage and capacity: points, line, values; a step is what runs from the beginning show."""

import itertools
import json

import numpy as np
import pandas as pd
import pytest

from experiments import map_capacity
from experiments.in_place import (
    COVERAGE,
    DESKS,
    OF_A_USE,
    SETTLE_MONTHS,
    InPlace,
    key_of,
    last_month,
    not_drawn,
    plan_strategy,
    start_month,
    window_outcomes,
)
from experiments.mapped import VALUE, YUAN, NothingMappedError, crossing_of
from experiments.mapped_files import FACTS, map_again, write_map
from experiments.mapping import check_map, points_of, run_map
from experiments.posterior import posterior_rows
from experiments.store import read_runs
from experiments.uses import USE_NAMES, USES
from model.calendar import month_text
from model.problems import InputError
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario, parameters_at
from model.strategy import Event, Strategy
from model.text import LANGUAGES, catalogue, text
from results.capacity_words import answers
from tests.experiments.stub import stub_of
from tests.results.pages import Page, outside_requests

WORLD = "four_villages"
LINE_AT = 0.8
"""Desk hours at which the bottleneck moves in the invented outcomes, whatever the coverage but none."""


def invented(scenario):
    """Outcomes of a plan by rules of our own, a little different for every seed."""
    coverage, desks = float(scenario.parameters[COVERAGE]), float(scenario.parameters[DESKS])
    chance = 0.001 * (scenario.seed - 1.5)
    found = 100.0
    served = found * (1 - np.log(desks / LINE_AT)) if coverage else 0.0
    outcomes = {
        "children": 1_000.0, "villages": 10.0, "villages_with_post": 10 * coverage,
        "villages_active": 9 * coverage, "met_child_months": 400 + 100 * coverage * desks * (1 + chance),
        "unmet_child_months": 600.0, "spells_opened": 500.0, "spells_found": 90.0, "spells_filed": 300.0,
        "spells_served": 220.0, "spells_served_in_time": 200.0 * (1 + chance), "waiting_child_months": 150.0,
        "lost_found": found, "lost_filed": 10.0, "lost_served": served, "counties_found_binds": 1.0,
        "counties_filed_binds": 0.0, "counties_served_binds": 1.0, "counties": 2.0,
        "desk_hours_per_month": 50 * desks, "desk_staff_yuan": 1e4 * max(desks - 1, 0),
        "programme_yuan": 1e5 * coverage + 1e4 * max(desks - 1, 0),
    }  # fmt: skip
    worth = {"workers": 3.0, "training": 2.0 * coverage, "supervision": 50.0, "desk_hours": 8.0 / desks**3}
    for use in USE_NAMES:
        yuan = 0.0 if use == "training" and not coverage else 500.0 if use == "supervision" else 20_000.0
        value = worth.get(use, 0.0) * (1 + chance)
        kept = {"need_months": value * yuan / YUAN, "in_time": 2.0, "found": 1.0, "yuan": yuan,
                "one_off_yuan": yuan / 4, "following_yuan": yuan / 2}  # fmt: skip
        outcomes |= {key_of(use, name): kept[name] for name in OF_A_USE}
    return stub_of(scenario, outcomes)


def broken(scenario):
    """Nothing succeeds."""
    raise ArithmeticError("broken on purpose")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("map") / "x"


@pytest.fixture(scope="module")
def found(folder):
    return run_map(check_map(world=WORLD, grid=5, seeds=2), folder, workers=1, simulate=invented)


@pytest.mark.theory
def test_the_line_lies_where_the_losses_are_equal(found):
    line = found.line.set_index("coverage_share")
    assert line.loc[0.0, "binds"] == "found"
    assert np.isnan(line.loc[0.0, "desk_factor"])
    assert line.loc[0.25:, "desk_factor"].to_numpy() == pytest.approx(LINE_AT)  # linear in the logarithm
    assert (line.loc[0.25:, "binds"] == "").all()


@pytest.mark.unit
def test_a_crossing_is_found_between_points_and_only_where_there_is_one():
    assert crossing_of([0.5, 1.0, 2.0], [3.0, 1.0, -1.0]) == pytest.approx(np.sqrt(2))
    assert np.isnan(crossing_of([0.5, 1.0, 2.0], [3.0, 2.0, 1.0]))
    assert np.isnan(crossing_of([0.5, 1.0, 2.0], [-3.0, -2.0, -1.0]))
    assert crossing_of([1.0, 2.0, 4.0, 8.0], [1.0, -1.0, 2.0, -2.0]) == pytest.approx(4 * np.sqrt(2))


@pytest.mark.unit
def test_values_are_changes_per_10000_yuan_and_the_best_use_has_room(found):
    uses = found.next_yuan.set_index(["coverage_share", "desk_factor", "use"])[VALUE]
    assert uses[0.5, 1.0, "workers"] == pytest.approx(3.0)
    assert uses[0.5, 2.0, "desk_hours"] == pytest.approx(1.0)
    assert np.isnan(uses[0.0, 1.0, "training"])
    points = found.points.set_index(["coverage_share", "desk_factor"])
    assert points.loc[(0.5, 0.5), "best_use"] == "desk_hours"
    assert points.loc[(0.5, 2.0), "best_use"] == "workers", "supervision brings more and takes in too little"
    assert points.loc[(0.5, 0.5), "best_use_clear"]
    first = found.next_yuan.query("coverage_share == 1 and desk_factor == 0.5").set_index("use")["rank"]
    assert first["desk_hours"] == 1 or first["supervision"] == 1


@pytest.mark.unit
def test_shares_are_of_sums_and_have_intervals(found):
    point = found.points.query("coverage_share == 1 and desk_factor == 2").iloc[0]
    assert point["desk_staff_yuan_per_year"] == pytest.approx(1e4 / 2)
    assert point["programme_yuan_per_year"] == pytest.approx((1e5 + 1e4) / 2), "staff of desks is part of it"
    assert point["effective_coverage_share"] == pytest.approx(600 / 1200, abs=1e-4)
    assert point["effective_coverage_share_low"] < 0.5 < point["effective_coverage_share_high"]
    assert point["lost_found_share"] == 0.2
    assert point["binding_step"] == "found"
    assert point["wait_months"] == 0.5


@pytest.mark.docs
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_and_the_tables_say_the_same(found, folder, language):
    paths = write_map(found, folder, language)
    page = Page(paths[0].read_text(encoding="utf-8"))
    for sentence in answers(found.tables(), language):
        assert sentence in page.text
    assert f"{LINE_AT:.2f}" in page.text
    assert not outside_requests(paths[0].read_text(encoding="utf-8"))
    assert (folder / FACTS).is_file()
    for name, table in found.tables().items():
        pd.testing.assert_frame_equal(pd.read_parquet(folder / f"{name}.parquet"), table)
        assert len(pd.read_csv(folder / f"{name}.csv")) == len(table)
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    for name, table in found.tables().items():
        assert all(schema[name][column].keys() >= {"type", "text"} for column in table.columns)
    assert schema["next_yuan"]["rank"]["text"] == catalogue(language)["column.next_yuan.rank"]
    before = paths[0].read_text(encoding="utf-8")
    assert map_again(folder, language)[0].read_text(encoding="utf-8") == before


@pytest.mark.checkpoint
def test_a_finer_grid_and_more_seeds_keep_the_runs_that_are_there(tmp_path):
    first = run_map(check_map(world=WORLD, grid=3, seeds=1), tmp_path / "x", workers=1, simulate=invented)
    assert first.facts["made"] == 9
    finer = run_map(check_map(world=WORLD, grid=5, seeds=1), tmp_path / "x", workers=1, simulate=invented)
    assert finer.facts["made"] == 25 - 9
    assert len(finer.points) == 25
    more = run_map(check_map(world=WORLD, grid=5, seeds=2), tmp_path / "x", workers=1, simulate=invented)
    assert more.facts["made"] == 25
    with pytest.raises(InputError, match="draws"):  # runs at defaults are no part of it
        run_map(check_map(world=WORLD, grid=5, draws=0), tmp_path / "x", workers=1, simulate=invented)
    with pytest.raises(InputError, match="world"):
        run_map(check_map(world="teaching", grid=5), tmp_path / "x", workers=1, simulate=invented)


def broken_once(scenario):
    """One run of one seed fails, at the coverage at which the line is looked for."""
    if scenario.seed == 2 and scenario.parameters[COVERAGE] == 1.0 and scenario.parameters[DESKS] == 0.5:
        raise ArithmeticError("broken on purpose")
    return invented(scenario)


@pytest.mark.unit
def test_a_failed_run_takes_its_seed_from_the_line_and_from_nothing_else(tmp_path):
    request = check_map(world=WORLD, grid=5, seeds=2)
    found = run_map(request, tmp_path / "x", workers=1, simulate=broken_once)
    assert found.facts["failed"] == 1
    assert found.line.set_index("coverage_share").loc[1.0, "desk_factor"] == pytest.approx(LINE_AT)
    assert found.points.query("coverage_share == 1 and desk_factor == 0.5")["seeds"].item() == 1
    page = write_map(found, tmp_path / "x")[0].read_text(encoding="utf-8")
    assert text("map.warn.failed", "en", n=1) in Page(page).text


@pytest.mark.unit
def test_a_map_without_a_run_says_so(tmp_path):
    with pytest.raises(NothingMappedError) as error:
        run_map(check_map(world=WORLD, grid=2, seeds=1), tmp_path / "x", workers=1, simulate=broken)
    assert error.value.failed == 4
    request = check_map(world=WORLD, grid=2, seeds=1)
    again = run_map(request, tmp_path / "x", workers=1, rerun=["failed"], simulate=invented)
    assert again.facts["made"] == 4
    assert again.facts["failed"] == 0


@pytest.mark.unit
def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(InputError) as error:
        check_map(world="nowhere", grid=1, seeds=0, settings={DESKS: 2, "no_such": 1})
    assert {problem.code for problem in error.value.problems} == {
        "scenario.world", "map.grid", "map.seeds", "map.axis", "parameter.unknown",
    }  # fmt: skip
    for language in LANGUAGES:
        assert all(error.value.messages(language))


@pytest.mark.unit
def test_grids_are_nested_and_begin_and_end_where_they_say():
    coarse, fine = points_of(4), points_of(7)
    assert set(coarse) <= set(fine)
    settings = [each.settings for each in fine.values()]
    assert {each[COVERAGE] for each in settings} >= {0.0, 0.5, 1.0}
    assert {each[DESKS] for each in settings} >= {0.5, 1.0, 2.0}


def by_hand(coverage, desks, extra):
    """The run of a plan and of a step on top of it, simulated from the beginning without branches."""
    base = plan_strategy()
    names = {"en": "x", "zh": "某"}
    events = [Event(id="plan", month=start_month(), name=names, set={COVERAGE: coverage, DESKS: desks})]
    if extra:
        events.append(Event(id="step", month=start_month() + SETTLE_MONTHS, name=names, set=extra))
    strategy = Strategy(**{**dict(base), "events": tuple(events)})
    return ScaleUpModel(make_scenario(WORLD, strategy, {}, 1, last_month())).run()


@pytest.mark.common_numbers
def test_steps_are_the_difference_of_two_runs_from_the_beginning():
    coverage, desks = 0.5, 0.6
    plan = {COVERAGE: coverage, DESKS: desks}
    scenario = make_scenario(WORLD, plan_strategy(), plan, 1, last_month())
    kept = InPlace(USE_NAMES)(scenario).digest.outcomes
    begins = start_month() + SETTLE_MONTHS
    without = by_hand(coverage, desks, {})
    alone = window_outcomes(without, begins)
    assert {name: kept[name] for name in alone} == alone
    now = parameters_at(without.scenario, begins)
    assert alone["desk_staff_yuan"] == 0, "fewer hours than in 2010 save nothing"
    for use in USES:
        settings = use.settings(without, now)  # it looks at whether there are posts and spaces
        with_it = window_outcomes(by_hand(coverage, desks, settings), begins)
        averted = alone["unmet_child_months"] - with_it["unmet_child_months"]
        assert kept[key_of(use.name, "need_months")] == averted, use.name
    added = kept[key_of("desk_hours", "yuan")] / now.clerk_hour_yuan
    window = last_month() + 1 - begins
    assert added == pytest.approx(0.05 * alone["desk_hours_per_month"] / desks * window)


@pytest.mark.determinism
def test_order_and_neighbours_of_runs_do_not_matter(tmp_path):
    run_map(check_map(world=WORLD, grid=2, seeds=2), tmp_path / "x", workers=1)
    runs = read_runs(tmp_path / "x").set_index(["strategy", "replication"])
    drawn = posterior_rows(2, not_drawn())[1]
    assert drawn, "the second seed meets the second draw"
    for name, candidate in itertools.islice(points_of(2).items(), 2):
        given = {**drawn, **candidate.settings}
        scenario = make_scenario(WORLD, candidate.strategy, given, 2, last_month())
        outcomes = InPlace(USE_NAMES)(scenario).digest.outcomes
        row = runs.loc[(name, 2)]
        assert {key: row[key] for key in outcomes} == pytest.approx(outcomes, nan_ok=True)


@pytest.mark.docs
def test_every_use_has_its_words_and_months_are_said():
    for language, use in itertools.product(LANGUAGES, (*USE_NAMES, "none")):
        assert text(f"use.{use}", language)
        assert text(f"use.{use}.in_sentence", language)
    assert month_text(start_month()) == "2016-06"
    assert month_text(last_month()) == "2021-05"


@pytest.mark.slow
@pytest.mark.common_numbers
def test_the_map_from_a_notebook_shows_that_desks_make_workers_worth_more():
    found = map_capacity(world="teaching", grid=2, seeds=4, workers=1)
    met = found.points.set_index(["coverage_share", "desk_factor"])["effective_coverage_share"]
    assert met[1.0, 2.0] - met[0.0, 2.0] > met[1.0, 0.5] - met[0.0, 0.5] > 0
    assert set(found.next_yuan["use"]) == set(USE_NAMES)
