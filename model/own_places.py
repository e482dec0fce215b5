"""A user's own places: tables of counties and, if wanted, of villages become a world.

What the tables leave out is filled from the national table: a real county from its own row, any other place
from the means of its province. Reading files and explaining mistakes in them happens elsewhere; here the
tables have the right columns and types, and what cannot be simulated raises ValueError.
"""

from typing import Any

import numpy as np
import pandas as pd

from columns.layout import KIND_COMMUNITY, KIND_OTHER, KIND_VILLAGE
from model.counties import PER_PROVINCE, UNITS, check_counties, load_provinces
from model.county_shares import DERIVED, national_counties
from model.parameters import Parameters, default_parameters
from model.sectors import UNIT_KINDS
from model.village_shares import choose_pilot_villages, describe_villages
from model.world import World, lay_out

KIND_NAMES = {"village": KIND_VILLAGE, "other": KIND_OTHER, "community": KIND_COMMUNITY}
UNIT_OF_KIND = {"village": "villages", "other": "other_units", "community": "communities"}
MEANS = (
    "rural_share_2010", "rural_share_2020", "under5_share_2010", "minority_share", "household_size",
    "residents_per_registered_2010", "ruggedness_m", *DERIVED,
)  # fmt: skip
"""Columns that a county outside the national table takes from its province."""
PLAIN = {
    "prefecture": "", "functional_zone": 0, "poor_2014": 0, "lon": np.nan, "lat": np.nan, "position": "none",
    "boundary_changed": 0, "filled": 0, "pilot": 0, "townships": 1, "villages": 0, "communities": 0,
    "other_units": 0,
}  # fmt: skip
WHOLE = ("townships", *UNITS, "children_2010", "children_2020", "pilot", "poverty_third", "boundary_changed")
VILLAGE_ATTRIBUTES = (
    "hours_to_township", "hours_to_county", "poverty", "minority", "left_behind", "hiv_affected", "migrant",
    "pilot", "remote",
)  # fmt: skip
AVERAGES = {
    "poverty": ("rural_poverty", "urban_poverty"),
    "left_behind": ("rural_left_behind", "urban_left_behind"),
    "minority": ("minority_share",),
}
"""Columns of a user's county table that stand for both countryside and towns."""
CHILDREN = ("children_2020", "children_2010")
AMOUNTS = (*CHILDREN, "hours_to_township", "hours_to_county")
"""Columns that are not shares or flags."""


def own_world(
    name: str,
    counties: pd.DataFrame,
    villages: pd.DataFrame | None = None,
    parameters: Parameters | None = None,
) -> World:
    """Build a world from a user's tables.

    Parameters
    ----------
    name : str
    counties : DataFrame
        ``county_code`` (six digits, the first two those of a province) and any columns of the national table
        or of :data:`model.county_shares.DERIVED`; blanks are filled. A code that is not in the national table
        also needs ``county`` (its name) and, unless ``villages`` says so, units and ``children_2010``.
    villages : DataFrame, optional
        ``county_code``, ``kind`` (village, other, community; village if left out) and, as far as known,
        ``village`` and ``township`` (names), ``children_2010`` or ``children_2020`` and the columns of
        ``VILLAGE_ATTRIBUTES``. The units of a county that stands in it are exactly those listed; children of
        a census that all of them have are summed up for the county.
    parameters : Parameters, optional

    Raises
    ------
    ValueError
        A code twice, a village of a county that is not listed, a county without units or children, an
        unknown kind or province, or a value out of range.
    """
    parameters = parameters or default_parameters()
    listed = listed_villages(villages, counties)
    table = complete_counties(counties, listed, parameters)
    check_counties(table, "counties")
    world = lay_out(name, table, parameters.village_size_log_sd)
    if listed is not None:
        place = places_of_rows(world, listed)
        within = world.township_ordinal[world.villages["township"]]
        within[place] = listed.township_within
        size = world.village_size.copy()
        size[place] = _sizes(listed)
        world = lay_out(
            name, table, parameters.village_size_log_sd, township_within=within, village_size=size
        )
    describe_villages(world, parameters)
    choose_pilot_villages(world, parameters)
    return world if listed is None else _with_attributes(world, listed, parameters.remote_hours)


def complete_counties(
    counties: pd.DataFrame, listed: pd.DataFrame | None, parameters: Parameters
) -> pd.DataFrame:
    """Fill what a user's county table leaves out; a row per county, in the order of the codes.

    Raises
    ------
    ValueError
        If a county that is not in the national table lacks its children.
    """
    national = national_counties(parameters).set_index("county_code", drop=False)
    rows = []
    for each in counties.to_dict("records"):
        given = {str(column): value for column, value in each.items() if not pd.isna(value)}
        code = int(given["county_code"])
        known = code in national.index
        base = national.loc[code].to_dict() if known else _stranger(code, national)
        given |= _totals(listed[listed.county_code == code]) if listed is not None else {}
        if not known and not {"children_2010", "children_2020"} & given.keys():
            raise ValueError(f"county {code} is not in the national table: give its children_2010")
        growth = max(base["children_2020"], 1) / max(base["children_2010"], 1)
        if "children_2010" in given and "children_2020" not in given:
            given["children_2020"] = round(given["children_2010"] * growth)
        elif "children_2020" in given and "children_2010" not in given:
            given["children_2010"] = round(given["children_2020"] / growth)
        for own, columns in AVERAGES.items():
            if own in given:
                given = dict.fromkeys(columns, given[own]) | given
        rows.append({**base, **given})
    table = pd.DataFrame(rows).sort_values("county_code", ignore_index=True)
    return table.astype(dict.fromkeys(WHOLE, np.int64))


