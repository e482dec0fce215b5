"""The gate on misfit: right fits pass however large chance is, wrong ones do not."""

import numpy as np
import pytest

from calibration.bank import Bank
from calibration.misfit import (
    LEAST_RIGHT,
    Misfit,
    chance_of,
    misfit_entry,
    misfit_gate,
    misfit_of,
    right_misfits,
)
from calibration.weighing import fit, resampled
from tests.calibration.lines import bank, target

pytestmark = pytest.mark.statistical

SD = 0.05
FITS, DRAWS = 60, 20


def targets(first=1.4, second=2.0):
    return [target("first", first, first, SD), target("second", second, second, SD)]


def noisy(chance, rows=16_384):
    """The straight lines with chance of some size, and what runs rows of them with new seeds."""
    made = bank(rows)
    lines = np.column_stack([made.quantiles[:, 0], made.quantiles[:, :2].sum(axis=1)]) + 1.0
    generator = np.random.default_rng(17)

    def simulate(chosen):
        return lines[chosen] + generator.normal(size=(len(chosen), 2)) * chance

    return made._replace(values=simulate(np.arange(rows))), simulate


def judged(made: Bank, simulate, weights, wanted) -> Misfit:
    rows = resampled(weights, 100, 1)
    fresh = simulate(rows)
    right, n_left_out = right_misfits(made, wanted, fresh[:FITS], rows[:FITS], DRAWS, simulate)
    of_target = misfit_of(wanted, fresh)
    runs = np.stack([fresh, simulate(rows), simulate(rows)], axis=1)
    return Misfit(float(of_target.mean()), of_target, chance_of(wanted, runs), right, n_left_out)


@pytest.mark.parametrize("times", [0.5, 1.0, 2.0])
def test_a_right_fit_passes_however_large_chance_is(times):
    """Its misfit is 1 + 2 v, beyond any fixed limit once chance is large."""
    made, simulate = noisy(times * SD)
    found = judged(made, simulate, fit(made, targets()).weights, targets())
    assert found.chance == pytest.approx([times**2] * 2, rel=0.35)
    assert found.value == pytest.approx(1.0 + 2.0 * times**2, rel=0.35)
    assert np.median(found.right) == pytest.approx(1.0 + 2.0 * times**2, rel=0.35)
    assert misfit_gate(found).passed


@pytest.mark.parametrize("times", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("broken", ["too wide", "swapped", "shifted"])
def test_a_broken_likelihood_is_caught_at_the_same_chance(times, broken):
    """Rows weighed with an error model six times as wide, with targets swapped, or off by a third."""
    made, simulate = noisy(times * SD)
    used = {
        "too wide": [each.model_copy(update={"sd": 6.0 * SD}) for each in targets()],
        "swapped": targets()[::-1],  # each outcome meets the report of the other
        "shifted": targets(1.7, 2.3),
    }[broken]
    found = judged(made, simulate, fit(made, used).weights, targets())
    gate = misfit_gate(found)
    assert len(found.right) >= LEAST_RIGHT
    assert not gate.passed, (gate, found.chance)


def test_a_model_that_cannot_reach_a_target_is_caught():
    """No draw has a second outcome of 3.2: the nearest ones are too low, all of them."""
    made, simulate = noisy(SD)
    wanted = targets(1.7, 3.4)
    found = judged(made, simulate, fit(made, wanted).weights, wanted)
    assert not misfit_gate(found).passed


def test_with_few_right_fits_there_is_no_verdict_but_failure():
    few = Misfit(0.5, np.full(2, 0.5), np.zeros(2), np.ones(LEAST_RIGHT - 1), 40)
    assert not misfit_gate(few).passed
    assert misfit_gate(few._replace(right=np.ones(LEAST_RIGHT))).passed


def test_reports_for_which_the_bank_is_too_sparse_are_left_out_and_nothing_is_simulated():

    def nothing(chosen):
        raise AssertionError(chosen)

    made, _ = noisy(SD, rows=128)
    rows = np.arange(5)
    right, n_left_out = right_misfits(made, targets(), made.values[rows], rows, 3, nothing)
    assert len(right) == 0
    assert n_left_out == 5


def test_provenance_states_raw_misfit_chance_expected_and_right_fits():
    found = Misfit(3.0, np.array([2.0, 4.0]), np.array([0.5, 1.5]), np.linspace(1.0, 5.0, 41), 4)
    entry = misfit_entry(found, targets())
    assert entry["value"] == 3.0
    assert [each["chance"] for each in entry["targets"]] == [0.5, 1.5]
    assert entry["expected_where_free"] == 3.0
    assert entry["right"] == {
        "fits": 41, "left_out": 4, "low": 1.2, "middle": 3.0, "high": 4.8, "share_as_far": 0.512,
    }  # fmt: skip
