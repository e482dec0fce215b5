"""The workbook that a user fills in: published figures of real counties and the model's defaults."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from numpy.typing import NDArray

from model.calendar import LAST_YEAR
from model.counties import PER_PREFECTURE
from model.county_shares import national_counties
from model.declarations import declarations
from model.demography import plan_population
from model.offices import office_staff
from model.own.build import COUNTY_OFFICES, TOWNSHIP_OFFICES
from model.own.columns import Column, sheets
from model.own_places import KIND_NAMES
from model.parameters import default_parameters, parameters_table, rules_record
from model.problems import InputError, Problem
from model.text import text
from model.world import World
from model.worlds import world_of

SUFFIX = ".xlsx"
PREFECTURE_DIGITS, COUNTY_DIGITS = 4, 6
FIRST_MONEY_YEAR = 2021
SHARE_DIGITS, HOUR_DIGITS, FTE_DIGITS = 3, 2, 2
CHILDREN_PER_HOUSEHOLD = 0.8
"""For the proposal of households: four persons, one in five under 18 as in the rural counties of 2020."""
WIDTHS = {"text": 18, "note": 26, "count": 14, "number": 16, "share": 16, "month": 12, "value": 12}
WIDTH, FROZEN_TEXT_WIDTH, HELP_WIDTH = 14, 30, 90
HEAD, GUESS, TITLE, WRAP = "head", "guess", "title", "wrap"
INTRODUCTION_HEIGHT, TITLE_SIZE = 34, 14
MAX_ROWS = 5_000
"""Rows for which choices and ranges are offered."""
INVENTED = (
    "households", "children_2020", "hours_to_township", "hours_to_county", "poverty", "minority",
    "left_behind", "migrant",
)  # fmt: skip
"""Columns of villages that are filled with invented values, shown in grey italics."""


def write_template(path: Path, codes: str, language: str) -> int:
    """Write the workbook and return the number of villages in it.

    Parameters
    ----------
    path : Path
        Must not exist yet.
    codes : str
        Codes of counties or prefectures, with commas between them.
    language : str

    Raises
    ------
    InputError
        A code that the national list does not have, or a file that exists or is not a workbook.
    """
    problems = []
    if path.suffix.lower() != SUFFIX:
        problems.append(Problem("places.not_xlsx", {"file": str(path)}))
    if path.exists():
        problems.append(Problem("places.exists", {"file": str(path)}))
    table, unknown = counties_of(codes)
    problems += [Problem("places.codes_unknown", {"code": code}) for code in unknown]
    if problems:
        raise InputError(problems)
    world = world_of("template", table, default_parameters())
    rows = template_rows(world, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        _write(book, rows, language)
    return len(world.villages)


def counties_of(codes: str) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of counties and of the counties of prefectures, and the codes that are not known."""
    national = national_counties()
    number = national.county_code
    chosen = pd.Series(data=False, index=national.index)
    unknown = []
    for code in (part.strip() for part in codes.replace("，", ",").split(",")):
        here = pd.Series(data=False, index=national.index)
        if code.isdecimal() and len(code) == COUNTY_DIGITS:
            here = number == int(code)
        elif code.isdecimal() and len(code) == PREFECTURE_DIGITS:
            here = number // PER_PREFECTURE == int(code)
        if not here.any():
            unknown.append(code)
        chosen |= here
    return national[chosen & (national.children_2020 > 0)], unknown


def template_rows(world: World, language: str) -> dict[str, list[dict[str, Any]]]:
    """Return what stands in every table of the template for the counties of a world."""
    return {
        "counties": _counties(world),
        "townships": _townships(world, language),
        "villages": _villages(world, language),
        "prices": _prices(language),
        "money": _money(world),
    }


