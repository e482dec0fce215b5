"""Whether the tables fit together and can be simulated: codes, names, sums, parameters."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from columns.words import MAX_COUNTY_VILLAGES
from model.counties import PER_PROVINCE, load_counties, load_provinces
from model.own.build import with_children
from model.own.problems import CellProblem
from model.parameters import check_values
from model.problems import Problem
from model.sectors import MOST_CHILDREN_PER_UNIT

SUM_TOLERANCE = 0.01
"""A county's number of children may differ so much from the sum of its villages."""
UNIT_COLUMNS = {"villages": ("village", "other"), "communities": ("community",)}
ROW, SHEET = "_row", "_sheet"
"""Columns of the row numbers of the file, and of the sheet that counties were taken from if not their own."""

Frames = dict[str, pd.DataFrame]
Found = Iterator[Problem]


def check_places(frames: Frames, file: str) -> list[Problem]:
    """Return what is wrong between cells that are each in order."""
    if "counties" not in frames:
        return [CellProblem("places.no_counties", {}, file)]
    return [
        *_codes(frames, file),
        *_references(frames, file),
        *_townships(frames, file),
        *_villages(frames, file),
        *_sums(frames, file),
        *_prices(frames, file),
    ]


def check_codes(frames: Frames, file: str) -> list[Problem]:
    """Return what is wrong with the codes of counties, if they can be read at all."""
    counties = frames.get("counties")
    if counties is None or "county_code" not in counties or counties.county_code.dtype != np.int64:
        return []
    return list(_codes(frames, file))


def _codes(frames: Frames, file: str) -> Found:
    """Codes against the national list, names against codes, and what a county off the list must bring."""
    national = load_counties().set_index("county_code")
    by_name = national.reset_index().groupby("county").county_code.agg(list)
    provinces = set(load_provinces().province_code)
    for row in frames["counties"].to_dict("records"):
        code, name = int(row["county_code"]), row.get("county")
        off_list = bool(row.get("not_on_list", False))

        def note(
            key: str,
            column: str = "county_code",
            number: int = int(row[ROW]),
            sheet: str = str(row.get(SHEET, "counties")),
            **values: object,
        ) -> Problem:
            return CellProblem(key, values, file, 0, sheet, number, column)

        named = isinstance(name, str) and bool(name)
        if code in national.index:
            theirs = str(national.county[code])
            if off_list:
                yield note("places.on_list", "not_on_list", name=theirs)
            elif named and name != theirs and name in by_name.index:
                codes = ", ".join(map(str, by_name[name]))
                yield note("places.other_name", "county", code=code, theirs=theirs, name=name, codes=codes)
            continue
        if code // PER_PROVINCE not in provinces:
            yield note("places.no_province", code=code)
        elif not off_list:
            if named and name in by_name.index:
                yield note("places.code_of", code=code, name=name, codes=", ".join(map(str, by_name[name])))
            else:
                yield note("places.unknown_code", code=code)
        elif not named:
            yield note("places.new_needs_name", "county")


def _references(frames: Frames, file: str) -> Found:
    """Counties of other tables must be among the counties."""
    known = set(frames["counties"].county_code)
    for key in ("townships", "villages", "money"):
        for code, row in _pairs(frames.get(key), "county_code"):
            if int(code) not in known:
                values = {"code": int(code)}
                yield CellProblem("places.not_among", values, file, 0, key, row, "county_code")


def _townships(frames: Frames, file: str) -> Found:
    """Townships with staff must have villages."""
    if "townships" not in frames:
        return
    if "villages" not in frames:
        yield CellProblem("places.no_villages", {}, file, 0, "townships")
        return
    villages = frames["villages"]
    there = set(zip(villages.county_code, villages.township, strict=True))
    for row in frames["townships"].to_dict("records"):
        if (row["county_code"], row["township"]) not in there:
            place = (file, 0, "townships", int(row[ROW]), "township")
            yield CellProblem("places.township_without_villages", {"name": row["township"]}, *place)


