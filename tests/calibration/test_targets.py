import csv

import numpy as np
import pytest

from calibration.targets import BLOCKS, block_file, ends, standardised
from model.declarations import declarations
from model.reading import ROOT
from tests.calibration.lines import target

pytestmark = pytest.mark.unit

USES = {"calibration target", "input", "context"}
"""What a target may rest on: O12 and D14 are inputs, R06 bounds R05."""


@pytest.fixture(scope="module")
def evidence():
    with (ROOT / "data" / "evidence" / "evidence.csv").open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("block", BLOCKS)
def test_targets_agree_with_the_evidence(block, evidence):
    for each in block_file(block).targets:
        rows = [evidence[name] for name in each.evidence]
        assert rows[0]["use"] == "calibration target"
        assert {row["use"] for row in rows} <= USES
        unit = 100.0 if rows[0]["unit"] == "%" else 1.0
        assert each.low == pytest.approx(float(rows[0]["low"]) / unit)
        ends_given = {float(row["high"]) / unit for row in rows if row["high"]}
        assert any(each.high == pytest.approx(end) for end in ends_given)


def test_every_calibration_target_of_the_evidence_is_fitted(evidence):
    wanted = {name for name, row in evidence.items() if row["use"] == "calibration target"}
    used = {name for block in BLOCKS for each in block_file(block).targets for name in each.evidence}
    assert wanted <= used


@pytest.mark.parametrize("block", BLOCKS)
def test_what_is_fitted_is_declared_calibrated_and_has_a_prior(block):
    file = block_file(block)
    assert {declarations()[name].kind for name in file.fitted} == {"calibrated"}
    for axis in file.axes:
        each = declarations()[axis.name]
        assert each.low is not None
        assert each.high is not None
        assert axis.values or axis.low == each.low < axis.high == each.high
        assert each.kind != "lever"


def test_distance_is_nought_between_the_ends_and_grows_on_both_sides():
    each = target("t", 1000.0, 1120.0, 0.05, "log")
    values = np.array([[1000.0], [1060.0], [1120.0], [1000.0 * np.exp(-0.1)], [1120.0 * np.exp(0.05)]])
    assert standardised([each], values).ravel() == pytest.approx([0.0, 0.0, 0.0, -2.0, 1.0])


def test_a_count_of_nought_is_infinitely_far():
    assert standardised([target("t", 10.0, 10.0, 0.1, "log")], np.array([[0.0]]))[0, 0] == -np.inf


def test_invented_reports_take_the_place_of_those_given():
    each = target("t", 10.0, 12.0, 0.1, "log")
    low, width = ends([each])
    assert low[0] == pytest.approx(np.log(10.0))
    assert width[0] == pytest.approx(np.log(1.2))
    moved = standardised([each], np.array([[20.0]]), low + np.log(2.0))
    assert moved[0, 0] == pytest.approx(0.0, abs=1e-9)
