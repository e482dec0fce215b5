"""The page on outcome measures, printed from the catalogue: ``docs/measures.md`` and ``docs/measures.zh.md``.

``python -m results.measures.document`` writes both; a test compares them with the catalogue and computes
every worked example with the code it names.
"""

from collections.abc import Iterator
from pathlib import Path

from model.text import LANGUAGES, text, unit_text
from results.measures.catalogue import Catalogue, Measure, catalogue

COLUMNS = ("name", "label", "unit", "formula", "better", "code", "source")
DOCS = Path(__file__).resolve().parents[2] / "docs"


def document_path(language: str) -> Path:
    """Return where the page in a language lies; English has no suffix."""
    return DOCS / ("measures.md" if language == "en" else f"measures.{language}.md")


def measures_markdown(language: str = "en") -> str:
    """Return the whole page in Markdown."""
    return "\n".join(_lines(catalogue(), language)) + "\n"


def write_documents() -> None:
    """Write the page in every language."""
    for language in LANGUAGES:
        document_path(language).write_text(measures_markdown(language), encoding="utf-8")


def _lines(everything: Catalogue, language: str) -> Iterator[str]:
    yield f"# {text('measures.title', language)}"
    yield ""
    yield text("measures.introduction", language)
    for key, section in everything.sections.items():
        members = [entry for entry in everything.measures.values() if entry.section == key]
        yield from ("", f"## {section.label.text(language)}", "", section.text.text(language), "")
        heads = [text(f"measures.{column}", language) for column in COLUMNS]
        yield f"| {' | '.join(heads)} |"
        yield "|" + " --- |" * len(heads)
        numbers = {name: i + 1 for i, name in enumerate(everything.sources)}
        for entry in members:
            yield f"| {' | '.join(_cells(entry, numbers, language))} |"
        examples = [entry for entry in members if entry.example is not None]
        if examples:
            yield from ("", text("measures.examples", language), "")
            yield from (f"- {_example(entry)}" for entry in examples)
    yield from ("", f"## {text('measures.sources', language)}", "")
    yield from (f"{i + 1}. {source}" for i, source in enumerate(everything.sources.values()))


def _cells(entry: Measure, numbers: dict[str, int], language: str) -> list[str]:
    """Return the cells of a measure's row."""
    name = f"`{entry.name}`" + (" ●" if entry.summary else "")
    formula = entry.formula.text(language)
    if entry.numerator:
        formula += f" `{entry.numerator}` / `{entry.denominator}`"
    cited = " ".join(f"[{numbers[source]}]" for source in entry.source)
    better = text(f"measures.better.{entry.better}", language)
    code = f"`{entry.function}`" if entry.function else ""
    return [name, entry.label.text(language), unit_text(entry.unit, language), formula, better, code, cited]


def _example(entry: Measure) -> str:
    """Return a worked example as a line of Python and its result."""
    assert entry.example is not None
    arguments = ", ".join(f"{key}={value!r}" for key, value in entry.example.arguments.items())
    part = f".{entry.part}" if entry.part else ""
    return f"`{entry.name}`: `{entry.function}({arguments}){part}` = `{entry.example.result!r}`"


if __name__ == "__main__":
    write_documents()
