"""What the site holds and in which order."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from model.reading import ROOT

PARTS = {
    "Guides": (
        "docs/guide/planner",
        "docs/guide/researcher",
        "docs/guide/trainer",
        "docs/guide/experiments",
        "docs/guide/map",
        "docs/guide/optimise",
        "docs/guide/mesa",
        "docs/extend",
    ),
    "中文": ("docs/guide/planner.zh", "docs/guide/trainer.zh", "docs/measures.zh"),
    "The model": (
        "docs/odd",
        "docs/odd/spread",
        "docs/odd/workers",
        "docs/odd/children",
        "docs/odd/help",
        "docs/geography",
        "docs/parameters",
        "docs/services",
        "docs/strategies",
        "docs/measures",
        "docs/limits",
        "docs/public-good",
    ),
    "Can it be believed?": (
        "docs/trace",
        "docs/evidence",
        "data/SOURCES",
        "docs/calibration",
        "docs/validation",
        "docs/conclusions",
        "docs/verification",
        "docs/mutation",
        "docs/randomness",
    ),
    "How it is made": (
        "docs/architecture",
        "docs/engine",
        "docs/design",
        "docs/performance",
        "docs/application-speed",
        "benchmarks/README",
        "benchmarks/plain_mesa/README",
        "benchmarks/results/engine",
        "CHANGELOG",
    ),
}
"""Pages by part, without their endings; other pages of ``docs`` come after these."""
DOCUMENTED = ("model", "agents", "columns", "results", "experiments", "calibration")
"""Packages whose docstrings make the reference."""
COPIED = ("docs", "data", "benchmarks", "CHANGELOG.md", "CITATION.cff", "LICENSE")
"""What pages may link to, beside pages."""
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.py", "geography", "fonts")


def modules(package: str) -> Iterator[str]:
    """Yield the dotted names of a package and all its modules that say what they are."""
    for path in sorted((ROOT / package).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        yield name


def parts() -> dict[str, tuple[str, ...]]:
    """Return the pages by part, those that stand in none at the end."""
    listed = {page for pages in PARTS.values() for page in pages}
    found = (path.relative_to(ROOT).with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md"))
    more = tuple(sorted(set(found) - listed))
    return {**PARTS, "More": more} if more else PARTS


def toctree(caption: str, pages: tuple[str, ...]) -> str:
    """Return a list of pages as the site's navigation takes it."""
    head = ("```{toctree}", ":hidden:", f":caption: {caption}", ":maxdepth: 1", "")
    return "\n".join((*head, *pages, "```"))


def index() -> str:
    """Return the first page: the README, and under it all parts for the navigation."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    reference = tuple(f"reference/{package}" for package in DOCUMENTED)
    lists = [toctree(caption, pages) for caption, pages in parts().items()]
    return "\n\n".join([readme, *lists, toctree("Reference of the code", reference)]) + "\n"


def package_page(package: str) -> str:
    """Return the page of a package: what it is, and what each module says of itself and its contents."""
    parts = [f"# The package {package}"]
    for name in modules(package):
        if name != package:
            parts.append(f"## {name}")
        parts.append(
            f"```{{eval-rst}}\n.. automodule:: {name}\n   :members:\n   :member-order: bysource\n```"
        )
    return "\n\n".join(parts) + "\n"


def lay_out(folder: Path) -> None:
    """Write the source of the site: copies of the documents, and the pages that are made for it."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=NOT_COPIED)
        else:
            shutil.copy(ROOT / name, folder / name)
    (folder / "index.md").write_text(index(), encoding="utf-8")
    (folder / "reference").mkdir()
    for package in DOCUMENTED:
        page = folder / "reference" / f"{package}.md"
        page.write_text(package_page(package), encoding="utf-8")
