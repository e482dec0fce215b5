"""Validation: what the fit predicts where it was not fitted, and what hangs on how the model is built."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from calibration.blocks import Block, block_of
from calibration.fitting import Fitted, Plan, fit_block
from calibration.held_out import held_out_file
from calibration.posterior import POSTERIOR, PROVENANCE
from calibration.predictive import (
    HISTORY,
    MARKS,
    NO_MANDATE,
    STRUCTURES,
    VILLAGES,
    Predicted,
    at_their_greatest,
    path_study,
    predict,
    simulate_path,
    simulate_whole,
    whole_study,
)
from calibration.targets import BLOCKS, BlockFile, standardised
from calibration.weighing import HIGH, LOW, contraction, fit, weighted_quantile
from experiments.draws import SOBOL, Axis, Sampling, sobol
from experiments.executors import Pool
from experiments.files import read_json
from experiments.tables import read_rows
from model.declarations import Bilingual, Value, declarations
from model.problems import InputError, Problem
from results.measures.ratios import Floats
from results.progress import Progress, silent

PATH_DRAWS, WHOLE_DRAWS = 100, 12
DOUBLED = 2.0
GREATEST = "results_at_greatest"
LEVELS = (LOW, 0.5, HIGH)
STAGED_LAGS = ("staged_province_lag_months", "staged_prefecture_lag_months", "staged_county_lag_months")
HAZARD_ONLY = (
    "mandate_hazard_per_month", "mandate_delay_months", "mandate_province_lag_months", "mandate_slope_months",
)  # fmt: skip
"""Parameters that only one of the two forms of the mandate reads."""


@dataclasses.dataclass(frozen=True)
class Sizes:
    """How much is simulated: draws without children, of the whole model, and with doubled priors."""

    paths: int = PATH_DRAWS
    whole: int = WHOLE_DRAWS
    doubled: Plan = Plan(4_096, wave_rows=1_024, fresh=50, best_of=4, right_fits=0)  # noqa: RUF009 - frozen


class Verdict(NamedTuple):
    """One published figure against the model before and after the fit.

    Attributes
    ----------
    fitted
        Whether the fit has seen it.
    low, high
        What was reported, in the unit of the figure.
    prior, posterior
        5 %, 50 % and 95 % of outcomes, in the same unit.
    covered
        Whether the 90 % range after the fit meets what was reported.
    sharpness
        Width of the 90 % range after the fit ÷ before; small is sharp. NaN where the prior has no width.
    """

    name: str
    label: Bilingual
    evidence: tuple[str, ...]
    fitted: bool
    low: float
    high: float
    prior: tuple[float, ...]
    posterior: tuple[float, ...]
    covered: bool
    sharpness: float


class Structure(NamedTuple):
    """What a structure makes of the posterior: villages with a post by month, and misfit to the targets."""

    name: str
    villages: dict[str, tuple[float, ...]]
    misfit: float


class LeftOut(NamedTuple):
    """A target predicted by a fit to the others, in its own unit; ``effective`` is worth in rows."""

    name: str
    label: Bilingual
    low: float
    high: float
    predicted: tuple[float, ...]
    effective: float
    covered: bool


class Doubled(NamedTuple):
    """A fit with priors twice as wide: worth in rows, misfit in error variances, medians in declared unit."""

    effective: float
    misfit: float
    medians: dict[str, tuple[float, float]]
    learnt: dict[str, tuple[float, float]]


class Apart(NamedTuple):
    """The staged chain fitted by itself: worth, misfit of fresh runs, villages of May 2017."""

    effective: float
    misfit: float
    prior: tuple[float, ...]
    posterior: tuple[float, ...]


class Validated(NamedTuple):
    """All that a validation found."""

    provenance: dict[str, Any]
    verdicts: list[Verdict]
    whole: list[Verdict]
    structures: list[Structure]
    left_out: list[LeftOut]
    doubled: Doubled
    staged: Apart
    paths: Predicted
    n_paths: int
    n_whole: int


def run_validation(
    folder: Path, out: Path, pool: Pool, sizes: Sizes | None = None, progress: Progress = silent
) -> Validated:
    """Compare a calibration with everything that was published, and with other structures of the model.

    Parameters
    ----------
    folder
        Of the calibration: its posterior and its banks.
    out
        For the runs that are made now; goes on where it stopped.

    Raises
    ------
    InputError
        If there is no posterior, or the banks are of another model.
    """
    if not (folder / POSTERIOR).is_file():
        raise InputError([Problem("validation.no_posterior", {"folder": str(folder)})])
    sizes = sizes or Sizes()
    provenance = read_json(folder / PROVENANCE)
    fits = {name: refitted(name, folder, provenance, pool) for name in BLOCKS}
    rows = read_rows(folder / POSTERIOR, sizes.paths)
    prior = list(
        sobol(Sampling(SOBOL, tuple(a for n in BLOCKS for a in block_of(n).axes), draws=sizes.paths, seed=2))
    )
    names = [name for block in BLOCKS for name in block_of(block).file.names]
    everything = [*names, *(name for block in BLOCKS for name in block_of(block).file.cut)]
    studied = path_study((HISTORY, NO_MANDATE, *STRUCTURES))
    paths = predict(out / "paths", studied, iter(rows), everything, simulate_path, pool, progress)
    before = predict(
        out / "paths_prior", path_study((HISTORY,)), iter(prior), names, simulate_path, pool, progress
    )
    greatest = predict(
        out / "paths_greatest", path_study((HISTORY,)), at_their_greatest(rows), everything, simulate_path,
        pool, progress,
    )  # fmt: skip
    whole = predict(
        out / "whole", whole_study(), iter(rows[: sizes.whole]), everything, simulate_whole, pool, progress
    )
    whole_before = predict(
        out / "whole_prior", whole_study(), iter(prior[: sizes.whole]), names, simulate_whole, pool, progress
    )
    return Validated(
        provenance,
        [*target_verdicts(fits, paths), *held_out_verdicts(paths, before, whole, whole_before)],
        whole_verdicts(fits["service"], whole),
        [*structures_of(paths), structure_of(GREATEST, HISTORY, greatest)],
        [each for name in BLOCKS for each in left_out(fits[name])],
        with_doubled_priors(fits["rollout"], out / "doubled", sizes.doubled, pool, progress),
        fitted_apart(out / "staged", sizes.doubled, pool, progress),
        paths,
        len(rows),
        min(sizes.whole, len(rows)),
    )


def refitted(name: str, folder: Path, provenance: Mapping[str, Any], pool: Pool) -> Fitted:
    """Return the fit of a block as it stands in the folder of a calibration; nothing is simulated again."""
    entry = provenance["blocks"][name]
    plan = Plan(**entry["plan"])
    return fit_block(block_of(name), folder / name, plan, pool)


def verdict(
    name: str, label: Bilingual, evidence: tuple[str, ...], fitted: bool, ends: tuple[float, float],
    prior: Sequence[float], posterior: Sequence[float],
) -> Verdict:  # fmt: skip
    """Return the verdict on one figure from the 5 %, 50 % and 95 % of outcomes before and after the fit."""
    low, high = ends
    before, after = prior[2] - prior[0], posterior[2] - posterior[0]
    return Verdict(
        name, label, evidence, fitted, low, high, tuple(map(float, prior)), tuple(map(float, posterior)),
        bool(posterior[0] <= high and low <= posterior[2]),
        float(after / before) if before > 0.0 else float("nan"),
    )  # fmt: skip


def target_verdicts(fits: Mapping[str, Fitted], paths: Predicted) -> list[Verdict]:
    """Return verdicts on what was fitted: the spread by new runs to the end, services by fresh runs."""
    found = []
    for name, fitted in fits.items():
        for k, target in enumerate(fitted.block.targets):
            prior = weighted_quantile(fitted.bank.values[:, k], fitted.prior.weights, LEVELS)
            values = paths.of(HISTORY, target.name) if name == "rollout" else fitted.fresh[:, k]
            found.append(
                verdict(
                    target.name, target.label, target.evidence, True, (target.low, target.high),
                    prior.tolist(), np.quantile(values, LEVELS).tolist(),
                )
            )  # fmt: skip
    return found


def held_out_verdicts(
    paths: Predicted, before: Predicted, whole: Predicted, whole_before: Predicted
) -> list[Verdict]:
    """Return verdicts on what no fit has seen."""
    found = []
    for each in held_out_file().held_out:
        after, prior = (paths, before) if each.is_rollout else (whole, whole_before)
        ranges = [np.quantile(runs.of(HISTORY, each.name), LEVELS).tolist() for runs in (prior, after)]
        found.append(verdict(each.name, each.label, each.evidence, False, (each.low, each.high), *ranges))
    return found


def whole_verdicts(service: Fitted, whole: Predicted) -> list[Verdict]:
    """Return how the whole pilot counties put out what was fitted in the pilot villages alone."""
    found = []
    for k, target in enumerate(service.block.targets):
        alone = np.quantile(service.fresh[:, k], LEVELS).tolist()
        together = np.quantile(whole.of(HISTORY, target.name), LEVELS).tolist()
        ends = (target.low, target.high)
        found.append(verdict(target.name, target.label, target.evidence, True, ends, alone, together))
    return found


def structures_of(paths: Predicted) -> list[Structure]:
    """Return what history, the absence of the mandate and every other structure make of the posterior."""
    return [structure_of(name, name, paths) for name in (HISTORY, NO_MANDATE, *STRUCTURES)]


def structure_of(name: str, candidate: str, runs: Predicted) -> Structure:
    """Return the paths of one candidate of some runs."""
    targets = block_of("rollout").targets
    values = np.column_stack([runs.of(candidate, target.name) for target in targets])
    villages = {
        month: tuple(np.quantile(runs.of(candidate, f"{VILLAGES}{month}"), LEVELS).tolist())
        for month in MARKS
    }
    return Structure(name, villages, float(np.mean(standardised(targets, values) ** 2)))


def left_out(fitted: Fitted) -> list[LeftOut]:
    """Fit a block without each of its targets in turn, and predict the one that was left out."""
    found = []
    targets = fitted.block.targets
    for k, target in enumerate(targets):
        others = [j for j in range(len(targets)) if j != k]
        bank = fitted.bank._replace(values=fitted.bank.values[:, others])
        posterior = fit(bank, [targets[j] for j in others])
        low, middle, high = weighted_quantile(fitted.bank.values[:, k], posterior.weights, LEVELS).tolist()
        covered = bool(low <= target.high and target.low <= high)
        found.append(
            LeftOut(
                target.name, target.label, target.low, target.high, (low, middle, high),
                posterior.effective, covered,
            )
        )  # fmt: skip
    return found


class WiderFile(BlockFile):
    """A block whose priors are twice as wide around their middles, as far as the model accepts."""

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Priors, doubled."""
        return tuple(doubled(axis) for axis in super().axes)


