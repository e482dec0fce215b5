"""Memory does not grow with the number of runs."""

import json
import os
import subprocess
import sys

import pytest

from tests.test_architecture import ROOT

RUNS = 100_000
MOST_GROWTH_MEGABYTES = 60
"""After a warm-up of 20,000 runs. Kept as Python objects, 80,000 further runs would take some 400 MB."""


@pytest.mark.slow
@pytest.mark.unit
def test_a_hundred_thousand_runs_take_the_memory_of_a_few(tmp_path):
    command = [sys.executable, "-m", "tests.experiments.flat", str(tmp_path), str(RUNS)]
    path = os.pathsep.join(sys.path)
    told = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    )
    figures = json.loads(told.stdout)
    assert figures["done"] == RUNS
    assert figures["files"] <= 3
    assert figures["after"] - figures["before"] < MOST_GROWTH_MEGABYTES, figures
