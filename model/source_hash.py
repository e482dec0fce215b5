"""What decides the results besides a scenario: the engine's own source and the data of places.

A checkpoint is continued, and a stored run counts as done, only while both are the same. They are hashes of
files, not the commit of the checkout: editing a page of documentation must not invalidate days of computing.
Versions of numba, NumPy and Python are left out, because results do not depend on them.
What a scenario says (parameters, services, strategy, dated events) is in its own ``content_hash``.
"""

import ast
import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from columns.draws import GENERATOR, SPLITMIX
from model.parameters import HASH_BYTES
from model.reading import ROOT

ENGINE = ("model.scale_up", "model.spread_only")
"""The two engines; with all they import from these packages, wherever in a file, they are the source."""
ENGINE_PACKAGES = ("columns", "model")
DATA_FOLDERS = ("geography", "spread")
"""Folders of ``data`` that the engine reads and that no scenario's hash covers."""


@functools.cache
def engine_hash(root: Path = ROOT) -> str:
    """Return a hexadecimal hash of the engine's source, for the checkout at ``root``."""
    return source_hash(ENGINE, ENGINE_PACKAGES, root)


def source_hash(names: Iterable[str], packages: Sequence[str], root: Path = ROOT) -> str:
    """Return a hexadecimal hash of modules and of all they import from some packages.

    With another generator of draws than usual its name stands behind the hash: what it gives is different.
    """
    files = [_file_of(root, name) for name in modules_behind(names, packages, root)]
    return _hash_of_files(root, files) + ("" if GENERATOR == SPLITMIX else f"-{GENERATOR}")


@functools.cache
def data_hash(root: Path = ROOT) -> str:
    """Return a hexadecimal hash of the data of places and of the country around them."""
    folders = [root / "data" / name for name in DATA_FOLDERS]
    return _hash_of_files(root, [path for folder in folders for path in folder.rglob("*") if path.is_file()])


def modules_behind(names: Iterable[str], packages: Sequence[str], root: Path = ROOT) -> list[str]:
    """Return some modules and all they import from some packages, directly or not, in alphabetical order."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found or not _file_of(root, name).is_file():
            continue
        found.add(name)
        waiting += _imports(_file_of(root, name).read_bytes(), packages)
    return sorted(found)


def _imports(source: bytes, packages: Sequence[str]) -> Iterator[str]:
    """Names of modules of some packages that a source may import, inside functions too."""
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        yield from (name for name in names if name.split(".")[0] in packages)


def _file_of(root: Path, module: str) -> Path:
    return root.joinpath(*module.split(".")).with_suffix(".py")


def _hash_of_files(root: Path, paths: list[Path]) -> str:
    digest = hashlib.blake2b(digest_size=HASH_BYTES)
    for path in sorted(paths):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
