"""The folder of a result: pictures and tables saved, what columns mean, and with what they were made."""

import json
import platform
from collections.abc import Collection, Mapping
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from model.text import catalogue as catalogue_of_words
from results.measures.catalogue import catalogue, column_documentation
from results.style import Picture

PAGE, FIGURES, SCHEMA = "report.html", "figures", "schema.json"
PACKAGES = ("mesa", "numpy", "numba", "pandas", "matplotlib")
"""Whose versions pages tell."""


def save_results(
    folder: Path,
    pictures: Mapping[str, Picture],
    tables: Mapping[str, pd.DataFrame],
    language: str,
    csv: Collection[str] | None = None,
) -> list[Path]:
    """Save pictures and tables into a folder and write what all its columns mean; return the paths.

    ``csv`` names the tables that are written for spreadsheets as well, by default all.
    """
    paths = [*save_pictures(pictures, folder / FIGURES), *save_tables(tables, folder, csv)]
    write_schema(folder, language)
    return paths


def save_pictures(pictures: Mapping[str, Picture], folder: Path) -> list[Path]:
    """Save pictures, each as PNG and SVG; return their paths."""
    folder.mkdir(exist_ok=True)
    return [path for picture in pictures.values() for path in picture.save(folder)]


def save_tables(
    tables: Mapping[str, pd.DataFrame], folder: Path, csv: Collection[str] | None = None
) -> list[Path]:
    """Save tables as Parquet, and those that ``csv`` names (by default all) for spreadsheets as well."""
    paths = []
    for name, table in tables.items():
        paths.append(folder / f"{name}.parquet")
        table.to_parquet(paths[-1], index=False)
        if csv is None or name in csv:
            paths.append(folder / f"{name}.csv")
            table.to_csv(paths[-1], index=False, encoding="utf-8-sig")
    return paths


def write_schema(folder: Path, language: str) -> None:
    """Write what the columns of all tables of a folder mean to ``schema.json``."""
    known, words = catalogue().measures, catalogue_of_words(language)
    files = {}
    for path in sorted(folder.glob("*.parquet")):
        schema = pq.read_schema(path)
        measured = column_documentation([name for name in schema.names if name in known], language)
        files[path.stem] = {
            name: {"type": str(kind)}
            | dict(measured.get(name, {}))
            | ({"text": meaning} if (meaning := _meaning(words, path.stem, name)) else {})
            for name, kind in zip(schema.names, schema.types, strict=True)
        }
    beside = folder / f".{SCHEMA}.part"
    beside.write_text(json.dumps(files, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    beside.replace(folder / SCHEMA)


def _meaning(words: Mapping[str, str], table: str, column: str) -> str:
    """Return what a column means, in one table or in all; empty where nobody says.

    Ends of intervals and the like mean what the column that they belong to means, with a word on the end.
    """
    found = words.get(f"column.{table}.{column}") or words.get(f"column.{column}", "")
    plain, _, end = column.rpartition("_")
    if found or not plain or f"column.end.{end}" not in words:
        return found
    of = _meaning(words, table, plain)
    return f"{of}; {words[f'column.end.{end}']}" if of else ""


def made_with() -> dict[str, str]:
    """Return the versions and the platform of this program, as pages tell them."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return {"versions": versions, "platform": platform.platform()}
