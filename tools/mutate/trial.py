"""One error tried out: worlds of the tests, run with it and compared month by month with how they should be.

A trial runs in a process forked for it, in which the project's modules are imported anew, with one changed.
"""

import hashlib
import importlib.util
import signal
import sys
import types
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np

from tools.mutate.mutants import Mutant, path_of, source_of

OURS = ("agents", "benchmarks", "columns", "model", "results", "verification")
TOOLS = ("tools.baseline", "tools.uncompiled")
"""What a trial must import anew."""
KEPT_WORLD = "four_villages"
"""The first world of a trial: its state hashes are under version control (``tests/baseline``)."""
SPREAD_WORLD, SPREAD_STRATEGIES = "pilot_counties", ("history", "neighbours_first", "random_order")
"""Counties without children, for errors in the spread."""
LIMIT_SECONDS = 60.0
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


def worlds(module: str) -> Iterator[tuple[str, Iterator[str]]]:
    """Yield the worlds of a trial by name, quick ones first, each a stream of fingerprints, one a month."""
    from benchmarks.plain_mesa.scenarios import CASES
    from model.scenario import make_scenario
    from tools.baseline import SEED, STRATEGIES
    from tools.uncompiled import scenario_of

    kept = make_scenario(KEPT_WORLD, STRATEGIES[KEPT_WORLD], seed=SEED, until="2020-12")
    yield f"{KEPT_WORLD}, as kept", months(kept)
    if module == "spread":
        yield f"{SPREAD_WORLD} without children", spread_alone()
    for name in CASES:
        yield name, months(scenario_of(name))


def months(scenario: Any) -> Iterator[str]:
    """Yield state hash, then hash of all that was counted, at the end of each month of a run."""
    from model.scale_up import ScaleUpModel

    model = ScaleUpModel(scenario)
    seen = model.observed
    for month in range(scenario.until + 1):
        model.run(month)
        digest = hashlib.blake2b(digest_size=8)
        for counted in (seen.strata[month], seen.waits, seen.meters[month], seen.counters[month]):
            digest.update(counted.tobytes())
        yield f"{model.state_hash()} {digest.hexdigest()}"


def spread_alone() -> Iterator[str]:
    """Yield a hash of the whole series of each run without children."""
    from model.scenario import make_scenario
    from model.spread_only import simulate_spread
    from model.worlds import build_world

    world = build_world(SPREAD_WORLD)
    for strategy in SPREAD_STRATEGIES:
        scenario = make_scenario(SPREAD_WORLD, strategy, children="none")
        run = simulate_spread(world, scenario, depth="posts")
        yield hashlib.blake2b(run.series.tobytes(), digest_size=8).hexdigest()


def reference() -> Reference:
    """Return the fingerprints of every world with the sources as they are; call it in a forked process.

    Raises
    ------
    ValueError
        The sources do not give the numbers under version control.
    """
    import_anew()
    from tools.baseline import load

    with np.errstate(over="ignore"):
        found = {name: list(stream) for name, stream in worlds("spread")}
    first = next(iter(found))
    if [line.split()[0] for line in found[first]] != list(load()[KEPT_WORLD]["months"].values()):
        raise ValueError(f"{KEPT_WORLD} moved away from the numbers under version control: make baseline")
    return found


def try_out(mutant: Mutant, expected: Reference) -> Outcome:
    """Make the error and run worlds until one tells; call it in a forked process."""
    source, after = source_of(mutant)
    return Outcome(mutant.key, after, *told(mutant.module, source, expected))


def told(module: str, source: str, expected: Reference) -> tuple[str, str]:
    """Return the first world that a changed source makes different, and how; two empty texts if none is."""
    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, LIMIT_SECONDS)
    world = "import"
    try:
        import_anew(module, source)
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


def import_anew(module: str = "", source: str = "") -> None:
    """Forget the project's modules, so that the next imports are fresh, and put a changed one in place."""
    for name in list(sys.modules):
        if name.split(".")[0] in OURS or name in TOOLS:
            del sys.modules[name]
    if module:
        name, path = f"model.{module}", path_of(module)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec
        changed: types.ModuleType = importlib.util.module_from_spec(spec)
        sys.modules[name] = changed
        exec(compile(source, str(path), "exec"), changed.__dict__)  # noqa: S102 - the point of it
