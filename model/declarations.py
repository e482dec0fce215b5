"""What is declared about a parameter, and reading the declarations in ``data/parameters``.

One declaration drives validation, documents, sliders, sampling and reports. Two ranges are declared: from
``low`` to ``high`` lies what is plausible (sliders, sampling, sensitivity); ``minimum`` and ``maximum`` are
the ends of what the model accepts, wider where a test or a thought experiment needs it. ``clock`` marks
parameters that enter the ceiling of a candidate clock: its hazards are bounded at ``maximum`` for "up" (the
hazard rises with the parameter) and at ``minimum`` for "down". ``at_start`` marks parameters that are read
when a world is set up and not again, so a dated event cannot change them. ``deletes`` says of a switch, or of
a number with a neutral value, which term of the model is gone at that value: for comparison with theory.
"""

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from model.calendar import LAST_MONTH, NEVER, NEVER_WORD, MonthError, month_index, month_text
from model.problems import InputError, Problem, nearest
from model.reading import ROOT, read_yaml
from model.text import text, unit_text

FOLDER = ROOT / "data" / "parameters"
TOPICS = (
    "geography", "population", "documents", "help", "visits", "desks", "trust",
    "workers", "spread", "spaces_cash", "money", "observation", "switches",
)  # fmt: skip
PLACE = re.compile(r"\{(\w+)\}")
"""Where a help names a choice of its parameter, or another parameter."""
ASSUMPTION, ASSUMPTION_ZH = "assumption:", "假设："
"""How a source begins that is a reason and no rows of the evidence table."""

Kind = Literal["evidence", "calibrated", "assumption", "lever"]
Type = Literal["number", "integer", "switch", "choice", "month"]
Value = float | int | bool | str


class Bilingual(BaseModel):
    """A text in English and Chinese."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    def in_language(self, language: str) -> str:
        """Return the text in "en" or "zh"."""
        return self.zh if language == "zh" else self.en


class Deletion(Bilingual):
    """Which term of the model a parameter takes away, and at which value."""

    at: Value


class Declaration(BaseModel):
    """One parameter: what it means, what it may be (in ``unit``) and where its value comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    topic: str
    label: Bilingual
    type: Type = "number"
    default: Value
    unit: str = ""
    low: float | None = None
    high: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    scale: Literal["linear", "log"] = "linear"
    kind: Kind
    source: Bilingual
    """Rows of the evidence table, the same in both languages, or an assumption with its reason in each."""
    help: Bilingual
    """As it is declared, with ``{choice}`` and ``{parameter}`` to be named; `explained` fills them."""
    choices: tuple[str, ...] = ()
    clock: Literal["", "up", "down"] = ""
    at_start: bool = False
    needs: dict[str, Value | tuple[Value, ...]] = Field(default_factory=dict)
    deletes: Deletion | None = None

    @field_validator("source", mode="before")
    @classmethod
    def _in_both_languages(cls, source: object) -> object:
        if not isinstance(source, str):
            return source
        if source.startswith(ASSUMPTION):
            raise ValueError("an assumption needs its reason in English and Chinese (source: en, zh)")
        return {"en": source, "zh": source}

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        reasons = (self.source.en.startswith(ASSUMPTION), self.source.zh.startswith(ASSUMPTION_ZH))
        if any(reasons) != all(reasons) or not (all(reasons) or self.source.en == self.source.zh):
            raise ValueError(
                f"source is {ASSUMPTION!r} in en and {ASSUMPTION_ZH!r} in zh, or the same rows in both"
            )
        if self.type == "choice" and self.default not in self.choices:
            raise ValueError(f"default {self.default!r} is not one of {self.choices}")
        if self.type in ("number", "integer"):
            if self.low is None or self.high is None:
                raise ValueError("a number needs low and high")
            if not self.allowed[0] <= self.low <= float(self.default) <= self.high <= self.allowed[1]:
                raise ValueError(f"not minimum <= low <= default <= high <= maximum ({self.default})")
            if self.scale == "log" and self.low <= 0:
                raise ValueError("a logarithmic scale needs low > 0")
        return self

    @property
    def allowed(self) -> tuple[float, float]:
        """The ends of what is accepted, in ``unit``: minimum and maximum, or else low and high.

        Raises
        ------
        ValueError
            If it is a number without a range, which the checks of a declaration rule out.
        """
        if self.type == "month":
            return float(NEVER), float(LAST_MONTH)
        if self.type == "switch":
            return 0.0, 1.0
        if self.type == "choice":
            return 0.0, float(len(self.choices) - 1)
        lowest = self.low if self.minimum is None else self.minimum
        highest = self.high if self.maximum is None else self.maximum
        if lowest is None or highest is None:
            raise ValueError(f"{self.name} has no range")
        return lowest, highest

    @property
    def evidence_ids(self) -> tuple[str, ...]:
        """Rows of the evidence table that the value rests on; empty for a pure assumption."""
        return () if self.source.en.startswith(ASSUMPTION) else tuple(self.source.en.split())

    def reason(self, language: str = "en") -> str:
        """Return the source without the word "assumption", for places that say it in words of their own."""
        source = self.source.in_language(language)
        return source.removeprefix(ASSUMPTION).removeprefix(ASSUMPTION_ZH).strip()

    def explained(self, language: str = "en", *, typed: bool = False) -> str:
        """Return the help with its choices, and other parameters, under the names that people read.

        ``typed`` is for those who type settings: what is typed stands behind the word for a choice, and
        another parameter under its name.
        """

        def named(found: re.Match[str]) -> str:
            name = found[1]
            if name not in self.choices:
                label = declarations()[name].label.in_language(language)
                return name if typed else text("words.quoted", language, name=label)
            word = text("words.quoted", language, name=text(f"words.choice.{self.name}.{name}", language))
            return text("words.typed", language, word=word, typed=name) if typed else word

        return PLACE.sub(named, self.help.in_language(language))

    def read(self, value: object) -> Value:
        """Return ``value`` as this parameter keeps it.

        Raises
        ------
        InputError
            With one problem: wrong type, unknown choice, out of range (with range and unit).
        """
        readers: dict[str, Callable[[object], Value]] = {
            "switch": self._switch,
            "choice": self._choice,
            "month": self._month,
            "number": self._number,
            "integer": self._number,
        }
        return readers[self.type](value)

    def shown(self, value: Value) -> str:
        """Return a value as people write it."""
        if self.type == "month":
            return month_text(int(value))
        if self.type == "switch":
            return "true" if value else "false"
        return value if isinstance(value, str) else f"{value:.12g}"

    def as_number(self, value: Value) -> float:
        """Return a value as kernels read it, in its unit: choices as their position, switches as 0 or 1."""
        return float(self.choices.index(str(value)) if self.type == "choice" else value)

    def _refuse(self, code: str, value: object, **values: object) -> InputError:
        return InputError([Problem(code, {"key": self.name, "value": _quoted(value), **values})])

    def _switch(self, value: object) -> bool:
        if isinstance(value, bool) or (type(value) in (int, float) and value in (0, 1)):
            return bool(value)
        raise self._refuse("parameter.type.switch", value)

    def _choice(self, value: object) -> str:
        if isinstance(value, str) and value in self.choices:
            return value
        hint = nearest(value, self.choices) if isinstance(value, str) else ""
        raise self._refuse("parameter.choice", value, choices=", ".join(self.choices), nearest=hint)

    def _month(self, value: object) -> int:
        if value == NEVER_WORD or (type(value) is int and value == NEVER):
            return NEVER
        try:
            return month_index(value)
        except MonthError as error:
            if error.code == "month.unreadable":
                raise self._refuse("parameter.month", value) from error
            low, high = month_text(0), month_text(LAST_MONTH)
            raise self._refuse("parameter.month_range", value, low=low, high=high) from error

    def _number(self, value: object) -> float | int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._refuse(f"parameter.type.{self.type}", value)
        if self.type == "integer" and not float(value).is_integer():
            raise self._refuse("parameter.type.integer", value)
        low, high = self.allowed
        if not low <= value <= high:
            shown = {"low": f"{low:.12g}", "high": f"{high:.12g}", "unit": self.unit}
            raise self._refuse("parameter.range", value, **shown)
        return int(value) if self.type == "integer" else float(value)


