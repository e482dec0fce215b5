"""A stand-in for the engine: outcomes are a function of the scenario, made in microseconds."""

import os
import signal

import numpy as np

from results.digest import Ends
from results.kept import Kept, digest_from

NOTHING = np.zeros(1, dtype=np.uint8)
EMPTY = {"group_waits": np.zeros(2), "group_coverage": np.zeros(2), "fifths": np.zeros(5)}
BAD_SEED = 3


def outcomes_of(scenario):
    """Something that depends on the numbers, the strategy and the seed."""
    base = scenario.schedule[0][1]
    return {
        "unmet_needs": base.find_multiplier * 100 + len(scenario.strategy.name) + scenario.seed % 7,
        "cost_yuan": float(base.desk_fte_factor),
        "wait_helped_months": float("nan"),
    }


def stub_of(scenario, outcomes):
    """Return a run with outcomes of one's own."""
    return Kept(digest_from(scenario.strategy.name, scenario.seed, outcomes, EMPTY), Ends(NOTHING, NOTHING))


def stub(scenario):
    """Make a run that costs next to nothing."""
    return stub_of(scenario, outcomes_of(scenario))


def failing(scenario):
    """Fail with one seed."""
    if scenario.seed == BAD_SEED:
        raise ArithmeticError(f"nothing works with seed {scenario.seed}")
    return stub(scenario)


def killed(scenario):
    """End the process with one seed, as the system does when memory runs out."""
    if scenario.seed == BAD_SEED:
        os.kill(os.getpid(), signal.SIGKILL)
    return stub(scenario)
