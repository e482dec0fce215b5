"""The command: run two scenarios side by side and say where they first differ."""

import argparse
import sys
from collections.abc import Iterator, Sequence

import numpy as np

from model.calendar import month_text
from model.parameters import parse_settings
from model.problems import InputError
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.schedule import PHASES
from tools.differ.lockstep import START, Moment, SizesDifferError, Watched, lockstep
from tools.differ.wording import Wording

ROWS_SHOWN = 3
SAYS = {phase.name: phase.en for phase in PHASES} | {START: "as it stands before that month"}


def first_difference(left: Watched, right: Watched, until: int) -> Moment | None:
    """Return the first moment in which two models differ; None if they never do."""
    return next((moment for moment in lockstep(left, right, until) if moment.differences), None)


def report(moment: Moment, model: ScaleUpModel, rows_shown: int = ROWS_SHOWN) -> Iterator[str]:
    """Yield the lines that describe a moment: the rules that differ, then county by county what does.

    ``model`` is either of the two: places and keys are the same in both.
    """
    wording = Wording(model, moment.month)
    yield f"{month_text(moment.month)} (month {moment.month}), {moment.phase}: {SAYS[moment.phase]}"
    for name in model.tables.rules.dtype.names:
        ours, theirs = (np.ravel(side["rules"][name])[0] for side in (moment.left, moment.right))
        if ours != theirs:
            yield f"  rule {name}: {ours:g} | {theirs:g}"
    for county in sorted({difference.county for difference in moment.differences}):
        yield f"  {wording.county(county)}"
        for difference in (part for part in moment.differences if part.county == county):
            n = len(difference.rows)
            yield f"    {difference.column}: {n:,} {'row' if n == 1 else 'rows'}"
            for row in map(int, difference.rows[:rows_shown]):
                yield f"      {wording.row(difference.column, row, moment.left)}"
                for cell, ours, theirs in wording.values(difference, row, moment.left, moment.right):
                    yield f"        {cell}: {ours} | {theirs}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 0 if the two never differ, 1 if they do, 2 for bad input."""
    parser = argparse.ArgumentParser(prog="python -m tools.differ", description=__doc__)
    parser.add_argument("left", help="strategy: a shipped name or a file")
    parser.add_argument("right", nargs="?", help="strategy to compare it with; the same by default")
    parser.add_argument("--world", default="four_villages")
    parser.add_argument("--until", default="2020-12", help="last month, inclusive (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--right-threads", type=int, help="threads of the right run, if they are others")
    for option, whom in (("--set", "both"), ("--left-set", "the left"), ("--right-set", "the right")):
        parser.add_argument(
            option, action="append", default=[], metavar="NAME=VALUE", help=f"parameter of {whom}"
        )
    parser.add_argument("--rows", type=int, default=ROWS_SHOWN, help="rows shown of each column")
    given = parser.parse_args(arguments)
    right_threads = given.threads if given.right_threads is None else given.right_threads
    runs = (
        (given.left, given.left_set, given.threads),
        (given.right or given.left, given.right_set, right_threads),
    )
    try:
        left, right = (
            Watched(
                make_scenario(
                    given.world, strategy, parse_settings(given.set + own), given.seed, given.until
                ),
                n_threads=threads,
            )
            for strategy, own, threads in runs
        )
        moment = first_difference(left, right, left.scenario.until)
    except (InputError, SizesDifferError) as error:
        print(error, file=sys.stderr)
        return 2
    if moment is None:
        print(f"no difference in any phase up to {month_text(left.scenario.until)}")
        return 0
    print("\n".join(report(moment, left, given.rows)))
    return 1


if __name__ == "__main__":
    sys.exit(main())
