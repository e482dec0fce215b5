"""One error tried out: worlds of the tests, run with it and compared month by month with how they should be.

The worlds are built once. Every trial has a forked process, where the error is put into the functions of the
running modules, so neither imports nor building are paid again.
"""

import hashlib
import signal
import sys
import types
from collections.abc import Iterator
from functools import cache
from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from benchmarks.plain_mesa.scenarios import CASES
from columns.compiling import KERNEL_PACKAGES
from model.scale_up import ScaleUpModel
from model.scenario import Scenario, make_scenario
from tools.baseline import SEED, STRATEGIES, UNTIL, load
from tools.mutate.mutants import Mutant, path_of, source_of
from tools.spread_cases import SPREAD_CASES, spread_hash, spread_places
from tools.uncompiled import scenario_of

KEPT_WORLD = "four_villages"
"""The first world of a trial: its state hashes are under version control (``tests/baseline``)."""
FIRST = f"{KEPT_WORLD}, as kept"
TEACHING = "teaching, as kept"
"""The last world of a trial, slower and richer, kept as well."""
WITHOUT_CHILDREN = "counties without children, as kept"
"""For errors in the spread: also kept."""
LIMIT_SECONDS = 120.0
"""Processor time of a trial beyond which the error is one that never ends."""

Reference = dict[str, list[str]]


class Outcome(NamedTuple):
    """What became of a mutant."""

    key: str
    after: str
    """The line with the error."""
    caught_by: str
    """The world that told; empty if none did."""
    how: str
    """``month 7``, the name of an exception, or ``endless``; empty if it was not caught."""


class EndlessError(Exception):
    """A trial takes longer than any that ends."""


@cache
def built() -> dict[str, ScaleUpModel]:
    """Return the worlds with children by name, ready for their first month."""
    with np.errstate(over="ignore"):
        scenarios = {
            FIRST: kept_scenario(KEPT_WORLD),
            **{name: scenario_of(name) for name in CASES},
            TEACHING: kept_scenario("teaching"),
        }
        return {name: ScaleUpModel(scenario) for name, scenario in scenarios.items()}


def kept_scenario(world: str) -> Scenario:
    """Return what is run of a world for the numbers under version control."""
    return make_scenario(world, STRATEGIES[world], seed=SEED, until=UNTIL[world])


def worlds(module: str) -> Iterator[tuple[str, Iterator[str]]]:
    """Yield the worlds of a trial by name, quick ones first, each a stream of fingerprints."""
    if module == "spread":
        yield WITHOUT_CHILDREN, spread_alone()
    for name, model in built().items():
        yield name, months(model)


def months(model: ScaleUpModel) -> Iterator[str]:
    """Run a model and yield state hash, then hash of all that was counted, at the end of each month."""
    seen = model.observed
    for month in range(model.scenario.until + 1):
        model.run(month)
        digest = hashlib.blake2b(digest_size=8)
        for counted in (seen.strata[month], seen.waits, seen.meters[month], seen.counters[month]):
            digest.update(counted.tobytes())
        yield f"{model.state_hash()} {digest.hexdigest()}"


def spread_alone() -> Iterator[str]:
    """Yield a hash of each case of the spread without children."""
    places = spread_places()
    for name in SPREAD_CASES:
        yield spread_hash(places, name)


def reference() -> Reference:
    """Return the fingerprints of every world with the sources as they are; call it in a forked process.

    Raises
    ------
    ValueError
        The sources do not give the numbers under version control.
    """
    with np.errstate(over="ignore"):
        found = {name: list(stream) for name, stream in worlds("spread")}
    kept = load()
    expected = {
        FIRST: list(kept["four_villages"]["months"].values()),
        TEACHING: list(kept["teaching"]["months"].values()),
        WITHOUT_CHILDREN: list(kept["spread"].values()),
    }
    for name, states in expected.items():
        if [line.split()[0] for line in found[name]] != states:
            raise ValueError(f"{name}: moved away from the numbers under version control: make baseline")
    return found


def try_out(mutant: Mutant, expected: Reference) -> Outcome:
    """Make the error and run worlds until one tells; call it in a forked process."""
    source, after = source_of(mutant)
    return Outcome(mutant.key, after, *told(mutant.module, source, expected))


def told(module: str, source: str, expected: Reference) -> tuple[str, str]:
    """Return the first world that a changed source makes different, and how; two empty texts if none is.

    Call it in a forked process: the change stays.
    """
    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, LIMIT_SECONDS)
    world = "import"
    try:
        put_in(module, source)
        with np.errstate(all="ignore"):  # keyed draws overflow on purpose, and only states are judged here
            for world, stream in worlds(module):
                for month, (found, kept) in enumerate(zip_longest(stream, expected[world])):
                    if found != kept:
                        return world, f"month {month}"
    except EndlessError:
        return world, "endless"
    except Exception as error:  # noqa: BLE001 - whatever an error may raise tells
        return world, type(error).__name__
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return "", ""


def stop(*_: object) -> None:
    """Answer the timer."""
    raise EndlessError


def put_in(module: str, source: str) -> None:
    """Give the functions of a module the code, and its constants the values, that they have in a source.

    Modules that imported a constant get its new value, too; what was built with it keeps the old one.
    """
    name = f"model.{module}"
    changed = types.ModuleType(name)
    exec(compile(source, str(path_of(module)), "exec"), changed.__dict__)  # noqa: S102 - the point of it
    original = sys.modules[name]
    ours = [m for key, m in sys.modules.items() if key.split(".")[0] in (*KERNEL_PACKAGES, "benchmarks")]
    for key, value in vars(changed).items():
        old = getattr(original, key, None)
        if isinstance(value, types.FunctionType) and value.__module__ == name:
            assert isinstance(old, types.FunctionType), f"{key} is compiled: set NUMBA_DISABLE_JIT=1"
            old.__code__ = value.__code__
        elif isinstance(value, int | float | tuple | np.generic) and value != old:
            for user in ours:
                if vars(user).get(key) is old:
                    setattr(user, key, value)
