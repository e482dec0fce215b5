"""The posterior as a small table with where it comes from, and its way into the repository.

The blocks are independent once what couples them is cut, so a row of the table is a row of each, drawn by
weight. Rows count alike and stand in random order: any number of them from the beginning is a fair sample.
"""

import dataclasses
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calibration.checks import LEARNT, MOST_DISTANCE, TRUTHS, Ranks, distance_and_coverage
from calibration.fitting import Fitted, gates_as_rows
from calibration.misfit import misfit_entry
from calibration.targets import Target, axes_of
from calibration.weighing import (
    HIGH,
    LOW,
    by_regression,
    contraction,
    resampled,
    weighted_quantile,
)
from experiments.draws import DRAW, Sampling, latin_hypercube
from experiments.files import replacing, write_json
from experiments.identity import source_hashes
from experiments.posterior import SHIPPED
from model.declarations import declarations

ROWS = 500
DIGITS = 6
POSTERIOR, PROVENANCE = SHIPPED.name, "posterior.json"
CUT_SEED = 7
QUANTILES = (LOW, 0.25, 0.5, 0.75, HIGH)


def posterior_table(fitted: Sequence[Fitted], rows: int = ROWS) -> pd.DataFrame:
    """Return draws of the joint posterior: ``draw`` and a column per parameter; numbers of six digits."""
    parts = [
        each.bank.parameters.iloc[resampled(each.posterior.weights, rows, seed)].reset_index(drop=True)
        for seed, each in enumerate(fitted, start=1)
    ]
    cut = [name for each in fitted for name in each.block.file.cut]
    if cut:
        drawn = latin_hypercube(Sampling("latin_hypercube", axes_of(cut), draws=rows, seed=CUT_SEED))
        parts.append(pd.DataFrame(list(drawn)))
    table = pd.concat(parts, axis=1)
    for name in table:
        each = declarations()[str(name)]
        if each.type == "number":
            rounded = table[name].map(lambda value: float(f"{value:.{DIGITS}g}"))
            table[name] = rounded.clip(*each.allowed)
    table.insert(0, DRAW, np.arange(1, rows + 1))
    return table


def write_posterior(folder: Path, table: pd.DataFrame, provenance: Mapping[str, Any]) -> list[Path]:
    """Write table and provenance into a folder; return their paths."""
    path = folder / POSTERIOR
    with replacing(path) as beside:
        table.to_csv(beside, index=False)
    write_json(folder / PROVENANCE, provenance)
    return [path, folder / PROVENANCE]


def ship(folder: Path) -> list[Path]:
    """Copy the posterior of a folder to where experiments take it from."""
    made = []
    for name in (POSTERIOR, PROVENANCE):
        target = SHIPPED.parent / name
        with replacing(target) as beside:
            shutil.copyfile(folder / name, beside)
        made.append(target)
    return made


def provenance_of(fitted: Sequence[Fitted], checked: Mapping[str, Ranks] | None = None) -> dict[str, Any]:
    """Return where a posterior comes from, and what it is worth, block by block."""
    engine, _, data = source_hashes()
    return {
        "command": f"python run.py calibrate {'--check ' if checked else ''}--ship",
        "engine": engine,
        "data": data,
        "rows": ROWS,
        "blocks": {
            each.block.name: block_entry(each, (checked or {}).get(each.block.name)) for each in fitted
        },
    }


def block_entry(fitted: Fitted, checked: Ranks | None = None) -> dict[str, Any]:
    """Return what is said of a block: size, targets, gates, parameters, best member."""
    block, file = fitted.block, fitted.block.file
    entry: dict[str, Any] = {
        "world": file.world,
        "until": file.until,
        "simulation": block.source,
        "plan": dataclasses.asdict(fitted.plan),
        "bank_rows": len(fitted.parts[0].draws),
        "wave_rows": [len(part.draws) for part in fitted.parts[1:]],
        "effective": [round(each, 1) for each in fitted.effective],
        "gates": gates_as_rows(fitted.gates),
        "misfit": misfit_entry(fitted.misfit, block.targets),
        "feasible": [each._asdict() for each in fitted.feasible],
        "targets": [target_entry(fitted, k, target) for k, target in enumerate(block.targets)],
        "parameters": parameter_entries(fitted),
        "best": {
            "draw": fitted.best.draw,
            "misfit": round(fitted.best.misfit, 3),
            "parameters": {name: _plain(value) for name, value in fitted.best.parameters.items()},
            "seeds": list(fitted.best.seeds),
            "outcomes": [
                {t.name: round(float(v), DIGITS) for t, v in zip(block.targets, row, strict=True)}
                for row in fitted.best.values
            ],
        },
    }
    if checked is not None and len(checked.ranks):
        distance, covered = distance_and_coverage(checked.ranks)
        entry["simulation_based"] = {
            "truths": len(checked.ranks),
            "wanted": TRUTHS,
            "left_out": checked.n_left_out,
            "effective_median": round(float(np.median(checked.effective)), 1),
            "most_distance": MOST_DISTANCE,
            "parameters": [
                {"name": name, "distance": round(float(d), 3), "covered": round(float(c), 3)}
                for name, d, c in zip(file.names, distance, covered, strict=True)
            ],
        }
    return entry


def target_entry(fitted: Fitted, k: int, target: Target) -> dict[str, Any]:
    """Return what was reported, and the 90 % range of outcomes under prior and posterior (fresh runs)."""
    values = fitted.bank.values[:, k]
    prior = weighted_quantile(values, fitted.prior.weights, (LOW, 0.5, HIGH))
    after = np.quantile(fitted.fresh[:, k], (LOW, 0.5, HIGH))
    return {
        "name": target.name,
        "evidence": list(target.evidence),
        "reported": [target.low, target.high],
        "prior": [_short(each) for each in prior],
        "posterior": [_short(each) for each in after],
    }


def parameter_entries(fitted: Fitted) -> list[dict[str, Any]]:
    """Return for every parameter its posterior quantiles, contraction, and whether the data taught it."""
    narrowed = contraction(fitted.bank, fitted.posterior)
    adjusted = by_regression(fitted.bank, fitted.block.targets)
    entries = []
    for k, axis in enumerate(fitted.block.axes):
        found = weighted_quantile(fitted.bank.quantiles[:, k], fitted.posterior.weights, QUANTILES)
        entries.append(
            {
                "name": axis.name,
                "fitted": axis.name in fitted.block.file.fitted,
                "quantiles": [_plain(axis.at(float(q))) for q in found],
                "by_regression": _plain(axis.at(float(adjusted[k]))),
                "contraction": round(float(narrowed[k]), 3),
                "learnt": bool(narrowed[k] >= LEARNT),
            }
        )
    return entries


def not_learnt(entry: Mapping[str, Any]) -> list[str]:
    """Return the names of the fitted parameters of a block that the data did not teach."""
    return [row["name"] for row in entry["parameters"] if row["fitted"] and not row["learnt"]]


def _plain(value: Any) -> Any:
    number = value.item() if isinstance(value, np.generic) else value
    return float(f"{number:.{DIGITS}g}") if isinstance(number, float) else number


def _short(value: float) -> float:
    return float(f"{value:.4g}")
