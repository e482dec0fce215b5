"""A second opinion on the spread from pyABC, an independent program: ``python -m calibration.cross_check``.

pyABC (BSD licence) runs its own populations with its own proposals on the same simulator, priors, targets and
error models. Its stochastic acceptor with this kernel samples the same posterior once its temperature is 1
(Schälte & Hasenauer 2020). It looks for the parameters that the data narrowed; others are drawn from their
priors in every run, like chance. That leaves the posterior of those looked for as it is, since priors are
independent and an unbiased likelihood is enough (Andrieu & Roberts 2009). In all nineteen dimensions its
populations are soon worth one draw. It is optional (``pip install -r requirements-crosscheck.lock``); nothing
else needs it.
"""

import argparse
import importlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from calibration.blocks import Block, block_of
from calibration.proposals import quantiles_of
from calibration.targets import standardised
from calibration.weighing import weighted_quantile
from calibration.words import amount, label_of
from experiments.files import read_json
from experiments.identity import seed_of
from experiments.posterior import SHIPPED
from results.measures.ratios import Floats

BLOCK = "rollout"
POPULATION, MOST_RUNS = 150, 20_000
LEVELS = (0.05, 0.5, 0.95)
APART = 0.15
"""Of the width of the prior: medians farther apart than this are called different."""


class Compared(NamedTuple):
    """A parameter under both programs: 5 %, 50 % and 95 % of its quantile within the prior, from 0 to 1."""

    name: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def agree(self) -> bool:
        """Whether medians lie close."""
        return abs(self.ours[1] - self.theirs[1]) <= APART


class CrossCheck(NamedTuple):
    """What the other program found, worth how many rows; at temperature 1 its weights are the posterior's."""

    compared: list[Compared]
    runs: int
    temperature: float
    effective: float


def outcomes_at(quantiles: Mapping[str, float], number: int) -> Floats:
    """Simulate the block with quantiles of some priors and all else drawn; return an outcome for each target.

    A number stands for a hashed seed and for the draws of what is not given.
    """
    block, drawn = block_of(BLOCK), np.random.default_rng(seed_of(number, 2))
    values = {axis.name: axis.at(float(quantiles.get(axis.name, drawn.random()))) for axis in block.axes}
    scenario = block.study.scenario(block.file.strategy, values, seed_of(number, 1))
    found = block.simulate(scenario).digest.outcomes
    return np.array([found[target.name] for target in block.targets])


def log_likelihood(x: Mapping[str, Floats], **_: Any) -> float:
    """Return the logarithm of the kernel of the fit; 0 where all targets are met."""
    return float(-0.5 * np.sum(standardised(block_of(BLOCK).targets, x["outcomes"][None]) ** 2))


def cross_check(
    provenance: Path, folder: Path, population: int = POPULATION, most_runs: int = MOST_RUNS
) -> CrossCheck:
    """Fit the block with pyABC and put its posterior beside the one of a calibration.

    Parameters
    ----------
    provenance
        ``posterior.json`` of the calibration.
    folder
        For the database of pyABC.
    population, most_runs
        Draws that are accepted at each temperature; runs after which it stops.
    """
    pyabc: Any = importlib.import_module("pyabc")
    block, count = block_of(BLOCK), iter(range(1, 1 << 62))
    entry = read_json(provenance)["blocks"][BLOCK]
    rows = {row["name"]: row["quantiles"] for row in entry["parameters"] if row["learnt"]}
    names = tuple(rows)

    def model(parameters: Mapping[str, float]) -> dict[str, Floats]:
        return {"outcomes": outcomes_at(parameters, next(count))}

    prior = pyabc.Distribution(**{name: pyabc.RV("uniform", 0.0, 1.0) for name in names})
    kernel = pyabc.distance.FunctionKernel(log_likelihood, pyabc.distance.SCALE_LOG, pdf_max=0.0)
    abc = pyabc.ABCSMC(
        model, prior, kernel, population_size=population, eps=pyabc.Temperature(),
        acceptor=pyabc.StochasticAcceptor(pdf_norm_method=pyabc.pdf_norm_from_kernel),
        sampler=pyabc.sampler.SingleCoreSampler(),
    )  # fmt: skip
    abc.new(f"sqlite:///{folder / 'pyabc.db'}", {"outcomes": np.zeros(len(block.targets))})
    history = abc.run(max_total_nr_simulations=most_runs)
    frame, weights = history.get_distribution()
    told = history.get_all_populations()
    compared = [
        Compared(name, ours(block, name, rows[name]), theirs(frame[name].to_numpy(), weights))
        for name in names
    ]
    last = told.iloc[-1]
    return CrossCheck(
        compared, int(told["samples"].sum()), float(last["epsilon"]), float(1.0 / np.sum(weights**2))
    )


def theirs(values: Floats, weights: Floats) -> tuple[float, ...]:
    """Return the quantiles of weighted draws."""
    return tuple(weighted_quantile(values, weights, LEVELS).tolist())


def ours(block: Block, name: str, quantiles: Sequence[Any]) -> tuple[float, ...]:
    """Return where the ends and the middle of quantiles lie within the prior."""
    axis = next(axis for axis in block.axes if axis.name == name)
    chosen = [quantiles[0], quantiles[len(quantiles) // 2], quantiles[-1]]
    return tuple(quantiles_of(pd.DataFrame({name: chosen}), [axis])[:, 0].tolist())


def lines(found: CrossCheck) -> list[str]:
    """Return a table in Markdown: medians and 90 % ranges of both, in the unit of the parameter."""
    axes = {axis.name: axis for axis in block_of(BLOCK).axes}
    made = ["| parameter | here: 5 %, 50 %, 95 % | pyABC | medians agree |", "| --- | --- | --- | --- |"]
    for each in found.compared:
        ours, theirs = (
            ", ".join(amount(float(axes[each.name].at(q)), "en") for q in values)
            for values in (each.ours, each.theirs)
        )
        made.append(f"| {label_of(each.name, 'en')} | {ours} | {theirs} | {'yes' if each.agree else 'NO'} |")
    return made


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posterior", type=Path, default=SHIPPED.with_suffix(".json"))
    parser.add_argument("--population", type=int, default=POPULATION)
    parser.add_argument("--most-runs", type=int, default=MOST_RUNS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        checked = cross_check(given.posterior, Path(made), given.population, given.most_runs)
    facts = {"runs": checked.runs, "temperature": checked.temperature, "effective": checked.effective}
    print("\n".join([json.dumps(facts), *lines(checked)]))  # noqa: T201 - a tool for the command line
