"""Children whose course tells something, chosen by rule from two runs of one seed.

Every story is a condition on the spells of the run with the worker and of the run without it. Among the
children who fulfil it the one with the clearest contrast is taken, so the same runs always tell of the same
child.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from model.calendar import month_of_year, year_of
from model.problems import InputError, Problem, nearest
from model.scale_up import ScaleUpModel
from model.scenario import Scenario
from results.life_line import Place, Step, life_line, months_unmet, place_of
from results.place_names import english_names
from results.spell_table import spells

WITHOUT = "no_programme"
"""The strategy of the world without the worker."""
NEVER = 10_000
"""Months that stand for never."""
PAPERS = ("birth_certificate", "hukou")
ALLOWANCES = ("subsistence_allowance", "disability_subsidy", "orphan_allowance")
LONG_WAIT_MONTHS = 6
CLEAR_CONTRAST_MONTHS = 12


class Life(NamedTuple):
    """One child in two worlds of the same seed.

    Attributes
    ----------
    child, id : Place, str
        Where it lives and when it was born; its id in every run of the seed.
    about : dict
        Traits at any need, village and township numbers, county code, month of birth.
    with_worker, without : list of Step
        What happened to its needs.
    """

    child: Place
    id: str
    about: dict[str, Any]
    with_worker: list[Step]
    without: list[Step]
    unmet_with: int
    unmet_without: int


class Pair(NamedTuple):
    """Two runs of one seed and the spells of both."""

    with_worker: ScaleUpModel
    without: ScaleUpModel
    spells_with: pd.DataFrame
    spells_without: pd.DataFrame


def run_pair(scenario: Scenario, reference: Scenario) -> Pair:
    """Run a scenario and the world without the worker, and keep every change of state."""
    models = [ScaleUpModel(each, log_events=True).run() for each in (scenario, reference)]
    return Pair(*models, *(spells(model) for model in models))


def served_in(table: pd.DataFrame, services: tuple[str, ...]) -> pd.DataFrame:
    """Return per child in need of some services: month of the first that was served, and if with help."""
    chosen = table[table["service"].isin(services)]
    month = chosen["served_month"].where(chosen["served_month"] >= 0, NEVER)
    return chosen.assign(served=month).groupby("child").agg(
        served=("served", "min"), helped=("helped", "any")
    )  # fmt: skip


def _gain(pair: Pair, services: tuple[str, ...]) -> pd.DataFrame:
    """Return children in need of some services in both runs, with the months by which help came sooner."""
    both = served_in(pair.spells_with, services).join(
        served_in(pair.spells_without, services).add_suffix("_without"), how="inner"
    )
    both["gain"] = both["served_without"] - both["served"]
    return both


def _trait(pair: Pair, *names: str) -> pd.Index:
    """Return the children who had all of some traits at a need."""
    table = pair.spells_with
    chosen = table[table[list(names)].all(axis=1)]
    return pd.Index(chosen["child"].unique())


def _left_behind_no_papers(pair: Pair) -> pd.Series:
    gain = _gain(pair, PAPERS)
    gain = gain[gain["helped"] & (gain["gain"] >= CLEAR_CONTRAST_MONTHS)]
    then = served_in(pair.spells_with, ALLOWANCES)
    opened = gain.index.isin(then.index[then["served"] < NEVER])
    return (gain["gain"].clip(upper=NEVER) + NEVER * opened)[gain.index.isin(_trait(pair, "left_behind"))]


def _disabled_subsidy(pair: Pair) -> pd.Series:
    gain = _gain(pair, ("disability_subsidy",))
    return gain["gain"][gain["helped"] & (gain["gain"] >= CLEAR_CONTRAST_MONTHS)]


def _found_and_waiting(pair: Pair) -> pd.Series:
    table = pair.spells_with
    late = table["served_month"].where(table["served_month"] >= 0, table["gave_up_month"])
    wait = late - table["first_filed_month"]
    once = table["helped"] & (table["attempts"] == 1) & (table["found_month"] >= 0)
    chosen = once & (late >= 0) & (wait >= LONG_WAIT_MONTHS)
    return wait[chosen].groupby(table["child"]).max()


def _pushed_back(pair: Pair) -> pd.Series:
    alone = pair.spells_with.groupby("child")["helped"].any()
    services = tuple(pair.spells_with["service"].cat.categories)
    losses = []
    for service in services:
        gain = _gain(pair, (service,))
        loss = -gain["gain"][(gain["gain"] <= -3) & (gain["served"] < NEVER)]
        losses.append(loss[~loss.index.isin(alone.index[alone])])
    return pd.concat(losses).groupby(level=0).max()


def _nobody_came(pair: Pair) -> pd.Series:
    table = pair.spells_with
    quiet = (table["covered_month"] < 0) & (table["first_filed_month"] < 0) & (table["opened_month"] >= 0)
    over = table["ended_month"].where(table["ended_month"] >= 0, pair.with_worker.months_done)
    return (over - table["opened_month"])[quiet].groupby(table["child"]).max()


STORIES: dict[str, Callable[[Pair], pd.Series]] = {
    "left_behind_no_papers": _left_behind_no_papers,
    "disabled_subsidy": _disabled_subsidy,
    "found_and_waiting": _found_and_waiting,
    "pushed_back": _pushed_back,
    "nobody_came": _nobody_came,
}
"""Stories by name: a score per child that fulfils the condition, the highest tells it best."""


def tell(pair: Pair, story: str, rank: int = 0) -> Life:
    """Return the child that tells a story best, or the next best ones by rank; after the last the first.

    Raises
    ------
    InputError
        If the story is not known, or no child of these runs has it.
    """
    if story not in STORIES:
        values = {"name": story, "choices": ", ".join(STORIES), "nearest": nearest(story, STORIES)}
        raise InputError([Problem("story.unknown", values)])
    scores = STORIES[story](pair).sort_index()
    if scores.empty:
        raise InputError([Problem("story.none", {"name": story})])
    order = scores.sort_values(ascending=False, kind="stable").index
    return life_of(pair, place_of(int(order[rank % len(order)])))


def child_by_id(pair: Pair, identity: str) -> Life:
    """Return the child with an id, if it ever was in need in the run with the worker.

    Raises
    ------
    InputError
        If no child with a need has it.
    """
    for number in pair.spells_with["child"].unique():
        place = place_of(int(number))
        if id_of(pair.with_worker, place) == identity:
            return life_of(pair, place)
    raise InputError([Problem("story.no_child", {"id": identity})])


def id_of(model: ScaleUpModel, child: Place) -> str:
    """Return the id of a child, the same in every run of a seed."""
    return format(int(model.child_keys(np.array([child.slot]), np.array([child.birth_month]))[0]), "016x")


def life_of(pair: Pair, child: Place) -> Life:
    """Return what happened to a child in both runs."""
    model, table = pair.with_worker, pair.spells_with
    rows = table[table["child"] == child.number]
    until = model.months_done - 1
    with_worker, without = (life_line(each, child) for each in (model, pair.without))
    return Life(
        child,
        id_of(model, child),
        about(model, child, rows),
        with_worker,
        without,
        months_unmet(with_worker, until),
        months_unmet(without, until),
    )


TRAITS = ("left_behind", "disabled", "unattended", "poor", "minority", "hiv_affected", "migrant", "remote")


def about(model: ScaleUpModel, child: Place, rows: pd.DataFrame) -> dict[str, object]:
    """Return what is known of a child: where it lives, when it was born, its traits at any of its needs."""
    state = model.state
    village = int(state.villages["first_slot"].searchsorted(child.slot, side="right")) - 1
    county = int(state.villages["county"][village])
    return {
        "village": village - int(state.counties["first_village"][county]) + 1,
        "township": int(state.villages["township"][village] - state.counties["first_township"][county]) + 1,
        "county": str(model.world.table.county.iloc[county]),
        "county_en": english_names([int(state.counties["code"][county])])[0],
        "born": f"{year_of(child.birth_month)}-{month_of_year(child.birth_month):02d}",
        "birth_month": int(child.birth_month),
        "traits": [name for name in TRAITS if bool(rows[name].any())],
    }
