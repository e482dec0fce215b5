"""What can go wrong inside kernels, as an error that names the cause and the remedy."""

import numpy as np

from model.needs import PROBLEM_CEILING, PROBLEM_FILED_FULL, PROBLEM_OPEN_FULL, PROBLEM_SLOTS

MESSAGES = {
    PROBLEM_OPEN_FULL: "more needs opened in one month than the lists have room for; change rules in smaller "
    "steps",
    PROBLEM_FILED_FULL: "more cases were filed in one month than the queues have room for; change rules in "
    "smaller steps",
    PROBLEM_CEILING: "a rate of onset exceeded the ceiling of the candidate clock; lower inflow_per_month or "
    "the multipliers of the service",
    PROBLEM_SLOTS: "a sector had no vacant place for a newborn child; the demographic plan does not fit the "
    "world",
}


class KernelError(RuntimeError):
    """A run had to stop; the state is not to be trusted."""


def check_problems(problems: np.ndarray, month_name: str) -> None:
    """Raise if any thread reported a problem this month.

    Raises
    ------
    KernelError
    """
    for code in problems.ravel():
        if code:
            raise KernelError(f"{month_name}: {MESSAGES[int(code)]}")
