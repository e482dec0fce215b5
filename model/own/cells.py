"""One cell: from what people write to what the model keeps, or a problem that says how to mend it."""

import datetime as dt
import math
import unicodedata
from typing import Any

from model.calendar import MonthError, month_index
from model.own.columns import NUMBERS, Column, by_name, plain

YES, NO = ("yes", "y", "true", "1", "是", "有", "√"), ("no", "n", "false", "0", "否", "无")
LONGEST_TEXT = 60
PERCENT = 100.0
DATE_PARTS = (2, 3)
"""Year and month, and perhaps a day."""
CODE_DIGITS = 6
FORMULA = "="


class CellError(ValueError):
    """A cell that cannot be used: key of the message and what fills it."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def read_cell(cell: object, column: Column) -> Any:
    """Return what a cell that is not blank means in a column.

    Raises
    ------
    CellError
    """
    if isinstance(cell, str) and cell.lstrip().startswith(FORMULA):
        raise CellError("places.formula")
    if column.type in NUMBERS:
        return _number(cell, column)
    if column.type == "code":
        return _code(cell)
    if column.type == "month":
        return _month(cell)
    if column.type == "choice":
        return _choice(cell, column)
    if column.type == "flag":
        return _flag(cell)
    return _text(cell) if column.type == "text" else _value(cell)


def shown(cell: object) -> str:
    """Return a cell as a message quotes it: short, on one line."""
    words = " ".join(str(cell).split())
    return words if len(words) <= LONGEST_TEXT else words[:LONGEST_TEXT] + "…"


def _number(cell: object, column: Column) -> float:
    number = _float(cell, percent=column.type == "share")
    if number is None:
        raise CellError("places.not_number", value=shown(cell), **_allowed(column))
    if column.type in ("count", "year") and number != math.floor(number):
        raise CellError("places.not_whole", value=shown(cell), **_allowed(column))
    if not column.low <= number <= column.highest:
        code = "places.percent" if column.type == "share" and 1 < number <= PERCENT else "places.range"
        raise CellError(code, value=shown(cell), share=f"{number / PERCENT:g}", **_allowed(column))
    return number


def _allowed(column: Column) -> dict[str, object]:
    high = "" if math.isinf(column.highest) else f"{column.highest:,.12g}"
    return {"low": f"{column.low:,.12g}", "high": high}


def _float(cell: object, percent: bool = False) -> float | None:
    """Return a number as people write it ("1,234", "２５", "25%"); None if it is none."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    factor = 1.0
    if isinstance(cell, str):
        words = unicodedata.normalize("NFKC", cell).strip()
        if percent and words.endswith("%"):
            words, factor = words[:-1].strip(), PERCENT
        groups = words.lstrip("+-").split(".")[0].split(",")
        if len(groups) > 1 and all(len(group) == len("000") for group in groups[1:]) and groups[0]:
            words = words.replace(",", "")
        if not words.isascii() or "_" in words:
            return None
        try:
            number = float(words)
        except ValueError:
            return None
    else:
        try:
            number = float(cell)
        except OverflowError:
            return None
    return number / factor if math.isfinite(number) else None


def _code(cell: object) -> int:
    number = _float(cell)
    if number is None or number != math.floor(number) or len(str(int(number))) != CODE_DIGITS or number < 0:
        raise CellError("places.code", value=shown(cell))
    return int(number)


def _month(cell: object) -> int:
    if isinstance(cell, dt.datetime | dt.date):
        cell = f"{cell.year}-{cell.month:02d}"
    words = plain(cell).replace("年", "-").replace("月", "").replace(".", "-").replace("/", "-")
    parts = words.split("-")
    if not isinstance(cell, str) or len(parts) not in DATE_PARTS:
        raise CellError("month.unreadable", value=shown(cell))
    try:
        return month_index("-".join(parts[:2]))
    except MonthError as error:
        if error.code == "month.before_start":
            return 0  # it existed when the simulation begins
        raise CellError(error.code, value=shown(cell)) from error


def _choice(cell: object, column: Column) -> str:
    known = by_name(column.choices)
    if plain(cell) in known:
        return known[plain(cell)]
    allowed = ", ".join(f"{label.en} / {label.zh}" for label in column.choices.values())
    raise CellError("places.choice", value=shown(cell), choices=allowed)


def _flag(cell: object) -> bool:
    words = plain(cell)
    if words in YES or cell is True or cell == 1:
        return True
    if words in NO or cell is False or cell == 0:
        return False
    raise CellError("places.flag", value=shown(cell))


def _text(cell: object) -> str:
    words = " ".join(str(cell).split())
    if len(words) > LONGEST_TEXT:
        raise CellError("places.long_text", value=shown(cell), most=LONGEST_TEXT)
    if any(unicodedata.category(letter) == "Cc" for letter in words):
        raise CellError("places.letters", value=ascii(shown(cell)))
    return words


def _value(cell: object) -> object:
    """Return a value of any parameter: a switch, a number, or a word."""
    if isinstance(cell, bool):
        return cell
    number = _float(cell)
    if number is None:
        words = plain(cell)
        return {"true": True, "false": False, "是": True, "否": False}.get(words, str(cell).strip())
    return int(number) if number == math.floor(number) else number
