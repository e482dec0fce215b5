"""Parameters: one frozen, hashable set of values for every declared number, and its form for kernels.

Declarations live in ``data/parameters`` (see :mod:`model.declarations`); here they become a pydantic model:
``parameters.visit_hours`` works, values are checked with all problems told at once, and two sets with equal
values have the same ``content_hash`` in every process and on every machine.
"""

import functools
import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, create_model

from model.declarations import Declaration, Value, declarations
from model.problems import InputError, Problem, nearest
from model.reading import Document
from model.text import unit_text

HASH_BYTES = 16
KEPT_RECORDS = 256
HASH = "hash_of_values"
WORKED_OUT = ("content_hash", HASH)
"""What a set of values remembers once it was asked for; another process may have another hash."""


class _ParameterSet(BaseModel):
    """Behaviour of a parameter set; its fields are made from the declarations."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def replace(self, **overrides: object) -> Self:
        """Return a copy with some values changed; problems of all of them are raised in one InputError."""
        values, problems = check_values(overrides)
        if problems:
            raise InputError(problems)
        changed = self.model_copy(update=values)
        for name in WORKED_OUT:
            vars(changed).pop(name, None)
        return changed

    def values(self) -> dict[str, Value]:
        """Return all values by name, in the order of the declarations."""
        values = vars(self)
        return {name: values[name] for name in type(self).model_fields}

    @functools.cached_property
    def content_hash(self) -> str:
        """Hexadecimal hash of all values, the same in every process."""
        digest = hashlib.blake2b(digest_size=HASH_BYTES)
        for name, value in sorted(self.values().items()):
            digest.update(f"{name}={value!r}\n".encode())
        return digest.hexdigest()

    def __getstate__(self) -> dict[Any, Any]:
        state = super().__getstate__()
        values = {name: value for name, value in state["__dict__"].items() if name not in WORKED_OUT}
        return {**state, "__dict__": values}

    def __hash__(self) -> int:
        known = vars(self)
        if HASH not in known:
            known[HASH] = hash(tuple(self.values().values()))
        return int(known[HASH])

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, _ParameterSet) and self.values() == other.values())

    def changed(self) -> dict[str, Value]:
        """Return the values that differ from their defaults."""
        return {name: value for name, value in self.values().items() if value != declarations()[name].default}


def _python_type(declaration: Declaration) -> Any:
    if declaration.type == "choice":
        return Literal[declaration.choices]
    return {"switch": bool, "month": int, "integer": int, "number": float}[declaration.type]


def _make_model() -> type[_ParameterSet]:
    fields: dict[str, Any] = {
        name: (_python_type(each), each.default) for name, each in declarations().items()
    }
    made: type[_ParameterSet] = create_model(
        "Parameters", __base__=_ParameterSet, __module__=__name__, **fields
    )
    made.__doc__ = "Values of all declared parameters; frozen and hashable."
    return made


if TYPE_CHECKING:
    Parameters = _ParameterSet
else:
    Parameters = _make_model()


@functools.cache
def default_parameters() -> Parameters:
    """Return the set in which every parameter has its default."""
    return Parameters()


def check_values(
    values: Mapping[Any, object], document: Document | None = None, path: tuple[Any, ...] = ()
) -> tuple[dict[str, Value], list[Problem]]:
    """Check values by name against the declarations.

    Parameters
    ----------
    values : mapping
        Parameter name to value.
    document, path : Document, tuple
        The file in which they stand and the path of the mapping in it, for messages.

    Returns
    -------
    dict, list of Problem
        The values that are in order, as the model keeps them, and everything that is wrong with the others.
    """
    good: dict[str, Value] = {}
    problems: list[Problem] = []
    declared = declarations()
    for key, value in values.items():
        try:
            if key not in declared:
                hint = nearest(str(key), declared)
                raise InputError([Problem("parameter.unknown", {"key": key, "nearest": hint})])
            good[key] = declared[key].read(value)
        except InputError as error:
            for problem in error.problems:
                placed = document.problem(problem.code, *path, key, **problem.values) if document else problem
                problems.append(placed)
    return good, problems


def parse_settings(settings: Iterable[str]) -> dict[str, object]:
    """Turn ``name=value`` texts from the command line into values; a text without "=" is an InputError."""
    values: dict[str, object] = {}
    problems = []
    for setting in settings:
        name, sign, value = setting.partition("=")
        if not sign:
            problems.append(Problem("parameter.setting", {"setting": setting}))
            continue
        values[name.strip()] = _literal(value.strip())
    if problems:
        raise InputError(problems)
    return values


def _literal(value: str) -> object:
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


@functools.lru_cache(maxsize=KEPT_RECORDS)
def _record(parameters: Parameters) -> np.recarray:
    values = vars(parameters)
    numbers = tuple(declared.as_number(values[name]) for name, declared in declarations().items())
    return np.array([numbers], dtype=_record_type()).view(np.recarray)


@functools.cache
def _record_type() -> np.dtype:
    return np.dtype([(name, "f8") for name in declarations()])


def rules_record(parameters: Parameters) -> np.recarray:
    """Return the values as kernels read them: ``rules[0].visit_hours``.

    Shape (1,), one f8 field per parameter in the order of the declarations; choices as their position in the
    declared list, switches as 0 or 1, months as month numbers with -1 for never. The caller owns the array.
    """
    copy: np.recarray = _record(parameters).copy()
    return copy


def without_effect(names: Iterable[str], parameters: Iterable[Parameters]) -> list[Problem]:
    """Report the set parameters that no month of a run can read, because another one switches them off.

    Parameters
    ----------
    names : iterable of str
        What the user set.
    parameters : iterable of Parameters
        The sets in force during the run.
    """
    problems = []
    sets = list(parameters)
    for name in names:
        for condition, needed in declarations()[name].needs.items():
            wanted = needed if isinstance(needed, tuple) else (needed,)
            if sets and not any(getattr(each, condition) in wanted for each in sets):
                values = {
                    "key": name,
                    "value": declarations()[name].shown(getattr(sets[-1], name)),
                    "condition": condition,
                    "state": declarations()[condition].shown(getattr(sets[-1], condition)),
                }
                problems.append(Problem("parameter.unread", values))
    return problems


def outside_plausible(parameters: Parameters) -> list[str]:
    """Return the names of numbers that are allowed but lie outside their plausible range."""
    names = []
    for name, declaration in declarations().items():
        if declaration.low is not None and declaration.high is not None:
            value = float(getattr(parameters, name))
            if not declaration.low <= value <= declaration.high:
                names.append(name)
    return names


def parameters_table(language: str = "en") -> list[dict[str, str]]:
    """Return one row per parameter for ``run.py parameters``, the documents and the application."""
    rows = []
    for declaration in declarations().values():
        low, high = declaration.low, declaration.high
        if declaration.type == "choice":
            spread = " | ".join(declaration.choices)
        elif low is None or high is None:
            spread = ""
        else:
            spread = f"{declaration.shown(low)} – {declaration.shown(high)}"
        rows.append(
            {
                "topic": declaration.topic,
                "name": declaration.name,
                "label": declaration.label.in_language(language),
                "default": declaration.shown(declaration.default),
                "range": spread,
                "unit": unit_text(declaration.unit, language),
                "kind": declaration.kind,
                "source": declaration.source.in_language(language),
                "help": declaration.explained(language, typed=True),
            }
        )
    return rows
