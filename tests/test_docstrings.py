"""Public functions say what they need to: shapes of arrays, errors, units of numbers, sources of formulas.

That there is a docstring, and its form, is checked by ruff. Kernels have no annotations: their numbers are
fields of records and columns of tables, whose units are checked where these are declared.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_architecture import LAYERS, python_files, report, top_of, tree

pytestmark = pytest.mark.architecture

NOT_FOR_CALLERS = {"NotImplementedError", "AssertionError"}
ARRAY = re.compile(r"\b(NDArray|ndarray|Floats|recarray)\b")
EXTENT = re.compile(
    r"shape|record|elementwise|\brows?\b|\bcolumns?\b|\bax[ei]s\b|\bmatrix\b|\w array\b|\bper\b"
    r"|\bas long as\b|\b(of|in|for) (each|every|all)\b|\b(each|every) \w+'s\b|\([\w.]+,( [\w ]+)*\)?",
    re.IGNORECASE,
)

NUMBER = re.compile(r"\b(float|float64|Floats)\b")
UNIT_IN_NAME = re.compile(
    r"(^|_)(months?|minutes?|hours?|days?|years?|seconds?|ns|yuan|fen|km|bytes|megabytes|dpi|share|probability"
    r"|chance|rate|hazard|odds|ratio|factor|multiplier|weights?|quantiles?|density|log|per|n|sd|variances?"
    r"|level|fte)(_|$)"
)
UNIT_IN_WORDS = re.compile(
    r"\b(months?|minutes?|hours?|days?|years?|seconds|yuan|fen|km|kilometres|bytes|megabytes|inches|points"
    r"|percentages?|percentiles?|shares?|probabilit(y|ies)|chance|rates?|hazard|odds|ratio|multipl\w+|weights?"
    r"|weighted|quantiles?|density|logarithm\w*|variances?|standard (deviation|error|normal)s?|correlations?"
    r"|ind(ex|ices)|units?|scales?|counts?|numbers? of|how (many|often)|villages|children|cases|posts|needs"
    r"|full-time equivalents)\b|\b0 (to|and|is) |[0−]–1|\[0, 1|%",
    re.IGNORECASE,
)
"""Of a number that may be anything, a docstring says whose ``unit`` it has."""
SECTION = re.compile(r"^(?:Attributes|Parameters)\n-+\n", re.MULTILINE)
FIELD = re.compile(r'\("(\w+)", "f\d"\),(?: +# (.*))?')

FORMULA_CALLS = {
    "exp", "expm1", "log1p", "log10", "pow", "sqrt", "expit", "ppf", "pdf", "cdf", "inv", "lgamma", "cov",
}  # fmt: skip
"""What formulas are made of that somebody has thought of or proved."""
FORMULA_LAYERS = ("agents", "model", "experiments", "calibration")
SOURCE = re.compile(
    r"\[[A-Z]+\d+|\b(?!January|February|March|April|May|June|July|August|September|October|November|December)"
    r"[A-Z]\w+( et al\.)? (1[89]|20)\d\d\b|\bequations? \(\d+\)|docs/\w+|\b[Aa]ssum|\bby definition\b"
)
"""A row of the evidence, an author with the year, an equation or page of the documents, or an assumption."""


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


def says_unit(name: str, *words: str) -> bool:
    """Whether the name of a number, or something said of it, tells what it counts."""
    return bool(UNIT_IN_NAME.search(name)) or any(UNIT_IN_WORDS.search(text) for text in words)


def is_number(annotation: ast.expr | None) -> bool:
    """Whether an annotation is of a float or of an array of them."""
    return annotation is not None and bool(NUMBER.search(ast.unparse(annotation)))


def unitless(function: ast.FunctionDef) -> set[str]:
    """Numbers among the arguments of a function, and its result, of which nothing says what they count."""
    text = ast.get_docstring(function) or ""
    arguments = [*function.args.args, *function.args.kwonlyargs]
    found = {each.arg for each in arguments if is_number(each.annotation) and not says_unit(each.arg, text)}
    if is_number(function.returns) and not says_unit(function.name, text):
        found.add("the result")
    return found


def unitless_fields(source: str) -> Iterator[tuple[ast.AST, str]]:
    """Numbers among the fields of public classes that nothing explains.

    What is said of another field explains nothing: it must be the name, a docstring or comment beside the
    field, its own entry in the docstring of the class, or what that says of the class as a whole.
    """
    lines = source.splitlines()
    classes = [
        node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name[0] != "_"
    ]
    for owner in classes:
        for node, following in zip(owner.body, [*owner.body[1:], None], strict=True):
            if isinstance(node, ast.AnnAssign) and is_number(node.annotation):
                name, beside = ast.unparse(node.target), lines[node.lineno - 1].partition("#")[2]
                own = ast.unparse(following) if isinstance(following, ast.Expr) else ""
                if not says_unit(name, own, beside, *said_of(name, ast.get_docstring(owner) or "")):
                    yield node, f"{owner.name}.{name}"


def said_of(field: str, docstring: str) -> tuple[str, str]:
    """What a class says of itself as a whole, and in the entry of one field."""
    whole, *entries = SECTION.split(docstring)
    entry = re.search(
        rf"^(?:\w+, )*{field}(?:, \w+)*(?: :.*)?\n(?:    .*\n?|\n)+", "".join(entries), re.MULTILINE
    )
    return whole, entry[0] if entry else ""


def unitless_columns(source: str) -> set[str]:
    """Floating-point fields of records whose name or comment does not say what they count."""
    return {name for name, comment in FIELD.findall(source) if not says_unit(name, comment)}


def is_sourceless(function: ast.FunctionDef, about_file: str) -> bool:
    """Whether a function applies a formula and neither it nor its file says where that is from."""
    calls = [
        ast.unparse(node.func).rpartition(".")[2] for node in ast.walk(function) if isinstance(node, ast.Call)
    ]
    text = (ast.get_docstring(function) or "") + about_file
    return bool(FORMULA_CALLS & set(calls)) and not SOURCE.search(text)


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


def test_numbers_have_their_unit() -> None:
    found: list[tuple[Path, ast.AST, str]] = [
        (path, function, f"{function.name}: say in which unit {', '.join(sorted(names))} is")
        for path, function in documented()
        if (names := unitless(function))
    ]
    found += [
        (path, node, f"{name}: say in which unit it is")
        for path in python_files(*LAYERS)
        for node, name in unitless_fields(path.read_text(encoding="utf-8"))
    ]
    assert not found, report(found)


def test_columns_have_their_unit() -> None:
    for path in python_files("columns"):
        unknown = unitless_columns(path.read_text(encoding="utf-8"))
        assert not unknown, f"{path}: say in a comment what these count: {', '.join(sorted(unknown))}"


def test_formulas_have_their_source() -> None:
    found = [
        (path, function, f"{function.name} applies a formula: say where it is from")
        for path, function in documented()
        if top_of(path) in FORMULA_LAYERS and is_sourceless(function, ast.get_docstring(tree(path)) or "")
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


def test_rules_of_units_and_sources_find_their_offence() -> None:
    code = 'def mean(values: Floats, top: float = 1) -> float:\n  """Return it."""\n  return exp(values)'
    (function,) = public(ast.parse(code))
    assert unitless(function) == {"values", "top", "the result"}
    assert is_sourceless(function, "Means.")
    assert not is_sourceless(function, "Means (Author 1999).")
    told = 'def wait_months(share: float) -> float:\n  """Return it, equation (3)."""\n  return exp(share)'
    (function,) = public(ast.parse(told))
    assert not unitless(function)
    assert not is_sourceless(function, "")
    fields = 'class Found:\n  """It."""\n  low: float\n  cost_yuan: float\n  high: float\n  """A share."""'
    assert [name for _, name in unitless_fields(fields)] == ["Found.low"]
    entries = 'class Found:\n  """It.\n\n  Attributes\n  ----------\n  low, middle\n      Shares.\n'
    entries += '  high\n      Top.\n  """\n  low: float\n  middle: float\n  high: float\n'
    entries += "  best: float  # in yuan"
    assert [name for _, name in unitless_fields(entries)] == ["Found.high"]
    assert unitless_columns('("a", "f8"),  # share of it\n("b", "f8"),  # of it\n("c", "i4"),') == {"b"}
