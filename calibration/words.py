"""Names and values of parameters as people read them."""

import numpy as np

from model.declarations import declarations
from results.wording import number

SMALL = 0.01
SEPARATORS = {"en": "; ", "zh": "、"}
"""Between names of parameters, which have commas in them."""


def label_of(name: str, language: str) -> str:
    """Return the name of a parameter as people read it."""
    return declarations()[name].label.in_language(language)


def amount(value: float, language: str) -> str:
    """Write the value of a parameter, in its unit; small ones with as many zeros as they have."""
    if 0.0 < abs(value) < SMALL:
        return np.format_float_positional(value, precision=2, fractional=False, trim="-")
    return number(value, language)
