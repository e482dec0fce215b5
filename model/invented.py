"""County tables of invented places: for tests, for teaching and for measuring speed.

Every column that the county table and :mod:`model.county_shares` know is given, so an invented world needs no
national totals. Codes begin with the digits of a real province, which decides region and names.
"""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from model.counties import PER_PROVINCE, load_provinces

YUNNAN = 53
ORDINARY = {
    "prefecture": "",
    "functional_zone": 0,
    "poor_2014": 1,
    "lon": 98.0,
    "lat": 24.5,
    "position": "seat",
    "ruggedness_m": 120.0,
    "rural_share_2010": 1.0,
    "rural_share_2020": 1.0,
    "under5_share_2010": 0.27,
    "minority_share": 0.3,
    "household_size": 4.0,
    "residents_per_registered_2010": 0.9,
    "boundary_changed": 0,
    "filled": 0,
    "rural_poverty": 0.25,
    "urban_poverty": 0.08,
    "poverty": 0.25,
    "poverty_third": 0,
    "rural_left_behind": 0.35,
    "urban_left_behind": 0.12,
    "remoteness_score": 0.0,
    "seat_score": 0.0,
    "migrant": 0.05,
    "fiscal_index": 1.0,
    "pilot": 0,
    "townships": 1,
    "villages": 0,
    "communities": 0,
    "other_units": 0,
}
"""A poor county in the south-west; the rows below say what differs from it."""

FOUR_VILLAGES = (
    {
        "county_code": 539901, "county": "溪谷县", "villages": 3, "pilot": 1,
        "children_2010": 180, "children_2020": 168,
    },
    {
        "county_code": 539902, "county": "邻山县", "villages": 1, "lon": 98.4,
        "children_2010": 60, "children_2020": 57,
    },
)  # fmt: skip
TEACHING = (
    {
        "county_code": 539911, "county": "青石县", "pilot": 1, "poverty": 0.2, "fiscal_index": 0.8,
        "townships": 3, "villages": 9, "communities": 2, "other_units": 1,
        "children_2010": 3600, "children_2020": 3300, "rural_share_2010": 0.7, "rural_share_2020": 0.6,
    },
)  # fmt: skip
FIRST_UNIFORM_CODE = YUNNAN * PER_PROVINCE + 8001
FIRST_UNIFORM_LON, UNIFORM_LON_STEP = 98.0, 0.1
VILLAGES_PER_TOWNSHIP = 12
"""Of uniform worlds; the country has 11.8 villages and 15 units of all kinds per township."""


def four_villages_table() -> pd.DataFrame:
    """A pilot county of three villages and a neighbour of one, about 60 children a village: for tests."""
    return _table(FOUR_VILLAGES)


def teaching_table() -> pd.DataFrame:
    """One poor pilot county with three townships and nine villages, two communities and a camp."""
    return _table(TEACHING)


def uniform_table(n_villages: int, children_per_village: int, n_counties: int) -> pd.DataFrame:
    """Counties of villages alone, all of the same size: for measuring speed and for tests against theory."""
    rows = []
    for i in range(n_counties):
        n = n_villages * (i + 1) // n_counties - n_villages * i // n_counties
        rows.append(
            {
                "county_code": FIRST_UNIFORM_CODE + i,
                "county": f"均匀县{i + 1}",
                "villages": n,
                "townships": max(1, n // VILLAGES_PER_TOWNSHIP),
                "children_2010": n * children_per_village,
                "children_2020": n * children_per_village,
                "lon": FIRST_UNIFORM_LON + UNIFORM_LON_STEP * i,
            }
        )
    return _table(rows)


def _table(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame([{**ORDINARY, **row} for row in rows])
    province = load_provinces().set_index("province_code").loc[YUNNAN]
    table["province_code"] = YUNNAN
    for name in ("province", "province_en", "region"):
        table[name] = province[name]
    return table
