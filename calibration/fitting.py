"""Fitting the blocks: feasibility first, then waves where the prior is too sparse, then the gates."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.bank import (
    BANK,
    BEST,
    CHANCE,
    FRESH,
    RIGHT,
    WAVE,
    Bank,
    Part,
    density_of,
    make_bank,
    make_fresh,
    make_wave,
    pooled,
)
from calibration.blocks import Block
from calibration.checks import (
    ENOUGH_EFFECTIVE,
    Feasible,
    Gate,
    Ranks,
    calibration_gates,
    feasibility,
    learning_gates,
    true_rows,
)
from calibration.misfit import Misfit, chance_of, misfit_gate, misfit_of, right_misfits
from calibration.proposals import Proposal, aimed, proposal_of
from calibration.targets import standardised
from calibration.weighing import Fit, fit, prior_fit, resampled, weighed
from experiments.executors import Pool
from results.measures.ratios import Floats
from results.progress import Progress, silent

WAVE_ROWS, MOST_WAVES = 4_096, 4
FRESH_DRAWS = 100
BEST_OF, BEST_SEEDS = 16, 4
RIGHT_FITS, RIGHT_DRAWS = 60, 20
FRESH_SEEDS, RIGHT_SEEDS, CHANCE_SEEDS = range(2, 3), range(3, 4), range(4, 6)
"""Of draws that are run again; the bank has the first."""
RESAMPLED_SEED = 1


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much is computed.

    Attributes
    ----------
    rows
        Draws of the prior.
    wave_rows, most_waves, enough
        Draws of a wave; waves are added until the weights are worth ``enough`` rows, at most so many.
    aimed
        Put waves where a regression says that targets are met (:func:`calibration.proposals.aimed`): where
        outcomes follow parameters nearly in a straight line.
    fresh
        Posterior draws that are simulated again.
    best_of, best_seeds
        Heaviest rows among which the best is sought, and seeds for each.
    right_fits, right_draws
        Fits to reports invented from the posterior, and draws of each that are simulated: how far right fits
        miss (:mod:`calibration.misfit`). Without them there is no gate on misfit.
    """

    rows: int
    wave_rows: int = WAVE_ROWS
    most_waves: int = MOST_WAVES
    enough: float = ENOUGH_EFFECTIVE
    aimed: bool = False
    fresh: int = FRESH_DRAWS
    best_of: int = BEST_OF
    best_seeds: int = BEST_SEEDS
    right_fits: int = RIGHT_FITS
    right_draws: int = RIGHT_DRAWS


class Best(NamedTuple):
    """The member of a posterior that stays closest to the targets over several seeds.

    Parameters and values are in the units of their declarations and targets, the misfit in error variances.
    """

    draw: int
    parameters: dict[str, float]
    seeds: tuple[int, ...]
    values: Floats
    misfit: float


class Fitted(NamedTuple):
    """A block after its fit.

    Attributes
    ----------
    parts, bank
        What was simulated, and all of it together.
    posterior, prior
        Weights of the rows.
    effective
        How many draws the fit was worth after the bank and after every wave.
    feasible, gates
        What was checked.
    fresh
        Outcomes of posterior draws with other seeds, in the targets' units, shape (draws, targets).
    misfit
        Their distance from the targets, beside that of right fits.
    best, plan
        See there.
    """

    block: Block
    parts: tuple[Part, ...]
    bank: Bank
    posterior: Fit
    prior: Fit
    effective: tuple[float, ...]
    feasible: list[Feasible]
    gates: list[Gate]
    fresh: Floats
    misfit: Misfit
    best: Best
    plan: Plan

    @property
    def passed(self) -> bool:
        """Whether every gate holds."""
        return all(gate.passed for gate in self.gates)


def fit_block(block: Block, folder: Path, plan: Plan, pool: Pool, progress: Progress = silent) -> Fitted:
    """Fit a block in a folder, or go on with it; the same folder and plan give the same fit.

    Raises
    ------
    InputError
        If the folder holds the bank of another model, world or prior.
    """
    targets = block.targets
    parts = [make_bank(block, folder / BANK, plan.rows, pool, progress=progress)]
    bank = pooled(block, parts)
    feasible = feasibility(targets, bank)
    posterior = fit(bank, targets)
    effective = [posterior.effective]
    for number in range(1, plan.most_waves + 1):
        if posterior.effective >= plan.enough:
            break
        proposal = next_proposal(block, bank, posterior, plan)
        path = folder / WAVE.format(number)
        parts.append(make_wave(block, path, number, proposal, plan.wave_rows, pool, progress=progress))
        bank = pooled(block, parts)
        posterior = fit(bank, targets)
        effective.append(posterior.effective)
    rows = resampled(posterior.weights, plan.fresh, RESAMPLED_SEED)
    fresh = make_fresh(block, folder / FRESH, bank.parameters.iloc[rows], pool, FRESH_SEEDS)
    misfit = fresh_misfit(block, folder, bank, rows, fresh, plan, pool)
    gates = [
        Gate("feasible", float(sum(each.is_met for each in feasible)), float(len(feasible)),
             all(each.is_met for each in feasible)),
        *learning_gates(bank, targets, posterior, len(block.file.fitted)),
        *([misfit_gate(misfit)] if plan.right_fits else []),
    ]  # fmt: skip
    best = best_member(block, folder / BEST, bank, posterior, plan, pool)
    return Fitted(
        block, tuple(parts), bank, posterior, prior_fit(bank), tuple(effective), feasible, gates, fresh,
        misfit, best, plan,
    )  # fmt: skip


