"""What stands beside pyABC: the same simulator, parameters and error models, told in a table."""

import numpy as np
import pytest

from calibration.blocks import block_of
from calibration.cross_check import APART, Compared, CrossCheck, lines, log_likelihood, ours, outcomes_at
from calibration.targets import standardised
from experiments.identity import seed_of

pytestmark = pytest.mark.statistical


def test_quantiles_of_priors_are_simulated_as_the_bank_does():
    block = block_of("rollout")
    middle = dict.fromkeys(block.file.names, 0.5)
    values = {axis.name: axis.at(0.5) for axis in block.axes}
    scenario = block.study.scenario(block.file.strategy, values, seed_of(3, 1))
    wanted = block.simulate(scenario).digest.outcomes
    assert outcomes_at(middle, 3).tolist() == [wanted[target.name] for target in block.targets]


def test_what_is_not_given_is_drawn_anew_with_every_number():
    block = block_of("rollout")
    given = dict.fromkeys(block.file.names[:3], 0.9)
    assert outcomes_at(given, 3).tolist() == outcomes_at(given, 3).tolist()
    everything = dict.fromkeys(block.file.names, 0.9)
    assert outcomes_at(given, 3).tolist() != outcomes_at(everything, 3).tolist()


def test_the_kernel_is_that_of_the_fit():
    outcomes = np.array([118.0, 150.0, 160.0, 1500.0, 50_000.0])
    distances = standardised(block_of("rollout").targets, outcomes[None])
    assert log_likelihood({"outcomes": outcomes}) == pytest.approx(-0.5 * np.sum(distances**2))
    assert log_likelihood({"outcomes": np.array([120.0, 120.0, 120.0, 1050.0, 60_000.0])}) == 0.0


def test_our_quantiles_come_back_from_values():
    block = block_of("rollout")
    axis = block.axes[0]
    values = [axis.at(q) for q in (0.1, 0.2, 0.3, 0.4, 0.6)]
    assert ours(block, axis.name, values) == pytest.approx((0.1, 0.3, 0.6))


def test_medians_far_apart_are_told():
    name = block_of("rollout").axes[0].name
    near = Compared(name, (0.1, 0.4, 0.8), (0.2, 0.5, 0.9))
    far = near._replace(theirs=(0.2, 0.4 + 2.0 * APART, 0.9))
    assert near.agree
    assert not far.agree
    told = lines(CrossCheck([near, far], 100, 1.0, 50.0))
    assert told[2].endswith("| yes |")
    assert told[3].endswith("| NO |")
