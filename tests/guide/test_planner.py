"""The planner's guide does what it says: its commands are run, with one county and fewer years."""

import openpyxl
import pytest
from typer.testing import CliRunner

import run
from commands.shared import app
from model.text import text
from tests.guide.pages import commands, words_of
from tests.results.pages import outside_requests
from tests.test_architecture import ROOT

pytestmark = pytest.mark.docs
SMALLER = {"5309": "533324", "2026-12": "2021-04"}
"""One county of the prefecture, and a few months of the two plans."""


def test_both_languages_type_the_same():
    assert commands("planner.md") == commands("planner.zh.md")
    assert len(commands("planner.md")) >= 8


def test_from_template_to_decision_paper(tmp_path, monkeypatch):
    assert callable(run.main)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    for line in commands("planner.md"):
        words = words_of(line, SMALLER)
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, f"{line}\n{result.output}\n{result.exception}"
        if "template" in words:
            as_the_guide_says(tmp_path / words[2])
    for folder, language in (("workers", "en"), ("desks", "zh")):
        html = (tmp_path / "runs" / folder / "report.html").read_text(encoding="utf-8")
        assert outside_requests(html) == []
        assert text("filled.from.template", language, columns="@").split("@")[0] in html
        book = openpyxl.load_workbook(tmp_path / "runs" / folder / "results.xlsx", data_only=True)
        money = {
            row[0]: row[1:] for row in book[text("workbook.money", language)].iter_rows(values_only=True)
        }
        assert sum(value or 0 for value in money[text("payer.county", language)][:12]) > 0
        bought = money[text("quantity.desk_hours", language)]
        assert (bought[11] > 0) == (folder == "desks"), (
            "the second plan buys desk hours in 2021, the first none"
        )


def as_the_guide_says(path):
    """Write what the example's bureau knows: existing posts, and the staff of two townships."""
    book = openpyxl.load_workbook(path)
    villages, townships = book["Villages"], book["Townships"]
    heads = [cell.value for cell in villages[1]]
    for row in range(2, 12):
        villages.cell(row, heads.index("Post since") + 1, "2014-03")
    for row in (2, 3):
        townships.cell(row, 3, 0.5)
    book.save(path)
