"""The engine beside its peers: fresh runs of the same agents and months, taken in turns.

Every contender has a process of its own on one thread. In each round all of them run once, one after
another, so whatever else the machine does meets all alike; the ratios are medians of those within a round.
"""

import importlib.metadata
import json
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.peers.serving import READY, Shape
from model.reading import ROOT
from tools.own_packages import environment, install

ENGINE, PLAIN = "engine", "plain"
CONTENDERS: dict[str, tuple[str, ...]] = {
    ENGINE: (ENGINE,),
    PLAIN: (PLAIN,),
    "starsim_network": ("starsim_sir", "network"),
    "starsim_pool": ("starsim_sir", "pool"),
    "laser": ("laser_sir",),
}
"""Module of each and what it is told beside the shape."""
OURS = (ENGINE, PLAIN)
DISTRIBUTIONS = {"starsim_network": "starsim", "starsim_pool": "starsim", "laser": "laser-generic"}
ROUNDS = 5
ONE_THREAD = {
    **dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "STARSIM_INSTALL_FONTS": "0",
}


def measure(shape: Shape, rounds: int = ROUNDS, names: tuple[str, ...] = tuple(CONTENDERS)) -> dict[str, Any]:
    """Run all contenders in turns and return nanoseconds per agent and month, and the ratios.

    Returns
    -------
    dict
        ``ns`` per agent-month by contender: all rounds, in order; ``times_engine`` by peer: how much longer a
        peer takes than the engine, a median over rounds; ``work`` of the engine per child-month, and its
        compiled phases; ``agents``; ``versions`` of the peers.
    """
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    folder = None if set(names) <= set(OURS) else install("bench")
    with ExitStack() as stack:
        running = {name: stack.enter_context(started(name, shape, folder)) for name in names}
        for number in range(rounds):
            print(f"  round {number + 1} of {rounds}", file=sys.stderr, flush=True)
            for name, process in running.items():
                found[name].append(turn(name, process))
    return summary(found, shape, folder)


@contextmanager
def started(name: str, shape: Shape, folder: Path | None) -> Iterator[subprocess.Popen[str]]:
    """Start a contender and wait until it is ready; end it afterwards."""
    module, *told = CONTENDERS[name]
    settings = {**os.environ, **ONE_THREAD} if name in OURS else environment(folder or ROOT, **ONE_THREAD)
    command = [sys.executable, "-m", f"benchmarks.peers.{module}", *map(str, shape), *told]
    process = subprocess.Popen(
        command, cwd=ROOT, env=settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        if not any(line.strip() == READY for line in process.stdout):
            raise RuntimeError(f"{name} could not be started; it says why above")
        yield process
    finally:
        process.communicate()


def turn(name: str, process: subprocess.Popen[str]) -> dict[str, Any]:
    """Let a contender run once."""
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise RuntimeError(f"{name} ended in the middle; it says why above")
    measured: dict[str, Any] = json.loads(answer)
    return measured


def summary(found: Mapping[str, list[dict[str, Any]]], shape: Shape, folder: Path | None) -> dict[str, Any]:
    """Return what is told of the rounds."""
    ns = {
        name: [1e9 * one["cpu_seconds"] / one["agents"] / shape.months for one in rounds]
        for name, rounds in found.items()
    }
    own = found[ENGINE]
    child_months = [one["agents"] * shape.months for one in own]
    phases = [1e9 * one["work"]["phases_cpu_seconds"] / n for one, n in zip(own, child_months, strict=True)]
    meters = {name: done for name, done in own[0]["work"].items() if name != "phases_cpu_seconds"}
    return {
        "villages": shape.villages,
        "months": [shape.warm_up_months, shape.warm_up_months + shape.months - 1],
        "agents": {name: rounds[0]["agents"] for name, rounds in found.items()},
        "ns": ns,
        "ns_phases": phases,
        "times_engine": {
            name: statistics.median(theirs / ours for theirs, ours in zip(taken, ns[ENGINE], strict=True))
            for name, taken in ns.items()
            if name != ENGINE
        },
        "times_phases": {
            name: statistics.median(theirs / ours for theirs, ours in zip(taken, phases, strict=True))
            for name, taken in ns.items()
            if name != ENGINE
        },
        "per_child_month": {name: done / meters["child_months"] for name, done in meters.items()},
        "infected_share": {
            name: rounds[0]["work"]["infected_share"]
            for name, rounds in found.items()
            if "infected_share" in rounds[0]["work"]
        },
        "plain_bytes": max(
            (one["work"]["bytes"] / one["agents"] for one in found.get(PLAIN, ())), default=None
        ),
        "versions": versions(folder),
    }


def versions(folder: Path | None) -> dict[str, str]:
    """Versions of the peers, by the name of their package."""
    if folder is None:
        return {}
    present = importlib.metadata.distributions(path=[str(folder)])
    found = {re.sub(r"[-_.]+", "-", one.name).lower(): one.version for one in present}
    return {name: found[name] for name in DISTRIBUTIONS.values()}
