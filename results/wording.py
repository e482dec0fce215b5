"""Numbers and ranges as people write them, in English and Chinese.

Two or three significant digits, because nobody knows more; a range wherever runs differ. Chinese counts in
ten thousands (万) and hundred millions (亿).
"""

from collections.abc import Callable, Sequence
from math import floor, isfinite, log10

from model.calendar import month_of_year, year_of
from model.text import text, unit_text
from results.measures.intervals import Interval

WAN, YI = 10_000, 100_000_000
MILLION, BILLION = 1_000_000, 1_000_000_000
PERCENT = 100
FIXED_SPACE = "\u00a0"
"""Keeps a number and its unit on one line."""
DIGITS = 3
SHARE, SHARE_DIFFERENCE, PERCENTAGE_POINTS = "share", "share_difference", "percentage_points"
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def number(value: float, language: str = "en", digits: int = DIGITS) -> str:
    """Write a number of any unit to so many digits: "1.21 million", "53,900", "0.42"; "5.39万", "1.2亿"."""
    if not isfinite(value):
        return text("words.unknown", language)
    rounded = significant(value, digits)
    if language == "zh":
        steps: Sequence[tuple[float, str]] = ((YI, "亿"), (WAN, "万"))
    else:
        steps = ((BILLION, f"{FIXED_SPACE}billion"), (MILLION, f"{FIXED_SPACE}million"))
    for size, word in steps:
        if abs(rounded) >= size:
            return f"{plain(significant(rounded / size, digits))}{word}"
    return plain(rounded)


def significant(value: float, digits: int = DIGITS) -> float:
    """Round a number of any unit to so many significant digits; whole numbers below a thousand stay whole."""
    if value == 0 or not isfinite(value):
        return value
    return round(value, digits - 1 - floor(log10(abs(value))))


def plain(value: float) -> str:
    """Write a rounded number of any unit with separated thousands, without zeros after the decimal point."""
    whole = float(value).is_integer()
    return (f"{value:,.0f}" if whole else f"{value:,.4f}".rstrip("0")).replace("-", "−")


def whole(value: float) -> str:
    """Write a count in full: "1,211,488"."""
    return f"{value:,.0f}".replace("-", "−")


def percent(share: float, language: str = "en", digits: int = 1) -> str:
    """Write a share as a percentage with so many digits after the point: "42.1 %", in Chinese "42.1%"."""
    if not isfinite(share):
        return text("words.unknown", language)
    return f"{share * PERCENT:.{digits}f}".replace("-", "−") + (
        "%" if language == "zh" else f"{FIXED_SPACE}%"
    )


def unit_of_difference(unit: str) -> str:
    """Return the unit of what lies between two values of a unit: of shares no share, of months months."""
    return SHARE_DIFFERENCE if unit == SHARE else unit


def scale_of(unit: str) -> int:
    """Return what a number is multiplied by where its unit stands beside it and no sign of per cent."""
    return PERCENT if unit in (SHARE, SHARE_DIFFERENCE) else 1


def shown_unit(unit: str, language: str = "en", beside: str = "") -> str:
    """Return the name of a unit as numbers are shown: a difference of shares is in percentage points."""
    return unit_text(PERCENTAGE_POINTS if unit == SHARE_DIFFERENCE else unit, language, beside)


def with_unit(written: str, unit: str, language: str = "en") -> str:
    """Write the unit behind a number that is written already: "+0.3 months", "+3.1 percentage points"."""
    if unit == SHARE_DIFFERENCE:
        return text("words.points", language, value=written)
    return f"{written}{'' if language == 'zh' else FIXED_SPACE}{shown_unit(unit, language, written)}".rstrip()


def points(difference: float, language: str = "en", digits: int = 1) -> str:
    """Write a difference of two shares in percentage points, with its sign."""
    return with_unit(signed(difference * PERCENT, digits), SHARE_DIFFERENCE, language)


def signed(value: float, digits: int = 1) -> str:
    """Write a number of any unit with its sign, so many digits after the point."""
    return f"{value:+,.{digits}f}".replace("-", "−")


def span(interval: Interval, language: str = "en", kind: str = "number") -> str:
    """Write an estimate with its interval: "53,900 (51,200–56,800)"; the estimate alone where runs agree.

    Parameters
    ----------
    kind
        "number", "share" (as a percentage) or "months".
    """
    write = WRITERS[kind]
    middle = write(interval.estimate, language)
    ends = between(interval, language, kind)
    if not ends:
        return middle
    return f"{middle}（{ends}）" if language == "zh" else f"{middle} ({ends})"


def between(interval: Interval, language: str = "en", kind: str = "number") -> str:
    """Write the ends of an interval, empty where there is none or both ends read the same.

    No level lies below 0 and no share above 1, so an interval of few runs is cut there.
    """
    write = WRITERS[kind]
    if not (isfinite(interval.low) and isfinite(interval.high)):
        return ""
    least = 0.0 if interval.estimate >= 0 else interval.low
    most = 1.0 if kind == "share" else interval.high
    low, high = write(max(interval.low, least), language), write(min(interval.high, most), language)
    if low == high:
        return ""
    for unit in (f"{FIXED_SPACE}million", f"{FIXED_SPACE}billion", f"{FIXED_SPACE}%", "%", "万", "亿"):
        if low.endswith(unit) and high.endswith(unit):
            low = low.removesuffix(unit)
            break
    dash = "～" if language == "zh" else ("–" if "−" not in low + high else " to ")
    return f"{low}{dash}{high}"


def bracketed(word: str, remark: str, language: str = "en") -> str:
    """Write a remark after a word: "Wenxi (44 %)"; "闻喜县（44%）"."""
    return f"{word}（{remark}）" if language == "zh" else f"{word} ({remark})"


def in_sentence(label: str, language: str = "en") -> str:
    """Write a label within a sentence: without its capital letter in English."""
    return label if language == "zh" else label[:1].lower() + label[1:]


def months_long(value: float, language: str = "en") -> str:
    """Write a number of months with one digit after the point."""
    return text("words.unknown", language) if not isfinite(value) else f"{value:.1f}".replace("-", "−")


WRITERS: dict[str, Callable[[float, str], str]] = {
    "number": number,
    "share": percent,
    "months": months_long,
    SHARE_DIFFERENCE: points,
}
"""How an outcome is written, by its kind."""


def month_name(month: int, language: str = "en") -> str:
    """Write month 73 as "June 2016" or "2016年6月"."""
    year, position = year_of(month), month_of_year(month)
    return f"{year}年{position}月" if language == "zh" else f"{MONTH_NAMES[position - 1]} {year}"


COMMAS = {"en": ", ", "zh": "、"}
"""What stands between names in a row without an "and"."""


def listing(words: Sequence[str], language: str = "en") -> str:
    """Join words: "a, b and c"; "a、b和c"."""
    if len(words) < 2:
        return "".join(words)
    last = "和" if language == "zh" else " and "
    return COMMAS[language].join(words[:-1]) + last + words[-1]
