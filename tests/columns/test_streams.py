"""Every stream serves one decision, and every decision takes its chance from a stream.

The syntax trees of the engine are read. That no draw decides twice is then seen in a run, call by call.
"""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from columns.streams import STREAMS, stream
from tests.test_architecture import ENGINE, ROOT, imports, python_files, tree, where

TWO_PLACES = {
    "case.order_within_month": "an application or a review of the same service, never both",
    "seats.rounded": "keys of the nation or of provinces, by the mode of seats",
}  # fmt: skip
"""Streams drawn in two places all the same, and why it is one decision."""
OTHER_SOURCES = {
    "random",
    "secrets",
    "uuid",
    "numpy.random",
    "os.urandom",
    "os.getrandom",
    "datetime.datetime",
}
CLOCKS = {"time.time", "time.time_ns", "time.monotonic", "time.perf_counter"}
MAY_READ_CLOCKS = ("columns/compiling.py", "model/checkpoint.py")
"""The age of caches, and of what was stored: nothing simulated."""

architecture = pytest.mark.architecture


def taken(module: ast.Module) -> Iterator[tuple[str, ast.Constant]]:
    """Find the names of streams that are written in a module."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and node.value in STREAMS:
            yield str(node.value), node


def constants(module: ast.Module) -> dict[str, str]:
    """Constants at the top of a module that hold a stream, with the stream's name."""
    return {
        target.id: name
        for line in module.body
        if isinstance(line, ast.Assign) and ast.unparse(line.value).startswith("stream(")
        for name, _ in taken(ast.Module([line], []))
        for target in line.targets
        if isinstance(target, ast.Name)
    }


def users(module: ast.Module, constant: str) -> list[str]:
    """Names of the functions of a module that mention a constant, once for each mention."""
    return [
        function.name
        for function in module.body
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and node.id == constant
    ]