def doubled(axis: Axis) -> Axis:
    """Return a prior twice as wide on its scale, within what the model accepts; choices stay."""
    if axis.values:
        return axis
    lowest, highest = declarations()[axis.name].allowed
    scale, back = (np.log, np.exp) if axis.logarithmic else (float, float)
    low, high = float(scale(axis.low)), float(scale(axis.high))
    reach = DOUBLED * (high - low) / 2.0
    ends = (float(back((low + high) / 2.0 - reach)), float(back((low + high) / 2.0 + reach)))
    if declarations()[axis.name].type == "integer":
        ends = (float(np.floor(ends[0])), float(np.ceil(ends[1])))
    return axis._replace(low=max(ends[0], lowest), high=min(ends[1], highest))


def with_doubled_priors(
    fitted: Fitted, folder: Path, plan: Plan, pool: Pool, progress: Progress = silent
) -> Doubled:
    """Fit a block again with priors twice as wide, and say what that changes."""
    wider = WiderFile.model_validate(fitted.block.file.model_dump())
    block: Block = dataclasses.replace(fitted.block, file=wider)
    again = fit_block(block, folder, plan, pool, progress)
    names = fitted.block.file.fitted
    medians = zip(_middles(fitted), _middles(again), strict=True)
    learnt = zip(
        contraction(fitted.bank, fitted.posterior), contraction(again.bank, again.posterior), strict=True
    )
    misfit = float(np.mean(standardised(block.targets, again.fresh) ** 2))
    return Doubled(
        again.posterior.effective,
        misfit,
        {name: (float(a), float(b)) for name, (a, b) in zip(names, medians, strict=False)},
        {name: (float(a), float(b)) for name, (a, b) in zip(names, learnt, strict=False)},
    )


