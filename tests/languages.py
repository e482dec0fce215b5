"""What tests of both languages look for: texts that stand in one language only, and Chinese that is none."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from model.text import LANGUAGES

CHINESE = re.compile(r"[\u3400-\u9fff]")
NOT_PROSE = re.compile(r"`[^`]*`|\{[^}]*\}|\([^()]*[+÷×−][^()]*\)|“[^”]*”|\w*[_/.]\w+")
"""Names as they are typed, places to fill, terms of a formula, quotations, paths."""
WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
HALF_WIDTH = re.compile(r"[\u3400-\u9fff] ?[,;:!?()]|[,;:!?()] ?[\u3400-\u9fff]|[\u3400-\u9fff]\.(?!\w)")


def bilingual(value: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every pair of texts in nested data: where it stands, English, Chinese; a lone language is an error."""
    if isinstance(value, Mapping):
        given = [language for language in LANGUAGES if language in value]
        assert len(given) in (0, len(LANGUAGES)), f"{where} is in {given} alone"
        if given:
            yield where, *(value[language] for language in LANGUAGES)
        for key, inner in value.items():
            yield from bilingual(inner, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value):
            yield from bilingual(inner, f"{where}.{position}")


def faults(english: str, chinese: str) -> list[str]:
    """What is wrong with a pair of texts."""
    found = []
    if bool(english.strip()) != bool(chinese.strip()):
        found.append("stands in one language only")
    if CHINESE.search(english):
        found.append("Chinese in English")
    prose = NOT_PROSE.sub("…", chinese)
    if WORDS.search(prose) and not CHINESE.search(prose):
        found.append("still English")
    found += [f"half-width sign in {each!r}" for each in HALF_WIDTH.findall(prose)]
    return found


class Cells(HTMLParser):
    """What stands in the cells of tables, in captions and in headings of a page, in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._depth = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Begin a cell."""
        if tag in TEXTS:
            self.found.append("")
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        """End a cell."""
        if tag in TEXTS:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        """Add to a cell."""
        if self._depth:
            self.found[-1] += data


TEXTS = {"td", "th", "h1", "h2", "h3", "figcaption", "summary", "li"}


def pages_differ(english: str, chinese: str) -> list[str]:
    """What is wrong with the cells of a page in two languages, which must have the same ones."""
    pairs = list(zip(Cells(english).found, Cells(chinese).found, strict=True))
    assert len(pairs) > 20, "no tables were found"
    return [f"{each}: {left!r}, {right!r}" for left, right in pairs for each in faults(left, right)]