def _counties(world: World) -> list[dict[str, Any]]:
    staff = _staff(world)
    rows = []
    for c, row in enumerate(world.table.to_dict("records")):
        here = world.villages[world.villages["county"] == c]
        made = {name: row[name] for name in ("county_code", "county", "communities")}
        made |= {"villages": row["villages"] + row["other_units"]}
        made |= {"townships": int(world.counties["n_townships"][c])}
        made |= {name: int(row[name]) for name in ("children_2010", "children_2020")}
        for name in ("rural_share_2010", "rural_share_2020", "under5_share_2010", "poverty"):
            made[name] = round(float(row[name]), SHARE_DIGITS)
        made["minority"] = round(float(row["minority_share"]), SHARE_DIGITS)
        made["left_behind"] = round(float(here["left_behind"].mean()), SHARE_DIGITS)
        made["fiscal_index"] = round(float(row["fiscal_index"]), SHARE_DIGITS)
        made |= {
            column: round(float(staff[office][c]), FTE_DIGITS)
            for column, office in COUNTY_OFFICES.items()
            if office in staff
        }
        rows.append(made)
    return rows


def _staff(world: World) -> dict[int, NDArray[np.float64]]:
    """Full-time staff of every office by the model's rules; that of hospitals is left to the model."""
    rules, children = rules_record(default_parameters())[0], plan_population(world).village_children
    return office_staff(world.counties, world.townships, world.villages, children, rules)


def _name_of_township(world: World, t: int, language: str) -> str:
    return text("template.township", language, n=int(world.township_ordinal[t]) + 1)


def _townships(world: World, language: str) -> list[dict[str, Any]]:
    staff, codes = _staff(world), world.table.county_code.to_numpy()
    return [
        {
            "county_code": int(codes[world.townships["county"][t]]),
            "township": _name_of_township(world, t, language),
            **{
                column: round(float(staff[office][t]), FTE_DIGITS)
                for column, office in TOWNSHIP_OFFICES.items()
            },
        }
        for t in range(len(world.townships))
    ]


def _villages(world: World, language: str) -> list[dict[str, Any]]:
    codes, kinds = world.table.county_code.to_numpy(), {value: key for key, value in KIND_NAMES.items()}
    labels = sheets()["villages"].columns["kind"].choices
    children = world.over_villages(world.sectors["children_2020"])
    rows = []
    for v, village in enumerate(world.villages):
        kind = kinds[int(village["kind"])]
        rows.append(
            {
                "county_code": int(codes[village["county"]]),
                "township": _name_of_township(world, int(village["township"]), language),
                "village": text(f"template.{kind}", language, n=int(world.village_ordinal[v]) + 1),
                "kind": labels[kind].in_language(language),
                "households": max(1, round(float(children[v]) / CHILDREN_PER_HOUSEHOLD)),
                "children_2020": int(children[v]),
                **{
                    name: round(float(village[name]), HOUR_DIGITS)
                    for name in ("hours_to_township", "hours_to_county")
                },
                **{
                    name: round(float(village[name]), SHARE_DIGITS)
                    for name in ("poverty", "minority", "left_behind", "hiv_affected", "migrant")
                },
            }
        )
    return rows


def _prices(language: str) -> list[dict[str, Any]]:
    described = {row["name"]: row for row in parameters_table(language)}
    rows = []
    for name in sheets()["prices"].listed:
        row = described[name]
        rows.append(
            {
                "parameter": name,
                "value": declarations()[name].default,
                "default": row["default"],
                "range": row["range"],
                "unit": row["unit"],
                "meaning": f"{row['label']}{text('page.colon', language)}{row['help']}",
                "source": row["source"],
            }
        )
    return rows


def _money(world: World) -> list[dict[str, Any]]:
    """Propose the default budget per child, divided over payers as the model's shares say."""
    rules = default_parameters()
    shares = {"county": rules.county_share, "province": rules.province_share}
    shares["central"] = 1 - sum(shares.values())
    budget = rules.county_budget_yuan_per_child_per_year
    return [
        {
            "county_code": int(row.county_code),
            "year": year,
            "payer": payer,
            "yuan": round(budget * row.children_2020 * share),
        }
        for row in world.table.itertuples()
        for year in range(FIRST_MONEY_YEAR, LAST_YEAR + 1)
        for payer, share in shares.items()
    ]


