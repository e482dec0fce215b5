"""The map of worker coverage × referral capacity in sentences: where the bottleneck moves, what to buy next.

Everything is computed from the tables of the map; nothing is said that its intervals do not carry.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from model.text import text
from results.measures.intervals import Interval
from results.wording import listing, number, percent, points

VALUE = "need_months_per_10000_yuan"
KEYS = ["coverage_share", "desk_factor"]
OUTCOME = "effective_coverage_share"


def answers(tables: Mapping[str, pd.DataFrame], language: str = "en") -> list[str]:
    """Return the answer: where the bottleneck moves, what workers bring, where further money does most."""
    plans, uses, line = (tables[name] for name in ("points", "next_yuan", "line"))
    return [
        line_sentence(plans, line, language),
        together_sentence(plans, language),
        cost_sentence(plans, language),
        *use_sentences(plans, uses, language),
    ]


def line_sentence(plans: pd.DataFrame, line: pd.DataFrame, language: str) -> str:
    """Say at how many desk hours the bottleneck moves, with a post in every village and with none."""
    ends = {"every": line.iloc[-1], "none": line.iloc[0]}
    parts = [_moves(end, row, language) for end, row in ends.items()]
    today = nearest(plans, 1.0, 1.0)
    return text(
        "map.answer.line",
        language,
        every=parts[0],
        none=parts[1],
        share=percent(float(today["desk_binds_share"]), language, 0),
        desks=times(float(today["desk_factor"]), language),
    )


def _moves(end: str, row: pd.Series, language: str) -> str:
    if row["binds"]:
        return text(f"map.line.{end}.{row['binds']}", language)
    found = Interval(row["desk_factor"], row["desk_factor_low"], row["desk_factor_high"], 0)
    ends = ""
    if np.isfinite(found.low) and f"{found.low:.2f}" != f"{found.high:.2f}":
        ends = text("map.line.range", language, low=f"{found.low:.2f}", high=f"{found.high:.2f}")
    return text(f"map.line.{end}.moves", language, desks=f"{found.estimate:.2f}", range=ends)


def together_sentence(plans: pd.DataFrame, language: str) -> str:
    """Say what posts in every village bring with the fewest and with the most desk hours."""
    few, many = plans["desk_factor"].min(), plans["desk_factor"].max()
    gains = [
        float(nearest(plans, 1.0, desks)[OUTCOME] - nearest(plans, 0.0, desks)[OUTCOME])
        for desks in (few, many)
    ]
    return text(
        "map.answer.together" if gains[1] > max(gains[0], 0.0) else "map.answer.apart",
        language,
        lowest=percent(float(plans[OUTCOME].min()), language),
        highest=percent(float(plans[OUTCOME].max()), language),
        few=times(few, language),
        many=times(many, language),
        gain_few=points(gains[0], language),
        gain_many=points(gains[1], language),
    )


def cost_sentence(plans: pd.DataFrame, language: str) -> str:
    """Say what a year costs with posts everywhere, with most desk hours, and with both."""
    many = plans["desk_factor"].max()
    today = nearest(plans, 1.0, 1.0)
    cost = {
        "posts": today,
        "desks": nearest(plans, 0.0, many),
        "both": nearest(plans, 1.0, many),
    }
    yuan = {name: number(float(plan["programme_yuan_per_year"]), language) for name, plan in cost.items()}
    return text(
        "map.answer.cost",
        language,
        **yuan,
        today=times(float(today["desk_factor"]), language),
        many=times(many, language),
    )


def use_sentences(plans: pd.DataFrame, uses: pd.DataFrame, language: str) -> list[str]:
    """Say what further money does most as, for plans where the desk binds and where finding does."""
    sentences = []
    for step in ("served", "found"):
        there = plans[plans["binding_step"] == step]
        if there.empty:
            continue
        counts = there["best_use"].value_counts()
        counts = counts[counts.index != "none"]
        if counts.empty:
            sentences.append(text(f"map.answer.none.{step}", language, n=len(there)))
            continue
        parts = []
        for use, n in counts.items():
            mine = there[there["best_use"] == use].merge(uses[uses["use"] == use], on=KEYS)
            values = mine[VALUE]
            low, high = (number(float(end), language, 2) for end in (values.min(), values.max()))
            code = "map.use.one" if low == high else "map.use.many"
            name = text(f"use.{use}.in_sentence", language)
            parts.append(text(code, language, use=name, n=int(n), low=low, high=high))
        clear = int(there["best_use_clear"].sum())
        sentences.append(
            text(f"map.answer.use.{step}", language, n=len(there), uses=listing(parts, language), clear=clear)
        )
    return sentences


def captions(tables: Mapping[str, pd.DataFrame], language: str = "en") -> dict[str, str]:
    """Return the sentences under the two pictures."""
    plans, uses, line = (tables[name] for name in ("points", "next_yuan", "line"))
    last = line.iloc[-1]
    moves = (
        text("map.caption.line", language, desks=f"{last['desk_factor']:.2f}") if not last["binds"] else ""
    )
    top = uses.loc[uses[VALUE].idxmax()] if uses[VALUE].notna().any() else None
    best = "" if top is None else text(
        "map.caption.next.most",
        language,
        use=text(f"use.{top['use']}.in_sentence", language),
        value=number(float(top[VALUE]), language, 2),
        coverage=percent(float(top["coverage_share"]), language, 0),
        desks=times(float(top["desk_factor"]), language),
    )  # fmt: skip
    return {
        "map": text(
            "map.caption.map",
            language,
            lowest=percent(float(plans[OUTCOME].min()), language, 0),
            highest=percent(float(plans[OUTCOME].max()), language, 0),
            moves=moves,
        ),
        "next_yuan": text("map.caption.next", language, best=best),
    }


def use_rows(plans: pd.DataFrame, uses: pd.DataFrame, language: str) -> dict[str, Any]:
    """Return the table of the page: what 10,000 yuan bring in every use at some plans with today's desks."""
    coverage = np.unique(plans["coverage_share"])
    chosen = [
        nearest(plans, share, 1.0) for share in (coverage[0], coverage[len(coverage) // 2], coverage[-1])
    ]
    head = [percent(float(row["coverage_share"]), language, 0) for row in chosen]
    rows = []
    for use in uses["use"].drop_duplicates():
        mine = uses[uses["use"] == use].set_index(KEYS)
        cells = []
        for plan in chosen:
            row = mine.loc[(plan["coverage_share"], plan["desk_factor"])]
            cells.append(_cell(row, language))
        of_steps = mine[mine["step_yuan"] > 0]
        one_off = float(of_steps["one_off_share"].mean()) if len(of_steps) else 0.0
        step = number(float(of_steps["step_yuan"].mean()), language, 2) if len(of_steps) else "–"
        rows.append(
            {
                "label": text(f"use.{use}", language),
                "what": text(f"use.{use}.what", language),
                "cells": cells,
                "step": step,
                "one_off": percent(one_off, language, 0),
            }
        )
    return {"head": head, "rows": rows, "desks": times(float(chosen[0]["desk_factor"]), language)}


def _cell(row: pd.Series, language: str) -> tuple[str, str]:
    if not np.isfinite(row[VALUE]):
        return "–", ""
    ends = ""
    if np.isfinite(row[f"{VALUE}_low"]):
        low, high = (number(float(row[f"{VALUE}_{end}"]), language, 2) for end in ("low", "high"))
        ends = text("map.between", language, low=low, high=high)
    return number(float(row[VALUE]), language, 2), ends


def nearest(plans: pd.DataFrame, coverage: float, desks: float) -> pd.Series:
    """Return the plan of the grid that is nearest, desk hours compared by their ratio."""
    away = (plans["coverage_share"] - coverage).abs() + np.log(plans["desk_factor"] / desks).abs()
    found: pd.Series = plans.loc[away.idxmin()]
    return found


def times(factor: float, language: str = "en") -> str:
    """Write desk hours as a multiple of those of 2010: "×0.5"; in Chinese "0.5倍"."""
    return f"{factor:.2g}倍" if language == "zh" else f"×{factor:.2g}"
