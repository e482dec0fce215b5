"""Hold-outs: published figures that no fit has seen. Nothing that fits may import this module (tested)."""

import functools
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from model.calendar import month_index
from model.declarations import Bilingual
from model.reading import ROOT, read_yaml

FILE = ROOT / "data" / "calibration" / "held_out.yaml"


class HeldOut(BaseModel):
    """A published figure, in the unit of its measure, and what stands for it in the model; see the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    evidence: tuple[str, ...]
    label: Bilingual
    measure: Literal["share_with_post", "provinces_universal", "hukou_shape", "helped_per_year"]
    first: str = ""
    month: str
    until: str = ""
    low: float
    high: float

    @property
    def is_rollout(self) -> bool:
        """Whether a run without children tells it."""
        return self.measure in ("share_with_post", "provinces_universal")

    @property
    def months(self) -> tuple[int, int, int]:
        """First month, the month itself, and the last one that is looked at."""
        month = month_index(self.month)
        first = month_index(self.first) if self.first else month
        return first, month, month_index(self.until) if self.until else month


class NotComparable(BaseModel):
    """A published figure without a counterpart in the model, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    evidence: tuple[str, ...]
    label: Bilingual
    why: Bilingual


class HeldOutFile(BaseModel):
    """All hold-outs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    held_out: tuple[HeldOut, ...]
    not_comparable: tuple[NotComparable, ...]


@functools.cache
def held_out_file(path: Path = FILE) -> HeldOutFile:
    """Return the hold-outs."""
    content: Any = read_yaml(path).value
    return HeldOutFile.model_validate(content)
