"""Compare results under the two generators of draws, to see whether they hang on the one that is used.

``python -m tools.two_generators`` runs the same scenario with many seeds under each generator, in a process
of its own, and compares means of outcomes. Runs under one generator know nothing of those under the other.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from columns.compiling import DRAWS_VARIABLE
from columns.draws import GENERATORS
from columns.tallies import M_VISITS
from model.money import FEN_PER_YUAN
from model.observation import COUNTY_MEASURES
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from results.series import count_cube
from tools.baseline import TOTALS

ROOT = Path(__file__).resolve().parent.parent
FALSE_ALARM = 1e-3
"""Chance that any of the outcomes is said to differ though none does."""


def outcomes(world: str, strategy: str, until: int | str, seeds: Iterable[int]) -> pd.DataFrame:
    """Return totals of runs under the generator of this process: a row per seed, a column per outcome."""
    rows = []
    with np.errstate(over="ignore"):
        for seed in seeds:
            model = ScaleUpModel(make_scenario(world, strategy, seed=seed, until=until)).run()
            counts = count_cube(model)
            rows.append(
                {name: int(counts.of(name).sum()) for name in TOTALS}
                | {
                    "visits": int(model.observed.meters[-1, M_VISITS]),
                    "trust_at_end": float(model.state.households.trust.mean()),
                    "cost_yuan": float(
                        model.observed.counties[..., COUNTY_MEASURES.index("cost_fen")].sum() / FEN_PER_YUAN
                    ),
                }
            )
    return pd.DataFrame(rows)


def outcomes_under(
    generator: str, world: str, strategy: str, until: int | str, seeds: range, **environment: str
) -> pd.DataFrame:
    """Return the same from a process with a generator of its own."""
    request = json.dumps([world, strategy, until, seeds.start, seeds.stop])
    done = subprocess.run(
        [sys.executable, "-m", "tools.two_generators", "--rows", request],
        cwd=ROOT,
        env={**os.environ, DRAWS_VARIABLE: generator, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return pd.DataFrame(json.loads(done.stdout.splitlines()[-1]))


def compare(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Return means of every outcome under both, their difference in standard errors, and Welch's p-value."""
    test = stats.ttest_ind(ours, theirs, equal_var=False)
    error = np.sqrt(ours.var() / len(ours) + theirs.var() / len(theirs))
    return pd.DataFrame(
        {
            GENERATORS[0]: ours.mean(),
            GENERATORS[1]: theirs.mean(),
            "difference_share": (theirs.mean() - ours.mean()) / ours.mean(),
            "standard_error_share": error / ours.mean(),
            "z": (theirs.mean() - ours.mean()) / error,
            "p": test.pvalue,
        }
    )


def agree(table: pd.DataFrame) -> bool:
    """Whether no outcome differs, with `FALSE_ALARM` shared by all (Bonferroni)."""
    return bool((table["p"] > FALSE_ALARM / len(table)).all())


def main() -> int:
    """Run the command; the exit status is 1 if the generators disagree."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.two_generators", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--world", default="teaching")
    parser.add_argument("--strategy", default="history")
    parser.add_argument("--until", default="2020-12")
    parser.add_argument("--seeds", type=int, default=200, help="runs under each generator")
    parser.add_argument("--rows", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.rows:
        world, strategy, until, first, last = json.loads(given.rows)
        print(outcomes(world, strategy, until, range(first, last)).to_json(orient="records"))
        return 0
    seeds = range(1, given.seeds + 1)
    ours, theirs = (
        outcomes_under(generator, given.world, given.strategy, given.until, seeds) for generator in GENERATORS
    )
    table = compare(ours, theirs)
    print(table.round(4).to_string())
    verdict = "agree" if agree(table) else "DIFFER"
    print(f"{given.seeds} runs each, chance of a false alarm {FALSE_ALARM}: they {verdict}")
    return 0 if agree(table) else 1


if __name__ == "__main__":
    sys.exit(main())
