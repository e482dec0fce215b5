"""The worlds that can be simulated, by name, from four invented villages to the whole country."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from columns.layout import HOUSEHOLD, VILLAGE
from model.county_shares import national_counties
from model.demography import HORIZON_MONTHS, plan_sectors, slots_needed
from model.invented import four_villages_table, teaching_table, uniform_table
from model.parameters import Parameters, default_parameters
from model.sectors import UNIT_COLUMNS, census_sectors, units_of
from model.text import text
from model.village_shares import choose_pilot_villages, describe_villages
from model.world import World, lay_out

FIVE_PROVINCES = (14, 41, 51, 53, 65)
"""Shanxi, Henan, Sichuan, Yunnan, Xinjiang: those of the pilot of 2010."""
DEFAULT_WORLD = "pilot_counties"

BYTES_PER_SLOT = 30
"""Needs, birth, traits, next date and household number of a child slot, and its part of the lists."""
PEAK_FACTOR = 1.2
"""Most memory that a run takes at any time over that of its columns, with Python and what is observed.
Measured over 2010–2030: 6.3 GB in rural China, 3.4 GB in five provinces."""
BYTES_PER_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Places:
    """Which counties and which kinds of units make a world."""

    rows: Callable[[Parameters], pd.DataFrame]
    kinds: tuple[str, ...] = UNIT_COLUMNS


def _pilot_rows(parameters: Parameters) -> pd.DataFrame:
    table = national_counties(parameters)
    return table[table.pilot == 1]


def _five_province_rows(parameters: Parameters) -> pd.DataFrame:
    table = national_counties(parameters)
    return table[table.province_code.isin(FIVE_PROVINCES)]


def _rows_with_villages(parameters: Parameters) -> pd.DataFrame:
    table = national_counties(parameters)
    return table[table.villages > 0]


WORLDS = {
    "four_villages": Places(lambda _: four_villages_table()),
    "teaching": Places(lambda _: teaching_table()),
    "pilot_counties": Places(_pilot_rows),
    "five_provinces": Places(_five_province_rows),
    "rural_china": Places(_rows_with_villages, ("villages",)),
    "china": Places(national_counties),
}


def build_world(name: str = DEFAULT_WORLD, parameters: Parameters | None = None) -> World:
    """Build a world by name, shipped or imported; the same name and parameters give the same world.

    Raises
    ------
    ValueError
        Unknown name; the message lists the known ones.
    """
    from model.own.store import is_own, load

    if name not in WORLDS:
        if is_own(name):
            return load(name, parameters or default_parameters())
        raise ValueError(f"there is no world {name!r}; choose one of {', '.join(WORLDS)}")
    parameters = parameters or default_parameters()
    places = WORLDS[name]
    return world_of(name, places.rows(parameters), parameters, places.kinds)


def world_of(
    name: str, table: pd.DataFrame, parameters: Parameters, kinds: tuple[str, ...] = UNIT_COLUMNS
) -> World:
    """Build a world from complete county rows with derived columns, of the country or invented."""
    world = lay_out(name, table, parameters.village_size_log_sd, kinds)
    describe_villages(world, parameters)
    choose_pilot_villages(world, parameters)
    return world


def uniform_world(
    n_villages: int, children_per_village: int, counties: int = 1, parameters: Parameters | None = None
) -> World:
    """Build an invented world of equal villages.

    Parameters
    ----------
    n_villages : int
        In the whole world.
    children_per_village : int
        At both censuses; every village has the same number.
    counties : int
        Counties to divide the villages over, at most one per village.

    Raises
    ------
    ValueError
        If there are more counties than villages, or none.
    """
    if not 1 <= counties <= n_villages:
        raise ValueError(f"{n_villages} villages cannot be divided over {counties} counties")
    equal = (parameters or default_parameters()).replace(village_size_log_sd=0.0)
    return world_of("uniform", uniform_table(n_villages, children_per_village, counties), equal)


def worlds_table(language: str = "en", parameters: Parameters | None = None) -> list[dict[str, object]]:
    """One row per world for ``run.py worlds``: what it is, how many places and children, how much memory.

    Shipped worlds are not built: the numbers come from the county table and the demographic plan. Memory is
    an estimate of the columns of a run, in megabytes.
    """
    parameters = parameters or default_parameters()
    return [
        {
            "name": name,
            "what": world_label(name, language),
            **world_size(name, parameters),
            "memory_megabytes": memory_megabytes(name, parameters),
        }
        for name in all_worlds()
    ]


def all_worlds() -> tuple[str, ...]:
    """Return the names of the shipped worlds and of those that the user imported."""
    from model.own.store import own_names

    return (*WORLDS, *own_names())


def world_label(name: str, language: str) -> str:
    """Return what a world is, in a sentence."""
    return text(f"world.{name}" if name in WORLDS else "places.own_world", language)


def world_size(name: str, parameters: Parameters | None = None) -> dict[str, int]:
    """Return how many places and children a world has, without building a shipped one."""
    table, kinds = _counties_of(name, parameters or default_parameters())
    units = units_of(table, kinds).sum(axis=1)
    sectors = census_sectors(table, kinds)
    return {
        "counties": len(table),
        "townships": int(np.minimum(table.townships, units).sum()),
        "villages": int(units.sum()),
        "children_2010": int(sectors["children_2010"].sum()),
        "children_2020": int(sectors["children_2020"].sum()),
    }


def memory_megabytes(name: str, parameters: Parameters | None = None) -> int:
    """Return an estimate of the most memory of a run, from the demographic plan of a world."""
    parameters = parameters or default_parameters()
    table, kinds = _counties_of(name, parameters)
    sectors = census_sectors(table, kinds)
    births, target, _ = plan_sectors(sectors, table.county_code.to_numpy(), parameters, HORIZON_MONTHS)
    slots = int(slots_needed(births, target).sum())
    households = slots / parameters.household_slots_base
    n_units = units_of(table, kinds).sum()
    memory = slots * BYTES_PER_SLOT + households * HOUSEHOLD.itemsize + n_units * VILLAGE.itemsize
    return int(np.ceil(PEAK_FACTOR * memory / BYTES_PER_MEGABYTE))


def _counties_of(name: str, parameters: Parameters) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the counties of a world and the kinds of units that are in it."""
    if name in WORLDS:
        return WORLDS[name].rows(parameters).reset_index(drop=True), WORLDS[name].kinds
    return build_world(name, parameters).table.reset_index(drop=True), UNIT_COLUMNS
