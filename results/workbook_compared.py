"""A comparison as a workbook: outcomes and differences with their intervals, and money that follows prices.

It is made from the tables that ``compare`` left in its folder, so its numbers are those of the report.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from model.money import CATEGORIES
from model.text import text
from results.measures.catalogue import measure
from results.strategy_words import strategy_name
from results.wording import shown_unit, unit_of_difference
from results.workbook_cells import cell
from results.workbook_money import total_by_column, with_sum
from results.workbook_sheet import Page, make_formats

FACTS = "comparison.json"
TABLES = ("league", "differences", "money")
COLUMNS_PER_STRATEGY = 3
"""Mean, and the ends of its interval."""


def write_compared_workbook(path: Path, folder: Path, language: str) -> None:
    """Write the workbook of the comparison in ``folder``; ``path`` is replaced if it exists."""
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        formats = make_formats(book)
        _write_outcomes(Page(book, formats, "compared", language), tables["league"])
        _write_differences(Page(book, formats, "differences", language), tables["differences"])
        _write_money(Page(book, formats, "money", language), tables["money"])
        _write_about(Page(book, formats, "about", language), facts)


def _write_outcomes(page: Page, league: pd.DataFrame) -> None:
    """Write a row per outcome, with the mean and its interval for every strategy."""
    language = page.language
    strategies = list(league["strategy"].drop_duplicates())
    page.title(text("workbook.compared", language), text("workbook.compared_note", language))
    heads = [text("workbook.outcome", language), text("workbook.unit", language)]
    ends = [text(f"workbook.{key}", language) for key in ("mean", "low", "high")]
    for strategy in strategies:
        heads += [f"{strategy_name(strategy, language)}\n{end}" for end in ends]
    page.heads(heads, widths=(40, 18, *[13] * (COLUMNS_PER_STRATEGY * len(strategies))))
    for outcome, rows in league.groupby("outcome", sort=False):
        key, by_name = str(outcome), rows.set_index("strategy")
        unit = measure(key).unit
        cells: list[Any] = [measure(key).label.text(language), shown_unit(unit, language)]
        for strategy in strategies:
            row = by_name.loc[strategy]
            cells += [cell(float(row[end]), unit) for end in ("mean", "low", "high")]
        page.row(cells)


def _write_differences(page: Page, table: pd.DataFrame) -> None:
    """Write what can be told apart, and what cannot, pair by pair."""
    language = page.language
    page.title(text("workbook.differences", language), text("workbook.differences_note", language))
    heads = ("outcome", "unit", "strategy", "reference", "mean", "low", "high", "verdict")
    first = page.heads(
        [text(f"workbook.{key}", language) for key in heads], widths=(40, 18, 30, 30, 13, 13, 13, 30)
    )
    for row in table.itertuples():
        unit = unit_of_difference(measure(str(row.outcome)).unit)
        names = [measure(str(row.outcome)).label.text(language), shown_unit(unit, language)]
        names += [strategy_name(str(each), language) for each in (row.strategy, row.reference)]
        numbers = [cell(float(value), unit) for value in (row.difference, row.low, row.high)]
        page.row([*names, *numbers, text(f"verdict.{row.verdict}", language)])
    page.filter(first - 1, page.line - 1, len(heads))


def _write_money(page: Page, table: pd.DataFrame) -> None:
    """Write yuan by strategy, category and year as simulated times a factor that may be changed."""
    language = page.language
    years = [int(year) for year in sorted(table["year"].unique())]
    strategies = list(table["strategy"].drop_duplicates())
    page.title(text("workbook.money", language), text("workbook.factors_note", language))
    page.heads(
        [text("workbook.factors", language), text("workbook.factor", language)], widths=(40, *[14] * 30)
    )
    factors: dict[str, str] = {}
    for category in CATEGORIES:
        factors[category] = xl_rowcol_to_cell(page.line, 1, row_abs=True, col_abs=True)
        page.row([text(f"category.{category}", language), (1.0, "input")])
    paid = table[table["part"] == "category"].pivot_table(
        index=["strategy", "item"], columns="year", values="yuan_mean"
    )
    totals: dict[str, int] = {}
    heads = [*map(str, years), text("workbook.total", language)]
    for strategy in strategies:
        page.gap()
        first = page.heads([strategy_name(strategy, language), *heads])
        sums = [0.0] * len(years)
        for category in CATEGORIES:
            values = [float(paid.loc[(strategy, category), year]) for year in years]
            cells = [(f"={value!r}*{factors[category]}", "number", value) for value in values]
            page.row([text(f"category.{category}", language), *with_sum(page.line, cells, values)])
            sums = [total + value for total, value in zip(sums, values, strict=True)]
        totals[strategy] = page.line
        page.row([text("workbook.total", language), *total_by_column(first, page.line, sums)], style="sum")
    _write_extra(page, paid, strategies, totals, heads)


def _write_extra(
    page: Page, paid: pd.DataFrame, strategies: list[str], totals: Mapping[str, int], heads: list[str]
) -> None:
    """Write what every strategy costs more than the first one."""
    base = strategies[0]
    page.gap()
    note = text("workbook.extra", page.language, reference=strategy_name(base, page.language))
    page.heads([note, *heads])
    by_year = paid.groupby("strategy").sum()
    for strategy in strategies[1:]:
        cells, values = [], []
        for column, year in enumerate(paid.columns, start=1):
            values.append(float(by_year.loc[strategy, year] - by_year.loc[base, year]))
            here, there = (xl_rowcol_to_cell(totals[name], column) for name in (strategy, base))
            cells.append((f"={here}-{there}", "number", values[-1]))
        page.row([strategy_name(strategy, page.language), *with_sum(page.line, cells, values)])


def _write_about(page: Page, facts: Mapping[str, Any]) -> None:
    language = page.language
    page.title(text("workbook.reproduce", language))
    page.widths((26, 90))
    for key in ("command", "replications", "draws", "runs_compared", "failed", "versions", "platform"):
        if key in facts:
            page.row([text(f"facts.{key}", language), str(facts[key])])
    page.gap()
    page.words(text("page.credit", language))
