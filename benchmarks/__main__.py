"""Measure this version beside its peers: ``python -m benchmarks``, or ``make bench``.

Prints one table of figures with their targets, then the details, and writes all numbers to
``benchmarks/results`` and ``docs/performance.md``. A part that is not measured this time keeps what was
measured last. Each part runs in processes of its own, in processor seconds; nothing else should run on the
machine.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import beside, report, starting
from benchmarks.meters import machine, measured_apart
from benchmarks.peers.serving import Shape
from benchmarks.worlds import CHILDREN_PER_VILLAGE, MEASURED_MONTHS, WARM_UP_MONTHS

SIZES = (120, 1_000, 10_000, 100_000)
RESULTS = Path(__file__).resolve().parent / "results"


class Part(NamedTuple):
    """Something that can be measured by itself."""

    measure: Callable[[argparse.Namespace], Any]
    always: bool = True
    """Whether it is measured unless others are asked for; the rest take minutes and gigabytes."""


def shape_of(arguments: argparse.Namespace) -> tuple[int, int, int]:
    """Months of warm-up, measured months and children per village."""
    return arguments.warm_up, arguments.months, arguments.children


def beside_peers(arguments: argparse.Namespace) -> Any:
    """The engine beside the plain model, Starsim and laser-generic."""
    warm_up, months, children = shape_of(arguments)
    shape = Shape(arguments.beside_villages, children, warm_up, months)
    names = beside.OURS if arguments.ours else tuple(beside.CONTENDERS)
    return beside.measure(shape, arguments.rounds, names)


def sizes(arguments: argparse.Namespace) -> list[Any]:
    """Speed and memory by size."""
    return [measured_apart("speed", n, *shape_of(arguments)) for n in arguments.villages]


def threads(arguments: argparse.Namespace) -> Any:
    """Two threads against one."""
    return measured_apart("threads", arguments.thread_villages, *shape_of(arguments))


def sweep(arguments: argparse.Namespace) -> Any:
    """Runs of a sweep on one core."""
    return measured_apart(
        "sweep", arguments.beside_villages, arguments.children, arguments.sweep_months, arguments.rounds
    )


PARTS = {
    "beside": Part(beside_peers),
    "sizes": Part(sizes),
    "phases": Part(lambda given: measured_apart("phases", given.thread_villages, *shape_of(given))),
    "threads": Part(threads),
    "sweep": Part(sweep),
    "compiling": Part(lambda _: measured_apart("compiling")),
    "starting": Part(lambda _: starting.measure()),
    "five_provinces": Part(lambda _: measured_apart("country", "five_provinces"), always=False),
    "shards": Part(lambda _: measured_apart("shards"), always=False),
    "rural_china": Part(lambda _: measured_apart("country", "rural_china"), always=False),
}
"""What can be measured, by name."""


def main(given: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n\n")[0])
    usual = [name for name, part in PARTS.items() if part.always]
    parser.add_argument("--only", nargs="+", choices=PARTS, default=usual, help="parts to measure")
    parser.add_argument("--villages", nargs="+", type=int, default=SIZES, help="sizes of the engine's worlds")
    parser.add_argument("--beside-villages", type=int, default=SIZES[0], help="size beside the peers")
    parser.add_argument(
        "--thread-villages", type=int, default=SIZES[2], help="size for phases and two threads"
    )
    parser.add_argument("--rounds", type=int, default=beside.ROUNDS, help="turns of each beside the others")
    parser.add_argument("--ours", action="store_true", help="leave out the peers that must be installed")
    parser.add_argument("--children", type=int, default=CHILDREN_PER_VILLAGE, help="per village")
    parser.add_argument("--warm-up", type=int, default=WARM_UP_MONTHS, help="months before the measured ones")
    parser.add_argument("--months", type=int, default=MEASURED_MONTHS, help="months that are measured")
    parser.add_argument("--sweep-months", type=int, default=240, help="months of a run of a sweep")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument("--page", action="store_true", help="measure nothing, write the pages anew")
    arguments = parser.parse_args(given)
    found = report.load(arguments.out)
    for name in [] if arguments.page else arguments.only:
        print(f"{name} …", file=sys.stderr, flush=True)
        found[name] = {"machine": machine(), "result": PARTS[name].measure(arguments)}
        report.write(found, arguments.out)
    print(report.page(found))
    written = report.write(found, arguments.out)
    if arguments.out == RESULTS:
        written.append(report.write_document(found))
    print(*written, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
