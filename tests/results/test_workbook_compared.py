"""The workbook of a comparison: its numbers, its formulas, and what happens where files are missing."""

import json

import openpyxl
import pandas as pd
import pytest

from model.money import CATEGORIES
from model.problems import InputError
from model.text import LANGUAGES, text
from results.again import compared_workbook, is_comparison, report_again
from results.measures.catalogue import measure
from tests.results.test_again import Sheet, cells

pytestmark = pytest.mark.unit
STRATEGIES = ("history", "my_plan")


@pytest.fixture
def folder(tmp_path):
    """A folder as compare leaves it, with tables of two strategies."""
    outcomes = ("cost_yuan", "in_time_of_filed_share", "wait_alone_months")
    pd.DataFrame(
        [
            {"outcome": outcome, "strategy": name, "mean": 0.5 + k, "low": 0.25 + k, "high": 0.75 + k}
            for outcome in outcomes
            for k, name in enumerate(STRATEGIES)
        ]
    ).to_parquet(tmp_path / "league.parquet")
    verdicts = ("higher", "cannot_be_told_apart", "too_few_replications")
    pd.DataFrame(
        [
            {
                "outcome": outcome, "strategy": "my_plan", "reference": "history", "difference": 1.0,
                "low": 0.5, "high": 1.5, "verdict": verdict,
            }
            for outcome, verdict in zip(outcomes, verdicts, strict=True)
        ]
    ).to_parquet(tmp_path / "differences.parquet")  # fmt: skip
    pd.DataFrame(
        [
            {
                "strategy": name,
                "part": "category",
                "item": item,
                "year": year,
                "yuan_mean": 100.5 * (k + 1) * (n + 1),
            }
            for k, name in enumerate(STRATEGIES)
            for n, item in enumerate(CATEGORIES)
            for year in (2010, 2011)
        ]
    ).to_parquet(tmp_path / "money.parquet")
    facts = {"command": "python run.py compare history my_plan", "replications": 30}
    (tmp_path / "comparison.json").write_text(json.dumps(facts), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("language", LANGUAGES)
def test_formulas_hold_and_follow_a_factor(folder, language):
    assert is_comparison(folder)
    book = openpyxl.load_workbook(compared_workbook(folder, language))
    values = openpyxl.load_workbook(folder / "results.xlsx", data_only=True)
    n = 0
    for sheet in book.worksheets:
        evaluated, stored = Sheet(sheet), cells(values[sheet.title])
        for name, content in evaluated.cells.items():
            if isinstance(content, str) and content.startswith("="):
                assert evaluated.value(name) == pytest.approx(stored[name]), content
                n += 1
    assert n == 2 * (len(CATEGORIES) + 1) * 3 + 3
    money = Sheet(book[text("workbook.money", language)])
    rows = {name: value for name, value in money.cells.items() if name[0] == "A"}
    pay = next(name for name, value in rows.items() if value == text("category.pay", language))
    extra = [name for name, value in rows.items() if value == "my plan"][-1]
    before = money.value(f"D{extra[1:]}")
    assert before == pytest.approx(2 * 100.5 * sum(range(1, len(CATEGORIES) + 1)))
    money.cells[f"B{pay[1:]}"] = 3.0
    assert money.value(f"D{extra[1:]}") == pytest.approx(
        before + 2 * 2 * 100.5 * (CATEGORIES.index("pay") + 1)
    )


def test_verdicts_are_words(folder):
    book = openpyxl.load_workbook(compared_workbook(folder, "en"))
    told = [row[7].value for row in book["Differences"].iter_rows() if row[7].value]
    assert told[1:] == ["higher", "cannot be told apart", "too few runs to tell"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_difference_of_shares_is_in_percentage_points_and_a_share_is_not(folder, language):
    book = openpyxl.load_workbook(compared_workbook(folder, language))
    label = measure("in_time_of_filed_share").label.text(language)
    levels, apart = (
        next(row for row in book[text(f"workbook.{sheet}", language)].iter_rows() if row[0].value == label)
        for sheet in ("compared", "differences")
    )
    assert levels[1].value == text("unit.share", language)
    assert (levels[2].value, levels[2].number_format) == (0.5, "0.0%")
    assert apart[1].value == text("unit.percentage_points", language)
    assert [each.value for each in apart[4:7]] == [100.0, 50.0, 150.0]
    assert "%" not in apart[4].number_format


def test_what_is_missing_is_told_and_nothing_is_left_behind(folder):
    (folder / "money.parquet").unlink()
    with pytest.raises(InputError, match="cannot be read"):
        compared_workbook(folder, "en")
    assert not [path for path in folder.iterdir() if "results.xlsx" in path.name]


def test_many_runs_without_a_comparison_have_no_report(tmp_path):
    (tmp_path / "experiment.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="holds many runs"):
        report_again(tmp_path, "en")
