"""Sweeps from design to data frame: begun, gone on with, expanded, refused; killed at any moment."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from experiments import sweep
from experiments.store import read_draws, read_runs
from experiments.study import DONE
from experiments.sweeping import run_sweep
from model.problems import InputError
from results.measures.catalogue import catalogue
from tests.experiments.conftest import SMALL
from tests.experiments.stub import stub
from tests.test_architecture import ROOT

RUN_COLUMNS = {"number", "id", "strategy", "draw", "replication", "seed", "status", "error", "cpu_seconds"}


@pytest.fixture
def stubbed(design, tmp_path):
    """Run a design with the stand-in for the engine."""

    def run(text=SMALL, **options):
        return run_sweep(design(text), tmp_path / "out", workers=1, simulate=stub, **options)

    return run


@pytest.mark.common_numbers
def test_a_small_sweep_gives_a_tidy_frame_and_its_runs_can_be_made_one_by_one(design, tmp_path):
    frame = sweep(design(SMALL), tmp_path / "out", workers=1)
    assert len(frame) == 3 * 2 * 4
    assert frame["status"].eq(DONE).all()
    levers, drawn = {"base", "desk_fte_factor"}, {"find_multiplier", "visit_hours"}
    assert levers | drawn | RUN_COLUMNS <= set(frame.columns)
    assert set(frame.columns) - levers - drawn - RUN_COLUMNS <= set(catalogue().measures)
    assert frame.groupby("seed")["draw"].nunique().eq(1).all()
    assert frame.groupby(["draw", "replication"])["seed"].nunique().eq(1).all()
    schema = json.loads((tmp_path / "out" / "schema.json").read_text())
    assert schema["runs"]["unmet_needs"]["label"]

    from model.scale_up import ScaleUpModel
    from model.scenario import make_scenario
    from results.kept import keep

    row = frame.iloc[9]
    numbers = {name: row[name] for name in ("find_multiplier", "visit_hours", "desk_fte_factor")}
    scenario = make_scenario("four_villages", row["base"], numbers, int(row["seed"]), "2011-12")
    outcomes = keep(ScaleUpModel(scenario).run()).digest.outcomes
    assert pd.Series(outcomes, dtype=float).equals(row[list(outcomes)].astype(float).rename(None))


@pytest.mark.unit
def test_expanding_keeps_what_is_there_and_adds_draws_or_replications(stubbed, tmp_path):
    stubbed()
    before, draws = read_runs(tmp_path / "out"), read_draws(tmp_path / "out")
    again = stubbed()
    assert again.outcome.made == 0
    more = stubbed(expand=2)
    assert more.outcome.made == 2 * 2 * 4
    assert read_draws(tmp_path / "out").head(3).equals(draws)
    assert read_runs(tmp_path / "out").head(len(before)).equals(before)
    assert stubbed().outcome.made == 0  # the expansion is remembered
    assert stubbed(SMALL.replace("replications: 2", "replications: 3")).outcome.made == 5 * 4


@pytest.mark.unit
def test_where_draws_are_not_sampled_replications_are_added(stubbed, tmp_path):
    text = "world: four_villages\nuntil: 2011-12\nuncertain: {draws: 0}\n"
    text += "levers: {parameters: {desk_fte_factor: [1, 2]}}"
    assert stubbed(text).outcome.made == 2
    assert stubbed(text, expand=3).outcome.made == 6
    assert sorted(read_runs(tmp_path / "out")["replication"].unique()) == [1, 2, 3, 4]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("before", "after"),
    [("until: 2011-12", "until: 2012-12"), ("draws: 3", "draws: 4"), ("high: 2", "high: 1.9")],
)
def test_another_design_in_the_same_folder_is_refused(stubbed, tmp_path, before, after):
    stubbed()
    kept = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    with pytest.raises(InputError, match="another experiment"):
        stubbed(SMALL.replace(before, after))
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == kept


@pytest.mark.unit
def test_an_unknown_run_cannot_be_made_again(stubbed, tmp_path):
    stubbed()
    known = read_runs(tmp_path / "out")["id"][5]
    assert stubbed(rerun=[known]).outcome.made == 1
    with pytest.raises(InputError, match="no runs with the ids"):
        stubbed(rerun=["abc"])


SLOW = """\
    world: four_villages
    until: 2012-12
    replications: {n}
"""


@pytest.mark.determinism
@pytest.mark.slow
def test_killed_without_warning_it_goes_on_and_ends_as_if_nothing_had_happened(design, tmp_path):
    n = 40
    path = design(SLOW.format(n=n))
    command = [
        sys.executable,
        "run.py",
        "sweep",
        str(path),
        "--out",
        str(tmp_path / "killed"),
        "--workers",
        "1",
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    started = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    while not list((tmp_path / "killed").glob("segments/*.parquet")) and started.poll() is None:
        time.sleep(0.01)
    started.send_signal(signal.SIGKILL)
    assert started.wait() == -signal.SIGKILL
    on_disk = sum(len(pd.read_parquet(part)) for part in (tmp_path / "killed").glob("segments/*.parquet"))
    assert 0 < on_disk < n
    gone_on = run_sweep(path, tmp_path / "killed", workers=1)
    assert gone_on.outcome.made == n - on_disk
    whole = run_sweep(path, tmp_path / "whole", workers=1)
    assert whole.counts == gone_on.counts == {DONE: n}
    frames = [read_runs(tmp_path / name).drop(columns="cpu_seconds") for name in ("killed", "whole")]
    pd.testing.assert_frame_equal(*frames)
