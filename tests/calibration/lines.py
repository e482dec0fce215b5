"""A bank of straight lines, whose posterior is known: outcomes are parameters plus a little chance."""

import numpy as np
import pandas as pd
from scipy.stats import qmc

from calibration.bank import Bank
from calibration.targets import Target
from model.declarations import Bilingual

CHANCE = 0.02


def target(name, low, high, sd, scale="linear"):
    return Target(
        name=name, evidence=("R01",), label=Bilingual(en=name, zh=name), measure="villages_with_post",
        month="2010-12", low=low, high=high, scale=scale, sd=sd, why="test",
    )  # fmt: skip


def bank(rows=4096, parameters=3, seed=1):
    """The first outcome is the first parameter plus one; the second the sum of the first two plus one."""
    quantiles = qmc.Sobol(parameters, rng=np.random.default_rng(seed)).random(rows)
    chance = np.random.default_rng(seed + 1).normal(size=(rows, 2)) * CHANCE
    values = np.column_stack([quantiles[:, 0], quantiles[:, 0] + quantiles[:, 1]]) + 1.0 + chance
    frame = pd.DataFrame(quantiles, columns=[f"p{k}" for k in range(parameters)])
    return Bank(quantiles, values, np.ones(rows), np.arange(1, rows + 1), frame, rows)
