"""The tables in which users describe places, as declared in ``data/places.yaml``."""

import functools
import unicodedata
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from model.declarations import Bilingual
from model.reading import ROOT, read_yaml

FILE = ROOT / "data" / "places.yaml"

Type = Literal["code", "text", "count", "number", "share", "month", "year", "choice", "flag", "value", "note"]
NUMBERS = ("count", "number", "share", "year")


class Column(BaseModel):
    """One column: what it is called, what it may hold (in the unit that its help names), what it does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: Bilingual
    help: Bilingual
    type: Type
    required: bool = False
    low: float = 0.0
    high: float | None = None
    choices: dict[str, Bilingual] = Field(default_factory=dict)

    @property
    def highest(self) -> float:
        """The largest number allowed, in the unit of the column."""
        if self.high is not None:
            return self.high
        return 1.0 if self.type == "share" else float("inf")


class Sheet(BaseModel):
    """One table; ``listed`` are the rows that the template shows of a table of parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: Bilingual
    help: Bilingual
    columns: dict[str, Column]
    listed: tuple[str, ...] = ()

    def known(self) -> dict[str, str]:
        """Return the key of every column by whatever a head may say: key or label, in plain letters."""
        return by_name({key: column.label for key, column in self.columns.items()})


@functools.cache
def sheets() -> dict[str, Sheet]:
    """Return all tables by key, in the order in which the template shows them."""
    content = read_yaml(FILE).value
    return {key: Sheet(**value) for key, value in content.items()}


@functools.cache
def sheet_names() -> dict[str, str]:
    """Return the key of every table by key and by label in both languages."""
    return by_name({key: sheet.label for key, sheet in sheets().items()})


def by_name(labels: Mapping[str, Bilingual]) -> dict[str, str]:
    """Return keys by key and by label in both languages, in plain letters."""
    names = {plain(key): key for key in labels}
    for key, label in labels.items():
        names |= {plain(label.en): key, plain(label.zh): key}
    return names


def plain(name: object) -> str:
    """Return a name without what people vary: case, full-width letters, spaces, a star for "required"."""
    text = unicodedata.normalize("NFKC", str(name)).lower().strip().strip("*").strip()
    return " ".join(text.replace("_", " ").split())
