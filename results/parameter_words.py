"""What parameters are called in pictures and sentences, and how their values are written."""

import functools

from model.calendar import NEVER_WORD
from model.declarations import Value, declarations
from model.parameters import parameters_table
from model.text import catalogue
from results.wording import percent, plain, significant, with_unit


@functools.cache
def _labels(language: str) -> dict[str, str]:
    return {row["name"]: row["label"] for row in parameters_table(language)}


def parameter_label(name: str, language: str = "en") -> str:
    """Return the label of a parameter: "Skill of finding"."""
    return _labels(language)[name]


def setting_words(name: str, value: Value, language: str = "en") -> str:
    """Return what a parameter is set to as it is typed; in Chinese, words for English ones."""
    declared = declarations()[name]
    shown = value if isinstance(value, str) else declared.shown(value)
    if language == "en":
        return shown
    keys = {"true": "words.on", "false": "words.off", NEVER_WORD: "words.never"}
    key = f"words.choice.{name}.{shown}" if declared.type == "choice" else keys.get(shown, "")
    return catalogue(language).get(key, shown)


def parameter_value(name: str, value: float, language: str = "en") -> str:
    """Return a value with its unit: "0.8 times", "1.2 hours"; switches and choices by `setting_words`."""
    declared = declarations()[name]
    if declared.type in ("switch", "choice", "month"):
        return setting_words(name, value, language)
    if declared.unit == "share":
        return percent(float(value), language, 0 if value >= 0.1 else 1)
    written = plain(significant(float(value), 2))
    return with_unit(written, declared.unit, language)
