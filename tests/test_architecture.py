"""The layout of the code: who may import whom, what is banned where, how long a file may be.

These tests read the syntax trees of all files and run nothing.
"""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.architecture

ROOT = Path(__file__).resolve().parent.parent

LAYERS = ("columns", "agents", "model", "results", "experiments", "calibration", "app")
"""From the ground up: each may import those before it, none after it."""
ON_TOP = ("run", "commands", "benchmarks", "verification", "tools", "tests")
"""May import anything; imported by nobody, except that tests may share helpers."""
ENGINE = ("columns", "agents", "model")
MADE = ("runs", "build")
"""Folders that commands fill; git ignores them."""
LONGEST_FILE_LINES = 500
PRINTED = {"measures", "measures.zh"}
"""Pages that are printed from what code declares."""
FOR_TESTS = {"tests", "verification"}
"""What is in these may be there for tests alone."""
KERNEL, PARTS = "kernel", {"part", "inlined"}
"""Decorators of :mod:`columns.compiling`, which has no others.

Kernels say their types like all functions. Parts need not: compiled code alone can call them, and numba types
them anew for every caller, a column as int32 or int64, a record as itself or as an element of its array.
"""
BOUND = {"self", "cls"}
TYPED = (*LAYERS, "run", "commands", "benchmarks", "verification", "tools")
"""Where every function says its types: all but tests, whose arguments come from fixtures."""
WORD = re.compile(r"[A-Za-z_]\w*")

BANNED_IMPORTS = {
    "random": "draws are keyed: columns.draws",
    "secrets": "draws are keyed: columns.draws",
    "numpy.random": "draws are keyed: columns.draws",
    "numba.njit": "kernels are compiled with columns.compiling.kernel",
    "numba.jit": "kernels are compiled with columns.compiling.kernel",
    "numba.vectorize": "kernels are compiled with columns.compiling.kernel",
    "numba.prange": "threads are handed blocks of counties; kernels are serial",
    "mesa.space": "gone in the next Mesa; use mesa.discrete_space",
    "mesa.batchrunner": "one exception loses all runs; use experiments",
    "mesa.batch_run": "one exception loses all runs; use experiments",
    "mesa.experimental": "changes without notice",
}
BANNED_NAMES = {
    "random": "an unkeyed draw depends on the order of visits",
    "rng": "an unkeyed draw depends on the order of visits",
    "shuffle": "an unkeyed draw depends on the order of visits",
    "shuffle_do": "an unkeyed draw depends on the order of visits",
}
BANNED_OPTIONS = {
    "parallel": (True, "numba's threads make small worlds slow and forking unsafe"),
    "inline": ("always", "compilation takes four times as long"),
    "fastmath": (None, "results must be equal to the last bit"),
}


def python_files(*folders: str) -> list[Path]:
    """All files of the project, or of some of its top folders; ``run`` means run.py."""
    tops = [
        path for path in sorted(ROOT.iterdir()) if not path.name.startswith(".") and path.name not in MADE
    ]
    tops = [path for path in tops if not folders or path.stem in folders]
    files = [path for path in tops if path.suffix == ".py"]
    return files + [file for path in tops if path.is_dir() for file in sorted(path.rglob("*.py"))]


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def top_of(path: Path) -> str:
    """The package or script that a file belongs to."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def where(path: Path, node: ast.AST) -> str:
    """File and line, as editors understand them."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def imports(module: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every dotted name that is imported anywhere in a file; ``from a import b`` gives a and a.b."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node, node.module
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def upward_arrows(module: ast.Module, top: str) -> list[tuple[ast.AST, str]]:
    """Imports that run from a layer to one above it."""
    allowed = LAYERS[: LAYERS.index(top) + 1]
    return [
        (node, name)
        for node, name in imports(module)
        if name.split(".")[0] in LAYERS + ON_TOP and name.split(".")[0] not in allowed
    ]


def banned_imports(module: ast.Module) -> list[tuple[ast.AST, str]]:
    """Imports that the engine must do without."""
    return [
        (node, f"{name}: {reason}")
        for node, name in imports(module)
        for banned, reason in BANNED_IMPORTS.items()
        if name == banned or name.startswith(banned + ".")
    ]


