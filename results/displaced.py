"""Who was served in time in one run and not in another of the same seed, from the folders of the two runs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from results.cascade_table import as_spells
from results.measures.cascade import follow_up_months
from results.measures.displacement import Displacement, displacement
from results.measures.spells import served_within

SAME = ("world", "seed", "until")


def displaced(without: Path | str, with_it: Path | str) -> Displacement:
    """Return who lost and who gained by a programme, child by child and service by service.

    Needs that arose too late to be followed to the end are left out of both runs.

    Parameters
    ----------
    without, with_it
        Folders of two runs that kept their spells: of the same world, seed and last month.

    Raises
    ------
    ValueError
        If the two are not of the same children.
    FileNotFoundError
        If a run kept no spells (those of more than 10,000 villages do not).
    """
    first, second = (Path(folder) for folder in (without, with_it))
    asked = [json.loads((folder / "run.json").read_text(encoding="utf-8")) for folder in (first, second)]
    for name in SAME:
        values = [run["scenario"][name] for run in asked]
        if values[0] != values[1]:
            raise ValueError(f"{first} and {second} are not of the same children: {name} is {values}")
    keys = [_fates(folder, run["months"] - 1) for folder, run in zip((first, second), asked, strict=True)]
    return displacement(*keys[0], *keys[1])


def _fates(folder: Path, last_month: int) -> tuple[Any, Any]:
    """Return a key per followed spell, child and service, and whether it was served in time."""
    table = pd.read_parquet(folder / "spells.parquet")
    table = table[table["opened_month"] + follow_up_months() <= last_month]
    keys = table["child"].astype(str) + " " + table["service"].astype(str)
    return keys.to_numpy(dtype=np.str_), served_within(as_spells(table))
