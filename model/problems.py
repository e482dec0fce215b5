"""What is wrong with an input: collected first, then told all at once, in the reader's language."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from model.text import text, unit_text

NEAREST_CUTOFF = 0.6
"""Likeness (difflib ratio) from which a name is offered as what was probably meant."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where.

    Attributes
    ----------
    code : str
        Key of the message in ``data/text``.
    values : mapping
        What fills the places of the message.
    file, line : str, int
        Where it stands; empty and 0 if it did not come from a file.
    """

    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    file: str = ""
    line: int = 0

    def text(self, language: str = "en") -> str:
        """Return the message, preceded by file and line if there are any."""
        values = dict(self.values)
        if "unit" in values:
            values["unit"] = unit_text(str(values["unit"]), language)
        message = text(self.code, language, **values)
        if hint := self.values.get("nearest"):
            message += text("problem.nearest", language, nearest=hint)
        if not self.file:
            return message
        if not self.line:
            return text("problem.in_file", language, file=self.file, message=message)
        return text("problem.in_line", language, file=self.file, line=self.line, message=message)


class InputError(ValueError):
    """Input that cannot be used, with every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.messages("en")))

    def messages(self, language: str = "en") -> list[str]:
        """Return one message per problem in the given language."""
        return [problem.text(language) for problem in self.problems]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name most like ``name``, or an empty text if none is like it."""
    matches = difflib.get_close_matches(name.strip().lower(), list(known), n=1, cutoff=NEAREST_CUTOFF)
    return matches[0] if matches else ""
