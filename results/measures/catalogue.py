"""Every outcome measure, declared once: name, label, unit, formula, parts, which way is better, source, code.

The declarations are in ``data/measures.yaml``. The column documentation in ``schema.json``, the labels of
reports and ``docs/measures.md`` all come from here, so a measure cannot mean two things.
"""

import functools
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from model.problems import InputError, nearest
from model.reading import read_yaml
from model.text import LANGUAGES, unit_text

MEASURES_FILE = Path(__file__).resolve().parents[2] / "data" / "measures.yaml"
PACKAGE = "results.measures"


class Words(BaseModel):
    """The same words in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: str
    zh: str

    def text(self, language: str = "en") -> str:
        """Return the words in "en" or "zh"; another language is a ValueError."""
        if language not in LANGUAGES:
            raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
        return str(getattr(self, language))


class Section(BaseModel):
    """A part of the catalogue with a sentence or two on how its measures are counted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: Words
    text: Words


class Example(BaseModel):
    """A worked example: the document shows it, and a test computes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    arguments: dict[str, Any]
    result: Any


class Measure(BaseModel):
    """One outcome measure.

    Attributes
    ----------
    name
        As in ``summary.json``, ``series.parquet`` and the code.
    unit
        Key of ``unit.*`` in the text catalogues.
    numerator, denominator
        Names of the measures that a ratio is made of; they are stored, the ratio is computed.
    better
        ``higher``, ``lower`` or ``neither`` (a description, or an index for which zero is equal).
    function, part
        The code that computes it, as ``file.function`` within this package, and the part of what it returns
        (dotted; empty for the whole). Empty where the engine counts it.
    per_service, summary
        Whether it is also given service by service, and whether ``summary.json`` has it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    section: str
    label: Words
    unit: str
    formula: Words
    better: Literal["higher", "lower", "neither"]
    numerator: str = ""
    denominator: str = ""
    source: tuple[str, ...] = ()
    function: str = ""
    part: str = ""
    example: Example | None = None
    per_service: bool = False
    summary: bool = False

    def resolve(self) -> Any:
        """Return the function that computes the measure; ValueError where the engine counts it."""
        if not self.function:
            raise ValueError(f"{self.name} is counted by the engine, not computed by a function")
        file, _, name = self.function.partition(".")
        return getattr(import_module(f"{PACKAGE}.{file}"), name)

    def read(self, returned: Any) -> Any:
        """Return the measure's part of what its function returned."""
        for attribute in filter(None, self.part.split(".")):
            returned = getattr(returned, attribute)
        return returned


class Catalogue(BaseModel):
    """All measures in their order, with sections and sources."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sections: dict[str, Section]
    sources: dict[str, str]
    measures: dict[str, Measure]

    @model_validator(mode="after")
    def _refers_to_what_exists(self) -> "Catalogue":
        for measure in self.measures.values():
            for kind, names, known in (
                ("section", (measure.section,), self.sections),
                ("numerator", filter(None, (measure.numerator,)), self.measures),
                ("denominator", filter(None, (measure.denominator,)), self.measures),
                ("source", measure.source, self.sources),
            ):
                for name in names:
                    if name not in known:
                        raise ValueError(
                            f"{measure.name}: there is no {kind} {name!r}, only {', '.join(known)}"
                        )
            if bool(measure.numerator) != bool(measure.denominator):
                raise ValueError(f"{measure.name}: a ratio needs both a numerator and a denominator")
        return self


@functools.cache
def catalogue() -> Catalogue:
    """Return the catalogue, read once; InputError or ValueError if the file contradicts itself."""
    document = read_yaml(MEASURES_FILE)
    if document.problems:
        raise InputError(document.problems)
    content = document.value
    measures = {
        name: {"name": name, "section": section, **fields}
        for section, members in content["measures"].items()
        for name, fields in members.items()
    }
    return Catalogue(sections=content["sections"], sources=content["sources"], measures=measures)


def measure(name: str) -> Measure:
    """Return a measure by name; an unknown one is a KeyError that offers the nearest."""
    known = catalogue().measures
    if name not in known:
        raise KeyError(f"there is no measure {name!r}; nearest: {nearest(name, known) or 'none'}")
    return known[name]


def summary_measures() -> tuple[Measure, ...]:
    """Return the measures that ``summary.json`` must have, in order."""
    return tuple(entry for entry in catalogue().measures.values() if entry.summary)


def column_documentation(names: Iterable[str], language: str = "en") -> dict[str, dict[str, str]]:
    """Return what ``schema.json`` says about columns: label, unit, formula, parts and direction, by name."""
    return {
        entry.name: {
            "label": entry.label.text(language),
            "unit": unit_text(entry.unit, language),
            "formula": entry.formula.text(language),
            "numerator": entry.numerator,
            "denominator": entry.denominator,
            "better": entry.better,
        }
        for entry in map(measure, names)
    }