def _write(book: xlsxwriter.Workbook, rows: dict[str, list[dict[str, Any]]], language: str) -> None:
    formats = {
        HEAD: book.add_format({"bold": True, "bg_color": "#dcebf5", "text_wrap": True, "valign": "top"}),
        GUESS: book.add_format({"italic": True, "font_color": "#5b6670"}),
        TITLE: book.add_format({"bold": True, "font_size": TITLE_SIZE}),
        WRAP: book.add_format({"text_wrap": True, "valign": "top"}),
    }
    _write_readme(book, formats, language)
    for key, sheet in sheets().items():
        page = book.add_worksheet(sheet.label.in_language(language))
        page.freeze_panes(1, 0)
        for position, (name, column) in enumerate(sheet.columns.items()):
            star = "*" if column.required else ""
            page.write_string(0, position, column.label.in_language(language) + star, formats[HEAD])
            page.write_comment(0, position, column.help.in_language(language))
            page.set_column(position, position, WIDTHS.get(column.type, WIDTH))
            _validate(page, position, column, language)
            is_guess = column.type == "note" or (key == "villages" and name in INVENTED)
            grey = formats[GUESS] if is_guess else None
            for number, row in enumerate(rows[key], start=1):
                value = row.get(name)
                if column.type == "choice" and value in column.choices:
                    value = column.choices[value].in_language(language)
                if value is not None:
                    page.write(
                        number, position, value.item() if isinstance(value, np.generic) else value, grey
                    )


def _validate(page: Any, position: int, column: Column, language: str) -> None:
    """Offer choices and refuse numbers out of range while one types."""
    if column.type == "choice":
        labels = [label.in_language(language) for label in column.choices.values()]
        page.data_validation(1, position, MAX_ROWS, position, {"validate": "list", "source": labels})
    elif column.type in ("count", "number", "share") and column.highest < float("inf"):
        kind = "integer" if column.type == "count" else "decimal"
        page.data_validation(
            1, position, MAX_ROWS, position,
            {"validate": kind, "criteria": "between", "minimum": column.low, "maximum": column.highest,
             "error_message": allowed(column, language)},
        )  # fmt: skip


def allowed(column: Column, language: str) -> str:
    """Return what a column may hold."""
    high = "…" if column.highest == float("inf") else f"{column.highest:,.12g}"
    choices = ", ".join(label.in_language(language) for label in column.choices.values())
    values = {"low": f"{column.low:,.12g}", "high": high, "choices": choices}
    if column.type == "year":
        values |= {"low": f"{column.low:.0f}", "high": f"{column.highest:.0f}"}
    return text(f"template.allowed.{column.type}", language, **values)


def _write_readme(book: xlsxwriter.Workbook, formats: dict[str, Any], language: str) -> None:
    page = book.add_worksheet(text("template.readme", language))
    page.set_column(0, 1, FROZEN_TEXT_WIDTH)
    page.set_column(2, 2, HELP_WIDTH, formats[WRAP])
    page.set_column(2 + 1, 2 + 2, FROZEN_TEXT_WIDTH)
    page.write_string(0, 0, text("template.title", language), formats[TITLE])
    line = 2
    for key in ("template.about", "template.personal", "template.figures"):
        page.merge_range(line, 0, line, 2 + 2, text(key, language), formats[WRAP])
        page.set_row(line, INTRODUCTION_HEIGHT)
        line += 1
    line += 1
    for position, key in enumerate(("sheet", "column", "meaning", "allowed", "blank")):
        page.write_string(line, position, text(f"template.{key}", language), formats[HEAD])
    for sheet in sheets().values():
        line += 1
        page.write_string(line, 0, sheet.label.in_language(language))
        page.write_string(line, 2, sheet.help.in_language(language))
        for column in sheet.columns.values():
            if column.type == "note":
                continue
            line += 1
            page.write_string(line, 1, column.label.in_language(language))
            page.write_string(line, 2, column.help.in_language(language))
            page.write_string(line, 2 + 1, allowed(column, language))
            blank = "template.needed" if column.required else "template.optional"
            page.write_string(line, 2 + 2, text(blank, language))
