"""Reports and workbooks made anew from the folder of a run: the same numbers, offline, in either language."""

import json
import re
import shlex
import shutil
from itertools import pairwise

import openpyxl
import pytest

from model.problems import InputError
from model.text import LANGUAGES, text
from results.again import report_again
from results.digest import LATE_MONTHS, outcomes
from results.figures.jam import binding_by_month, jam
from results.report import HEADLINES
from results.simulate import simulate_and_write
from results.view import read_view
from results.workbook_money import FORMULAS, PRICES, QUANTITIES, calculate
from tests.results.pages import Page, outside_requests

pytestmark = pytest.mark.unit
LARGEST_BYTES = 3_000_000
both_languages = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run of the teaching world under a budget, as simulate wrote it."""
    out = tmp_path_factory.mktemp("runs") / "run"
    settings = ["budget_binds=true", "county_budget_yuan_per_child_per_year=40", "desk_plan=bought"]
    simulate_and_write("history", "teaching", "all", settings, 1, "2018-12", 1, out, "en")
    return out


@pytest.fixture(scope="module")
def first_report(folder):
    """The report as simulate wrote it."""
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def books(folder, first_report):
    """The workbook in each language, opened, with the page of the same moment."""
    made = {}
    for language in LANGUAGES:
        page, book = report_again(folder, language, workbook=True)
        html = page.read_text(encoding="utf-8")
        made[language] = openpyxl.load_workbook(book), openpyxl.load_workbook(book, data_only=True), html
    return made


def cells(sheet):
    """All cells of a sheet by their name."""
    return {
        cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None
    }


class Sheet:
    """Evaluates the formulas of a sheet, as a spreadsheet would."""

    def __init__(self, sheet):
        self.cells = cells(sheet)

    def value(self, name):
        content = self.cells.get(name.replace("$", ""), 0.0)
        return self.formula(content[1:]) if isinstance(content, str) and content.startswith("=") else content

    def formula(self, formula):
        if inner := re.fullmatch(r"(?:SUM|SUBTOTAL)\((?:109,)?([A-Z]+)(\d+):([A-Z]+)(\d+)\)", formula):
            from openpyxl.utils import column_index_from_string as index
            from openpyxl.utils import get_column_letter as letter

            a, top, b, bottom = inner.groups()
            return sum(
                self.value(f"{letter(column)}{row}")
                for column in range(index(a), index(b) + 1)
                for row in range(int(top), int(bottom) + 1)
            )
        if inner := re.fullmatch(r"IF\((\w+)=0,0,(\w+)/(\w+)\)", formula):
            test, above, below = (self.value(name) for name in inner.groups())
            return 0.0 if test == 0 else above / below
        numbers = re.sub(r"\$?[A-Z]+\$?\d+", lambda found: f"({self.value(found[0])!r})", formula)
        return eval(numbers, {"__builtins__": {}})  # our own formulas: numbers and + - * /


@both_languages
def test_a_report_from_files_is_that_of_the_run(folder, first_report, books, language):
    html = books[language][2]
    assert outside_requests(html) == []
    assert len(html.encode()) < LARGEST_BYTES
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in html
    if language == "en":
        assert Page(first_report).text == Page(html).text
    assert json.loads((folder / "run.json").read_text())["command"] in Page(html).text


@both_languages
def test_the_workbook_has_the_numbers_of_the_report(books, folder, language):
    _, values, html = books[language]
    view = read_view(folder)
    found = outcomes(view.sums, LATE_MONTHS)
    summary = [list(row) for row in values[text("workbook.summary", language)].iter_rows(values_only=True)]
    told = {str(row[0]).strip(): row[1] for row in summary if row[0]}
    from results.measures.catalogue import measure

    for key, _ in HEADLINES:
        label = measure(key).label.text(language)
        assert told[label] == pytest.approx(found[key], nan_ok=True), key
        assert label in Page(html).text


@both_languages
def test_every_formula_gives_the_value_that_stands_with_it(books, language):
    formulas, values, _ = books[language]
    n = 0
    for sheet in formulas.worksheets:
        evaluated, stored = Sheet(sheet), cells(values[sheet.title])
        for name, content in evaluated.cells.items():
            if isinstance(content, str) and content.startswith("="):
                assert evaluated.value(name) == pytest.approx(stored[name], rel=1e-9, abs=1e-6), content
                n += 1
    assert n > 150


def test_money_follows_a_unit_cost_and_meets_the_run(books, folder):
    sheet = Sheet(books["en"][0]["Money"])
    view = read_view(folder)
    simulated = view.money[view.money["part"] == "category"].yuan.sum()
    total = _cell(sheet, "Total", column=len(view.money["year"].unique()) + 1)
    assert sheet.value(total) == pytest.approx(simulated, rel=1e-4)
    pay = _cell(sheet, text("category.pay", "en"))
    price = _cell(sheet, "Pay of a part-time worker (yuan per month)")
    before = sheet.value(total), sheet.value(_right(pay, 8))
    sheet.cells[price] *= 3
    assert sheet.value(total) > before[0]
    assert sheet.value(_right(pay, 8)) > before[1] > 0


def _cell(sheet, label, column=1):
    """Name of the cell right of a label, the last of them."""
    row = [name for name, value in sheet.cells.items() if value == label and name[0] == "A"][-1][1:]
    return f"{chr(ord('A') + column)}{row}"


def _right(name, n):
    return f"{chr(ord(name[0]) + n)}{name[1:]}"


def test_every_price_and_quantity_stands_in_a_formula():
    words = " ".join(FORMULAS.values())
    for name in (*PRICES, *(q for q in QUANTITIES if q != "posts_unfunded")):
        assert f"{{{name}}}" in words


@pytest.mark.parametrize("formula", ["__import__('os')", "1 if 1 else 2", "'a'*3", "(1).real", "2**9"])
def test_only_sums_products_and_quotients_are_calculated(formula):
    with pytest.raises(ValueError, match="not a sum"):
        calculate(formula)


def test_where_it_jams_is_counted_over_twelve_months(folder):
    view = read_view(folder)
    steps, lost = binding_by_month(view)
    assert steps.shape == lost.shape == (view.n_months, 1)
    assert ((lost >= 0) & (lost <= 1)).all()
    table = view.counties
    last = table[table["month"] >= view.n_months - 12]
    counts = last[["spells_opened", "spells_found", "spells_filed", "spells_served_in_time"]].sum()
    nested = [counts.iloc[k:].max() for k in range(4)]
    losses = [a - b for a, b in pairwise(nested)]
    assert steps[-1, 0] == losses.index(max(losses)) + 1
    assert "1 of 1" in jam(view, "en").caption or "in 1" in jam(view, "en").caption


@pytest.mark.parametrize("missing", ["run.json", "counties.parquet"])
def test_a_folder_without_a_run_is_refused(folder, tmp_path, missing):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / missing).unlink()
    before = sorted(copy.iterdir())
    with pytest.raises(InputError, match="copy"):
        report_again(copy, "en", workbook=True)
    assert sorted(copy.iterdir()) == before


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"scenario": 3}', b"\xff\xfe"])
def test_a_damaged_run_is_refused(folder, tmp_path, content):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "run.json").write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        report_again(copy, "zh")
    (copy / "run.json").write_bytes((folder / "run.json").read_bytes())
    (copy / "money.parquet").write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        report_again(copy, "zh")


def test_the_command_names_the_file_of_a_strategy_as_it_was_given(tmp_path):
    plan = tmp_path / "my plan.yaml"
    plan.write_text("extend: history\nsentence: A plan.\n", encoding="utf-8")
    out = tmp_path / "out"
    simulate_and_write(str(plan), "four_villages", "all", [], 1, "2010-06", 1, out, "en")
    words = shlex.split(json.loads((out / "run.json").read_text(encoding="utf-8"))["command"])
    assert words[3] == str(plan)
    assert read_view(out).sentence["en"] == "A plan."
    assert "Report: my plan" in (out / "report.html").read_text(encoding="utf-8")
