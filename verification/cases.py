"""All cases, in the order of the page."""

from verification import desks, limits, people, spread, workers
from verification.rows import Case

CASES: tuple[Case, ...] = (*desks.CASES, *limits.CASES, *spread.CASES, *workers.CASES, *people.CASES)


def case(name: str) -> Case:
    """Return a case by name."""
    return next(each for each in CASES if each.name == name)
