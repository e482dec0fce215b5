"""Texts for people, in English and Chinese, from the two catalogues in ``data/text``.

The catalogues are flat: a dotted key, a sentence with ``{named}`` places. Their keys are the same (tested). A
long subject has a file of its own beside ``en.yaml``, as ``report_en.yaml``; words that several subjects
share, what the choices of a parameter are called among them, stand in ``words_en.yaml``.
"""

import functools
from pathlib import Path

import yaml

CATALOGUES = Path(__file__).resolve().parent.parent / "data" / "text"
LANGUAGES = ("en", "zh")


@functools.cache
def catalogue(language: str) -> dict[str, str]:
    """Return all texts of a language, "en" or "zh"; another language is a ValueError."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
    texts: dict[str, str] = {}
    for file in (f"{language}.yaml", *sorted(path.name for path in CATALOGUES.glob(f"*_{language}.yaml"))):
        texts |= yaml.safe_load((CATALOGUES / file).read_text(encoding="utf-8")) or {}
    return texts


def text(key: str, language: str = "en", /, **values: object) -> str:
    """Return the text of ``key`` with its places filled; an unknown key is a KeyError."""
    return catalogue(language)[key].format(**values)


def unit_text(unit: str, language: str = "en", beside: str = "") -> str:
    """Return the name of a unit of measurement, empty where a number has none.

    Where a language has a singular the catalogue has both, as "month|months"; ``beside`` is the number as it
    is written, and only exactly 1 takes the singular ("1 month", "1.0 months").
    """
    if not unit:
        return ""
    one, _, many = text(f"unit.{unit}", language).partition("|")
    return one if not many or beside.lstrip("+−") == "1" else many
