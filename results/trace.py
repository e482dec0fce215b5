"""A child's course as a page and as data: ``run.py trace``."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from model.scenario import Scenario, make_scenario
from model.text import text
from results.life_line import Step, as_rows
from results.page import render
from results.story import WITHOUT, Life, child_by_id, run_pair, tell
from results.wording import month_name
from results.write import about_run, check_folder


def without_worker(scenario: Scenario) -> Scenario:
    """Return the same scenario without the programme."""
    return make_scenario(scenario.world, WITHOUT, scenario.parameters, scenario.seed, scenario.until)


def trace(scenario: Scenario, story: str, identity: str = "") -> Life:
    """Run a scenario and the world without the worker; return a child by its id, or the one of a story."""
    pair = run_pair(scenario, without_worker(scenario))
    return child_by_id(pair, identity) if identity else tell(pair, story)


def write_trace(scenario: Scenario, life: Life, story: str, folder: Path, language: str) -> list[Path]:
    """Write the page and the data of a child; return their paths."""
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    page, data = folder / "trace.html", folder / "trace.json"
    page.write_text(trace_page(scenario, life, story, language), encoding="utf-8")
    content = {"scenario": about_run(scenario, {})["scenario"], **as_data(life)}
    data.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return [page, data]


def as_data(life: Life) -> dict[str, Any]:
    """Return a child's two courses as plain data."""
    return {
        "id": life.id,
        "about": life.about,
        "unmet_months": {"with_worker": life.unmet_with, "without": life.unmet_without},
        "with_worker": as_rows(life.with_worker),
        "without": as_rows(life.without),
    }


def trace_page(scenario: Scenario, life: Life, story: str, language: str) -> str:
    """Return the page of a child: both courses side by side, month by month."""
    labels = {row.name: row.label.in_language(language) for row in scenario.services.rows}
    months = sorted({step.month for step in (*life.with_worker, *life.without)})
    rows = [
        {
            "month": month_name(month, language),
            "with_worker": sentences(life.with_worker, month, labels, language),
            "without": sentences(life.without, month, labels, language),
        }
        for month in months
    ]
    title = text(f"life.story.{story}", language) if story else text("life.title", language)
    values = {
        "with_worker": life.unmet_with,
        "without": life.unmet_without,
        "last": month_name(scenario.until, language),
    }
    return render(
        "trace.html",
        language,
        {},
        title=title,
        who=who(life, language),
        answer=text("life.answer", language, **values),
        heads=(text("life.with", language), text("life.without", language)),
        rows=rows,
        facts=text("life.facts", language, id=life.id, seed=scenario.seed, world=scenario.world_name),
    )


def who(life: Life, language: str) -> str:
    """Say in a sentence who the child is."""
    traits = [text(f"stratum.{name}", language) for name in life.about["traits"]]
    comma = text("life.comma", language)
    values = {**life.about, "traits": comma.join(traits) or text("life.no_trait", language)}
    if language == "en" and life.about["county_en"]:
        values["county"] = text("life.county", language, name=life.about["county_en"])
    values["born"] = month_name(life.about["birth_month"], language)
    return text("life.who", language, **values)


def sentences(steps: Sequence[Step], month: int, labels: dict[str, str], language: str) -> list[str]:
    """Say what happened in a month, a sentence per step."""
    return [
        text(f"life.step.{step.step}", language, service=labels[step.service])
        for step in steps
        if step.month == month
    ]
