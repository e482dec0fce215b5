"""The files of a comparison: tables, pictures, what the columns mean, and the page."""

import shlex
from pathlib import Path
from typing import Any

from experiments.asking import Request
from experiments.compared import Compared
from experiments.files import write_json
from experiments.played import played_compared
from experiments.study import Study
from model.calendar import month_text
from model.text import text
from model.worlds import build_world
from results.compared_page import About, compared_page, compared_pictures
from results.figures.places import county_names
from results.recording import ComparedPlayer
from results.saving import PAGE, SCHEMA, made_with, save_results
from results.strategy_words import strategy_name
from results.view import events_of

FACTS = "comparison.json"


def write_comparison(
    compared: Compared,
    request: Request,
    folder: Path,
    language: str = "en",
    player: ComparedPlayer | None = None,
) -> list[Path]:
    """Write tables, pictures and the page into the folder of the runs; return their paths, the page first.

    ``player`` makes the page that the report embeds of the runs that the folder keeps to be played.
    """
    about = about_of(compared, request, language)
    pictures = compared_pictures(compared.comparison, compared.decomposition, about, language)
    tables = compared.tables()
    kept = {name: table for name, table in tables.items() if name != "runs"}  # the store has them, with draws
    played = played_compared(folder, compared.comparison, player, language)
    page = compared_page(compared.comparison, tables, about, pictures, language, played)
    (folder / PAGE).write_text(page, encoding="utf-8")
    paths = save_results(folder, pictures, kept, language, csv=["league"])
    write_json(folder / FACTS, {**about.facts, "command": about.command})
    return [folder / PAGE, *paths, folder / FACTS, folder / SCHEMA]


def about_of(compared: Compared, request: Request, language: str) -> About:
    """Return what the page says besides the numbers of the runs."""
    study = request.study
    world = build_world(study.world) if isinstance(study.world, str) else study.world
    names = county_names(world.table, language)
    reference = study.scenario(study.reference, {}, 1)
    candidates = study.candidates
    facts = {key: value for key, value in compared.facts.items() if key != "concerns"}
    facts |= made_with()
    return About(
        world=study.world_name,
        last_month=study.until,
        services={row.name: dict(row.label) for row in reference.services.rows},
        counties=dict(zip(world.table["county_code"].tolist(), names, strict=True)),
        events=events_of(reference),
        sentences={name: dict(candidates[name].strategy.sentence) for name in request.names},
        concerns=[(name, problem.text(language)) for name, problem in compared.facts.get("concerns", ())],
        facts=facts,
        command=command_of(request, study, compared.facts),
    )


def command_of(request: Request, study: Study, facts: dict[str, Any]) -> str:
    """Return the command that makes the comparison again."""
    parts = ["python", "run.py", "compare", *request.names, "--world", study.world_name]
    parts += ["--until", month_text(study.until)]
    parts += ["--draws", str(request.draws)]
    if request.draws_from:
        parts += ["--draws-from", str(request.draws_from)]
    per_draw = facts["replications"] // max(facts["draws"], 1)
    parts += ["--replications", "auto" if request.auto else str(max(per_draw, request.replications))]
    for name, value in study.parameters.items():
        parts += ["--set", f"{name}={value}"]
    return shlex.join(parts)


def told(compared: Compared, language: str) -> list[str]:
    """Return how well the main difference of every strategy is known, a line each."""
    n = compared.facts["replications"]
    return [
        text(f"compare.told.{known}", language, strategy=strategy_name(name, language), n=n)
        for name, known in compared.facts["answers"].items()
    ]
