"""What an optimisation found, in sentences: plans that no other beats, or the least means for a target."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from model.declarations import declarations
from model.text import text
from results.measures.catalogue import catalogue
from results.measures.intervals import Interval
from results.parameter_words import setting_words
from results.wording import in_sentence, listing, number, percent, points, span

MONEY = "programme_yuan"


def outcome_label(name: str, language: str = "en") -> str:
    """Return the name of an outcome as pages write it."""
    known = catalogue().measures
    return known[name].label.text(language) if name in known else text(f"goal.name.{name}", language)


def label(name: str, language: str = "en") -> str:
    """Return the name of an outcome within a sentence."""
    return in_sentence(outcome_label(name, language), language)


def written(name: str, value: float, language: str) -> str:
    """Write an outcome: a share as a percentage, others as a number."""
    return percent(value, language) if name.endswith("_share") else number(value, language)


def _difference(name: str, value: float, language: str) -> str:
    """Write a difference of an outcome, of shares in percentage points."""
    return points(value, language).lstrip("+") if name.endswith("_share") else number(value, language)


def with_interval(row: Mapping[str, Any], name: str, language: str) -> str:
    """Write an outcome of a plan with its interval."""
    found = Interval(row[name], row[f"{name}_low"], row[f"{name}_high"], 0)
    return span(found, language, "share" if name.endswith("_share") else "number")


def levers_text(row: Mapping[str, Any], levers: list[str], language: str) -> str:
    """Write the levers of a plan: "desk staff 1.2, part-time posts 0.8"."""
    parts = [
        f"{in_sentence(declarations()[name].label.in_language(language), language)} "
        f"{setting_words(name, row[name], language)}"
        for name in levers
    ]
    return listing(parts, language)


def front_answers(plans: pd.DataFrame, facts: Mapping[str, Any], language: str = "en") -> list[str]:
    """Return the answer: how many plans no other beats, the best of them, how far the search flattered."""
    objectives, budget = facts["objectives"], facts["budget_yuan"]
    limit = text("front.limit", language, yuan=number(budget, language)) if budget else ""
    if plans.empty:
        return [text("front.answer.none", language, n=facts["plans_tried"], limit=limit)]
    first = objectives[0]
    best_is_high = catalogue().measures[first].better == "higher"
    order = plans.sort_values(first, ascending=not best_is_high, kind="stable")
    best = order.iloc[0]
    answers = [
        text(
            "front.answer",
            language,
            n=len(plans),
            tried=facts["plans_tried"],
            limit=limit,
            still=int(plans["still_unbeaten"].sum()),
            names=listing([f"“{label(name, language)}”" for name in objectives], language),
        ),
        text(
            "front.answer.best",
            language,
            outcome=label(first, language),
            value=with_interval(best, first, language),
            levers=levers_text(best, facts["levers"], language),
            kept=text("front.kept", language, share=percent(float(best["within_budget_share"]), language, 0))
            if budget and np.isfinite(best["within_budget_share"])
            else "",
            others=listing(
                [
                    f"{label(name, language)} {with_interval(best, name, language)}"
                    for name in dict.fromkeys([*objectives[1:], MONEY])
                ],
                language,
            ),
        ),
    ]
    sign = 1 if best_is_high else -1
    flattered = float((sign * (plans[f"{first}_searched"] - plans[first])).mean())
    answers.append(
        text(
            f"front.answer.flattered.{'yes' if flattered > 0 else 'no'}",
            language,
            outcome=label(first, language),
            value=_difference(first, abs(flattered), language),
            seeds=facts["fresh_seeds"],
        )
    )
    return answers


def front_caption(plans: pd.DataFrame, facts: Mapping[str, Any], language: str = "en") -> str:
    """Return the sentence under the picture of a front."""
    return text(
        "front.caption", language, n=len(plans), tried=facts["plans_tried"], seeds=facts["fresh_seeds"]
    )


def goal_answers(plans: pd.DataFrame, facts: Mapping[str, Any], language: str = "en") -> list[str]:
    """Return the answer: with what the target is reached, and what of it is cheapest."""
    outcome, value = facts["outcome"], facts["value"]
    words = {
        "outcome": label(outcome, language),
        "value": written(outcome, value, language),
    }
    reached = plans[plans["reached"]]
    if reached.empty:
        best = plans["searched"].max() if value < 1 and outcome != "wait_months" else plans["searched"].min()
        return [text("goal.answer.none", language, **words, best=written(outcome, float(best), language))]
    fewest, least_desks = reached.iloc[0], reached.loc[reached["desk_factor"].idxmin()]
    answers = [
        text(
            "goal.answer.workers",
            language,
            **words,
            coverage=percent(float(fewest["coverage_share"]), language, 0),
            villages=number(round(float(fewest["villages_with_post"])), language),
            desks=f"{fewest['desk_factor']:.2f}",
            more_coverage=percent(float(least_desks["coverage_share"]), language, 0),
            fewer_desks=f"{least_desks['desk_factor']:.2f}",
        )
    ]
    cheap = reached[reached["cheapest"]].iloc[0]
    answers.append(
        text(
            "goal.answer.cheapest",
            language,
            coverage=percent(float(cheap["coverage_share"]), language, 0),
            desks=f"{cheap['desk_factor']:.2f}",
            hours=number(float(cheap["desk_hours_per_month"]), language),
            yuan=number(float(cheap["yuan_per_year"]), language),
        )
    )
    if np.isfinite(cheap["fresh"]):
        found = Interval(cheap["fresh"], cheap["fresh_low"], cheap["fresh_high"], 0)
        kind = "share" if outcome.endswith("_share") else "months"
        answers.append(
            text(
                "goal.answer.fresh",
                language,
                seeds=facts["fresh_seeds"],
                fresh=span(found, language, kind),
                met=round(float(cheap["fresh_met_share"]) * facts["fresh_seeds"]),
            )
        )
    return answers


def goal_caption(plans: pd.DataFrame, facts: Mapping[str, Any], language: str = "en") -> str:
    """Return the sentence under the picture of a target."""
    return text(
        "goal.caption",
        language,
        outcome=label(facts["outcome"], language),
        value=written(facts["outcome"], facts["value"], language),
        n=int(plans["reached"].sum()),
        all=len(plans),
    )
