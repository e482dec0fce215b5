import numpy as np
import pytest
from scipy.stats import kstest

from calibration.checks import (
    TRUTHS,
    Ranks,
    calibration_gates,
    distance_and_coverage,
    feasibility,
    invented,
    learning_gates,
    true_rows,
)
from calibration.targets import standardised
from calibration.weighing import fit
from tests.calibration.lines import bank, target

pytestmark = pytest.mark.statistical


def targets(sd=0.06, width=0.1):
    return [target("first", 1.4, 1.4 + width, sd), target("second", 2.0, 2.0, sd)]


def check(made, meant, used=None):
    """Invent reports by one error model and fit them by another."""
    reports = invented(meant, made.values, 1)
    if used is None:
        return true_rows(made, range(len(made.quantiles)), np.ones(len(made.quantiles)), meant)
    ranks = []
    for row in range(TRUTHS):
        found = fit(made, used, reports[row], np.array([row]))
        ranks.append(found.weights @ (made.quantiles < made.quantiles[row]))
    return np.array(ranks)


def passed(gates):
    return {gate.name: gate.passed for gate in gates}


def test_a_right_fit_passes():
    found = check(bank(), targets())
    assert len(found.ranks) == TRUTHS
    assert all(passed(calibration_gates(found, 3)).values()), calibration_gates(found, 3)


@pytest.mark.parametrize("factor", [0.25, 4.0], ids=["too sure", "too wide"])
def test_a_broken_likelihood_is_caught(factor):
    """Error models four times too narrow or too wide, for the reports as they are."""
    ranks = check(bank(), targets(), targets(sd=0.06 * factor))
    assert not all(passed(calibration_gates(Ranks(ranks, np.ones(TRUTHS), 0), 2)).values())


def test_a_likelihood_of_swapped_targets_is_caught():
    made = bank()
    swapped = made._replace(values=made.values[:, ::-1])
    reports = invented(targets(), made.values, 1)
    ranks = np.array(
        [
            fit(swapped, targets(), reports[row], np.array([row])).weights
            @ (made.quantiles < made.quantiles[row])
            for row in range(TRUTHS)
        ]
    )
    assert distance_and_coverage(ranks)[0].max() > 0.122


def test_a_fit_that_learns_nothing_passes_calibration_and_is_caught_by_another_gate():
    made = bank()
    nothing = [target("first", 1.4, 1.4, 1e6), target("second", 2.0, 2.0, 1e6)]
    found = check(made, nothing)
    assert all(passed(calibration_gates(found, 2)).values())
    gates = passed(learning_gates(made, nothing, fit(made, nothing), 2))
    assert not gates["learnt"]
    assert gates["effective"]


def test_known_parameters_are_recovered_from_synthetic_data():
    made, reported = bank(16_384), targets(sd=0.05, width=0.0)
    generator = np.random.default_rng(11)
    held = []
    for _ in range(60):
        truth = generator.random(3)
        outcome = np.array([[truth[0], truth[0] + truth[1]]]) + 1.0
        found = fit(made, reported, invented(reported, outcome, int(generator.integers(1 << 30)))[0])
        held.append(found.weights @ (made.quantiles < truth))
    inside = (np.array(held) > 0.05) & (np.array(held) < 0.95)
    assert 0.78 <= inside.mean() <= 0.98


def test_invented_reports_follow_the_error_model():
    """Their distances from the outcome have the law whose density is the kernel."""
    each = [target("t", 1.0, 1.3, 0.1)]
    reports = invented(each, np.full((40_000, 1), 2.0), 1)[:, 0]
    grid, at = np.linspace(1.2, 2.5, 4_001), np.array([[2.0]])
    kernel = np.array([np.exp(-0.5 * standardised(each, at, np.array([low]))[0, 0] ** 2) for low in grid])
    upto = np.cumsum(kernel) / kernel.sum()
    assert kstest(reports, lambda x: np.interp(x, grid, upto)).pvalue > 1e-3


def test_what_the_prior_cannot_make_is_named():
    made = bank()
    wanted = [target("first", 1.5, 1.5, 0.02), target("second", 9.0, 9.0, 0.02)]
    found = feasibility(wanted, made)
    assert [each.is_met for each in found] == [True, False]
    assert found[1].high < 9.0
