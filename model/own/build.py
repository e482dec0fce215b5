"""From checked tables to a world with what the user gave."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.codes import (
    OFFICE_CIVIL_AFFAIRS,
    OFFICE_CLINIC,
    OFFICE_EDUCATION,
    OFFICE_HOSPITAL,
    OFFICE_POLICE,
    OFFICE_PROTECTION,
)
from model.counties import load_counties
from model.money import PAYERS
from model.own.given import BY_THE_RULES, FULL, NO_POST, PART_TIME, Filled, Given, yuan_to_fen
from model.own_places import listed_villages, own_world, places_of_rows
from model.parameters import Parameters, check_values
from model.problems import InputError
from model.world import World

COUNTY_OFFICES = {
    "police_fte": OFFICE_POLICE,
    "education_fte": OFFICE_EDUCATION,
    "protection_fte": OFFICE_PROTECTION,
    "hospital_fte": OFFICE_HOSPITAL,
}
TOWNSHIP_OFFICES = {"civil_affairs_fte": OFFICE_CIVIL_AFFAIRS, "clinic_fte": OFFICE_CLINIC}
NOTHING_SAID = -1
KINDS = {"part_time": PART_TIME, "full": FULL}

Frames = Mapping[str, pd.DataFrame]
"""Checked tables by key, blanks as missing values; see :mod:`model.own.check`."""


def build(
    name: str,
    frames: Frames,
    filled: tuple[Filled, ...] = (),
    content_hash: str = "",
    parameters: Parameters | None = None,
) -> World:
    """Build the world of a user's tables, with posts, staff, money and prices."""
    counties, villages = frames["counties"], frames.get("villages")
    if "villages" in counties:  # users count other units of the countryside among the villages
        counties = counties.assign(other_units=np.where(counties["villages"].notna(), 0.0, np.nan))
    if villages is not None:
        villages = with_children(villages, counties)
    world = own_world(name, counties, villages, parameters)
    codes = world.table.county_code.to_numpy()
    given = Given(
        parameters=given_parameters(frames),
        post_month=_of_villages(world, counties, villages, "post_month", NO_POST),
        post_kind=_of_villages(world, counties, villages, "post_kind", BY_THE_RULES),
        villages_per_worker=_of_villages(world, counties, villages, "villages_per_worker", 0),
        supervisors=_of_townships(world, frames, villages, "supervisors"),
        office_fte=_offices(world, frames, villages),
        money_fen=_money(frames.get("money"), codes),
        filled=filled,
        content_hash=content_hash,
    )
    return World(**{**vars(world), "given": given})


def given_parameters(frames: Frames) -> dict[str, Any]:
    """Return the prices and norms by parameter; where money is listed, it binds.

    Raises
    ------
    InputError
        A parameter or value that the declarations do not know.
    """
    values: dict[str, Any] = {"budget_binds": True} if "money" in frames else {}
    if "prices" in frames:
        rows = frames["prices"].dropna(subset=["value"])
        values |= dict(zip(rows["parameter"], rows["value"], strict=True))
    good, problems = check_values(values)
    if problems:
        raise InputError(problems)
    return good


def with_children(villages: pd.DataFrame, counties: pd.DataFrame) -> pd.DataFrame:
    """Fill numbers of children from households where these are known.

    Children per household are those of the villages of the same county that have both numbers. Where no
    village has both, what is left of the county's children is divided over the households.
    """
    if "households" not in villages or villages["households"].isna().all():
        return villages
    villages = villages.copy()
    known = villages.get("children_2020", pd.Series(np.nan, index=villages.index)).astype(float)
    households = villages["households"].astype(float)
    totals = load_counties().set_index("county_code").children_2020.to_dict()
    if "children_2020" in counties:
        totals |= counties.dropna(subset=["children_2020"]).set_index("county_code").children_2020.to_dict()
    for code, rows in villages.groupby("county_code"):
        have, here = known[rows.index], households[rows.index]
        both, blank = have.notna() & here.notna(), have.isna() & here.notna()
        if both.any():
            ratio = have[both].sum() / here[both].sum()
        else:
            rest = max(totals.get(code, here.sum()) - have.sum(), 0.0)
            ratio = rest / max(here[blank].sum(), 1.0)
        known[here[blank].index] = (here[blank] * ratio).round()
    villages["children_2020"] = known
    return villages


def _of_villages(
    world: World, counties: pd.DataFrame, villages: pd.DataFrame | None, column: str, blank: int
) -> NDArray[np.int64]:
    """Return a column of the table of villages in the order of the world."""
    values = np.full(len(world.villages), blank, dtype=np.int64)
    listed = listed_villages(villages, counties)
    if listed is not None and column in listed:
        said = listed[column].map(KINDS) if column == "post_kind" else listed[column]
        values[places_of_rows(world, listed)] = said.fillna(blank).astype(np.int64)
    return values


def _of_townships(
    world: World, frames: Frames, villages: pd.DataFrame | None, column: str
) -> NDArray[np.float64]:
    """Return a column of the table of townships in the order of the world, NaN where it says nothing."""
    values = np.full(len(world.townships), np.nan)
    listed, townships = listed_villages(villages, frames["counties"]), frames.get("townships")
    if listed is None or townships is None or column not in townships:
        return values
    place = world.villages["township"][places_of_rows(world, listed)]
    number = dict(zip(zip(listed.county_code, listed.township, strict=True), place, strict=True))
    for code, name, value in zip(townships.county_code, townships.township, townships[column], strict=True):
        values[number[code, name]] = value
    return values


def _offices(world: World, frames: Frames, villages: pd.DataFrame | None) -> dict[int, NDArray[np.float64]]:
    staff: dict[int, NDArray[np.float64]] = {}
    rows = frames["counties"].set_index("county_code").reindex(world.table.county_code)
    for column, office in COUNTY_OFFICES.items():
        if column in rows and rows[column].notna().any():
            staff[office] = rows[column].to_numpy(np.float64)
    for column, office in TOWNSHIP_OFFICES.items():
        fte = _of_townships(world, frames, villages, column)
        if not np.isnan(fte).all():
            staff[office] = fte
    return staff


def _money(money: pd.DataFrame | None, codes: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    if money is None:
        return {}
    of_year: dict[int, NDArray[np.int64]] = {}
    for row in money.itertuples():
        shape = (len(codes), len(PAYERS))
        table = of_year.setdefault(int(row.year), np.full(shape, NOTHING_SAID, dtype=np.int64))
        table[np.searchsorted(codes, row.county_code), PAYERS.index(str(row.payer))] = yuan_to_fen(row.yuan)
    return of_year
