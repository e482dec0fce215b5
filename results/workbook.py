"""Results as a workbook: the numbers of the report, formulas live where a planner changes a unit cost."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from model.calendar import year_of
from model.codes import MINUTES_PER_HOUR
from model.text import catalogue, text
from results.digest import LATE_MONTHS, outcomes
from results.figures.places import county_names
from results.measure_rows import measure_cells
from results.measures.catalogue import measure
from results.parameter_rows import parameter_rows
from results.report import HEADLINES, PARTS
from results.report_parts import warnings_of
from results.strategy_words import strategy_name
from results.view import RunView
from results.wording import bracketed
from results.workbook_cells import cell
from results.workbook_money import write_money
from results.workbook_sheet import Page, make_formats

COUNTY_SUMS = {
    "opened": "spells_opened",
    "found": "spells_found",
    "filed": "spells_filed",
    "in_time": "spells_served_in_time",
    "cost": "cost_yuan",
}
COUNTY_STOCKS = {
    "children": "children",
    "villages": "villages",
    "active": "villages_active",
    "waiting": "unmet_child_months_waiting",
}
COUNTY_HEADS = (
    "county", "year", "children", "villages", "active", "opened", "found", "filed", "in_time",
    "in_time_share", "waiting", "cost",
)  # fmt: skip


def write_workbook(path: Path, view: RunView, facts: Mapping[str, Any], language: str) -> None:
    """Write the workbook of a run.

    Parameters
    ----------
    path : Path
        Replaced if it exists.
    view : RunView
    facts : mapping
        What reproduces the run, by name, as for :func:`results.report.report`.
    language : str
    """
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        formats = make_formats(book)
        _write_summary(Page(book, formats, "summary", language), view)
        _write_counties(Page(book, formats, "counties", language), view)
        write_money(Page(book, formats, "money", language), view)
        _write_desks(Page(book, formats, "desks", language), view)
        _write_measures(Page(book, formats, "measures", language), view)
        _write_assumptions(Page(book, formats, "assumptions", language), view)
        _write_about(Page(book, formats, "about", language), view, facts)


def _write_summary(page: Page, view: RunView) -> None:
    language, late = page.language, min(LATE_MONTHS, view.n_months)
    name = strategy_name(view.strategy, language)
    page.title(text("workbook.title", language, strategy=name), view.sentence.get(language, ""))
    page.heads(
        [text(f"workbook.{key}", language) for key in ("outcome", "value", "unit")], widths=(44, 16, 34)
    )
    found = outcomes(view.sums, late)
    for key, kind in HEADLINES:
        label = measure(key).label.text(language)
        indented = f"  {label}" if key in PARTS else label
        page.row([indented, cell(found[key], kind), text(f"outcome_unit.{key}", language)])
    page.gap()
    years = _by_year(view)
    first = page.heads(
        [text(f"workbook.{key}", language) for key in ("year", "filed", "in_time", "in_time_share")]
    )
    for year, row in years.iterrows():
        line = page.line + 1
        share = (f"=IF(B{line}=0,0,C{line}/B{line})", "share", row.in_time / row.filed if row.filed else 0.0)
        page.row([int(year), (row.filed, "number"), (row.in_time, "number"), share])
    page.chart("column", "chart_served", first, page.line, [(1, "filed"), (2, "in_time")], at=(1, 5))
    page.gap()
    warned = warnings_of(view, language)
    if warned:
        page.heads([text("workbook.warnings", language)])
        for warning in warned:
            page.words(warning)


def _by_year(view: RunView) -> pd.DataFrame:
    """Cases filed and served in time by calendar year."""
    years = [year_of(month) for month in range(view.n_months)]
    table = pd.DataFrame(
        {
            "filed": view.cube.of("spells_filed"),
            "in_time": view.cube.of("spells_served_in_time"),
            "year": years,
        }
    )
    return table.groupby("year").sum()


def _write_counties(page: Page, view: RunView) -> None:
    language = page.language
    table = view.counties.assign(year=[year_of(month) for month in view.counties["month"]])
    grouped = table.groupby(["county_code", "year"], sort=True)
    sums = grouped[list(COUNTY_SUMS.values())].sum()
    ends = grouped[list(COUNTY_STOCKS.values())].last()
    last = table[table["month"] == view.n_months - 1]
    names = dict(zip(last["county_code"], county_names(last, language), strict=True))
    page.title(text("workbook.counties", language))
    first = page.heads(
        [text(f"workbook.{key}", language) for key in COUNTY_HEADS], widths=(26, 8, *[14] * 10)
    )
    for code, year in sums.index:
        flow, stock, line = sums.loc[(code, year)], ends.loc[(code, year)], page.line + 1
        served = {key: float(flow[column]) for key, column in COUNTY_SUMS.items()}
        stood = {key: float(stock[column]) for key, column in COUNTY_STOCKS.items()}
        values = served | stood
        ratio = values["in_time"] / values["filed"] if values["filed"] else 0.0
        share = (f"=IF(H{line}=0,0,I{line}/H{line})", "share", ratio)
        cells: list[Any] = [names[code], int(year)]
        cells += [share if key == "in_time_share" else (values[key], "number") for key in COUNTY_HEADS[2:]]
        page.row(cells)
    end = page.line
    page.row(
        [
            text("workbook.total", language),
            *[""] * 4,
            *[
                (f"=SUBTOTAL(109,{c}{first + 1}:{c}{end})", "number", float(sums[COUNTY_SUMS[key]].sum()))
                for c, key in zip("FGHI", ("opened", "found", "filed", "in_time"), strict=True)
            ],
            *[""] * 2,
            (f"=SUBTOTAL(109,L{first + 1}:L{end})", "number", float(sums["cost_yuan"].sum())),
        ]
    )
    page.filter(first - 1, end - 1, len(COUNTY_HEADS))


def _write_desks(page: Page, view: RunView) -> None:
    language = page.language
    table = view.desks.assign(year=[year_of(month) for month in view.desks["month"]])
    grouped = table.groupby(["service", "year"], sort=False, observed=True)
    hours = grouped[["desk_minutes_per_month", "desk_minutes_used"]].sum() / MINUTES_PER_HOUR
    queue = grouped["cases_waiting"].last()
    page.title(text("workbook.desks", language))
    heads = ("service", "year", "hours", "hours_used", "busy", "queue")
    first = page.heads([text(f"workbook.{key}", language) for key in heads], widths=(34, 8, 16, 16, 12, 16))
    for (service, year), (offered, used) in zip(hours.index, hours.to_numpy(), strict=True):
        if not offered and not queue[service, year]:
            continue
        line = page.line + 1
        share = (f"=IF(C{line}=0,0,D{line}/C{line})", "share", used / offered if offered else 0.0)
        label = view.services[service][language]
        waiting = (float(queue[service, year]), "number")
        page.row([label, int(year), (offered, "number"), (used, "number"), share, waiting])
    page.filter(first - 1, page.line - 1, len(heads))


def _write_measures(page: Page, view: RunView) -> None:
    language = page.language
    page.title(text("workbook.measures", language), text("workbook.measures.note", language))
    heads = ("outcome", "service", "group", "value", "numerator", "denominator", "unit", "formula")
    first = page.heads(
        [text(f"workbook.{key}", language) for key in heads], widths=(40, 30, 22, 14, 14, 14, 20, 90)
    )
    for cells in measure_cells(view, language):
        page.row(cells)
    page.filter(first - 1, page.line - 1, len(heads))


def _write_assumptions(page: Page, view: RunView) -> None:
    language = page.language
    page.title(text("workbook.assumptions", language))
    heads = ("what", "value", "default", "range", "kind", "source")
    page.heads([text(f"assumptions.{key}", language) for key in heads], widths=(40, 14, 14, 22, 14, 70))
    for row in parameter_rows(view, language):
        label = bracketed(row["label"], row["unit"], language) if row["unit"] else row["label"]
        cells: Sequence[Any] = [label, *(row[key] for key in ("value", "default", "range", "kind", "source"))]
        page.row([_plain_number(cell) for cell in cells])


def _plain_number(cell: Any) -> Any:
    """Return a number written as text as a number, for columns of values."""
    try:
        number = float(cell)
    except (TypeError, ValueError):
        return cell
    return (number, "plain") if np.isfinite(number) else cell


def _write_about(page: Page, view: RunView, facts: Mapping[str, Any]) -> None:
    language, words = page.language, catalogue(page.language)
    page.title(text("workbook.reproduce", language))
    page.widths((26, 90))
    rows = {"world": view.world, "strategy": view.strategy, "seed": view.seed, **facts}
    for key, value in rows.items():
        if isinstance(value, Mapping):
            value = ", ".join(f"{name} {content}" for name, content in value.items())
        page.row([words.get(f"facts.{key}", key), str(value)])
    page.gap()
    page.words(text("page.credit", language))
