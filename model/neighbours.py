"""Who looks at whom: the neighbours of every county, as a compressed list of rows.

Neighbours are the nearest county seats within a radius, over the great circle. Where the position of a seat
is not known, the counties of the same prefecture stand in. A table of edges replaces both.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from model.counties import PER_PREFECTURE
from model.spread import OUTSIDE

EARTH_RADIUS_KM = 6371.0088
KNOWN_POSITIONS = ("seat", "towns")
"""Values of ``position`` that are good enough to measure a distance from."""


def nearest_counties(table: pd.DataFrame, count: int, radius_km: float) -> list[np.ndarray]:
    """Return the neighbours of every row as row numbers, nearest first.

    Parameters
    ----------
    table : DataFrame
        ``county_code``, ``prefecture``, ``province_code``, ``lon``, ``lat``, ``position``.
    count : int
        At most so many neighbours.
    radius_km : float
        At most this far, over the great circle.
    """
    lon, lat = np.radians(table.lon.to_numpy(float)), np.radians(table.lat.to_numpy(float))
    known = table.position.isin(KNOWN_POSITIONS).to_numpy() & np.isfinite(lon) & np.isfinite(lat)
    rows = np.flatnonzero(known)
    found: list[np.ndarray] = [np.empty(0, dtype=np.int64) for _ in range(len(table))]
    if len(rows) > 1:
        ball = np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)), axis=1)[rows]
        chord = 2 * np.sin(min(radius_km / EARTH_RADIUS_KM, np.pi) / 2)
        near = min(count + 1, len(rows))
        distance, index = cKDTree(ball).query(ball, k=near, distance_upper_bound=chord)
        for i, row in enumerate(rows):
            inside = rows[index[i][np.isfinite(distance[i])]]
            found[row] = inside[inside != row][:count]
    prefecture = table.county_code.to_numpy() // PER_PREFECTURE
    for row in np.flatnonzero(~known):
        same = np.flatnonzero(prefecture == prefecture[row])
        found[row] = same[same != row]
    return found


def edges_to_neighbours(table: pd.DataFrame, edges: Iterable[tuple[int, int]]) -> list[np.ndarray]:
    """Return rows of neighbours, per county, from pairs (county that looks, county looked at) of codes.

    Raises
    ------
    KeyError
        A code that is not in the table.
    """
    row_of = {int(code): row for row, code in enumerate(table.county_code)}
    found: list[list[int]] = [[] for _ in range(len(table))]
    for looks, looked_at in edges:
        found[row_of[looks]].append(row_of[looked_at])
    return [np.array(rows, dtype=np.int64) for rows in found]


def compressed(
    neighbours: list[np.ndarray], codes: np.ndarray, world_codes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``indptr`` and ``indices`` (int32) of a world's counties.

    Parameters
    ----------
    neighbours : list of arrays
        Row numbers in a table of all counties, one entry per row of it.
    codes : int array
        County codes of that table, ascending.
    world_codes : int array
        Codes of the world's counties, a part of ``codes``. Neighbours outside get OUTSIDE.
    """
    rows = np.searchsorted(codes, world_codes)
    place = np.full(len(codes), OUTSIDE, dtype=np.int32)
    place[rows] = np.arange(len(world_codes), dtype=np.int32)
    parts = [place[neighbours[row]] for row in rows]
    indptr = np.concatenate(([0], np.cumsum([len(part) for part in parts]))).astype(np.int32)
    return indptr, np.concatenate(parts or [np.empty(0)]).astype(np.int32)
