"""The report of a run: one file, offline, in either language, with what reproduces it."""

import numpy as np
import pytest

from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.text import LANGUAGES
from results.digest import LATE_MONTHS, outcomes
from results.feasibility import shortages, told
from results.report import report
from results.series import series
from results.sums import sums_in, sums_of
from results.view import cube_of, view_of
from tests.languages import pages_differ
from tests.results.pages import Page, outside_requests

LARGEST_BYTES = 3_000_000
COMMAND = "python run.py simulate history --world teaching --seed 3"
FACTS = {"command": COMMAND, "commit": "abc1234", "versions": {"numpy": "2.4.1"}, "cpu_seconds": 2.5}
both_languages = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def pages(teaching_view):
    return {language: report(teaching_view, FACTS, language) for language in LANGUAGES}


@pytest.mark.unit
@both_languages
def test_a_report_asks_nobody_for_anything(pages, language):
    assert outside_requests(pages[language]) == []
    assert len(pages[language].encode()) < LARGEST_BYTES


@pytest.mark.unit
@both_languages
def test_a_report_has_all_its_parts(pages, language):
    page = Page(pages[language])
    assert page.tags.count("h1") == 1
    assert page.tags.count("h2") >= 8
    assert page.tags.count("svg") == page.tags.count("figure") == page.tags.count("figcaption") >= 7
    assert page.tags.count("table") >= 4
    for words in (COMMAND, "abc1234", "numpy 2.4.1", "GeoNames"):
        assert words in page.text, words
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in pages[language]


@pytest.mark.unit
def test_each_language_speaks_for_itself(pages):
    english, chinese = Page(pages["en"]).text, Page(pages["zh"]).text
    for words in ("Summary", "From need to service", "Make it again", "Hukou registration"):
        assert words in english
    for words in ("摘要", "从需求到服务", "重新生成", "户籍登记", "儿童主任"):
        assert words in chinese
        assert words not in english


@pytest.mark.unit
def test_no_cell_stands_in_one_language_only(pages):
    assert pages_differ(pages["en"], pages["zh"]) == []


@pytest.mark.unit
def test_parameters_that_are_not_at_their_default_stand_first(pages, teaching_view):
    assert "desk_plan" in teaching_view.changed
    assert "<strong>dated</strong>" in pages["en"]


@pytest.mark.unit
def test_what_is_passed_in_is_text_and_never_markup(teaching_view):
    evil = "<script>alert(1)</script>"
    hostile = teaching_view._replace(strategy=evil, sentence={"en": evil})
    html = report(hostile, {"command": evil, evil: evil}, pictures={})
    assert evil not in html
    assert html.count("&lt;script&gt;") >= 4
    assert "script" not in Page(html).tags


@pytest.mark.unit
def test_a_short_run_is_warned_about_and_a_world_without_workers_is_described():
    model = ScaleUpModel(make_scenario(world="teaching", strategy="no_programme", until="2011-06")).run()
    page = Page(report(view_of(model), {}))
    assert "start-up phase" in page.text
    assert "families apply on their own" in page.text
    assert "not known" not in page.text


@pytest.mark.unit
def test_a_queue_that_grows_to_the_end_is_warned_about(teaching_view):
    desks = teaching_view.desks.copy()
    growing = (desks["service"] == "hukou") & (desks["month"] >= teaching_view.n_months - 6)
    desks.loc[growing, "queue_minutes"] = 100 * desks["desk_minutes_per_month"].max()
    page = Page(report(teaching_view._replace(desks=desks), {}, pictures={}))
    assert "still grow at the end of the run" in page.text
    assert "hukou registration (" in page.text


@pytest.mark.unit
@both_languages
def test_what_a_plan_lacks_stands_before_its_numbers(language):
    settings = {"part_time_posts_share": 1, "part_time_share_of_hours": 0.05, "visits_listed_per_year": 12}
    made = make_scenario("teaching", parameters=settings, until="2011-06")
    problems = shortages(ScaleUpModel(made))
    assert "feasible.hours" in [problem.code for problem in problems]
    view = view_of(ScaleUpModel(made).run(), told(problems))
    page = Page(report(view, {}, language, pictures={}))
    for sentence in told(problems)[language]:
        assert sentence in page.text
    assert shortages(ScaleUpModel(make_scenario("teaching", "no_programme", until="2010-06"))) == []


@pytest.mark.unit
def test_a_view_survives_its_tables(teaching_view):
    model = ScaleUpModel(make_scenario(world="four_villages", until="2011-03")).run()
    view = view_of(model)
    read = cube_of(series(model))
    assert read.strata == view.cube.strata
    assert read.services == view.cube.services
    assert read.measures == view.cube.measures
    np.testing.assert_array_equal(read.values, view.cube.values)


@pytest.mark.unit
def test_outcomes_are_the_same_from_a_model_and_from_its_tables():
    parameters = {"budget_binds": True, "county_budget_yuan_per_child_per_year": 40.0}
    model = ScaleUpModel(make_scenario("teaching", parameters=parameters, until="2017-12")).run()
    view = view_of(model)
    sums, read = sums_of(model), sums_in(cube_of(series(model)), view.posts, view.money)
    assert outcomes(sums, LATE_MONTHS) == outcomes(read, LATE_MONTHS)
    assert sums.money.keys() == read.money.keys()
    for part, items in sums.money.items():
        assert {item: yuan.tolist() for item, yuan in items.items()} == {
            item: yuan.tolist() for item, yuan in read.money[part].items()
        }
