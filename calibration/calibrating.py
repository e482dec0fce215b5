"""The command ``calibrate``: both blocks fitted, checked, pictured and written down in one folder."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from calibration.blocks import block_of
from calibration.checks import Ranks
from calibration.figures import pictures_of
from calibration.fitting import Fitted, Plan, check_block, fit_block, ranks_frame
from calibration.posterior import posterior_table, provenance_of, ship, write_posterior
from calibration.targets import BLOCKS
from calibration.telling import told, write_told
from experiments.executors import open_pool
from experiments.running import compile_once
from results.progress import bar

FULL = {"rollout": 20_480, "service": 8_192}
"""Draws of the prior; whole powers of two times a few, so that a Sobol' sequence is even."""
SERVICE_PART = 0.4
"""Of the draws of the rollout block, those of the service block when a smaller size is asked for."""
WAVE_PART = 0.2
"""Of the draws of the prior, those of a wave."""
STRAIGHT = ("service",)
"""Blocks whose outcomes follow parameters nearly in a straight line; counts of villages do not."""
MEGABYTES = 100.0
"""Of a run of either block: the country without children, or 120 villages."""
RANKS = "{}_ranks.csv"
SUMMARY = "summary_{}.md"


class Calibrated(NamedTuple):
    """What a calibration left."""

    fitted: tuple[Fitted, ...]
    provenance: dict[str, Any]
    lines: list[str]
    paths: list[Path]

    @property
    def passed(self) -> bool:
        """Whether every gate of every block holds."""
        return all(gate["passed"] for block in self.provenance["blocks"].values() for gate in block["gates"])


def plan_of(name: str, rows: int | None) -> Plan:
    """Return how much is computed for a block; ``rows`` are draws of the rollout block's prior."""
    full = FULL[name]
    wanted = full if rows is None else rows if name == "rollout" else max(int(rows * SERVICE_PART), 1)
    return Plan(wanted, wave_rows=max(int(wanted * WAVE_PART), 1), aimed=name in STRAIGHT)


def run_calibration(
    out: Path,
    *,
    rows: int | None = None,
    check: bool = False,
    blocks: Sequence[str] = BLOCKS,
    workers: int | None = None,
    language: str = "en",
    shipped: bool = False,
    planned: Callable[[str, int | None], Plan] = plan_of,
) -> Calibrated:
    """Fit the blocks in a folder, or go on with them, and write posterior, provenance, summary and pictures.

    Parameters
    ----------
    rows
        Draws of the prior for the rollout block; the others have their part of it. By default the full size.
    check
        Run simulation-based calibration as well.
    blocks
        Names of the blocks.
    shipped
        Put the posterior where experiments take it from.

    Raises
    ------
    InputError
        If the folder holds banks of another model, world or prior.
    """
    fitted, checked = [], {}
    compile_once()
    for name in blocks:
        block = block_of(name)
        with open_pool(workers, "", MEGABYTES) as pool, bar(name) as progress:
            fitted.append(fit_block(block, out / name, planned(name, rows), pool, progress))
        if check:
            checked[name] = _checked(fitted[-1], out)
            fitted[-1] = fitted[-1]._replace(gates=[*fitted[-1].gates, *checked[name][1]])
    ranks = {name: found for name, (found, _) in checked.items()}
    provenance = provenance_of(fitted, ranks)
    paths = write_posterior(out, posterior_table(fitted), provenance)
    lines = told(provenance, language)
    paths.append(write_told(out / SUMMARY.format(language), lines))
    figures = out / "figures"
    figures.mkdir(exist_ok=True)
    for each in fitted:
        for picture in pictures_of(each, language):
            paths += picture.save(figures)
    if shipped:
        paths += ship(out)
    return Calibrated(tuple(fitted), provenance, lines, paths)


def _checked(fitted: Fitted, out: Path) -> tuple[Ranks, Any]:
    found, gates = check_block(fitted)
    if len(found.ranks):
        ranks_frame(fitted, found).to_csv(out / RANKS.format(fitted.block.name), index=False)
    return found, gates
