"""Which values a user's tables lack, and where the model takes them from: told in every result."""

import re
from typing import Any

import pandas as pd

from model.counties import load_counties
from model.own.build import COUNTY_OFFICES, TOWNSHIP_OFFICES, Frames
from model.own.columns import sheets
from model.own.given import Filled, Given
from model.own_places import KIND_NAMES
from model.text import LANGUAGES, text

NOT_FILLED = {
    "counties": ("county_code", "county", "not_on_list"),
    "villages": (
        "county_code",
        "township",
        "village",
        "kind",
        "households",
        "post_month",
        "post_kind",
        "villages_per_worker",
        "children_2020",
    ),
}  # fmt: skip
"""Columns whose blank means something by itself, or that are told apart below."""
UNITS = ("townships", "villages", "communities")
BY_COUNTY, BY_PROVINCE, BY_GROWTH, BY_RULES, BY_MODEL = "county", "province", "growth", "rules", "spread"
BY_HOUSEHOLDS, BY_MEAN, NOBODY, AS_PROPOSED = "households", "mean", "zero", "template"
PROPOSED = re.compile(
    "|".join(text(f"template.{kind}", words, n=r"\d+") for kind in KIND_NAMES for words in LANGUAGES)
)
"""Names that only the template gives."""


def filled_values(frames: Frames) -> tuple[Filled, ...]:
    """Return every column with blanks, the number of its blanks and where their values come from."""
    return (*_of_counties(frames), *_of_townships(frames), *_of_villages(frames))


def _of_counties(frames: Frames) -> list[Filled]:
    counties, villages = frames["counties"], frames.get("villages")
    known = counties.county_code.isin(load_counties().county_code)
    listed = counties.county_code.isin(villages.county_code if villages is not None else [])
    counted = listed & ~counties.county_code.isin(_without_children(villages))
    found = []
    for column in sheets()["counties"].columns:
        if column in NOT_FILLED["counties"]:
            continue
        blank = _blank(counties, column)
        if column in UNITS:
            blank &= ~listed
        elif column in ("children_2020", "rural_share_2020"):
            blank &= ~counted
        if column in COUNTY_OFFICES:
            found.append(Filled("counties", column, int(blank.sum()), BY_RULES))
            continue
        if column == "children_2010":
            later = counted | ~_blank(counties, "children_2020")
            found.append(Filled("counties", column, int((blank & later).sum()), BY_GROWTH))
            blank &= ~later
        found.append(Filled("counties", column, int((blank & known).sum()), BY_COUNTY))
        found.append(Filled("counties", column, int((blank & ~known).sum()), BY_PROVINCE))
    return [each for each in found if each.n]


def _without_children(villages: pd.DataFrame | None) -> list[Any]:
    """Return the counties that have a village without a number of children."""
    if villages is None:
        return []
    return villages.county_code[_blank(villages, "children_2020")].unique().tolist()


def _of_townships(frames: Frames) -> list[Filled]:
    if "villages" not in frames:
        return []
    n = len(frames["villages"].drop_duplicates(["county_code", "township"]))
    staff = frames.get("townships")
    given = dict.fromkeys(TOWNSHIP_OFFICES, 0)
    if staff is not None:
        given = {column: int((~_blank(staff, column)).sum()) for column in given}
    return [Filled("townships", column, n - have, BY_RULES) for column, have in given.items() if n > have]


def _of_villages(frames: Frames) -> list[Filled]:
    villages = frames.get("villages")
    if villages is None:
        return []
    blank = _blank(villages, "children_2020")
    counted = ~_blank(villages, "households")
    proposed = villages["village"].map(lambda name: bool(PROPOSED.fullmatch(name)))
    found = [
        Filled("villages", "village", int(proposed.sum()), AS_PROPOSED),
        Filled("villages", "children_2020", int((blank & counted).sum()), BY_HOUSEHOLDS),
        Filled("villages", "children_2020", int((blank & ~counted).sum()), BY_MEAN),
    ]
    for column in sheets()["villages"].columns:
        if column not in NOT_FILLED["villages"]:
            source = NOBODY if column == "hiv_affected" else BY_MODEL
            found.append(Filled("villages", column, int(_blank(villages, column).sum()), source))
    return [each for each in found if each.n]


def _blank(frame: pd.DataFrame, column: str) -> pd.Series:
    return frame[column].isna() if column in frame else pd.Series(data=True, index=frame.index)


def filled_notes(given: Given | None, language: str = "en") -> list[str]:
    """Return a sentence per source of filled values, for reports; none where nothing was filled."""
    if given is None:
        return []
    notes = []
    for source in dict.fromkeys(each.source for each in given.filled):
        parts = []
        for each in given.filled:
            if each.source == source:
                sheet = sheets()[each.sheet]
                column = sheet.columns[each.column].label.in_language(language)
                values = {"sheet": sheet.label.in_language(language), "column": column, "n": each.n}
                parts.append(text("filled.part", language, **values))
        joined = text("filled.join", language).join(parts)
        notes.append(text(f"filled.from.{source}", language, columns=joined))
    return notes
