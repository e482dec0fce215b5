"""Declarations of parameters: complete, sourced, and refusing what is wrong in words that help."""

import ast
import csv
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.calendar import LAST_MONTH, NEVER, month_index, month_text
from model.codes import SCOPE_VULNERABLE
from model.declarations import declarations
from model.parameters import (
    default_parameters,
    outside_plausible,
    parameters_table,
    parse_settings,
    rules_record,
    without_effect,
)
from model.problems import InputError
from model.reading import ROOT
from model.reference import DOCS, PAGES
from model.strategy import FromParameter
from model.strategy_file import background_events, load_strategy, strategy_names
from model.text import catalogue, text

EVIDENCE = ROOT / "data" / "evidence" / "evidence.csv"
READERS = tuple(ROOT / folder for folder in ("model", "agents", "results"))
"""Folders whose sources read parameters."""


def referenced_parameters(folders: Iterable[Path]) -> set[str]:
    """The declared names that sources read as an attribute, as in ``rules[0].visit_hours``."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for each in folders for path in each.rglob("*.py")]
    read = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return read & set(declarations())


def evidence_ids() -> set[str]:
    with EVIDENCE.open(encoding="utf-8", newline="") as file:
        return {row["id"] for row in csv.DictReader(file)}


def messages(language: str = "en", **overrides: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        default_parameters().replace(**overrides)
    return caught.value.messages(language)


@pytest.mark.unit
def test_every_source_is_an_assumption_with_a_reason_or_rows_of_the_evidence() -> None:
    known = evidence_ids()
    assert len(known) > 200
    for declaration in declarations().values():
        if declaration.evidence_ids:
            assert set(declaration.evidence_ids) <= known, declaration.name
        else:
            assert len(declaration.source.en) > len("assumption: a reason"), declaration.name
        if declaration.kind in ("evidence", "calibrated"):
            assert declaration.evidence_ids, declaration.name
        if declaration.kind == "assumption":
            assert "verified assumption" not in declaration.source.en


@pytest.mark.unit
def test_hold_out_rows_are_never_a_source() -> None:
    with EVIDENCE.open(encoding="utf-8", newline="") as file:
        held_out = {row["id"] for row in csv.DictReader(file) if row["use"] == "hold-out validation"}
    for declaration in declarations().values():
        assert not held_out & set(declaration.evidence_ids), declaration.name


@pytest.mark.unit
def test_defaults_lie_inside_their_ranges() -> None:
    parameters = default_parameters()
    assert outside_plausible(parameters) == []
    for name, declaration in declarations().items():
        low, high = declaration.allowed
        assert low <= declaration.as_number(getattr(parameters, name)) <= high, name
        assert declaration.read(declaration.default) == declaration.default, name


@pytest.mark.unit
def test_texts_of_declarations_are_in_both_languages() -> None:
    for declaration in declarations().values():
        for bilingual in (declaration.label, declaration.help):
            assert not any("\u4e00" <= character <= "\u9fff" for character in bilingual.en), declaration.name
            assert any("\u4e00" <= character <= "\u9fff" for character in bilingual.zh), declaration.name


@pytest.mark.unit
def test_both_catalogues_have_the_same_keys_and_places() -> None:
    english, chinese = catalogue("en"), catalogue("zh")
    assert list(english) == list(chinese)
    for key, sentence in english.items():
        assert places(sentence) == places(chinese[key]), key


def places(sentence: str) -> set[str]:
    return {part.partition("}")[0] for part in sentence.split("{")[1:]}


@pytest.mark.architecture
def test_every_parameter_is_read_somewhere() -> None:
    steered = {
        value.name
        for events in (background_events(), *(load_strategy(name).events for name in strategy_names()))
        for event in events
        for value in event.set.values()
        if isinstance(value, FromParameter)
    }
    assert sorted(set(declarations()) - referenced_parameters(READERS) - steered) == []


@pytest.mark.unit
def test_references_are_found_by_attribute(tmp_path) -> None:
    (tmp_path / "a.py").write_text("x = rules[0].visit_hours + other.not_declared\n", encoding="utf-8")
    assert referenced_parameters([tmp_path]) == {"visit_hours"}


@pytest.mark.unit
def test_equal_values_are_equal_sets_with_one_hash() -> None:
    parameters = default_parameters()
    changed = parameters.replace(visit_hours=2)
    assert changed != parameters
    assert changed.content_hash != parameters.content_hash
    assert changed.replace(visit_hours=parameters.visit_hours) == parameters
    assert len({parameters, changed, changed.replace(visit_hours=parameters.visit_hours)}) == 2
    assert changed.changed() == {"visit_hours": 2.0}
    assert parameters.replace(visit_hours=1) == parameters.replace(visit_hours=1.0)


@pytest.mark.unit
def test_a_set_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(default_parameters(), "visit_hours", 3.0)  # noqa: B010 - mypy knows it is frozen


@pytest.mark.determinism
def test_the_hash_is_the_same_in_another_process() -> None:
    code = "from model.parameters import default_parameters; print(default_parameters().content_hash)"
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == default_parameters().content_hash


@pytest.mark.unit
def test_rules_record_holds_every_value_as_a_number() -> None:
    parameters = default_parameters().replace(
        scope="vulnerable", one_stop=True, mandate_month="never", visit_hours=1.5
    )
    rules = rules_record(parameters)
    assert rules.shape == (1,)
    assert rules.dtype.names == tuple(declarations())
    assert {rules.dtype[name] for name in rules.dtype.names} == {np.dtype("f8")}
    assert rules[0].visit_hours == 1.5
    assert rules[0].scope == SCOPE_VULNERABLE == 1
    assert rules[0].one_stop == 1
    assert rules[0].budget_binds == 0
    assert rules[0].mandate_month == NEVER


@pytest.mark.unit
def test_rules_records_are_not_shared() -> None:
    first = rules_record(default_parameters())
    first[0].visit_hours = 99.0
    assert rules_record(default_parameters())[0].visit_hours == default_parameters().visit_hours


@pytest.mark.unit
@pytest.mark.parametrize(
    ("override", "english", "chinese"),
    [
        (
            {"visit_hors": 1},
            'There is no parameter "visit_hors". Did you mean "visit_hours"?',
            "没有名为“visit_hors”的参数。您是不是想写“visit_hours”？",
        ),
        (
            {"xyzzy": 1},
            'There is no parameter "xyzzy".',
            "没有名为“xyzzy”的参数。",
        ),
        (
            {"visit_hours": "long"},
            '"visit_hours" must be a number, not "long".',
            '“visit_hours”应为数字，不能是 "long"。',
        ),
        (
            {"visit_hours": True},
            '"visit_hours" must be a number, not true.',
            "“visit_hours”应为数字，不能是 true。",
        ),
        (
            {"visit_hours": 50},
            '"visit_hours" is 50, outside its range of 0.5 to 2 (hours).',
            "“visit_hours”为 50，超出允许范围 0.5～2（小时）。",
        ),
        (
            {"trust_start": 1.01},
            '"trust_start" is 1.01, outside its range of 0 to 1 (0 to 1).',
            "“trust_start”为 1.01，超出允许范围 0～1（0～1）。",
        ),
        (
            {"pilot_posts": 2.5},
            '"pilot_posts" must be a whole number, not 2.5.',
            "“pilot_posts”应为整数，不能是 2.5。",
        ),
        (
            {"one_stop": "maybe"},
            '"one_stop" must be true or false, not "maybe".',
            '“one_stop”只能填 true（是）或 false（否），不能是 "maybe"。',
        ),
        (
            {"capacity_mode": "hrd"},
            '"capacity_mode" cannot be "hrd". Choose one of: hard, elastic. Did you mean "hard"?',
            '“capacity_mode”不能是 "hrd"，可选：hard, elastic。您是不是想写“hard”？',
        ),
        (
            {"mandate_month": "soon"},
            '"mandate_month": "soon" is not a month. Write for instance "2016-06", or "never".',
            '“mandate_month”："soon" 不是月份。请写年份和月份，例如“2016-06”，或写“never”（不发生）。',
        ),
        (
            {"mandate_month": "2010-04"},
            '"mandate_month" is "2010-04", outside the simulated time of 2010-05 to 2030-12.',
            '“mandate_month”为 "2010-04"，超出模拟时段 2010-05 至 2030-12。',
        ),
    ],
)
def test_messages_say_what_is_wrong_in_both_languages(override, english, chinese) -> None:
    assert messages("en", **override) == [english]
    assert messages("zh", **override) == [chinese]


@pytest.mark.unit
def test_all_problems_are_told_at_once() -> None:
    found = messages(visit_hors=1, trust_start=3, one_stop="x", visit_hours=float("nan"))
    assert len(found) == 4


@pytest.mark.unit
def test_settings_of_the_command_line() -> None:
    settings = parse_settings(
        ["visit_hours=1.5", "pilot_posts = 12", "one_stop=true", "mandate_month=2014-06"]
    )
    parameters = default_parameters().replace(**settings)
    assert parameters.visit_hours == 1.5
    assert parameters.pilot_posts == 12
    assert parameters.one_stop is True
    assert month_text(parameters.mandate_month) == "2014-06"
    with pytest.raises(InputError, match="is not of the form name=value"):
        parse_settings(["visit_hours"])


@pytest.mark.unit
def test_a_parameter_that_another_one_switches_off_is_reported() -> None:
    parameters = default_parameters().replace(desk_growth_per_year=0.1)
    growing = parameters.replace(desk_plan="growing")
    assert [problem.text() for problem in without_effect(["desk_growth_per_year"], [parameters])] == [
        '"desk_growth_per_year" was set to 0.1 but has no effect here, because "desk_plan" is fixed.'
    ]
    assert without_effect(["desk_growth_per_year"], [parameters, growing]) == []


@pytest.mark.property
@given(st.integers(min_value=0, max_value=LAST_MONTH))
def test_months_are_read_as_they_are_written(month) -> None:
    assert month_index(month_text(month)) == month


@pytest.mark.property
@given(st.data())
def test_values_inside_the_range_are_kept_and_others_refused(data) -> None:
    numbers = [each for each in declarations().values() if each.type == "number"]
    declaration = data.draw(st.sampled_from(numbers))
    low, high = declaration.allowed
    value = data.draw(st.floats(allow_nan=False, allow_infinity=False, width=64) | st.floats(low, high))
    if low <= value <= high:
        assert getattr(default_parameters().replace(**{declaration.name: value}), declaration.name) == value
    else:
        assert "outside its range" in messages(**{declaration.name: value})[0]


@pytest.mark.property
@given(
    st.sampled_from(sorted(declarations())), st.none() | st.text() | st.lists(st.integers()) | st.booleans()
)
def test_any_value_is_either_read_or_refused_with_a_message(name, value) -> None:
    try:
        told = [str(rules_record(default_parameters().replace(**{name: value})).dtype.names)]
    except InputError as error:
        told = [*error.messages("en"), *error.messages("zh")]
    assert all(name in message for message in told)


@pytest.mark.unit
def test_tables_have_a_row_per_parameter_with_words_for_topic_kind_and_unit() -> None:
    for language in ("en", "zh"):
        rows = parameters_table(language)
        assert [row["name"] for row in rows] == list(declarations())
        for row in rows:
            assert text(f"topic.{row['topic']}", language)
            assert text(f"kind.{row['kind']}", language)


@pytest.mark.docs
@pytest.mark.parametrize("name", sorted(PAGES))
def test_pages_of_reference_agree_with_the_declarations(name) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run: python -m model.reference"
