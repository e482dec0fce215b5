"""The numbered equations of the model's description: where they stand, who applies them, their sources."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from model.reading import ROOT
from model.reference import markdown_table

PAGES = ("spread", "workers", "children", "help")
"""Pages of docs/odd in the order in which their equations are numbered."""
ENGINE = ("columns", "model")
QUOTED = re.compile(r"^(?:>.*\n)+", re.MULTILINE)
NUMBER = re.compile(r"^> \((\d+)\) ", re.MULTILINE)
NAMED = re.compile(r"\bequations? ((?:\(\d+\)(?:,\s+|\s+and\s+|\s+to\s+)?)+)", re.IGNORECASE)
SOURCE = re.compile(
    r"(?:[A-Z]\w+ & )?(?!November)[A-Z]\w+ \(?(?:1[89]|20)\d\d\b|\b[A-Z]\d\d(?:–[A-Z]\d\d)?\b"
    r"|\b[Aa]ssumption|\b[Aa]ssumed|\bby definition\b|\bfitted\b"
)
"""An author with the year, a row of the evidence, or the word that says there is neither."""
SAID = {"assumption": "assumption", "assumed": "assumption", "by definition": "definition"}


class Equation(NamedTuple):
    """One numbered equation: the page, its text, and what is said of it in the paragraphs that follow."""

    number: int
    page: str
    formula: str
    after: str

    def sources(self) -> list[str]:
        """Return what it rests on, each once, in the order in which the page says it."""
        found = (each.replace("(", "") for each in SOURCE.findall(self.after))
        return list(dict.fromkeys(SAID.get(each.lower(), each) for each in found))


@cache
def equations() -> dict[int, Equation]:
    """Return all equations by their number."""
    found = {}
    for page in PAGES:
        for equation in on_page(page, (ROOT / "docs" / "odd" / f"{page}.md").read_text(encoding="utf-8")):
            found[equation.number] = equation
    return found


def on_page(page: str, text: str) -> Iterator[Equation]:
    """Yield the equations of a page; those that stand together share what is said after them."""
    blocks = [block for block in QUOTED.finditer(text) if NUMBER.match(block[0])]
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        after, heading, _ = text[block.end() : following.start() if following else None].partition("\n#")
        paragraphs = after.strip().split("\n\n")
        if len(paragraphs) > 1 and following and not heading:
            after = "\n\n".join(paragraphs[:-1])  # the last leads to the next equation
        parts = NUMBER.split(block[0])[1:]
        for number, formula in zip(parts[::2], parts[1::2], strict=True):
            yield Equation(int(number), page, formula.strip(" >\n"), after)


def named_in(text: str) -> set[int]:
    """Return the numbers of equations that a docstring names: alone, in a list or from one to another."""
    found: set[int] = set()
    for numbers in NAMED.findall(text):
        for first, last in re.findall(r"\((\d+)\)(?:\s+to\s+\((\d+)\))?", numbers):
            found |= set(range(int(first), int(last or first) + 1))
    return found


@cache
def functions_of(path: Path) -> dict[str, set[int]]:
    """Return the functions of a file, private ones too, whose docstrings name equations."""
    nodes = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    named = {node.name: named_in(ast.get_docstring(node) or "") for node in nodes}
    return {name: numbers for name, numbers in named.items() if numbers}


def applied_in(module: str) -> set[int]:
    """Return the numbers of the equations that functions of a module of the model say they apply."""
    return set().union(*functions_of(ROOT / "model" / f"{module}.py").values())


def applied_by(number: int) -> list[str]:
    """Return the functions that say they apply an equation, as module and name."""
    return [
        f"{path.stem}.{name}"
        for folder in ENGINE
        for path in sorted((ROOT / folder).glob("*.py"))
        for name, numbers in functions_of(path).items()
        if number in numbers
    ]


def equations_table() -> str:
    """Return all equations: page, functions that apply them, what they rest on."""
    rows = [
        {
            "n": f"({number})",
            "page": f"[{equation.page}](odd/{equation.page}.md)",
            "by": ", ".join(f"`{name}`" for name in applied_by(number)),
            "source": ", ".join(equation.sources()),
        }
        for number, equation in sorted(equations().items())
    ]
    return markdown_table(rows, {"n": "", "page": "page", "by": "applied by", "source": "rests on"})
