"""Public functions say what they need to: what shape arrays have, which errors there are.

That there is a docstring, and its form, is checked by ruff.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_architecture import LAYERS, python_files, report, tree

pytestmark = pytest.mark.architecture

NOT_FOR_CALLERS = {"NotImplementedError", "AssertionError"}
ARRAY = re.compile(r"\b(NDArray|ndarray|Floats|recarray)\b")
EXTENT = re.compile(
    r"shape|record|elementwise|\brows?\b|\bcolumns?\b|\bax[ei]s\b|\bmatrix\b|\w array\b|\bper\b"
    r"|\bas long as\b|\b(of|in|for) (each|every|all)\b|\b(each|every) \w+'s\b|\([\w.]+,( [\w ]+)*\)?",
    re.IGNORECASE,
)


def public(module: ast.Module) -> Iterator[ast.FunctionDef]:
    """Functions and methods that anybody may call, and do not only override."""
    for node in module.body:
        members = node.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else [node]
        for member in members:
            if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                yield member


def name_of(error: ast.expr | None) -> set[str]:
    """The names of the classes in a raise or an except."""
    if isinstance(error, ast.Tuple):
        return {name for each in error.elts for name in name_of(each)}
    called = error.func if isinstance(error, ast.Call) else error
    return {ast.unparse(called).rpartition(".")[2]} if called is not None else set()


def is_function(node: ast.AST) -> bool:
    """Whether a node defines a function."""
    return isinstance(node, ast.FunctionDef)


def untold_errors(function: ast.FunctionDef) -> set[str]:
    """Errors that a function raises itself and lets pass, and that its docstring does not name."""
    nodes = list(ast.walk(function))
    nested = {
        id(part)
        for node in function.body
        for inner in ast.walk(node)
        if is_function(inner)
        for part in ast.walk(inner)
    }
    own = [node for node in nodes if id(node) not in nested]
    raised = {name for node in own if isinstance(node, ast.Raise) for name in name_of(node.exc)}
    caught = {name for node in nodes if isinstance(node, ast.ExceptHandler) for name in name_of(node.type)}
    classes = {name for name in raised if name[:1].isupper()} - caught - NOT_FOR_CALLERS
    text = ast.get_docstring(function) or ""
    return {name for name in classes if name not in text}


def is_shapeless(function: ast.FunctionDef) -> bool:
    """Whether a function returns an array and does not say how many of what it holds."""
    returned = ast.unparse(function.returns) if function.returns else ""
    return bool(ARRAY.search(returned)) and not EXTENT.search(ast.get_docstring(function) or "")


def documented() -> list[tuple[Path, ast.FunctionDef]]:
    """All public functions of the packages, with their files."""
    return [(path, function) for path in python_files(*LAYERS) for function in public(tree(path))]


def test_errors_are_told() -> None:
    found = [
        (path, function, f"{function.name} does not say that it raises {', '.join(sorted(untold))}")
        for path, function in documented()
        if (untold := untold_errors(function))
    ]
    assert not found, report(found)


def test_arrays_have_their_extent() -> None:
    found = [
        (path, function, f"{function.name} returns an array: say its shape")
        for path, function in documented()
        if is_shapeless(function)
    ]
    assert not found, report(found)


def test_each_rule_finds_its_offence() -> None:
    code = 'def f(x) -> NDArray:\n  """Return it."""\n  try:\n    raise KeyError\n  except KeyError:\n'
    code += "    raise ValueError(x)"
    (function,) = public(ast.parse(code))
    assert untold_errors(function) == {"ValueError"}
    assert is_shapeless(function)
    told = 'def f(x) -> NDArray:\n  """Return it, shape (n,); ValueError if not."""\n  raise ValueError(x)'
    (function,) = public(ast.parse(told))
    assert not untold_errors(function)
    assert not is_shapeless(function)
