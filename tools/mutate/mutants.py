"""All mutants of the kernels, and a sample of them that an edit elsewhere in a file leaves as it is."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.own_packages import ROOT

MODULES = ("onset", "idle_spells", "visits", "desks", "spread")
LEFT_OUT = {"core/RemoveDecorator": "uncompiled, the decorators of kernels do nothing"}
"""Operators that are not used, and why."""


@dataclass(frozen=True)
class Mutant:
    """One error: an operator of cosmic-ray at one place."""

    module: str
    """Name of a module of ``model``."""
    function: str
    """Where it stands; empty for constants of the module."""
    operator: str
    """Its name in cosmic-ray."""
    occurrence: int
    """Its number among those of the operator in the module."""
    number: int
    """Line, from 1."""
    line: str
    """Text of that line, without indentation."""
    key: str
    """Hash of all of the above but the numbers; it ranks the mutants and names them in results."""


def path_of(module: str) -> Path:
    """File of a module."""
    return ROOT / "model" / f"{module}.py"


def all_mutants(seed: int = 1) -> list[Mutant]:
    """Return every mutant of the four modules, in the order of a keyed hash.

    The hash knows the text of the line and not where it stands: after an edit the mutants of all other lines
    keep their rank, so the first few hundred are much the same sample as before.
    """
    found: list[Mutant] = []
    for module in MODULES:
        lines = path_of(module).read_text(encoding="utf-8").splitlines()
        seen: Counter[tuple[str, ...]] = Counter()
        for spec in specifications(module):
            (number, column), text = spec.start_pos, lines[spec.start_pos[0] - 1]
            line, function = text.strip(), spec.definition_name or ""
            place = column - (len(text) - len(text.lstrip()))
            words = (module, function, spec.operator_name, line, str(place))
            seen[words] += 1
            key = hashlib.blake2b(repr((seed, words, seen[words])).encode(), digest_size=8).hexdigest()
            found.append(Mutant(module, function, spec.operator_name, spec.occurrence, number, line, key))
    return sorted(found, key=lambda mutant: mutant.key)


def specifications(module: str) -> Iterator[Any]:
    """Yield what cosmic-ray would do to a module, a ``MutationSpec`` each."""
    from cosmic_ray.commands.init import _all_work_items

    for item in _all_work_items([path_of(module)], {}):
        for spec in item.mutations:
            if spec.operator_name not in LEFT_OUT:
                yield spec


def source_of(mutant: Mutant) -> tuple[str, str]:
    """Return the source of the module with the error in it, and the line as it reads then."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = path_of(mutant.module).read_text(encoding="utf-8")
    changed: str = mutate_code(source, get_operator(mutant.operator)(), mutant.occurrence)
    return changed, changed.splitlines()[mutant.number - 1].strip()
