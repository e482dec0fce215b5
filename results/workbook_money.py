"""The sheet of money: unit costs to change, what was paid for, and formulas that multiply the two."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import NamedTuple

import pandas as pd
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from model.codes import MINUTES_PER_HOUR
from model.declarations import declarations
from model.money import CATEGORIES, FEN_PER_YUAN, PAYERS
from model.text import text, unit_text
from results.view import RunView
from results.wording import bracketed
from results.workbook_sheet import COLOURS, Page

PRICES = (
    "seat_yuan", "training_days", "villages_per_post", "post_opening_yuan", "pay_dedicated_yuan_per_month",
    "pay_part_time_yuan_per_month", "supervision_yuan_per_hour", "space_opening_yuan",
    "space_running_yuan_per_month", "clerk_hour_yuan", "trip_yuan", "orphan_allowance_yuan_per_month",
    "subsistence_allowance_yuan_per_month", "disability_subsidy_yuan_per_month", "cash_multiplier",
)  # fmt: skip
QUANTITIES: Mapping[str, Callable[[pd.Series], float]] = {
    "workers_trained": lambda n: n["workers_trained"],
    "posts_opened": lambda n: n["posts_opened"],
    "dedicated_months": lambda n: n["dedicated_months"],
    "part_time_months": lambda n: n["part_time_months"],
    "supervision_hours": lambda n: n["supervision_minutes"] / MINUTES_PER_HOUR,
    "spaces_opened": lambda n: n["spaces_opened"],
    "space_months": lambda n: n["space_months"],
    "desk_hours": lambda n: n["desk_minutes_bought"] / MINUTES_PER_HOUR,
    "desk_staff_hours": lambda n: (n["desk_minutes_added"] + n["desk_minutes_elastic"]) / MINUTES_PER_HOUR,
    "trips": lambda n: n["trips"],
    "case_yuan": lambda n: n["case_fen"] / FEN_PER_YUAN,
    "orphan_allowance_months": lambda n: n["orphan_allowance_months"],
    "subsistence_allowance_months": lambda n: n["subsistence_allowance_months"],
    "disability_subsidy_months": lambda n: n["disability_subsidy_months"],
    "posts_unfunded": lambda n: n["posts_unfunded"],
}
"""What is paid for, from the counters of a year."""
FORMULAS = {
    "training": "{workers_trained}*{seat_yuan}*{training_days}/{villages_per_post}",
    "start_up": "{posts_opened}*{post_opening_yuan}",
    "pay": (
        "({dedicated_months}*{pay_dedicated_yuan_per_month}+{part_time_months}*{pay_part_time_yuan_per_month})"
        "/{villages_per_post}"
    ),
    "supervision": "{supervision_hours}*{supervision_yuan_per_hour}",
    "spaces": "{spaces_opened}*{space_opening_yuan}+{space_months}*{space_running_yuan_per_month}",
    "desk_hours": "{desk_hours}*{clerk_hour_yuan}",
    "desk_staff": "{desk_staff_hours}*{clerk_hour_yuan}",
    "trips": "{trips}*{trip_yuan}",
    "cases": "{case_yuan}",
    "cash_allowances": (
        "({orphan_allowance_months}*{orphan_allowance_yuan_per_month}"
        "+{subsistence_allowance_months}*{subsistence_allowance_yuan_per_month}"
        "+{disability_subsidy_months}*{disability_subsidy_yuan_per_month})*{cash_multiplier}"
    ),
}
"""Yuan of a year by category, of quantities and prices by name."""
FIRST_YEAR_COLUMN = 1
PRICES_CHANGED_SHARE = 0.001
"""The formulas miss what was simulated by more than rounding: a price was not the same all the time."""
OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class Names(NamedTuple):
    """Where things stand: cells of prices, and rows of quantities and categories, by name."""

    prices: dict[str, str]
    quantities: dict[str, int]
    categories: dict[str, int]


def write_money(page: Page, view: RunView) -> None:
    """Write prices, quantities, and yuan by category and payer as formulas, year by year."""
    language = page.language
    years = [int(year) for year in view.money["year"].drop_duplicates()]
    counted = view.quantities.pivot_table(index="year", columns="item", values="quantity", observed=True)
    paid = {
        part: rows.pivot_table(index="year", columns="item", values="yuan", observed=True)
        for part, rows in view.money.groupby("part")
    }
    page.title(text("workbook.money", language), text("workbook.live_note", language))
    page.widths((46, *[14] * (len(years) + 1)))
    names = Names(_write_prices(page, view), {}, {})
    heads = [str(year) for year in years] + [text("workbook.total", language)]
    page.gap()
    page.heads([text("workbook.quantities", language), *heads])
    for name, count in QUANTITIES.items():
        names.quantities[name] = page.line
        values = [float(count(counted.loc[year])) for year in years]
        page.row(
            [
                text(f"quantity.{name}", language),
                *with_sum(page.line, [(v, "number") for v in values], values),
            ]
        )
    page.gap()
    first = page.heads([text("workbook.by_category", language), *heads])
    sums = [0.0] * len(years)
    for category in CATEGORIES:
        names.categories[category] = page.line
        values = [_value(category, view, counted.loc[year]) for year in years]
        cells = [
            (_formula(category, names, FIRST_YEAR_COLUMN + y), "number", v) for y, v in enumerate(values)
        ]
        page.row([text(f"category.{category}", language), *with_sum(page.line, cells, values)])
        sums = [total + value for total, value in zip(sums, values, strict=True)]
    total_line = page.line
    page.row([text("workbook.total", language), *total_by_column(first, total_line, sums)], style="sum")
    simulated = [float(paid["category"].loc[year].sum()) for year in years]
    differences = [
        (
            f"={xl_rowcol_to_cell(total_line, FIRST_YEAR_COLUMN + y)}-{simulated[y]!r}",
            "number",
            sums[y] - simulated[y],
        )
        for y in range(len(years))
    ]
    gaps = [total - run for total, run in zip(sums, simulated, strict=True)]
    page.row([text("workbook.difference", language), *with_sum(page.line, differences, gaps)])
    if abs(sum(gaps)) > PRICES_CHANGED_SHARE * sum(simulated):
        page.words(text("workbook.prices_changed", language))
    page.gap()
    _write_payers(page, paid["payer"], years, heads, total_line, sums)
    _write_plain(page, "available", paid.get("available"), years, heads)
    _write_gap(page, paid["gap"], years, heads)
    _chart(page, names, first - 1, len(years))


def _write_prices(page: Page, view: RunView) -> dict[str, str]:
    """Write the unit costs and return the cell of each."""
    language = page.language
    page.heads(
        [
            text("workbook.unit_costs", language),
            *(text(f"workbook.{key}", language) for key in ("price", "simulated")),
        ]
    )
    cells = {}
    for name in PRICES:
        declared = declarations()[name]
        value = float(view.parameters[name])
        cells[name] = xl_rowcol_to_cell(page.line, 1, row_abs=True, col_abs=True)
        label = declared.label.in_language(language)
        unit = unit_text(declared.unit, language)
        page.row([bracketed(label, unit, language), (value, "input"), (value, "plain")])
    return cells


def _formula(category: str, names: Names, column: int) -> str:
    places = names.prices | {name: xl_rowcol_to_cell(row, column) for name, row in names.quantities.items()}
    return "=" + FORMULAS[category].format(**places)


def _value(category: str, view: RunView, counted: pd.Series) -> float:
    """Return what the formula of a category gives with the prices at the end of the run."""
    numbers = {name: float(count(counted)) for name, count in QUANTITIES.items()}
    numbers |= {name: float(view.parameters[name]) for name in PRICES}
    return calculate(FORMULAS[category].format(**{name: f"({value!r})" for name, value in numbers.items()}))


def calculate(formula: str) -> float:
    """Return the value, in any unit, of sums, products and quotients, written as a spreadsheet has them."""
    return _calculated(ast.parse(formula, mode="eval").body)


def _calculated(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
        return OPERATIONS[type(node.op)](_calculated(node.left), _calculated(node.right))
    raise ValueError(f"not a sum, product or quotient of numbers: {ast.unparse(node)}")


def with_sum(line: int, cells: list, values: list[float]) -> list:
    """Return cells of the years and after them their sum."""
    first = xl_rowcol_to_cell(line, FIRST_YEAR_COLUMN)
    last = xl_rowcol_to_cell(line, FIRST_YEAR_COLUMN + len(cells) - 1)
    return [*cells, (f"=SUM({first}:{last})", "number", sum(values))]


def total_by_column(first: int, end: int, sums: list[float]) -> list:
    """Return cells that add up rows ``first`` to ``end`` by year, and their sum; ``sums`` are the values."""
    letters = [xl_col_to_name(FIRST_YEAR_COLUMN + y) for y in range(len(sums))]
    cells = [(f"=SUM({c}{first + 1}:{c}{end})", "sum", v) for c, v in zip(letters, sums, strict=True)]
    return with_sum(end, cells, sums)


def _write_payers(
    page: Page, paid: pd.DataFrame, years: list[int], heads: list[str], total_line: int, sums: list[float]
) -> None:
    """Divide the total by the payers' parts of each year, as simulated."""
    page.heads([text("workbook.by_payer", page.language), *heads])
    for payer in PAYERS:
        cells, values = [], []
        for y, year in enumerate(years):
            whole = float(paid.loc[year].sum())
            share = float(paid.loc[year, payer]) / whole if whole else 0.0
            total = xl_rowcol_to_cell(total_line, FIRST_YEAR_COLUMN + y)
            values.append(sums[y] * share)
            cells.append((f"={total}*{share!r}", "number", values[-1]))
        page.row([text(f"payer.{payer}", page.language), *with_sum(page.line, cells, values)])
    page.gap()