def staged_block() -> Block:
    """Return the block of the spread with a mandate that comes down in stages, with lags of its own."""
    block = block_of("rollout")
    uncertain = {**dict.fromkeys(STAGED_LAGS), **block.file.uncertain}
    for name in HAZARD_ONLY:
        uncertain.pop(name, None)
    fitted = tuple(name for name in block.file.fitted if name not in HAZARD_ONLY)
    file = block.file.model_copy(update={"fitted": fitted, "uncertain": uncertain})
    study = dataclasses.replace(block.study, parameters=STRUCTURES["staged_chain"])
    return dataclasses.replace(block, file=file, study=study)


def fitted_apart(folder: Path, plan: Plan, pool: Pool, progress: Progress = silent) -> Apart:
    """Fit the staged chain by itself, in place of a hazard with numbers that were fitted to the counts."""
    found = fit_block(staged_block(), folder, plan, pool, progress)
    prior = weighted_quantile(found.bank.values[:, -1], found.prior.weights, LEVELS)
    misfit = float(np.mean(standardised(found.block.targets, found.fresh) ** 2))
    return Apart(
        found.posterior.effective, misfit, tuple(prior.tolist()),
        tuple(np.quantile(found.fresh[:, -1], LEVELS).tolist()),
    )  # fmt: skip


def _middles(fitted: Fitted) -> list[Value]:
    middles: Floats = np.array(
        [weighted_quantile(column, fitted.posterior.weights, (0.5,))[0] for column in fitted.bank.quantiles.T]
    )
    return [axis.at(float(q)) for axis, q in zip(fitted.block.axes, middles, strict=True)]
