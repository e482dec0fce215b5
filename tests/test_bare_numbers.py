"""No bare numbers in the model: a value that matters has a name, a unit and a source.

What is evidence or assumption stands in ``data/``; what belongs to the code (packing, bisection steps) gets a
name in capitals at the top of its module, or is a field of a class with its type. Allowed anywhere are one
half, -2 to 2, 12 months, indices into a row, and arguments of decorators and ``Field``, which bound input.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_architecture import ROOT, python_files, tree, where

pytestmark = pytest.mark.architecture

ALLOWED = {0, 0.5, 1, 2, 12}
"""With either sign: a minus is an operator of its own in a syntax tree."""


def bare_numbers(module: ast.Module) -> Iterator[ast.Constant]:
    """Find the numbers that stand for themselves in a module."""
    excused = {id(part) for node in excuses(module) for part in ast.walk(node)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and id(node) not in excused:
            value = node.value
            if isinstance(value, int | float) and not isinstance(value, bool) and value not in ALLOWED:
                yield node


def excuses(module: ast.Module) -> Iterator[ast.AST]:
    """Parts of a module in which numbers are welcome."""
    for line in module.body:
        targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
        parts = [part for target in targets if target for part in ast.walk(target)]
        names = [part.id for part in parts if isinstance(part, ast.Name)]
        if names and all(name.isupper() for name in names):
            yield line
    for node in ast.walk(module):
        if isinstance(node, ast.Subscript):
            yield node.slice
        elif isinstance(node, ast.FunctionDef):
            yield from node.decorator_list
        elif isinstance(node, ast.ClassDef):
            yield from node.decorator_list
            yield from (part for part in node.body if isinstance(part, ast.AnnAssign))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("Field", "field"):
            yield node


@pytest.mark.parametrize(
    "path", python_files("model", "agents"), ids=lambda path: str(path.relative_to(ROOT))
)
def test_numbers_have_names(path: Path) -> None:
    listing = "\n".join(f"{where(path, node)}: {node.value!r}" for node in bare_numbers(tree(path)))
    assert not listing, (
        f"give these a name in capitals at the top of the module, or declare them in data/:\n{listing}"
    )


@pytest.mark.parametrize("code", ["x = y * 0.3", "def f(x=60): pass", "x[a + 1] = 30.5", "limit = 100"])
def test_bare_numbers_are_found(code: str) -> None:
    assert list(bare_numbers(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "STEPS = 60",
        "A, B = 3, 4",
        "MASK: int = 0xFF",
        "x = -1 + 12",
        "x = row[7]",
        "@cache(maxsize=8)\ndef f(): pass",
    ],
)
def test_named_numbers_are_not(code: str) -> None:
    assert not list(bare_numbers(ast.parse(code)))