def sources(module: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Find what could decide by chance without a stream."""
    for node, name in imports(module):
        if any(name == banned or name.startswith(f"{banned}.") for banned in OTHER_SOURCES):
            yield node, name
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef) and function.name == "__hash__":
            function.body = []  # where hashes belong
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and (text := ast.unparse(node)) in OTHER_SOURCES | CLOCKS:
            yield node, text
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("hash", "id"):
            yield node, f"{node.func.id}()"
        loops = [node] if isinstance(node, ast.For | ast.comprehension) else []
        if any(isinstance(loop.iter, ast.Set | ast.SetComp) or is_set(loop.iter) for loop in loops):
            yield loops[0].iter, "the order of a set"


def is_set(node: ast.expr) -> bool:
    """Whether an expression makes a set on the spot."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("set", "frozenset")


def engine_files() -> list[Path]:
    """The files in which something is decided; the registry itself names all streams."""
    return [path for path in python_files(*ENGINE) if path.name != "streams.py"]


@architecture
def test_each_stream_is_taken_in_one_place():
    places: dict[str, list[str]] = {name: [] for name in STREAMS}
    for path in engine_files():
        for name, node in taken(tree(path)):
            places[name].append(where(path, node))
    wrong = {name: found for name, found in places.items() if len(found) != 1}
    assert not wrong, f"taken nowhere or twice: {wrong}"


@architecture
def test_each_stream_serves_one_decision():
    wrong, excused = [], set()
    for path in engine_files():
        for constant, name in constants(tree(path)).items():
            functions = set(users(tree(path), constant))
            if len(functions) == 2 and name in TWO_PLACES:
                excused.add(name)
            elif len(functions) != 1:
                wrong.append(f"{path.name}: {name} in {sorted(functions) or 'no function'}")
    assert not wrong, f"a stream for each decision, please: {wrong}"
    assert excused == set(TWO_PLACES)


@architecture
def test_constants_of_streams_stay_in_their_module():
    owned = {
        f"{'.'.join(path.relative_to(ROOT).with_suffix('').parts)}.{constant}"
        for path in engine_files()
        for constant in constants(tree(path))
    }
    wrong = [
        f"{where(path, node)}: {name}"
        for path in python_files(*ENGINE)
        for node, name in imports(tree(path))
        if name in owned
    ]
    assert len(owned) > 50
    assert not wrong, wrong


@architecture
def test_nothing_else_decides_by_chance():
    wrong = [
        f"{where(path, node)}: {text}"
        for path in python_files(*ENGINE)
        for node, text in sources(ast.parse(path.read_text(encoding="utf-8")))
        if not (text in CLOCKS and path.relative_to(ROOT).as_posix() in MAY_READ_CLOCKS)
    ]
    assert not wrong, "\n".join(["use a keyed draw:", *wrong])


@architecture
@pytest.mark.parametrize(
    "code",
    [
        "import random", "from numpy.random import default_rng", "x = os.urandom(4)", "import uuid",
        "x = hash(name) % 2", "x = id(child)", "x = time.time()", "for x in {1, 2}: pass",
        "[x for x in set(names)]", "import numpy as np\nx = np.random\nfrom secrets import choice",
    ],
)  # fmt: skip
def test_other_sources_are_found(code):
    assert list(sources(ast.parse(code)))


@architecture
def test_hashes_of_agents_are_none():
    assert not list(sources(ast.parse("class A:\n  def __hash__(self): return hash((1, 2))")))


@architecture
def test_streams_that_serve_twice_are_found():
    code = 'A = stream("child.sex")\ndef f(k): return draw(k, A, 0, 0)\ndef g(k): return draw(k, A, 0, 1)'
    module = ast.parse(code)
    assert constants(module) == {"A": "child.sex"}
    assert users(module, "A") == ["f", "g"]


@pytest.mark.unit
def test_streams_have_constants_of_their_own():
    found = [int(stream(name)) for name in STREAMS]
    assert len(set(found)) == len(found)
    with pytest.raises(KeyError, match=r"child\.hight"):
        stream("child.hight")


PROGRAM = """
import collections, json, sys
import numpy as np
import columns.draws as draws
from columns.streams import STREAMS, stream

plain, names = draws.draw, {int(stream(name)): name for name in STREAMS}
first, twice = {}, collections.Counter()

def watched(key, constant, month, index):
    frame = sys._getframe(1)
    place = f"{frame.f_code.co_name}:{frame.f_lineno}"
    draw = int(key), int(constant), int(month), int(index)
    if draw in first:
        twice[names[draw[1]], first[draw].split(":")[0], frame.f_code.co_name] += 1
    first.setdefault(draw, place)
    return plain(key, constant, month, index)

draws.draw = watched
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario

settings = dict(seats_at_mandate_per_month=20_000, shock_county_share=0.02, mandate_month=12)
with np.errstate(over="ignore"):
    ScaleUpModel(make_scenario("four_villages", parameters=settings, until=72, seed=2)).run()
used = {names[constant] for _, constant, _, _ in first}
print(json.dumps([[*what, n] for what, n in twice.items()] + [sorted(used)]))
"""
ASKED_AGAIN = {
    "child.papers_complete_or_dropped": "compared with the highest probability of any child before its own",
    "child.seeks_or_ends": "drawn for all that are due; of an entry left behind by its spell it is not used",
    "child.initial_need": "compared with a bound for many children at once; the few below it are worked out",
    "child.born_without_papers": "the same",
    "child.spell_clock": "a draw holds 64 months of a need, a bit each, and each bit decides once",
    "household.slots": "counted for the size of the world, then again to place the children",
    "post.part_time": "looked up every month: a village keeps what was drawn for it",
    "post.designated": "looked up whenever the post is filled anew",
    "province.staged_lag": "looked up for every county of the province",
    "prefecture.staged_lag": "looked up for every county of the prefecture",
}
"""Streams whose draws are no decision of one month and may be asked for again."""


@pytest.mark.common_numbers
def test_no_draw_decides_twice():
    """Over six years every draw of every key, stream, month and index is asked for once."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *twice, used = json.loads(done.stdout.splitlines()[-1])
    assert {name for name, _, _, _ in twice} <= set(ASKED_AGAIN), twice
    assert all(earlier == later for _, earlier, later, _ in twice)
    assert len(used) > 50
