"""What a block of the calibration is fitted to: targets, error models and priors, read from data.

A block is a file of ``data/calibration``: a world, a strategy, a last month, the parameters that are drawn
and the targets. Priors are the declared ranges of parameters, so they stand in one place only.
"""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BaseModel, ConfigDict, Field

from experiments.draws import Axis
from model.calendar import month_index
from model.declarations import Bilingual, Value, declarations
from model.reading import ROOT, read_yaml
from results.measures.ratios import Floats

FOLDER = ROOT / "data" / "calibration"
BLOCKS = ("rollout", "service")


class Target(BaseModel):
    """One published figure and the quantity of the model that stands for it.

    ``low`` and ``high`` bound what was reported; the error model is normal with ``sd`` beyond them, on the
    scale given. ``of_villages`` is the denominator of the time, to which counts of villages are rescaled.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    evidence: tuple[str, ...]
    label: Bilingual
    measure: Literal["villages_with_post", "helped_first", "unmet_share"]
    service: str = ""
    first: str = ""
    month: str
    of_villages: int = 0
    low: float = Field(gt=0)
    high: float
    scale: Literal["log", "linear"]
    sd: float = Field(gt=0)
    why: str

    @property
    def months(self) -> tuple[int, int]:
        """First and last month, inclusive."""
        last = month_index(self.month)
        return (month_index(self.first) if self.first else last), last

    def scaled(self, values: ArrayLike) -> Floats:
        """Return values, of any shape, on the scale of the error model; 0 is -inf on a logarithmic one."""
        array = np.asarray(values, dtype=np.float64)
        if self.scale == "linear":
            return array
        with np.errstate(divide="ignore"):
            return np.log(array)

    def unscaled(self, values: ArrayLike) -> Floats:
        """Return values of any shape, on the error model's scale (docs/calibration.md), in their own unit."""
        array = np.asarray(values, dtype=np.float64)
        return np.exp(array) if self.scale == "log" else array


class BlockFile(BaseModel):
    """A block as it stands in its file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    world: str
    strategy: str
    until: str
    fitted: tuple[str, ...]
    uncertain: dict[str, dict[str, tuple[Value, ...]] | None]
    cut: tuple[str, ...]
    targets: tuple[Target, ...]

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Priors of all that is drawn, fitted parameters first."""
        choices = {name: given["values"] for name, given in self.uncertain.items() if given}
        return axes_of((*self.fitted, *self.uncertain), choices)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters that are drawn."""
        return tuple(axis.name for axis in self.axes)


def axes_of(names: Sequence[str], choices: Mapping[str, tuple[Value, ...]] | None = None) -> tuple[Axis, ...]:
    """Return the priors of parameters: their declared ranges, or a choice among some values."""
    declared = {name: declarations()[name] for name in names}
    return tuple(
        Axis(
            name, float(each.low or 0.0), float(each.high or 0.0), each.scale == "log",
            (choices or {}).get(name, ()),
        )
        for name, each in declared.items()
    )  # fmt: skip


@functools.cache
def block_file(name: str, folder: Path = FOLDER) -> BlockFile:
    """Return the content of a block's file; an incomplete one is a ValueError of this project."""
    content: Any = read_yaml(folder / f"{name}.yaml").value
    return BlockFile.model_validate(content)


def ends(targets: Sequence[Target]) -> tuple[Floats, Floats]:
    """Return what was reported, one per target, on the scales of errors: low ends, widths to high ends."""
    low = np.array([float(target.scaled(target.low)) for target in targets])
    high = np.array([float(target.scaled(target.high)) for target in targets])
    return low, high - low


def standardised(targets: Sequence[Target], values: Floats, low: Floats | None = None) -> Floats:
    """Return how far outcomes lie from what was reported, in standard deviations; 0 between its ends.

    Parameters
    ----------
    values
        Outcomes in their own unit, shape (runs, targets).
    low
        Low ends on the scale of the error models if not those reported, as of invented data.

    Returns
    -------
    array, shape (runs, targets)
        Signed: above 0 where the model has more.
    """
    reported, width = ends(targets)
    low = reported if low is None else low
    scaled = np.stack([t.scaled(values[:, k]) for k, t in enumerate(targets)], axis=1)
    sd = np.array([target.sd for target in targets])
    outside = np.maximum(scaled - low - width, 0.0) - np.maximum(low - scaled, 0.0)
    distance: Floats = outside / sd
    return distance
