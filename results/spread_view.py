"""A run without children as tables, pictures and a page: posts, workers and money by place, nothing else."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from columns.layout import POST_STATES
from model.calendar import month_text
from model.observation import KINDS
from model.scenario import Scenario
from model.spread_only import SpreadRun
from model.text import text
from model.world import World
from results.figures.places import places
from results.figures.spread import spread
from results.frames import months
from results.measures.ratios import Floats
from results.page import compressed, render
from results.parameter_rows import parameter_rows
from results.strategy_words import strategy_name, world_name
from results.style import Picture
from results.view import Dated, changed_parameters, events_of, years
from results.wording import month_name, number, percent, whole

STAGES = ("none", "pilot", "universal")
REST = "community"
"""In the table of posts by kind, what is of no kind village stands together."""


class SpreadView(NamedTuple):
    """What pictures and the page are made from; tables have the columns of those of a run with children."""

    strategy: str
    counties: pd.DataFrame
    posts: pd.DataFrame
    events: tuple[Dated, ...]
    n_months: int
    parameters: dict[str, Any]
    changed: tuple[str, ...]

    @property
    def dates(self) -> Floats:
        """Ends of the months as years with a fraction, one per month."""
        return years(np.arange(1, self.n_months + 1))


def spread_counties(run: SpreadRun, world: World) -> pd.DataFrame:
    """Return one row per county, as it stands at the end of the last month."""
    rows = run.counties
    return pd.DataFrame(
        {
            "month": len(run.series) - 1,
            "county_code": rows.code,
            "county": world.table["county"].to_numpy(),
            "children": rows.children,
            "villages": rows.n_villages,
            "villages_with_post": rows.n_posts,
            "villages_active": rows.n_active,
            "stage": pd.Categorical.from_codes(rows.stage, list(STAGES)),
            "stage_month": months(rows.stage_month),
        }
    )


def spread_villages(run: SpreadRun, world: World) -> pd.DataFrame:
    """Return one row per village at the end of the last month; ``start_month``: its post was filled first."""
    rows = run.villages
    return pd.DataFrame(
        {
            "village": np.arange(len(rows)),
            "county_code": run.counties.code[rows.county],
            "ordinal": world.village_ordinal,
            "kind": pd.Categorical.from_codes(rows.kind, list(KINDS)),
            "remote": rows.remote == 1,
            "pilot": rows.pilot == 1,
            "poverty_share": rows.poverty,
            "minority_share": rows.minority,
            "post": pd.Categorical.from_codes(rows.post, list(POST_STATES)),
            **{name: months(rows[name]) for name in ("start_month", "hired_month", "trained_month")},
            "dedicated": rows.dedicated == 1,
            "skill": rows.skill,
        }
    )


def spread_view(run: SpreadRun, world: World, scenario: Scenario) -> SpreadView:
    """Return the view of a run without children that staffed its posts."""
    series = {name: run.total(name) for name in ("villages_with_post", "villages_active")}
    rural, n_rural = run.total("villages_with_post_of_kind_village"), int((run.villages.kind == 0).sum())
    n_months = len(run.series)
    kinds = {
        KINDS[0]: (n_rural, rural, np.zeros(n_months, dtype=np.int64)),
        REST: (len(run.villages) - n_rural, series["villages_with_post"] - rural, series["villages_active"]),
    }
    posts = pd.concat(
        pd.DataFrame(
            {
                "month": np.arange(n_months),
                "kind": kind,
                "villages": n,
                "villages_with_post": filled,
                "villages_active": active,
            }
        )
        for kind, (n, filled, active) in kinds.items()
    )
    return SpreadView(
        strategy=scenario.strategy.name,
        counties=spread_counties(run, world),
        posts=posts,
        events=events_of(scenario),
        n_months=n_months,
        parameters=scenario.schedule[-1][1].values(),
        changed=changed_parameters(scenario),
    )


def spread_pictures(view: SpreadView, language: str) -> dict[str, Picture]:
    """Return the pictures by name; the map is left out for invented places."""
    drawn = [spread(view, language), places(view, language)]
    return {picture.name: picture for picture in drawn if picture is not None}


def spread_report(
    view: SpreadView,
    run: SpreadRun,
    scenario: Scenario,
    command: str,
    language: str,
    pictures: Mapping[str, Picture],
    player: str = "",
) -> str:
    """Return the page of a run without children as HTML."""
    name = strategy_name(view.strategy, language)
    filled, active = run.total("villages_with_post"), run.total("villages_active")
    n, cost = len(run.villages), float(run.frame()["cost_yuan"].sum())
    last = month_name(view.n_months - 1, language)
    return render(
        "spread.html",
        language,
        pictures,
        title=text("report.title", language, strategy=name),
        kicker=text(
            "spread.kicker",
            language,
            world=world_name(scenario.world_name, language),
            villages=whole(n),
            counties=whole(len(view.counties)),
            last=last,
            seed=scenario.seed,
        ),
        sentence=scenario.strategy.sentence.in_language(language),
        answers=[
            text("spread.answer.posts", language, last=last, posts=number(float(filled[-1]), language, 4),
                 share=percent(filled[-1] / n, language), active=percent(active[-1] / n, language)),
            text("spread.answer.money", language, cost=number(cost, language), last=last),
        ],
        parameters=parameter_rows(view, language),
        command=command,
        last=last,
        until=month_text(scenario.until),
        player=compressed(player) if player else "",
    )  # fmt: skip
