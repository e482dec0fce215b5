"""The report of one run: one page to print or to send, with the answer first and what it rests on last."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from model.text import catalogue, text
from results.digest import LATE_MONTHS, outcomes
from results.figures.cascade import cascade
from results.figures.desks import desks
from results.figures.equity import equity
from results.figures.jam import jam
from results.figures.money import money
from results.figures.places import places
from results.figures.served import served
from results.figures.spread import spread
from results.figures.unmet import unmet
from results.measure_rows import group_rows, measure_rows
from results.measures.catalogue import measure
from results.page import compressed, render
from results.parameter_rows import parameter_rows
from results.report_parts import (
    county_rows,
    money_rows,
    report_answers,
    service_rows,
    warnings_of,
)
from results.strategy_words import strategy_name, world_name
from results.style import Picture
from results.view import RunView
from results.wording import WRITERS, month_name, number, whole

FIRST = "spread"
DRAW = (spread, cascade, served, desks, unmet, places, jam, equity, money)
HEADLINES = (
    ("villages_with_post", "number"),
    ("villages_active", "number"),
    ("spells_found", "number"),
    ("spells_filed", "number"),
    ("spells_filed_helped", "number"),
    ("spells_served", "number"),
    ("spells_served_helped", "number"),
    ("spells_gave_up", "number"),
    ("in_time_of_filed_share", "share"),
    ("wait_alone_months", "months"),
    ("wait_helped_months", "months"),
    ("effective_coverage_share", "share"),
    ("unmet_needs", "number"),
    ("cost_yuan", "number"),
)
"""The main numbers of a run and how they are written."""
PARTS = ("spells_filed_helped", "spells_served_helped")
"""Those that are a part of the one before."""


def run_pictures(view: RunView, language: str = "en") -> dict[str, Picture]:
    """Return the pictures of a run by name; those that need real places are left out for invented ones."""
    drawn = [draw(view, language) for draw in DRAW]
    return {picture.name: picture for picture in drawn if picture is not None}


def report(
    view: RunView,
    facts: Mapping[str, Any],
    language: str = "en",
    pictures: Mapping[str, Picture] | None = None,
    player: str = "",
) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    view
        The run.
    facts
        What reproduces it, as shown at the end: ``command``, ``seed``, ``commit``, ``versions``, … in the
        order given; names that the catalogue knows as ``facts.*`` are translated.
    pictures
        Those of `run_pictures`, if they are drawn already.
    player
        A page that plays the run, to be embedded.
    """
    made = run_pictures(view, language) if pictures is None else pictures
    late = min(LATE_MONTHS, view.n_months)
    name = strategy_name(view.strategy, language)
    posts = view.posts[view.posts["month"] == 0]
    children = view.counties.groupby("month")["children"].sum()
    return render(
        "report.html",
        language,
        made,
        title=text("report.title", language, strategy=name),
        kicker=text(
            "report.kicker",
            language,
            world=world_name(view.world, language),
            villages=whole(posts["villages"].sum()),
            children=number(float(children.iloc[0]), language),
            last=month_name(view.n_months - 1, language),
            seed=view.seed,
        ),
        sentence=view.sentence.get(language, ""),
        answers=report_answers(view, language),
        first=FIRST,
        headlines=[_headline(key, outcomes(view.sums, late)[key], kind, language) for key, kind in HEADLINES],
        services=service_rows(view, late, language),
        counties=county_rows(view, late, language),
        money=money_rows(view, language),
        measures=measure_rows(view, language),
        groups=group_rows(view, language),
        filled=view.filled.get(language, ()),
        warnings=warnings_of(view, language),
        parameters=parameter_rows(view, language),
        facts=_facts(view, facts, language),
        command=facts.get("command", ""),
        last=month_name(view.n_months - 1, language),
        player=compressed(player) if player else "",
    )


def _headline(key: str, value: float, kind: str, language: str) -> dict[str, Any]:
    write = WRITERS[kind]
    return {
        "label": measure(key).label.text(language),
        "unit": text(f"outcome_unit.{key}", language),
        "value": write(value, language) if np.isfinite(value) else "–",
        "part": key in PARTS,
    }


def _facts(view: RunView, facts: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """Return labelled facts as text, the command apart."""
    words = catalogue(language)
    rows = {"world": view.world, "strategy": view.strategy, "seed": view.seed, **facts}
    written = []
    for key, value in rows.items():
        if key == "command" or value in (None, "", {}, []):
            continue
        if isinstance(value, Mapping):
            value = ", ".join(f"{name} {content}" for name, content in value.items())
        elif isinstance(value, list | tuple):
            value = ", ".join(map(str, value))
        written.append((words.get(f"facts.{key}", key), str(value)))
    return written