def _write_plain(
    page: Page, key: str, table: pd.DataFrame | None, years: list[int], heads: list[str]
) -> None:
    """Write money that no formula follows, if there is any."""
    if table is None:
        return
    page.heads([text(f"workbook.{key}", page.language), *heads])
    for payer in PAYERS:
        values = [float(table.loc[year, payer]) if year in table.index else 0.0 for year in years]
        cells = [(value, "number") for value in values]
        page.row([text(f"payer.{payer}", page.language), *with_sum(page.line, cells, values)])
    page.gap()


def _write_gap(page: Page, table: pd.DataFrame, years: list[int], heads: list[str]) -> None:
    page.heads([text("workbook.gap", page.language), *heads])
    values = [float(table.loc[year].sum()) for year in years]
    cells = [(value, "number") for value in values]
    page.row([text("workbook.gap", page.language), *with_sum(page.line, cells, values)])
    page.words(text("workbook.gap_note", page.language))


def _chart(page: Page, names: Names, head_line: int, n_years: int) -> None:
    """Draw the categories by year, one on the other."""
    chart = page.book.add_chart({"type": "column", "subtype": "stacked"})
    last = FIRST_YEAR_COLUMN + n_years - 1
    for number, (category, line) in enumerate(names.categories.items()):
        chart.add_series(
            {
                "name": text(f"category.{category}", page.language),
                "categories": [page.name, head_line, FIRST_YEAR_COLUMN, head_line, last],
                "values": [page.name, line, FIRST_YEAR_COLUMN, line, last],
                "fill": {"color": COLOURS[number]},
                "gap": 60,
            }
        )
    page.place(chart, "chart_money", (2 + 1, 2 + 2))
