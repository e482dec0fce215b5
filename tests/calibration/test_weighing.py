import numpy as np
import pytest

from calibration.bank import Part, pooled
from calibration.blocks import block_of
from calibration.proposals import WIDE_SD, WIDER, aimed, proposal_of
from calibration.targets import standardised
from calibration.weighing import (
    by_regression,
    contraction,
    fit,
    mean_and_sd,
    resampled,
    weighted_quantile,
)
from tests.calibration.lines import CHANCE, bank, target

pytestmark = pytest.mark.statistical


def targets(first=1.4, second=2.0, sd=0.05):
    return [target("first", first, first, sd), target("second", second, second, sd)]


def test_the_posterior_of_a_line_is_the_one_in_the_books():
    made = bank(65_536)
    found = fit(made, targets())
    mean, sd = mean_and_sd(made.quantiles, found.weights)
    noise = np.hypot(0.05, CHANCE)
    error = 4.0 * noise / np.sqrt(found.effective)
    assert mean == pytest.approx([0.4, 0.6, 0.5], abs=max(error, 0.02))
    assert sd == pytest.approx([noise, noise * np.sqrt(2.0), 12**-0.5], rel=0.1)


def test_what_data_say_nothing_of_is_not_narrowed():
    made = bank(16_384)
    narrowed = contraction(made, fit(made, targets()))
    assert narrowed[0] > 0.9
    assert narrowed[1] > 0.8
    assert abs(narrowed[2]) < 0.1


def test_a_fit_on_a_handful_of_rows_does_not_pass_for_knowledge():
    """Two rows of ten thousand say nothing about a parameter that no outcome depends on."""
    narrowed = [
        contraction(made, fit(made, targets(sd=0.002)))[2] for made in (bank(512, seed=s) for s in range(40))
    ]
    assert np.mean(narrowed) < 0.3


def test_regression_agrees_with_the_kernel():
    made = bank(16_384)
    found = fit(made, targets(sd=0.05))
    mean, sd = mean_and_sd(made.quantiles, found.weights)
    adjusted = by_regression(made, targets(sd=0.05))
    assert (np.abs(adjusted - mean) / sd).max() < 0.25
    elsewhere = by_regression(made, targets(1.5, 2.3, sd=0.05))
    assert elsewhere[:2] == pytest.approx([0.5, 0.8], abs=0.03)


def test_rows_are_drawn_as_often_as_they_weigh():
    weights = np.array([0.5, 0.25, 0.25, 0.0])
    assert np.bincount(resampled(weights, 8, seed=3), minlength=4).tolist() == [4, 2, 2, 0]


def test_weighted_quantiles():
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([0.2, 0.3, 0.5])
    assert weighted_quantile(values, weights, (0.1, 0.5, 0.9)).tolist() == [1.0, 2.0, 3.0]


def test_no_row_near_the_data_is_worth_nothing():
    made = bank(64)
    made.values[:] = -np.inf
    assert fit(made, targets()).effective == 0.0


def test_rows_of_waves_and_of_the_prior_count_together():
    """A wave near the posterior leaves the mean where it was, and is worth many more rows."""
    block = block_of("rollout")
    n = len(block.axes)
    first = bank(4096, n)
    prior = Part(None, first.quantiles, first.values, first.draws)
    posterior = fit(first, targets())
    proposal = proposal_of(first.quantiles, posterior.weights)
    assert set(proposal.shaped) >= {0, 1}
    points = np.random.default_rng(5).random((200_000, n))
    assert proposal.density(points).mean() == pytest.approx(1.0, abs=0.03)
    shaped = np.random.default_rng(6).multivariate_normal(proposal.centre, proposal.covariance, 6000)
    shaped = shaped[((shaped >= 0) & (shaped <= 1)).all(axis=1)][:2048]
    quantiles = np.random.default_rng(7).random((2048, n))
    quantiles[:, proposal.shaped] = shaped
    chance = np.random.default_rng(8).normal(size=(2048, 2)) * CHANCE
    values = np.column_stack([quantiles[:, 0], quantiles[:, :2].sum(axis=1)]) + 1.0 + chance
    wave = Part(proposal, quantiles, values, np.arange(2048))
    both = pooled(block, [prior, wave])
    found = fit(both, targets())
    assert found.effective > 5.0 * posterior.effective
    mean, sd = mean_and_sd(both.quantiles[:, :2], found.weights)
    assert mean == pytest.approx([0.4, 0.6], abs=4 * sd.max() / np.sqrt(found.effective))


def test_rows_far_from_the_targets_still_tell_where_they_are_met():
    """Of rows that all miss, straight lines find the middle and the spread of the posterior."""
    made = bank(2048)
    wanted = targets(sd=0.05)
    distances = standardised(wanted, made.values)
    far = np.abs(distances).min(axis=1) > 2.0
    proposal = aimed(made.quantiles[far], np.full(far.sum(), 1.0 / far.sum()), distances[far])
    assert proposal.centre == pytest.approx([0.4, 0.6, 0.5], abs=0.02)
    noise = np.hypot(0.05, CHANCE)
    sd = np.sqrt(np.diag(proposal.covariance) / WIDER)
    assert sd == pytest.approx([noise, noise * np.sqrt(2.0), WIDE_SD], rel=0.1)
    points = np.random.default_rng(5).random((400_000, 3))
    assert proposal.density(points).mean() == pytest.approx(1.0, abs=0.03)
