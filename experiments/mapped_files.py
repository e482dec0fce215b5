"""The files of a map: tables, pictures, what their columns mean, and the page."""

from pathlib import Path
from typing import Any

from experiments.files import write_json
from experiments.in_place import SETTLE_MONTHS, last_month, start_month
from experiments.mapped import Mapped, mapped
from experiments.paired import command_with
from results.capacity_page import About, capacity_page, capacity_pictures
from results.capacity_words import answers
from results.saving import PAGE, SCHEMA, made_with, save_results

FACTS = "map.json"


def write_map(found: Mapped, folder: Path, language: str = "en") -> list[Path]:
    """Write tables, pictures and the page into the folder of the runs; return their paths, the page first."""
    about, tables = about_page(found), found.tables()
    pictures = capacity_pictures(tables, language)
    paths = save_results(folder, pictures, tables, language)
    (folder / PAGE).write_text(capacity_page(tables, about, pictures, language), encoding="utf-8")
    write_json(
        folder / FACTS, {**found.facts, "answers": answers(tables, language), "command": about.command}
    )
    return [folder / PAGE, *paths, folder / FACTS, folder / SCHEMA]


def map_again(folder: Path, language: str) -> list[Path]:
    """Make the page and the pictures of a map anew from its folder, in a language; nothing is run."""
    return write_map(mapped(folder), folder, language)


def about_page(found: Mapped) -> About:
    """Return what the page says besides the tables."""
    facts = {key: value for key, value in found.facts.items() if key not in ("counts", "made", "parameters")}
    facts["cpu_seconds"] = f"{found.facts['cpu_seconds']:,.0f}"
    facts["grid"] = f"{found.facts['grid']} × {found.facts['grid']}"
    facts |= made_with()
    return About(
        world=found.facts["world"],
        start=start_month(),
        first=start_month() + SETTLE_MONTHS,
        last=last_month(),
        facts=facts,
        command=command_of(found.facts),
    )


def command_of(facts: dict[str, Any]) -> str:
    """Return the command that makes the map again."""
    return command_with(["map", "--grid", str(facts["grid"])], facts)