def banned_uses(module: ast.Module) -> list[tuple[ast.AST, str]]:
    """Attributes and options that the engine must do without; to hand Mesa its own generator is no draw."""
    found: list[tuple[ast.AST, str]] = []
    options = [node for node in ast.walk(module) if isinstance(node, ast.keyword)]
    handed_on = {id(option.value) for option in options if option.arg == "random"}
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and node.attr in BANNED_NAMES and id(node) not in handed_on:
            found.append((node, f".{node.attr}: {BANNED_NAMES[node.attr]}"))
        if isinstance(node, ast.Call):
            found += [(node, text) for text in banned_options(node)]
    return found


def banned_options(call: ast.Call) -> Iterator[str]:
    """Keywords of one call that are banned, with the reason."""
    for option in call.keywords:
        banned, reason = BANNED_OPTIONS.get(option.arg or "", ("", ""))
        value = getattr(option.value, "value", None)
        if reason and (banned is None or value == banned):
            yield f"{option.arg}={value}: {reason}"
        if option.arg == "seed" and ast.unparse(call.func).endswith(("super().__init__", "mesa.Model")):
            yield "seed=: Mesa's next version knows only rng="


def constants(module: ast.Module) -> Iterator[ast.Name]:
    """Names that a file gives a value of their own; an enumeration, (A, B) = range(2), comes as a whole."""
    for node in module.body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        yield from (target for target in targets if isinstance(target, ast.Name) and target.id[:2] != "__")


def used_words() -> Counter[str]:
    """How often words stand where somebody uses them: in code and pages, not in tests.

    Pages that are printed from declarations say of functions that there are some, and use none.
    """
    pages = [*ROOT.glob("*.md"), *ROOT.glob("*.toml"), *(ROOT / "benchmarks").rglob("*.md")]
    pages += [path for path in (ROOT / "docs").rglob("*") if path.suffix in {".md", ".ipynb"}]
    pages += [*(ROOT / "results" / "templates").iterdir(), *(ROOT / "app" / "page").rglob("*.js")]
    files = [path for path in pages if path.stem not in PRINTED]
    files += [path for path in python_files() if top_of(path) != "tests"]
    return Counter(word for path in files for word in WORD.findall(path.read_text(encoding="utf-8")))


def definitions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Functions and classes that nobody but us can call: not handed to a decorator with a name of its own.

    Commands and checks are called by the library whose decorator takes them in, methods that override one of
    a library's classes by that library.
    """
    classes = [node for node in ast.walk(module) if isinstance(node, ast.ClassDef)]
    foreign = {
        id(method)
        for owner in classes
        if any(isinstance(base, ast.Attribute) for base in owner.bases)
        for method in owner.body
    }
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("__"):
            called = any(isinstance(part, ast.Call) for part in node.decorator_list)
            if not called and id(node) not in foreign:
                yield node


def is_part(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether compiled code alone can call a function, so that its types are those of each caller."""
    return any(isinstance(node, ast.Name) and node.id in PARTS for node in function.decorator_list)


def untyped(module: ast.Module, parts: bool) -> Iterator[tuple[ast.AST, str]]:
    """Functions of a file, private and nested ones too, that leave out the type of something.

    ``parts`` says whether functions that compiled code alone can call may do so.
    """
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not (parts and is_part(node)):
            given = node.args
            arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
            lacking = [each.arg for each in arguments if each and each.annotation is None]
            lacking = [name for name in lacking if name not in BOUND]
            lacking += [] if node.returns else ["what it returns"]
            if lacking:
                yield node, f"{node.name}: say the type of {', '.join(lacking)}"


def report(found: Sequence[tuple[Path, ast.AST, str]]) -> str:
    """One line per finding."""
    return "\n".join(["", *(f"{where(path, node)}: {text}" for path, node, text in found)])


def test_every_package_has_its_layer() -> None:
    unknown = {top_of(path) for path in python_files()} - set(LAYERS) - set(ON_TOP)
    assert not unknown, f"say in LAYERS of {__file__} where these stand: {', '.join(sorted(unknown))}"


def test_imports_run_downward() -> None:
    found = [
        (path, node, f"{top_of(path)} must not know {name}")
        for path in python_files(*LAYERS)
        for node, name in upward_arrows(tree(path), top_of(path))
    ]
    assert not found, report(found)


def test_engine_draws_and_compiles_one_way() -> None:
    found = [
        (path, node, text)
        for path in python_files(*ENGINE)
        for node, text in banned_imports(tree(path)) + banned_uses(tree(path))
        if not (path.name == "compiling.py" and top_of(path) == "columns")
    ]
    assert not found, report(found)


