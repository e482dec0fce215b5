"""Design files: what they mean, and everything that can be wrong with one, told at once."""

import re

import pytest

from experiments.design import read_design
from model.problems import InputError
from model.text import LANGUAGES
from tests.experiments.conftest import SMALL

pytestmark = pytest.mark.unit


def test_uncertain_numbers_and_levers_are_kept_apart(design):
    read = read_design(design(SMALL))
    assert list(read.study.candidates) == [
        "history desk_fte_factor=0.5", "history desk_fte_factor=1",
        "no_programme desk_fte_factor=0.5", "no_programme desk_fte_factor=1",
    ]  # fmt: skip
    assert read.study.candidates["history desk_fte_factor=1"].settings == {"desk_fte_factor": 1.0}
    assert read.uncertain is not None
    assert read.uncertain.names == ("find_multiplier", "visit_hours")
    assert read.uncertain.axes[1][1:3] == (0.5, 2.0)
    assert read.study.seeds == "separate"
    assert read.replications == 2


def test_nothing_but_levers_is_a_design_and_has_common_seeds(design):
    read = read_design(
        design(
            "uncertain: {draws: 0}\n"
            "levers: {parameters: {desk_fte_factor: [1, 2], supervision: {low: 0, high: 2}}}"
        )
    )
    assert read.uncertain is None
    assert read.study.seeds == "common"
    assert len(read.study.candidates) == 4


WRONG = """\
world: teachin
until: 2031-05
strategies: [histroy, history, history]
replication: 3
replications: 0
parameters: {visit_hours: 99}
seeds: uncommon
uncertain:
  method: latin_hypercub
  drawn: 5
  parameters:
    find_multiplyer:
    desk_fte_factor: [1, 2]
    trust_gain_served: {low: 0.9, high: 0.1}
    evidence_delay_months: 7
    mandate_month:
    visit_hours: {loww: 1}
levers:
  method: table
"""


def test_everything_that_is_wrong_is_told_at_once_with_line_and_nearest_name(design):
    with pytest.raises(InputError) as refused:
        read_design(design(WRONG))
    problems = {(problem.line, problem.code): problem for problem in refused.value.problems}
    assert set(problems) == {
        (1, "scenario.world"),
        (2, "month.after_end"),
        (3, "strategy.unknown"),
        (3, "strategies.doubled"),
        (4, "file.unknown_key"),
        (5, "design.number"),
        (6, "parameter.range"),
        (7, "design.choice"),
        (9, "design.choice"),
        (10, "file.unknown_key"),
        (12, "parameter.unknown"),
        (13, "design.lever_drawn"),
        (14, "design.range_order"),
        (15, "design.range"),
        (16, "design.month_values"),
        (17, "file.unknown_key"),
        (18, "design.missing"),
    } | {(6, "design.held")} & set(problems)
    nearest = {code: p.values.get("nearest") for (_, code), p in problems.items()}
    assert nearest["scenario.world"] == "teaching"
    assert problems[4, "file.unknown_key"].values["nearest"] == "replications"
    assert problems[9, "design.choice"].values["nearest"] == "latin_hypercube"
    assert problems[10, "file.unknown_key"].values["nearest"] == "draws"
    assert problems[12, "parameter.unknown"].values["nearest"] == "find_multiplier"
    lines = [problem.line for problem in refused.value.problems]
    assert lines == sorted(lines)
    for language in LANGUAGES:
        assert not any(re.search(r"\{\w+\}", message) for message in refused.value.messages(language))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("uncertain: {parameters: {visit_hours: }}\nlevers: {parameters: {visit_hours: }}", "design.both"),
        ("parameters: {visit_hours: 1}\nuncertain: {parameters: {visit_hours: [1, 2]}}", "design.held"),
        ("uncertain: {method: sobol, parameters: {visit_hours: }}", "design.missing"),
        ("uncertain: {method: sobol, draws: 8}", "design.no_parameters"),
        ("uncertain: {parameters: {visit_hours: {low: 1, scale: quadratic}}}", "design.scale"),
        ("uncertain: {parameters: {visit_hours: [1, 99]}}", "parameter.range"),
        ("uncertain: {draws: 8, parameters: {visit_hours: }}", "design.unused"),
        ("uncertain: {method: sobol, draws: 8, levels: 3, parameters: {visit_hours: }}", "design.unused"),
        ("uncertain: [visit_hours]", "file.not_mapping"),
        ("strategies: history", "design.list"),
        ("- 1", "file.not_mapping"),
        ("levers: {levels: 200, parameters: {supervision: , desk_fte_factor: }}", "design.candidates"),
    ],
)
def test_single_mistakes(design, text, code):
    with pytest.raises(InputError) as refused:
        read_design(design(text))
    assert [problem.code for problem in refused.value.problems] == [code]


def test_tables_of_users_are_read_and_checked_by_line_and_column(design, tmp_path):
    path = design("uncertain: {method: table, table: draws.csv}")
    (tmp_path / "draws.csv").write_text("find_multiplier,pilot_posts\n0.9,12\n1.1,\n", encoding="utf-8-sig")
    read = read_design(path)
    assert read.uncertain is not None
    assert read.uncertain.rows == ({"find_multiplier": 0.9, "pilot_posts": 12}, {"find_multiplier": 1.1})
    (tmp_path / "draws.csv").write_text("find_multiplier,pilot_post\n0.9,12\nmuch,\n99,x\n")
    with pytest.raises(InputError) as refused:
        read_design(path)
    assert [(p.line, p.code) for p in refused.value.problems] == [
        (1, "parameter.unknown"), (3, "parameter.type.number"), (4, "parameter.range"),
    ]  # fmt: skip
    (tmp_path / "draws.csv").write_text("find_multiplier,visit_hours\n0.9\n")
    with pytest.raises(InputError, match="1 cells"):
        read_design(path)


def test_strategies_beside_the_design_and_in_a_folder_are_found(design, tmp_path):
    own = "sentence: mine\nextend: history\nlevers: {supervision: 2}\n"
    (tmp_path / "mine.yaml").write_text(own)
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "theirs.yaml").write_text(own)
    path = design("strategies: [mine.yaml, theirs]")
    assert list(read_design(path, tmp_path / "ours").study.candidates) == ["mine", "theirs"]
    with pytest.raises(InputError, match="no strategy"):
        read_design(path)
    (tmp_path / "ours" / "history.yaml").write_text(own)
    with pytest.raises(InputError, match="strategy of the house"):
        read_design(path, tmp_path / "ours")
