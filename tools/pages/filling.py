"""Put tables between their marks."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from model.reading import ROOT
from tools.pages.evidence import EVIDENCE
from tools.pages.odd import ODD

DOCS = ROOT / "docs"
TABLES: dict[str, Callable[[], str]] = {**EVIDENCE, **ODD}
MARKED = re.compile(r"(?<=<!-- table: )(\w+)( -->\n)(.*?)(?=<!-- end of table -->)", re.DOTALL)


def filled(page: str) -> str:
    """Return a page with all its tables as they are now.

    Raises
    ------
    KeyError
        A mark names a table that nobody prints.
    """
    return MARKED.sub(lambda mark: f"{mark[1]}{mark[2]}\n{TABLES[mark[1]]()}\n\n", page)


def marked_pages() -> Iterator[Path]:
    """Yield the pages that have marks."""
    for path in sorted(DOCS.rglob("*.md")):
        if MARKED.search(path.read_text(encoding="utf-8")):
            yield path
