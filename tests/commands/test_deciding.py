"""``map`` and ``optimise`` on the command line: what they print, and how they refuse."""

import json

import pytest
from typer.testing import CliRunner

import commands.deciding  # noqa: F401 - its commands enter the application
from commands.shared import app
from model.problems import InputError

pytestmark = pytest.mark.unit


def run(*words):
    """Run a command in this process."""
    return CliRunner().invoke(app, [*words, "--language", "en"])


def test_a_map_is_made_and_its_report_made_again_in_chinese(tmp_path):
    import commands.reporting  # noqa: F401

    folder = str(tmp_path / "x")
    words = [
        "map",
        "--world",
        "four_villages",
        "--grid",
        "2",
        "--seeds",
        "1",
        "--workers",
        "1",
        "--out",
        folder,
    ]
    made = run(*words, "--json")
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    assert told["made"] == told["done"] == 4
    assert len(told["answers"]) >= 3
    again = json.loads(run(*words, "--json").stdout)
    assert again["made"] == 0
    assert again["answers"] == told["answers"]
    page = (tmp_path / "x" / "report.html").read_text(encoding="utf-8")
    assert "python run.py map --grid 2 --seeds 1 --world four_villages" in page
    assert CliRunner().invoke(app, ["report", folder, "--language", "zh"]).exit_code == 0
    assert "受理能力" in (tmp_path / "x" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["optimise"], "optimise.neither"),
        (["optimise", "x.yaml", "--goal", "wait_months<=1"], "optimise.both"),
        (["optimise", "x.yaml", "--seeds", "3"], "optimise.only_goal"),
        (["optimise", "--goal", "wait_months"], "goal.form"),
        (["map", "--grid", "1"], "map.grid"),
        (["map", "--set", "desk_fte_factor=2"], "map.axis"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_runs(words, code, tmp_path):
    refused = run(*words, "--out", str(tmp_path / "x"))
    assert isinstance(refused.exception, InputError)
    assert [problem.code for problem in refused.exception.problems] == [code]
    assert not (tmp_path / "x").exists()
