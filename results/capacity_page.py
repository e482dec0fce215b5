"""The page of the map of worker coverage × referral capacity."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from model.text import catalogue, text
from results.capacity_words import answers, captions, use_rows
from results.figures.capacity import capacity_map, next_yuan_maps
from results.page import render
from results.parameter_rows import OF_MANY_RUNS, assumption_rows
from results.strategy_words import world_name
from results.style import Picture
from results.wording import COMMAS, month_name, percent

PRICES = (
    "pay_part_time_yuan_per_month",
    "pay_dedicated_yuan_per_month",
    "post_opening_yuan",
    "seat_yuan",
    "training_days",
    "supervision_yuan_per_hour",
    "clerk_hour_yuan",
    "space_opening_yuan",
    "space_running_yuan_per_month",
)
"""What 10,000 yuan buy rests on these."""
SPREAD = ("mandate_hazard_per_month", "mandate_delay_months", "county_rollout_months")
"""Of no account where plans are in place at once."""


class About(NamedTuple):
    """What the page says besides the tables: names, months, how it was made."""

    world: str
    start: int
    first: int
    last: int
    facts: Mapping[str, Any]
    command: str


def capacity_pictures(tables: Mapping[str, pd.DataFrame], language: str = "en") -> dict[str, Picture]:
    """Return the pictures of the map by name."""
    plans, uses, words = tables["points"], tables["next_yuan"], captions(tables, language)
    return {
        "map": capacity_map(plans, uses, words["map"], language),
        "next_yuan": next_yuan_maps(plans, uses, words["next_yuan"], language),
    }


def capacity_page(
    tables: Mapping[str, pd.DataFrame], about: About, pictures: Mapping[str, Picture], language: str = "en"
) -> str:
    """Return the page as HTML."""
    plans, seeds = tables["points"], int(about.facts["seeds"])
    months = {name: month_name(getattr(about, name), language) for name in ("start", "first", "last")}
    return render(
        "map.html",
        language,
        pictures,
        title=text("map.title", language),
        kicker=text(
            "map.kicker",
            language,
            world=world_name(about.world, language),
            points=len(plans),
            seeds=seeds,
            **months,
        ),
        answers=answers(tables, language),
        chance=text(chance_of("map", about.facts), language, n=seeds, draws=about.facts["draws"]),
        warnings=warnings_of(plans, about, language),
        uses=use_rows(plans, tables["next_yuan"], language),
        line=line_rows(tables["line"], language),
        parameters=assumption_rows(language, [*PRICES, *(n for n in OF_MANY_RUNS if n not in SPREAD)]),
        command=about.command,
        files=text("map.files", language, names=COMMAS[language].join(tables)),
        facts=[
            (catalogue(language).get(f"facts.{key}", key), str(value))
            for key, value in about.facts.items()
            if isinstance(value, str | int)
        ],
    )


def chance_of(page: str, facts: Mapping[str, Any]) -> str:
    """Return the key of what ranges hold: chance alone, or what is not known as well."""
    return f"{page}.chance.draws" if facts["draws"] else f"{page}.chance"


def warnings_of(plans: pd.DataFrame, about: About, language: str) -> list[str]:
    """Return what a reader must know before using the numbers."""
    failed = int(about.facts["failed"])
    low, high = (f"{end:.2g}" for end in (plans["desk_factor"].min(), plans["desk_factor"].max()))
    return [
        *([text("map.warn.failed", language, n=failed)] if failed else []),
        *(text(f"map.warn.{name}", language) for name in ("cash", "window", "following")),
        text("map.warn.edge", language, low=low, high=high),
    ]


def line_rows(line: pd.DataFrame, language: str) -> list[tuple[str, str, str]]:
    """Return the rows of the table of the line: coverage, desk hours, interval."""
    rows = []
    for row in line.to_dict("records"):
        share = percent(row["coverage_share"], language, 0)
        if row["binds"]:
            rows.append((share, text(f"map.line.all.{row['binds']}", language), ""))
            continue
        ends = ""
        if np.isfinite(row["desk_factor_low"]):
            ends = text(
                "map.between",
                language,
                low=f"{row['desk_factor_low']:.2f}",
                high=f"{row['desk_factor_high']:.2f}",
            )
        rows.append((share, f"{row['desk_factor']:.2f}", ends))
    return rows