def _quoted(value: object) -> str:
    """Write a value as it stands in a file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


@functools.cache
def declarations(folder: Path = FOLDER) -> dict[str, Declaration]:
    """Return all declarations by name, in the order of topics and files.

    Raises
    ------
    ValueError
        If a declaration is incomplete or doubled: an error of this project, not of its users.
    InputError
        If a file is no YAML.
    """
    found: dict[str, Declaration] = {}
    for topic in TOPICS:
        document = read_yaml(folder / f"{topic}.yaml")
        if document.problems:
            raise InputError(document.problems)
        for name, fields in document.value.items():
            where = f"{document.file}, line {document.line(name)}"
            if name in found:
                raise ValueError(f"{where}: {name} is declared twice")
            try:
                found[name] = _declaration(name, topic, fields)
            except ValueError as error:
                raise ValueError(f"{where}: {name}: {error}") from error
    for declaration in found.values():
        unit_text(declaration.unit)
        for key in declaration.needs:
            if key not in found:
                raise ValueError(f"{declaration.name} needs {key}, which is not declared")
        for key in PLACE.findall(declaration.help.en + declaration.help.zh):
            if key not in found and key not in declaration.choices:
                raise ValueError(f"help of {declaration.name} names {key}, which is not declared")
    return found


def switches() -> dict[str, Declaration]:
    """Return the parameters that delete a term of the model at some value, by name."""
    return {name: each for name, each in declarations().items() if each.deletes is not None}


def _declaration(name: str, topic: str, fields: dict[str, Any]) -> Declaration:
    if fields.get("type") == "month":
        default = fields["default"]
        fields = {**fields, "default": NEVER if default == NEVER_WORD else month_index(default)}
    declaration = Declaration(name=name, topic=topic, **fields)
    if declaration.deletes is not None:
        neutral = declaration.read(declaration.deletes.at)
        if neutral == declaration.read(declaration.default):
            raise ValueError(f"deletes its term by default ({neutral!r})")
        fields = {**fields, "deletes": declaration.deletes.model_copy(update={"at": neutral})}
        declaration = Declaration(name=name, topic=topic, **fields)
    return declaration.model_copy(update={"default": declaration.read(declaration.default)})