def test_options_of_numba_and_mesa_are_banned_everywhere() -> None:
    found = [
        (path, node, text)
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        for text in banned_options(node)
    ]
    assert not found, report(found)


def test_every_function_says_its_types() -> None:
    """As mypy asks elsewhere; in the engine it cannot tell functions from parts, so this does."""
    found = [
        (path, node, text)
        for path in python_files(*TYPED)
        for node, text in untyped(tree(path), parts=top_of(path) in ENGINE)
    ]
    assert not found, report(found)


def test_exempt_from_types_is_what_compiled_code_alone_can_call() -> None:
    """The three decorators are all there are: each public name of the module that gives back a function."""
    takes_function = {
        node.name
        for node in tree(ROOT / "columns" / "compiling.py").body
        if isinstance(node, ast.FunctionDef) and node.name[0] != "_" and node.returns and node.type_params
    }
    assert takes_function == {KERNEL, *PARTS}


def test_files_hold_one_idea() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    long = [f"{path.relative_to(ROOT)}: {n} lines" for path, n in lengths.items() if n > LONGEST_FILE_LINES]
    assert not long, f"split these (at most {LONGEST_FILE_LINES} lines): {long}"


def test_whatever_has_a_name_is_used_by_more_than_tests() -> None:
    words = used_words()
    files = [path for path in python_files() if top_of(path) not in FOR_TESTS and path.name != "conf.py"]
    found: list[tuple[Path, ast.AST, str]] = [
        (path, node, f"{node.name} is named nowhere else but in tests: drop it")
        for path in files
        for node in definitions(tree(path))
        if words[node.name] == 1
    ]
    found += [
        (path, node, f"{node.id} is named nowhere else but in tests: drop it")
        for path in files
        for node in constants(tree(path))
        if words[node.id] == 1
    ]
    assert not found, report(found)


@pytest.mark.parametrize(
    ("code", "finder"),
    [
        ("import random", banned_imports),
        ("from numpy.random import default_rng", banned_imports),
        ("from numpy import random as r", banned_imports),
        ("from numba import njit", banned_imports),
        ("from mesa.space import MultiGrid", banned_imports),
        ("x = np.random.default_rng(1)", banned_uses),
        ("self.model.random.random()", banned_uses),
        ("agents.shuffle_do('step')", banned_uses),
        ("njit(parallel=True)", banned_uses),
        ("njit(inline='always')", banned_uses),
        ("njit(fastmath={'nsz'})", banned_uses),
        ("super().__init__(seed=3)", banned_uses),
        ("def f(a: int, b): ...", lambda module: list(untyped(module, parts=True))),
        ("def f(a: int, *b: int): ...", lambda module: list(untyped(module, parts=True))),
        ("class A:\n  def f(self, a) -> None: ...", lambda module: list(untyped(module, parts=True))),
        ("@kernel\ndef f(a): ...", lambda module: list(untyped(module, parts=True))),
        ("@part\ndef f(a): ...", lambda module: list(untyped(module, parts=False))),
        ("import model.world", lambda module: upward_arrows(module, "columns")),
        ("from app import server", lambda module: upward_arrows(module, "results")),
        ("import run", lambda module: upward_arrows(module, "app")),
    ],
)
def test_each_rule_finds_its_offence(code: str, finder: Callable[[ast.Module], list[object]]) -> None:
    assert finder(ast.parse(code))


def test_definitions_leave_out_what_libraries_call() -> None:
    code = "class A(event.Listener):\n  def on_end(self): ...\n@app.command()\ndef go(): ...\ndef used(): ..."
    assert [node.name for node in definitions(ast.parse(code))] == ["A", "used"]


def test_constants_are_single_names_of_a_file() -> None:
    code = "A = 1\nB: int = 2\n(C, D) = range(2)\n__all__ = []\ndef f():\n  e = 1\nx.y = 3"
    assert [name.id for name in constants(ast.parse(code))] == ["A", "B"]


def test_rules_leave_good_code_alone() -> None:
    code = "from columns.draws import draw\nclass W(M):\n  def __init__(s, seed): super().__init__(rng=seed)"
    code += "\nspace = Network(graph, random=model.random)"
    module = ast.parse(code)
    typed = "class A:\n  def f(self, *a: int) -> int: ...\n@part\ndef g(a, b): ..."
    assert not list(untyped(ast.parse(typed), parts=True))
    assert not banned_imports(module) + banned_uses(module) + upward_arrows(module, "model")
