"""What a run leaves, as tables: pure functions from a model to data frames.

Each takes a :class:`model.scale_up.ScaleUpModel` that has run for at least a month. Months are numbers from 0
(2010-05) with the date beside them; money is in yuan; every share keeps its numerator and denominator. The
long table of counts is in :mod:`results.series`, spells are in :mod:`results.spell_table`.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from columns.layout import CHILD_PRESENT, NO_MONTH, POST_STATES
from model.calendar import year_of
from model.codes import MINUTES_PER_HOUR, OFFICES
from model.counties import load_provinces
from model.money import COUNTERS, FEN_PER_YUAN
from model.observation import COUNTY_MEASURES, KINDS, POSTS
from model.offices import utilisation as background_utilisation
from model.scale_up import ScaleUpModel
from results.cascade_table import by_county_and_month, unknown_by_county_and_month
from results.series import month_columns, series, service_names
from results.spell_table import spells
from results.sums import money_by_year

__all__ = [
    "counties",
    "desks",
    "money",
    "posts",
    "provinces",
    "quantities",
    "series",
    "spells",
    "spread",
    "utilisation",
    "villages",
]

STAGES = ("none", "pilot", "universal")
COUNTY_COLUMNS = {
    "children": "children",
    "unmet": "unmet_child_months",
    "unfiled_known": "unmet_child_months_gathering",
    "waiting": "unmet_child_months_waiting",
    "gave_up": "unmet_child_months_gave_up",
    "opened": "spells_opened",
    "found": "spells_found",
    "filed": "spells_filed",
    "served": "spells_served",
    "served_within_limit": "spells_served_in_time",
    "posts_filled": "villages_with_post",
    "villages_active": "villages_active",
}
"""County counts of a run by the names of the catalogue."""
POST_COLUMNS = {
    "posts_opened": "posts_opened",
    "posts_filled": "villages_with_post",
    "villages_active": "villages_active",
    "villages_with_space": "villages_with_space",
    "worker_hours": "worker_hours",
    "visits": "visits",
}
DESK_COLUMNS = ("desk_minutes_per_month", "desk_minutes_used", "cases_waiting", "queue_minutes")
TRUST_UNIT = 65_535
"""Trust is kept as a whole number of these parts."""


def counties(model: ScaleUpModel, spells: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return one row per month and county: children, needs, posts, stage, cost; sums over services.

    With the table of all ``spells`` each row also has the cascade of the needs that arose in that county and
    month, and the step that binds; without it these columns are missing values.
    """
    months, table = model.months_done, model.world.table
    counted = model.observed.counties[:months]
    n = counted.shape[1]
    columns = {
        name: counted[:, :, COUNTY_MEASURES.index(key)].ravel() for key, name in COUNTY_COLUMNS.items()
    }
    stage = counted[:, :, COUNTY_MEASURES.index("stage")].ravel()
    if spells is None:
        steps = unknown_by_county_and_month(months * n)
    else:
        steps = by_county_and_month(spells, model.state.counties["code"], months)
    return pd.DataFrame(
        {
            **month_columns(np.repeat(np.arange(months), n)),
            **{
                name: np.tile(table[name].to_numpy(), months)
                for name in ("county_code", "county", "province_code", "province")
            },
            "villages": np.tile(model.state.counties["n_villages"].astype(np.int64), months),
            **columns,
            "stage": pd.Categorical.from_codes(stage, list(STAGES)),
            "cost_yuan": counted[:, :, COUNTY_MEASURES.index("cost_fen")].ravel() / FEN_PER_YUAN,
            **steps,
        }
    )


def villages(model: ScaleUpModel) -> pd.DataFrame:
    """Return one row per village, as it stands at the end of the last month.

    ``village`` is its number in the run; ``county_code`` and ``ordinal`` name it in any world. Months of a
    post (``start_month`` first filled, ``hired_month`` and ``trained_month`` of the present worker,
    ``space_month``) are missing where there was none.
    """
    rows, world = model.state.villages, model.world
    present = (model.state.traits & CHILD_PRESENT) != 0
    owner = np.repeat(np.arange(len(rows)), rows["n_slots"])
    order = np.empty(len(rows), dtype=np.int64)
    order[model.rank] = np.arange(len(rows))
    return pd.DataFrame(
        {
            "village": np.arange(len(rows)),
            "county_code": model.state.counties["code"][rows["county"]],
            "ordinal": world.village_ordinal,
            "name": list(world.village_names) or [""] * len(rows),
            "township": rows["township"],
            "kind": pd.Categorical.from_codes(rows["kind"], list(KINDS)),
            "remote": rows["remote"] == 1,
            "pilot": rows["pilot"] == 1,
            "hours_to_township": rows["hours_to_township"],
            "hours_to_county": rows["hours_to_county"],
            **{
                f"{name}_share": rows[name] for name in ("poverty", "minority", "left_behind", "hiv_affected")
            },
            "migrant_share": rows["migrant"],
            "households": rows["n_households"],
            "children": np.bincount(owner, weights=present, minlength=len(rows)).astype(np.int64),
            "order": order - model.state.counties["first_village"][rows["county"]],
            "post": pd.Categorical.from_codes(rows["post"], list(POST_STATES)),
            **{
                name: months(rows[name])
                for name in ("start_month", "hired_month", "trained_month", "space_month")
            },
            "dedicated": rows["dedicated"] == 1,
            "local": rows["local"] == 1,
            "skill": rows["skill"],
            "motivation": rows["motivation"],
            "supervision": rows["supervision"],
            "worker_hours": rows["worker_minutes"] / MINUTES_PER_HOUR,
            "visits": rows["visits"],
            "open_cases": rows["open_cases"],
            "households_listed": rows["listed"],
            "trust": rows["trust_sum"] / (TRUST_UNIT * np.maximum(rows["n_households"], 1)),
        }
    )