def _stranger(code: int, national: pd.DataFrame) -> dict[str, Any]:
    """The row of a county outside the national table before its own figures: means of its province."""
    provinces = load_provinces().set_index("province_code", drop=False)
    province = code // PER_PROVINCE
    if province not in provinces.index:
        raise ValueError(f"county_code {code}: no province has the code {province}")
    there = national[national.province_code == province]
    weight = there.children_2010 / there.children_2010.sum()
    means = {name: float((there[name] * weight).sum()) for name in MEANS}
    means["poverty_third"] = round(means["poverty_third"])
    sums = {name: int(there[name].sum()) for name in ("children_2010", "children_2020")}
    names = provinces.loc[province, ["province_code", "province", "province_en", "region"]].to_dict()
    return {**PLAIN, **means, **sums, **names, "county": str(code)}


def listed_villages(villages: pd.DataFrame | None, counties: pd.DataFrame) -> pd.DataFrame | None:
    """Sort villages as a world has them, with numbered townships; None if there is no table.

    Raises
    ------
    ValueError
        If a county or a kind is unknown.
    """
    if villages is None:
        return None
    listed = villages.copy()
    unknown = ~listed.county_code.isin(counties.county_code)
    if unknown.any():
        raise ValueError(f"villages: county {listed.county_code[unknown].iloc[0]} is not among the counties")
    kind = listed["kind"].fillna("village") if "kind" in listed else pd.Series("village", index=listed.index)
    if not kind.isin(KIND_NAMES).all():
        raise ValueError(
            f"villages: kind {kind[~kind.isin(KIND_NAMES)].iloc[0]!r} is none of {', '.join(KIND_NAMES)}"
        )
    for column in ("township", "village"):
        if column not in listed:
            listed[column] = ""
    listed["kind"], listed["kind_order"] = kind, kind.map(KIND_NAMES).map(UNIT_KINDS.index)
    listed["township"] = listed.township.fillna("")
    labels = listed.groupby("county_code").township
    listed["township_within"] = labels.transform(lambda names: pd.factorize(names)[0])
    _check_villages(listed)
    return listed.sort_values(["county_code", "kind_order"], kind="stable", ignore_index=True)


def _check_villages(listed: pd.DataFrame) -> None:
    for column in {*CHILDREN, *VILLAGE_ATTRIBUTES} & set(listed.columns):
        highest = np.inf if column in AMOUNTS else 1.0
        wrong = listed[column][(listed[column] < 0) | (listed[column] > highest)]
        if not wrong.empty:
            allowed = "0 or more" if column in AMOUNTS else "between 0 and 1"
            raise ValueError(
                f"villages, row {wrong.index[0] + 1}: {column} is {wrong.iloc[0]}, must be {allowed}"
            )


def _totals(rows: pd.DataFrame) -> dict[str, Any]:
    """What the listed villages of a county say about the county."""
    if rows.empty:
        return {}
    totals: dict[str, Any] = {unit: int((rows.kind == kind).sum()) for kind, unit in UNIT_OF_KIND.items()}
    totals["townships"] = int(rows.township_within.max()) + 1
    for column in CHILDREN:
        if column in rows and rows[column].notna().all():
            totals[column] = int(rows[column].sum())
            rural = int(rows[column][rows.kind != "community"].sum())
            totals[column.replace("children", "rural_share")] = rural / max(totals[column], 1)
    return totals


def places_of_rows(world: World, listed: pd.DataFrame) -> np.ndarray:
    """Index in the world of every listed village."""
    county = np.searchsorted(world.table.county_code.to_numpy(), listed.county_code)
    number = listed.groupby("county_code").cumcount().to_numpy()
    return world.counties["first_village"][county] + number


def _sizes(listed: pd.DataFrame) -> np.ndarray:
    """Relative sizes: children, where blank the mean of the kind in the county, else all alike."""
    column = next((name for name in CHILDREN if name in listed and listed[name].notna().any()), None)
    if column is None:
        return np.ones(len(listed), dtype=np.int64)
    mean = listed.groupby(["county_code", "kind"])[column].transform("mean")
    return listed[column].fillna(mean).fillna(1.0).round().astype(np.int64).to_numpy()


def _with_attributes(world: World, listed: pd.DataFrame, remote_hours: float) -> World:
    """Put the attributes and names that the user gave in place of the derived ones."""
    place = places_of_rows(world, listed)
    for name in VILLAGE_ATTRIBUTES:
        if name == "remote":  # follows from the hours, unless it is given itself
            world.villages["remote"] = world.villages["hours_to_county"] > remote_hours
        if name in listed:
            own = listed[name].notna().to_numpy()
            world.villages[name][place[own]] = listed[name][own]
    village_names, township_names = [""] * len(world.villages), [""] * len(world.townships)
    for row, v in zip(listed.itertuples(), place):
        village_names[v] = str(row.village)
        township_names[world.villages["township"][v]] = str(row.township)
    return World(
        **{**vars(world), "village_names": tuple(village_names), "township_names": tuple(township_names)}
    )
