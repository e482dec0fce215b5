"""Months as integers: 0 is May 2010, when the first 120 villages began.

People write "2016-06"; kernels, columns and files count months. Ages and dates are kept modulo 256 in memory,
so the calendar ends before month 255.
"""

import re

START_YEAR, START_MONTH_OF_YEAR = 2010, 5
LAST_YEAR = 2030
LAST_MONTH = (LAST_YEAR - START_YEAR) * 12 + 12 - START_MONTH_OF_YEAR
"""December 2030: month numbers are stored in one byte."""

NEVER = -1
NEVER_WORD = "never"
TERM_MONTHS = (3, 9)
"""School terms begin in March and September; a child admitted in between starts with the next term."""
WELFARE_WEEK_MONTH = 5
"""Child Welfare Week is held late in May."""

_MONTH = re.compile(r"(\d{4})[-/](\d{1,2})")


class MonthError(ValueError):
    """A month that cannot be used; ``code`` is the key of its message in ``data/text``."""

    def __init__(self, code: str, value: object) -> None:
        super().__init__(f"{code}: {value!r}")
        self.code = code
        self.value = value


def month_of_year(month: int) -> int:
    """Return 1 for January … 12 for December."""
    return (month + START_MONTH_OF_YEAR - 1) % 12 + 1


def year_of(month: int) -> int:
    """Return the calendar year of a month."""
    return START_YEAR + (month + START_MONTH_OF_YEAR - 1) // 12


def month_text(month: int) -> str:
    """Write month 73 as "2016-06"; ``NEVER`` as "never"."""
    return NEVER_WORD if month == NEVER else f"{year_of(month)}-{month_of_year(month):02d}"


def month_index(value: object) -> int:
    """Read "2016-06", "2016/6" or a month number as a month number.

    Raises
    ------
    MonthError
        With code ``month.unreadable``, ``month.before_start`` or ``month.after_end``.
    """
    if isinstance(value, bool):
        raise MonthError("month.unreadable", value)
    if isinstance(value, int):
        month = value
    else:
        match = _MONTH.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is None or not 1 <= int(match[2]) <= 12:
            raise MonthError("month.unreadable", value)
        month = (int(match[1]) - START_YEAR) * 12 + int(match[2]) - START_MONTH_OF_YEAR
    if month < 0:
        raise MonthError("month.before_start", value)
    if month > LAST_MONTH:
        raise MonthError("month.after_end", value)
    return month


def is_term_start(month: int) -> bool:
    """True in the months in which a school term begins."""
    return month_of_year(month) in TERM_MONTHS


def is_welfare_week(month: int) -> bool:
    """True in the month that holds Child Welfare Week."""
    return month_of_year(month) == WELFARE_WEEK_MONTH
