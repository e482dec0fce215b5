"""Imported places: a folder each under ``places`` in the current directory, found by name as worlds are."""

import functools
import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from model.own.build import Frames, build
from model.own.given import Filled, Given
from model.own.problems import CellProblem
from model.parameters import Parameters
from model.problems import InputError, Problem
from model.world import World

FOLDER = "places"
ABOUT = "places.json"
FORMAT = 1
NAME = re.compile(r"[\w][\w-]{0,39}")
HASH_BYTES = 16
WORDS = ("county", "township", "village", "kind", "post_kind", "parameter", "payer")
READ = dict.fromkeys(WORDS, str)


def folder_of(name: str) -> Path:
    """Return the folder of places by name."""
    return Path(FOLDER) / name


def own_names() -> tuple[str, ...]:
    """Return the names of the places that have been imported, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in Path(FOLDER).glob(f"*/{ABOUT}")))


def is_own(name: str) -> bool:
    """True if places of that name have been imported."""
    return bool(NAME.fullmatch(name)) and (folder_of(name) / ABOUT).is_file()


def check_name(name: str, shipped: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with a name for new places."""
    if not NAME.fullmatch(name):
        return [Problem("places.name", {"name": name})]
    if name in shipped:
        return [Problem("places.name_shipped", {"name": name})]
    if folder_of(name).exists():
        return [Problem("places.name_taken", {"name": name, "folder": str(folder_of(name))})]
    return []


def keep(name: str, frames: Frames, filled: tuple[Filled, ...], source: str) -> Path:
    """Write checked tables as places of that name: all of them or nothing; return the folder."""
    folder = folder_of(name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.parent / f".{name}.part"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        for key, frame in frames.items():
            frame.to_csv(beside / f"{key}.csv", index=False, lineterminator="\n")
        about = {
            "format": FORMAT,
            "name": name,
            "source": source,
            "tables": sorted(frames),
            "filled": [vars(each) for each in filled],
            "hash": _hash(beside, sorted(frames)),
        }
        content = json.dumps(about, ensure_ascii=False, indent=1) + "\n"
        (beside / ABOUT).write_text(content, encoding="utf-8")
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def given_of(world: Any) -> Given | None:
    """Return what a world's user gave, for a world or a name; None for a shipped one."""
    if isinstance(world, str):
        return load(world).given if is_own(world) else None
    given = getattr(world, "given", None)
    return given if isinstance(given, Given) else None


def load(name: str, parameters: Parameters | None = None) -> World:
    """Build the world of imported places.

    Raises
    ------
    InputError
        If the folder is not as it was written.
    """
    folder = folder_of(name).resolve()
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        tables = [str(key) for key in about["tables"]]
        if about["format"] != FORMAT or about["hash"] != _hash(folder, tables):
            raise ValueError(name)
        filled = tuple(Filled(**each) for each in about["filled"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError([CellProblem("places.changed", {"name": name}, str(folder_of(name)))]) from error
    return _load(folder, tuple(tables), filled, str(about["hash"]), name, parameters)


@functools.lru_cache(maxsize=4)
def _load(
    folder: Path,
    tables: tuple[str, ...],
    filled: tuple[Filled, ...],
    content_hash: str,
    name: str,
    parameters: Parameters | None,
) -> World:
    return build(name, _frames(folder, tables), filled, content_hash, parameters)


def _frames(folder: Path, tables: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    frames = {}
    for key in tables:
        frame = pd.read_csv(
            folder / f"{key}.csv",
            dtype=READ,
            keep_default_na=False,
            na_values=[""],
            low_memory=False,
        )
        if key == "prices":
            frame["value"] = [_plain(value) for value in frame["value"]]
        frames[key] = frame
    return frames


def _plain(value: Any) -> Any:
    """Return a price as it was read from the workbook: a switch, a number or a word."""
    if isinstance(value, str):
        if value in ("True", "False"):
            return value == "True"
        try:
            return float(value) if float(value) % 1 else int(float(value))
        except ValueError:
            return value
    if isinstance(value, float) and value % 1 == 0:
        return int(value)
    return value.item() if hasattr(value, "item") else value


def _hash(folder: Path, tables: list[str]) -> str:
    digest = hashlib.blake2b(digest_size=HASH_BYTES)
    for key in tables:
        digest.update(key.encode())
        digest.update((folder / f"{key}.csv").read_bytes())
    return digest.hexdigest()
