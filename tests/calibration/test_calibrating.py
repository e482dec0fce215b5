"""The whole of ``calibrate`` on a small scale, and the wall between fitting and hold-outs."""

import json

import numpy as np
import pandas as pd
import pytest

from calibration import posterior as shipping
from calibration.calibrating import plan_of, run_calibration
from calibration.posterior import not_learnt
from calibration.targets import BLOCKS, block_file
from experiments.tables import read_rows
from model.declarations import declarations
from model.reading import ROOT
from model.source_hash import modules_behind
from model.text import catalogue

pytestmark = pytest.mark.statistical

HELD_OUT = "held_out"


def test_no_fitting_code_opens_the_hold_outs_or_the_table_of_evidence(made, opened):
    """Every file that was opened during a whole calibration, checks and pictures included."""
    assert any("rollout.yaml" in path for path in opened) or any("runs.parquet" in path for path in opened)
    assert not [path for path in opened if HELD_OUT in path or "evidence.csv" in path]


def test_no_module_behind_fitting_knows_the_hold_outs():
    behind = modules_behind(["calibration.calibrating"], ["calibration", "experiments", "results", "model"])
    assert "calibration.fitting" in behind
    for module in behind:
        source = ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
        assert HELD_OUT not in source, module


def test_the_posterior_is_a_table_that_experiments_read(made):
    folder, _ = made
    table = pd.read_csv(folder / "out" / "posterior.csv")
    names = {name for block in BLOCKS for name in (*block_file(block).names, *block_file(block).cut)}
    assert set(table.columns) == {"draw", *names}
    rows = read_rows(folder / "out" / "posterior.csv")
    assert len(rows) == len(table) == shipping.ROWS
    for name in names:
        each = declarations()[name]
        assert table[name].between(*each.allowed).all()


def test_what_is_cut_keeps_its_prior(made):
    folder, _ = made
    column = pd.read_csv(folder / "out" / "posterior.csv")["visible_results_weight_per_month"]
    each = declarations()["visible_results_weight_per_month"]
    assert each.low is not None
    assert each.high is not None
    places = (np.log(column) - np.log(each.low)) / (np.log(each.high) - np.log(each.low))
    assert np.histogram(places, bins=10, range=(0, 1))[0].tolist() == [shipping.ROWS // 10] * 10


def test_provenance_tells_size_worth_gates_and_what_was_not_learnt(made):
    folder, found = made
    told = json.loads((folder / "out" / "posterior.json").read_text(encoding="utf-8"))
    assert told == json.loads(json.dumps(found.provenance))
    for name in BLOCKS:
        entry = told["blocks"][name]
        assert entry["bank_rows"] > sum(entry["wave_rows"]) > 0
        assert len(entry["effective"]) == 1 + len(entry["wave_rows"])
        gates = {gate["name"]: gate for gate in entry["gates"]}
        assert {"feasible", "effective", "learnt", "regression", "misfit", "truths"} <= set(gates)
        assert not gates["effective"]["passed"], "a hundred rows cannot be worth two hundred"
        assert set(not_learnt(entry)) <= set(block_file(name).fitted)
    assert not found.passed


def test_the_summary_never_says_estimated(made):
    _, found = made
    words = "\n".join(found.lines)
    assert "consistent with" in catalogue("en")["calibration.learnt"]
    assert "estimate" not in words.lower()
    for text in (value for key, value in catalogue("en").items() if key.startswith("calibration.")):
        assert "estimat" not in text.lower()


def test_the_posterior_is_shipped_where_it_is_asked_to(made):
    folder, _ = made
    for name in ("posterior.csv", "posterior.json"):
        assert (folder / "shipped" / name).read_bytes() == (folder / "out" / name).read_bytes()


def test_the_same_command_again_computes_nothing_and_gives_the_same(made, small_plan):
    folder, found = made
    before = (folder / "out" / "posterior.csv").read_bytes()
    again = run_calibration(folder / "out", check=True, workers=1, planned=small_plan, language="zh")
    assert (folder / "out" / "posterior.csv").read_bytes() == before
    assert again.provenance == found.provenance
    assert (folder / "out" / "summary_zh.md").is_file()


def test_full_sizes_are_those_of_the_specification():
    assert plan_of("rollout", None).rows >= 20_000
    assert plan_of("service", None).rows >= 8_000
    assert plan_of("service", 100).rows == 40