def fresh_misfit(
    block: Block, folder: Path, bank: Bank, rows: NDArray[np.int64], fresh: Floats, plan: Plan, pool: Pool
) -> Misfit:
    """Return how many error variances fresh runs of posterior rows and right fits lie from the targets."""
    targets, nothing = block.targets, np.empty(0)
    of_target = misfit_of(targets, fresh)
    if not plan.right_fits:
        return Misfit(float(of_target.mean()), of_target, nothing, nothing, 0)
    more = make_fresh(block, folder / CHANCE, bank.parameters.iloc[rows], pool, CHANCE_SEEDS)
    runs = np.concatenate([fresh[:, None], more.reshape(len(rows), len(CHANCE_SEEDS), -1)], axis=1)

    def simulate(chosen: NDArray[np.int64]) -> Floats:
        return make_fresh(block, folder / RIGHT, bank.parameters.iloc[chosen], pool, RIGHT_SEEDS)

    n = plan.right_fits
    right, n_left_out = right_misfits(bank, targets, fresh[:n], rows[:n], plan.right_draws, simulate)
    return Misfit(float(of_target.mean()), of_target, chance_of(targets, runs), right, n_left_out)


def next_proposal(block: Block, bank: Bank, posterior: Fit, plan: Plan) -> Proposal:
    """Return where the draws of the next wave go."""
    weights = tempered(bank, block, posterior)
    if not plan.aimed:
        return proposal_of(bank.quantiles, weights)
    distances = standardised(block.targets, bank.values)
    near = np.isfinite(distances).all(axis=1)
    return aimed(bank.quantiles[near], weights[near] / weights[near].sum(), distances[near])


def tempered(bank: Bank, block: Block, posterior: Fit) -> Floats:
    """Return weights for the region of a wave: flatter ones where a handful of rows carries all the weight.

    The likelihood is tempered (Neal 2001): raised to the largest power from 1 downwards (by halves) at which
    the rows are worth four times the number of parameters, so that their covariance means something.
    """
    wanted, power, found = 4.0 * bank.quantiles.shape[1], 1.0, posterior
    squares = -0.5 * np.sum(standardised(block.targets, bank.values) ** 2, axis=1)
    while found.effective < wanted and power > 1.0 / 64.0:
        power /= 2.0
        found = weighed(power * squares - np.log(bank.density))
    return found.weights


def best_member(block: Block, folder: Path, bank: Bank, posterior: Fit, plan: Plan, pool: Pool) -> Best:
    """Return the best of the heaviest rows: the least misfit over several seeds, since one may be luck."""
    likely = posterior.weights * bank.density
    rows = np.argsort(-likely, kind="stable")[: plan.best_of]
    seeds = range(2, 2 + plan.best_seeds)
    made = make_fresh(block, folder, bank.parameters.iloc[rows], pool, seeds)
    values = made.reshape(len(rows), plan.best_seeds, -1)
    misfits = [float(np.mean(standardised(block.targets, each) ** 2)) for each in values]
    k = int(np.argmin(misfits))
    numbers = tuple(block.study.seed(k + 1, replication) for replication in seeds)
    return Best(
        int(bank.draws[rows[k]]), bank.parameters.iloc[rows[k]].to_dict(), numbers, values[k], misfits[k]
    )


def check_block(fitted: Fitted, seed: int = 1) -> tuple[Ranks, list[Gate]]:
    """Run simulation-based calibration on the rows of a fit.

    It holds under any prior, so the law of all waves together is taken as prior, which is where the bank is
    dense and where the posterior lies: their rows are the truths. Without waves it is the prior itself.
    """
    bank, waves = fitted.bank, fitted.parts[1:]
    rows, law = np.arange(bank.n_first), np.ones(len(bank.quantiles))
    if waves:
        rows = np.arange(bank.n_first, len(bank.quantiles))
        law = sum(
            (len(wave.draws) / len(rows) * density_of(wave, bank.quantiles) for wave in waves), np.zeros(1)
        )
    order = np.random.default_rng(seed).permutation(rows)
    found = true_rows(bank, order.tolist(), law, fitted.block.targets, seed)
    return found, calibration_gates(found, len(fitted.block.file.fitted))


def ranks_frame(fitted: Fitted, found: Ranks) -> pd.DataFrame:
    """Return ranks as a table with a column per parameter."""
    return pd.DataFrame(found.ranks, columns=list(fitted.block.file.names))


def gates_as_rows(gates: Sequence[Gate]) -> list[dict[str, object]]:
    """Return gates as plain rows."""
    rows: list[dict[str, object]] = json.loads(json.dumps([gate._asdict() for gate in gates]))
    return rows