def posts(model: ScaleUpModel) -> pd.DataFrame:
    """Return month × kind of unit: posts opened so far, filled and active, spaces, hours and visits."""
    counted = model.observed.posts[: model.months_done]
    n_villages = np.bincount(model.state.villages["kind"], minlength=len(KINDS))
    return pd.DataFrame(
        {
            **month_columns(np.repeat(np.arange(len(counted)), len(KINDS))),
            "kind": pd.Categorical.from_codes(np.tile(np.arange(len(KINDS)), len(counted)), list(KINDS)),
            "villages": np.tile(n_villages, len(counted)),
            **{name: counted[:, :, POSTS.index(key)].ravel() for key, name in POST_COLUMNS.items()},
        }
    )


def provinces(model: ScaleUpModel) -> pd.DataFrame:
    """Return month × province of the world: villages, posts filled, trained workers, posts opened so far."""
    counted, table = model.observed.provinces[: model.months_done], load_provinces()
    n_villages = np.bincount(
        model.state.counties["province"], model.state.counties["n_villages"], len(table)
    ).astype(np.int64)
    here = np.flatnonzero(n_villages)
    return pd.DataFrame(
        {
            **month_columns(np.repeat(np.arange(len(counted)), len(here))),
            "province_code": np.tile(table.province_code.to_numpy()[here], len(counted)),
            "province": np.tile(table.province.to_numpy()[here], len(counted)),
            "villages": np.tile(n_villages[here], len(counted)),
            **{
                name: counted[:, here, column].ravel()
                for column, name in enumerate(("villages_with_post", "villages_active", "posts_opened"))
            },
        }
    )


def spread(model: ScaleUpModel) -> pd.DataFrame:
    """Return month by month: children, counties by stage, training seats offered and used."""
    observed, months = model.observed, model.months_done
    return pd.DataFrame(
        {
            **month_columns(np.arange(months)),
            "children": observed.children[:months],
            **{f"counties_{stage}": observed.stages[:months, s] for s, stage in enumerate(STAGES)},
            "seats_offered": observed.seats[:months, 0],
            "seats_used": observed.seats[:months, 1],
        }
    )


def money(model: ScaleUpModel) -> pd.DataFrame:
    """Return yuan by calendar year: by category, by payer, and the financing gap.

    Columns: ``year``, ``part`` ("category", "payer", "gap" or "available"), ``item`` and ``yuan``. Categories
    and payers each add up to the whole; the gap is what was wanted and had no money; available is what users
    said of their own places, by payer.
    """
    rows = [
        (int(year), part, item, float(yuan))
        for part, item, years, amounts in money_by_year(model)
        for year, yuan in zip(years, amounts, strict=True)
    ]
    return pd.DataFrame(rows, columns=["year", "part", "item", "yuan"]).sort_values(
        "year", kind="stable", ignore_index=True
    )


def quantities(model: ScaleUpModel) -> pd.DataFrame:
    """Return what the money was paid for, by calendar year: columns ``year``, ``item`` and ``quantity``.

    Items are those of :data:`model.money.COUNTERS`; ``case_fen`` and ``trips`` included as they are counted.
    """
    months = model.months_done
    years = np.array([year_of(month) for month in range(months)])
    distinct = np.unique(years)
    counted = np.stack([model.observed.counters[:months][years == year].sum(axis=0) for year in distinct])
    return pd.DataFrame(
        {
            "year": np.repeat(distinct, len(COUNTERS)),
            "item": np.tile(COUNTERS, len(distinct)),
            "quantity": counted.ravel(),
        }
    )


def desks(model: ScaleUpModel) -> pd.DataFrame:
    """Return month × service over all desks of offices: minutes offered and used, cases waiting."""
    counted = model.observed.desks[: model.months_done]
    names = service_names(model)
    codes = np.tile(np.arange(len(names)), len(counted))
    return pd.DataFrame(
        {
            **month_columns(np.repeat(np.arange(len(counted)), len(names))),
            "service": pd.Categorical.from_codes(codes, list(names)),
            **{name: counted[:, :, column].ravel() for column, name in enumerate(DESK_COLUMNS)},
        }
    )


def utilisation(model: ScaleUpModel) -> pd.DataFrame:
    """Return county × office: share of staff minutes that is asked for without the programme.

    Only offices of the county and its townships; minutes are those of the start.
    """
    state = model.state
    shares = background_utilisation(
        state.counties, state.townships, state.villages, model.background, state.desks, model.tables.services
    )
    codes = np.tile(np.arange(len(OFFICES)), len(shares))
    table = pd.DataFrame(
        {
            "county_code": np.repeat(state.counties["code"], len(OFFICES)),
            "county": np.repeat(model.world.table["county"].to_numpy(), len(OFFICES)),
            "office": pd.Categorical.from_codes(codes, list(OFFICES)),
            "utilisation": shares.ravel(),
        }
    )
    return table.dropna(ignore_index=True)


def months(column: NDArray[np.integer]) -> pd.arrays.IntegerArray:
    """Return months with missing values where nothing happened."""
    return pd.arrays.IntegerArray(column.astype(np.int16), column == NO_MONTH)