def _villages(frames: Frames, file: str) -> Found:
    """A county has not too many; a village lies in its township, which lies in its county."""
    villages = frames.get("villages")
    if villages is None:
        return
    for code, number in villages.county_code.value_counts(sort=False).items():
        if number > MAX_COUNTY_VILLAGES:
            row = int(villages.loc[villages.county_code == code, ROW].iloc[MAX_COUNTY_VILLAGES])
            values = {"code": code, "n": number, "most": MAX_COUNTY_VILLAGES}
            yield CellProblem("places.too_many_villages", values, file, 0, "villages", row, "county_code")
    if not {"hours_to_township", "hours_to_county"} <= set(villages):
        return
    wrong = villages[villages.hours_to_county < villages.hours_to_township]
    for _, row in _pairs(wrong, "hours_to_county"):
        yield CellProblem("places.hours", {}, file, 0, "villages", row, "hours_to_county")


def _sums(frames: Frames, file: str) -> Found:
    """Numbers of a county against those of its villages; every county needs places and children."""
    villages, national = frames.get("villages"), set(load_counties().county_code)
    for row in frames["counties"].to_dict("records"):
        code, number = int(row["county_code"]), int(row[ROW])
        listed = villages[villages.county_code == code] if villages is not None else None

        sheet = str(row.get(SHEET, "counties"))

        def note(key: str, column: str, n: int = number, sheet: str = sheet, **values: object) -> Problem:
            return CellProblem(key, values, file, 0, sheet, n, column)

        if listed is None or listed.empty:
            yield from _unlisted(row, code in national, note)
            continue
        kind = listed["kind"].fillna("village") if "kind" in listed else pd.Series("village", listed.index)
        counted = {name: int(kind.isin(kinds).sum()) for name, kinds in UNIT_COLUMNS.items()}
        counted["townships"] = int(listed.township.nunique())
        for column, n in counted.items():
            if _given(row, column) and int(row[column]) != n:
                yield note("places.count_differs", column, own=int(row[column]), counted=n)
        children = listed.get("children_2020", pd.Series(np.nan, listed.index))
        estimated = with_children(listed, frames["counties"]).get("children_2020", children)
        if children.isna().any():
            nothing = not (_given(row, "children_2020") or _given(row, "children_2010"))
            if code not in national and nothing and (children.isna().all() or estimated.isna().any()):
                yield note("places.new_needs_children", "children_2020")
            elif _given(row, "children_2020") and children.sum() > row["children_2020"]:
                own_n, listed_n = int(row["children_2020"]), int(children.sum())
                yield note("places.sum_exceeds", "children_2020", own=own_n, counted=listed_n)
            continue
        total = int(children.sum())
        if not total:
            yield note("places.no_children", "children_2020")
        elif _given(row, "children_2020") and abs(row["children_2020"] - total) > SUM_TOLERANCE * total:
            yield note("places.sum_differs", "children_2020", own=int(row["children_2020"]), counted=total)


def _unlisted(row: dict[str, Any], known: bool, note: Any) -> Found:
    """A county without listed villages: it needs numbers of its own or those of the national list."""
    units = [float(row[name]) for name in ("villages", "communities") if _given(row, name)]
    if not sum(units) and (not known or len(units) == len(UNIT_COLUMNS)):
        yield note("places.no_units", "villages")
        return
    children = [float(row[name]) for name in ("children_2020", "children_2010") if _given(row, name)]
    if not children and not known:
        yield note("places.new_needs_children", "children_2020")
    elif children and not min(children):
        yield note("places.no_children", "children_2020")
    elif children and units and max(children) > MOST_CHILDREN_PER_UNIT * sum(units):
        values = {"n": int(max(children)), "units": int(sum(units)), "most": MOST_CHILDREN_PER_UNIT}
        yield note("places.crowded", "children_2020", **values)


def _prices(frames: Frames, file: str) -> Found:
    """Prices and norms are parameters of the model within their ranges."""
    prices = frames.get("prices")
    if prices is None:
        return
    for row in prices.to_dict("records"):
        value = row.get("value")
        if value is None or (isinstance(value, float) and np.isnan(value)):
            continue
        _, problems = check_values({row["parameter"]: value})
        for problem in problems:
            column = "parameter" if problem.code == "parameter.unknown" else "value"
            yield CellProblem(problem.code, problem.values, file, 0, "prices", int(row[ROW]), column)


def _pairs(frame: pd.DataFrame | None, column: str) -> list[tuple[Any, int]]:
    if frame is None:
        return []
    return [(value, int(row)) for value, row in zip(frame[column], frame[ROW], strict=True)]


def _given(row: dict[str, Any], column: str) -> bool:
    value = row.get(column)
    return value is not None and not (isinstance(value, float) and np.isnan(value))
