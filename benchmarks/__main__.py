"""Measure this version: ``python -m benchmarks``, or ``make bench``.

Prints tables and writes them with all numbers to ``benchmarks/results``. Each part runs in processes of its
own, on one thread, in processor seconds; nothing else should run on the machine.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.meters import machine, measured_apart
from benchmarks.worlds import CHILDREN_PER_VILLAGE, MEASURED_MONTHS, WARM_UP_MONTHS

SIZES = (120, 1_000, 10_000)
PLAIN_SIZES = (120,)
RESULTS = Path(__file__).resolve().parent / "results"


def sizes(arguments: argparse.Namespace) -> list[Any]:
    """Speed and memory by size."""
    return [measured_apart("speed", n, *shape_of(arguments)) for n in arguments.villages]


def plain(arguments: argparse.Namespace) -> list[Any]:
    """The engine beside the plain model."""
    return [measured_apart("against_plain", n, *shape_of(arguments)) for n in arguments.plain_villages]


def compiling(_: argparse.Namespace) -> Any:
    """Compilation by function."""
    return measured_apart("compiling")


PARTS: dict[str, Callable[[argparse.Namespace], Any]] = {
    "sizes": sizes,
    "plain": plain,
    "compiling": compiling,
}
"""What can be measured, by name; peers are further parts."""


def shape_of(arguments: argparse.Namespace) -> tuple[int, int, int]:
    """Months of warm-up, measured months and children per village."""
    return arguments.warm_up, arguments.months, arguments.children


def main(given: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts to measure")
    parser.add_argument("--villages", nargs="+", type=int, default=SIZES, help="sizes of the engine's worlds")
    parser.add_argument(
        "--plain-villages", nargs="+", type=int, default=PLAIN_SIZES, help="and for the plain model"
    )
    parser.add_argument("--children", type=int, default=CHILDREN_PER_VILLAGE, help="per village")
    parser.add_argument("--warm-up", type=int, default=WARM_UP_MONTHS, help="months before the measured ones")
    parser.add_argument("--months", type=int, default=MEASURED_MONTHS, help="months that are measured")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    arguments = parser.parse_args(given)
    found: dict[str, Any] = {"machine": machine()}
    for name in arguments.only:
        print(f"{name} …", file=sys.stderr, flush=True)
        found[name] = PARTS[name](arguments)
        print(report.SECTIONS[name](found[name]), flush=True)
    for path in report.write(found, arguments.out):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
