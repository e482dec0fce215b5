"""The page of the demonstration: what the runs show, with ranges, and what they rest on."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from model.text import text
from results.comparison import Comparison
from results.demo_runs import DemoRuns
from results.figures.places import county_names
from results.findings import USUAL_HIGH, USUAL_LOW, answers, change, usual_share, written
from results.measures.catalogue import measure
from results.measures.intervals import HIGHER, LOWER
from results.page import render
from results.parameter_rows import assumption_rows
from results.report import HEADLINES, PARTS
from results.strategy_words import strategy_name, world_name
from results.style import Picture
from results.view import RunView
from results.wording import in_sentence, listing, number, percent

OUTCOMES = tuple(row for row in HEADLINES if row[0] not in ("villages_with_post", "spells_gave_up"))
"""Rows of the first table and how they are written."""
STARVED, REFERENCE = "workers_without_desks", "history"


def demo_page(
    done: DemoRuns, pictures: Mapping[str, Picture], facts: Mapping[str, Any], language: str = "en"
) -> str:
    """Return the page as HTML."""
    found = done.comparison
    view = done.views[found.strategies[0]]
    return render(
        "demo.html",
        language,
        pictures,
        title=text("demo.title", language),
        answers=answers(found, done.country, view, language),
        head=[strategy_name(name, language) for name in found.strategies],
        sentences=[
            (strategy_name(name, language), done.views[name].sentence[language]) for name in found.strategies
        ],
        outcomes=outcome_rows(found, language),
        utilisation=utilisation_table(view, language),
        usual=text(
            "demo.usual",
            language,
            share=percent(usual_share(view), language, 0),
            low=percent(USUAL_LOW, language, 0),
            high=percent(USUAL_HIGH, language, 0),
        ),
        unclear=not_told_apart(found, language),
        parameters=assumption_rows(language),
        variance=variance_removed(found, language),
        command=facts["command"],
        facts=facts_of(facts, language),
        n_seeds=len(found.seeds),
        country_runs=facts["country_replications"],
        world=world_name(done.world, language),
        children=number(float(view.counties[view.counties["month"] == 0]["children"].sum()), language),
        villages=number(float(view.posts[view.posts["month"] == 0]["villages"].sum()), language, 4),
    )


def outcome_rows(found: Comparison, language: str) -> list[dict[str, Any]]:
    """Return the rows of the first table: label, a cell per strategy, a paired difference."""
    rows = []
    for outcome, kind in OUTCOMES:
        cells = [written(found.level(name, outcome), language, kind) for name in found.strategies]
        rows.append(
            {
                "label": measure(outcome).label.text(language),
                "unit": text(f"outcome_unit.{outcome}", language),
                "part": outcome in PARTS,
                "cells": cells,
                "change": change(found.difference(STARVED, REFERENCE, outcome), language, kind),
            }
        )
    return rows


def utilisation_table(view: RunView, language: str) -> dict[str, Any]:
    """Return use of desk hours without the programme: counties × offices, each cell with its class."""
    table = view.utilisation.pivot_table(
        index="county_code", columns="office", values="utilisation", observed=True
    )
    counties = view.utilisation.drop_duplicates("county_code").sort_values("county_code")
    names = county_names(counties, language)

    def cell(value: float) -> tuple[str, str]:
        kind = "low" if value < USUAL_LOW else "usual" if value <= USUAL_HIGH else "high"
        return percent(value, language, 0), kind

    return {
        "offices": [text(f"office.{name}", language) for name in table.columns],
        "rows": [
            (name, [cell(float(v)) for v in values])
            for name, values in zip(names, table.to_numpy(), strict=True)
        ],
    }


def not_told_apart(found: Comparison, language: str) -> list[str]:
    """Return the outcomes in which two strategies with a programme cannot be told apart."""
    lines = []
    for strategy in found.strategies[2:]:
        unclear = [
            measure(outcome).label.text(language)
            for outcome, _ in OUTCOMES
            if found.difference(strategy, REFERENCE, outcome).verdict not in (HIGHER, LOWER)
        ]
        if unclear:
            lines.append(
                text(
                    "demo.unclear_line",
                    language,
                    strategy=strategy_name(strategy, language),
                    reference=in_sentence(strategy_name(REFERENCE, language), language),
                    outcomes=listing([in_sentence(name, language) for name in unclear], language),
                )
            )
    return lines


def variance_removed(found: Comparison, language: str) -> str:
    """Return how much of the variance the common random numbers removed, at the median of the outcomes."""
    shares = [found.difference(STARVED, REFERENCE, outcome).variance_removed for outcome, _ in OUTCOMES]
    known = [share for share in shares if np.isfinite(share)]
    return percent(float(np.median(known)), language, 0) if known else text("words.unknown", language)


def facts_of(facts: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """Return how the runs were made, and what they cost, as labels and words."""
    numbers = {"python": facts["python"], **facts["versions"]}
    words = {
        "seeds": ", ".join(map(str, facts["seeds"])),
        "versions": ", ".join(f"{name} {number}" for name, number in numbers.items()),
        "platform": facts["platform"],
        "cost": text("facts.seconds", language, cpu=facts["cpu_seconds"], wall=facts["wall_seconds"]),
    }
    return [(text(f"facts.{name}", language), word) for name, word in words.items()]
