"""The same seed gives the same state in every month, whatever executes it."""

import json
import os
import subprocess
import sys
from typing import Any

import pandas as pd
import pytest

from columns.compiling import ROOT
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.worlds import uniform_world
from results.series import series
from results.write import hash_of
from tools.baseline import changes, load

pytestmark = pytest.mark.determinism

PROGRAM = """
import json, sys
import numpy as np
from tools.baseline import record

with np.errstate(over="ignore"):
    print(json.dumps(record("four_villages", n_threads=int(sys.argv[1]))))
"""
EVENTFUL = {"mandate_month": 20, "mandate_hazard_per_month": 0.3, "turnover_per_year": 0.4}


def record_elsewhere(n_threads, **environment):
    """Run the smallest world in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(n_threads)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_fresh_process_with_another_order_of_sets_and_two_threads():
    kept = load()["four_villages"]
    assert not changes(kept, record_elsewhere(2, PYTHONHASHSEED="1", NUMBA_DISABLE_JIT="0"))


def test_uncompiled_and_yet_another_order_of_sets():
    """Plain Python agrees with compiled code over all months, the mandate and elections included."""
    kept = load()["four_villages"]
    assert not changes(kept, record_elsewhere(1, PYTHONHASHSEED="2", NUMBA_DISABLE_JIT="1"))


@pytest.fixture(scope="module")
def runs():
    """State hash by month, and the series, of runs that differ in how they are executed."""
    world, made = uniform_world(36, 40, 12), {}
    ways: dict[str, dict[str, Any]] = {
        "one thread": {},
        "again": {},
        "two threads": {"n_threads": 2},
        "three threads": {"n_threads": 3, "log_events": True},
        "phase by phase": {"n_threads": 2, "profile": True},
        "another seed": {"seed": 6},
    }
    for name, options in ways.items():
        seed = options.pop("seed", 5)
        model = ScaleUpModel(make_scenario(world, parameters=EVENTFUL, seed=seed, until=60), **options)
        made[name] = [model.run(month).state_hash() for month in range(61)], model
    return made


@pytest.mark.parametrize("other", ["again", "two threads", "three threads", "phase by phase"])
def test_state_is_the_same_every_month(runs, other):
    assert runs["one thread"][0] == runs[other][0]


def test_hash_follows_the_state(runs):
    hashes = runs["one thread"][0]
    assert len(set(hashes)) == len(hashes)
    assert not set(hashes) & set(runs["another seed"][0])


@pytest.mark.parametrize("other", ["two threads", "another seed"])
def test_series_on_disk_have_the_same_content(runs, other, tmp_path):
    tables = []
    for name in ("one thread", other):
        path = tmp_path / f"{name}.parquet"
        series(runs[name][1]).to_parquet(path, index=False)
        tables.append(pd.read_parquet(path))
    same = hash_of(tables[0]) == hash_of(tables[1])
    assert tables[0].equals(tables[1]) == same == (other == "two threads")
