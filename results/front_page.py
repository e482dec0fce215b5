"""Pages of decisions: the plans that no other beats, and the least means for a target."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from model.declarations import declarations
from model.text import catalogue, text
from results.capacity_page import PRICES, chance_of
from results.figures.front import front_picture, goal_picture
from results.front_words import (
    MONEY,
    front_answers,
    front_caption,
    goal_answers,
    goal_caption,
    label,
    outcome_label,
    written,
)
from results.measures.intervals import Interval
from results.page import render
from results.parameter_rows import OF_MANY_RUNS, assumption_rows
from results.parameter_words import setting_words
from results.strategy_words import world_name
from results.style import Picture
from results.wording import COMMAS, between, number, percent

type Cell = tuple[str, str]


class Decision(NamedTuple):
    """What a page of a decision is made of: tables, facts and the command."""

    tables: Mapping[str, pd.DataFrame]
    facts: Mapping[str, Any]
    command: str


def front_pictures(found: Decision, language: str = "en") -> dict[str, Picture]:
    """Return the picture of a front by name."""
    objectives = found.facts["objectives"]
    labels = {name: outcome_label(name, language) for name in objectives}
    caption = front_caption(found.tables["plans"], found.facts, language)
    drawn = front_picture(
        found.tables["plans"], found.tables["searched"], objectives, labels, caption, language
    )
    return {drawn.name: drawn}


def front_page(found: Decision, pictures: Mapping[str, Picture], language: str = "en") -> str:
    """Return the page of a front as HTML."""
    plans, facts = found.tables["plans"], found.facts
    levers, objectives = facts["levers"], facts["objectives"]
    shown = [*dict.fromkeys([*objectives, MONEY])]
    rows: list[list[Cell]] = []
    for row in plans.to_dict("records"):
        cells: list[Cell] = [(setting_words(name, row[name], language), "") for name in levers]
        for name in shown:
            found_ = Interval(row[name], row[f"{name}_low"], row[f"{name}_high"], 0)
            kind = "share" if name.endswith("_share") else "number"
            cells.append((written(name, row[name], language), between(found_, language, kind)))
        cells.append((written(objectives[0], row[f"{objectives[0]}_searched"], language), ""))
        cells.append((percent(row["within_budget_share"], language, 0), ""))
        cells.append((text(f"front.still.{'yes' if row['still_unbeaten'] else 'no'}", language), ""))
        rows.append(cells)
    head = [declarations()[name].label.in_language(language) for name in levers]
    head += [outcome_label(name, language) for name in shown]
    head += [text(f"front.head.{name}", language) for name in ("searched", "budget", "still")]
    words = {"tried": facts["plans_tried"], "seeds": facts["seeds"], "fresh": facts["fresh_seeds"]}
    answers, names = front_answers(plans, facts, language), [*levers, *PRICES, *OF_MANY_RUNS]
    return _page(found, "front", pictures, language, words, answers, head, rows, names)


def goal_pictures(found: Decision, language: str = "en") -> dict[str, Picture]:
    """Return the picture of a target by name."""
    drawn = goal_picture(
        found.tables["plans"], goal_caption(found.tables["plans"], found.facts, language), language
    )
    return {drawn.name: drawn}


def goal_page(found: Decision, pictures: Mapping[str, Picture], language: str = "en") -> str:
    """Return the page of a target as HTML."""
    plans, facts = found.tables["plans"], found.facts
    outcome = facts["outcome"]
    kind = "share" if outcome.endswith("_share") else "months"
    rows: list[list[Cell]] = []
    for row in plans.to_dict("records"):
        ok = row["reached"]
        fresh = Interval(row["fresh"], row["fresh_low"], row["fresh_high"], 0)
        rows.append(
            [
                (percent(row["coverage_share"], language, 0), ""),
                (f"×{row['desk_factor']:.2f}" if ok else text("goal.not_reached", language), ""),
                (number(row["desk_hours_per_month"], language) if ok else "–", ""),
                (number(row["yuan_per_year"], language) if ok else "–", ""),
                (written(outcome, row["searched"], language), ""),
                (written(outcome, row["fresh"], language), between(fresh, language, kind))
                if ok
                else ("–", ""),
                (percent(row["fresh_met_share"], language, 0) if ok else "–", ""),
            ]
        )
    head = [text(f"goal.head.{name}", language) for name in (
        "coverage", "desks", "hours", "yuan", "searched", "fresh", "met",
    )]  # fmt: skip
    words = {
        "outcome": label(outcome, language),
        "side": text("goal.most" if outcome == "wait_months" else "goal.least", language),
        "value": written(outcome, facts["value"], language),
        "seeds": facts["seeds"],
        "fresh": facts["fresh_seeds"],
    }
    answers, names = goal_answers(plans, facts, language), [*PRICES, *OF_MANY_RUNS]
    return _page(found, "goal", pictures, language, words, answers, head, rows, names)


def _page(
    found: Decision,
    page: str,
    pictures: Mapping[str, Picture],
    language: str,
    words: Mapping[str, Any],
    answers: list[str],
    head: list[str],
    rows: list[list[Cell]],
    names: list[str],
) -> str:
    """Return a page, "front" or "goal": its words by their keys, its table, the numbers it rests on."""
    facts = found.facts
    failed = int(facts["failed"])
    return render(
        "front.html",
        language,
        pictures,
        title=text(f"{page}.title", language),
        kicker=text(f"{page}.kicker", language, world=world_name(str(facts["world"]), language), **words),
        answers=answers,
        chance=text(chance_of(page, facts), language, draws=facts["draws"]),
        picture=page,
        table_text=text(f"{page}.table.text", language),
        head=head,
        rows=rows,
        warnings=[text("map.warn.failed", language, n=failed)] if failed else [],
        parameters=assumption_rows(language, list(dict.fromkeys(names))),
        command=found.command,
        files=text("map.files", language, names=COMMAS[language].join(found.tables)),
        facts=[
            (catalogue(language).get(f"facts.{key}", key), str(value))
            for key, value in facts.items()
            if isinstance(value, str | int) and key != "made"
        ],
    )
