"""Where things are drawn: counties at their seats, their villages by township; a place or a true position.

Nobody has the positions of 620,000 villages. The page lays them out by township around the seat of their
county, and says so.
"""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.counties import load_counties
from model.scale_up import ScaleUpModel
from results.place_names import english_names

KIND_BITS, REMOTE_BITS = 2, 1


def packed(values: NDArray[Any], kind: str) -> str:
    """Return numbers as base64 of their little-endian bytes, to be read by a typed array in the page."""
    return base64.b64encode(np.ascontiguousarray(values, dtype=np.dtype(kind).newbyteorder("<"))).decode()


def places(model: ScaleUpModel) -> dict[str, Any]:
    """Return counties as columns, and villages packed: township within the county, remoteness and kind.

    ``villages`` holds uint16 numbers: bits 0–1 kind of unit, bit 2 remote, from bit 3 on the township.
    """
    table, counties, villages = model.world.table, model.state.counties, model.state.villages
    township = villages["township"] - counties["first_township"][villages["county"]]
    code = villages["kind"] | villages["remote"] << KIND_BITS | township << (KIND_BITS + REMOTE_BITS)
    return {
        "counties": {
            "code": table.county_code.tolist(),
            "name": table.county.tolist(),
            "name_en": english_names(table.county_code.tolist()),
            "province": table.province.tolist(),
            "province_en": table.province_en.tolist(),
            "lon": table.lon.round(3).tolist(),
            "lat": table.lat.round(3).tolist(),
            "children": np.rint(counties["children"]).astype(int).tolist(),
            "villages": counties["n_villages"].tolist(),
            "first_village": counties["first_village"].tolist(),
            "townships": counties["n_townships"].tolist(),
            "pilot": counties["pilot"].tolist(),
        },
        "villages": packed(code, "u2"),
        "village_names": list(model.world.village_names),
        "township_names": list(model.world.township_names),
        "invented": not bool(table.county_code.isin(load_counties().county_code).any()),
    }
