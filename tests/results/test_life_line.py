"""Life lines tell what the log holds: all of it, nothing else, and of the same child in both worlds."""

import re
from pathlib import Path

import numpy as np
import pytest

from columns.layout import N_STATES
from columns.tallies import LOG_BIRTH
from columns.words import MONTH_BITS
from model.problems import InputError
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.text import LANGUAGES, text
from results.life_line import SLOT, STEPS, Place, life_line, months_unmet, place_of, step_of
from results.series import count_cube
from results.story import STORIES, Pair, child_by_id, id_of, run_pair, tell
from results.trace import trace_page, who, write_trace

pytestmark = pytest.mark.unit

UNTIL = "2016-06"


@pytest.fixture(scope="module")
def pair() -> Pair:
    scenarios = [make_scenario("teaching", name, until=UNTIL) for name in ("history", "no_programme")]
    return run_pair(*scenarios)


def children_of(model: ScaleUpModel) -> set[Place]:
    """All children with a line in the log."""
    found = set()
    for month, log in model.events:
        births = (log >> LOG_BIRTH).astype(np.int64) % MONTH_BITS
        slots = (log & SLOT).astype(np.int64)
        born = month - (month - births) % MONTH_BITS
        found |= {Place(*each) for each in zip(slots.tolist(), born.tolist(), strict=True)}
    return found


def test_months_unmet_of_all_children_are_those_of_the_run(pair: Pair) -> None:
    for model in (pair.with_worker, pair.without):
        until = model.months_done - 1
        total = sum(months_unmet(life_line(model, child), until) for child in children_of(model))
        assert total == count_cube(model).of("unmet_child_months").sum()


def test_steps_are_in_order_and_have_words(pair: Pair) -> None:
    for number in pair.spells_with["child"].unique()[:50]:
        steps = life_line(pair.with_worker, place_of(int(number)))
        assert steps
        assert [step.month for step in steps] == sorted(step.month for step in steps)
        assert {step.step for step in steps} <= set(STEPS)
    for language in LANGUAGES:
        for step in STEPS:
            assert "{" not in text(f"life.step.{step}", language, service="x")


def test_every_change_of_an_open_need_is_a_step() -> None:
    told = {step_of(old, new) for old in range(N_STATES) for new in range(N_STATES) if old or new} - {""}
    assert told <= set(STEPS)


@pytest.mark.parametrize("story", STORIES)
def test_stories_are_told_of_children_who_live_them(pair: Pair, story: str) -> None:
    life = tell(pair, story)
    assert life == tell(pair, story)
    assert life.id == id_of(pair.without, life.child)
    assert child_by_id(pair, life.id) == life
    happened = {step.step for step in life.with_worker}
    if story in ("left_behind_no_papers", "disabled_subsidy"):
        assert "served" in happened
        assert "gathering_helped" in happened
        assert life.unmet_with < life.unmet_without
    if story == "nobody_came":
        assert not happened & {"filed_helped", "found", "gathering_helped"}
    if story == "pushed_back":
        assert not happened & {"filed_helped"}


def test_pages_say_who_and_what(pair: Pair, tmp_path: Path) -> None:
    scenario = make_scenario("teaching", until=UNTIL)
    life = tell(pair, "left_behind_no_papers")
    for language in LANGUAGES:
        page = trace_page(scenario, life, "left_behind_no_papers", language)
        assert text("stratum.left_behind", language) in who(life, language)
        assert str(life.unmet_with) in page
        assert not re.search(r"https?://", page)
    written = write_trace(scenario, life, "left_behind_no_papers", tmp_path / "trace", "en")
    assert [path.name for path in written] == ["trace.html", "trace.json"]
    with pytest.raises(InputError):
        write_trace(scenario, life, "", tmp_path / "trace", "en")


def test_what_cannot_be_told_is_said(pair: Pair) -> None:
    with pytest.raises(InputError) as unknown:
        tell(pair, "left_behind_no_paper")
    assert unknown.value.problems[0].values["nearest"] == "left_behind_no_papers"
    with pytest.raises(InputError):
        child_by_id(pair, "0" * 16)
    quick = make_scenario("four_villages", until="2010-06")
    empty = run_pair(quick, make_scenario("four_villages", "no_programme", until="2010-06"))
    with pytest.raises(InputError):
        tell(empty, "found_and_waiting")


def test_without_a_log_nothing_can_be_told() -> None:
    model = ScaleUpModel(make_scenario("four_villages", until="2010-06")).run()
    with pytest.raises(ValueError, match="log_events"):
        life_line(model, place_of(1))
