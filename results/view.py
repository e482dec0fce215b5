"""What pictures and pages are made from: the tables of one run with the words that belong to them.

The same view is taken from a model that has just run and from the files of a run, so a report can be made
anew at any time.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.calendar import NEVER, START_MONTH_OF_YEAR, START_YEAR
from model.declarations import Value
from model.observation import STRATA
from model.own.filling import filled_notes
from model.parameters import default_parameters
from model.scale_up import ScaleUpModel
from model.scenario import Scenario
from model.services import default_services
from model.text import LANGUAGES, text
from results import frames
from results.measures.cascade import nested_counts
from results.measures.ratios import Floats
from results.run_measures import run_measures
from results.series import ALL, Cube, count_cube
from results.sums import Sums, sums_in

COHORT_STEPS = ("opened", "covered", "found", "filed", "served_in_time")
"""Steps of the cascade that totals know; whether a service is kept needs spells."""
MONTHS_PER_YEAR = 12
TABLES = ("series", "counties", "posts", "desks", "money", "quantities", "utilisation", "measures")
"""Files of a run that a view is read from."""


class Dated(NamedTuple):
    """A dated decision, for time lines."""

    id: str
    month: int
    name: dict[str, str]
    is_programme: bool


class PostsView(Protocol):
    """What pictures of posts and places need of a run, with children or without."""

    @property
    def counties(self) -> pd.DataFrame:
        """Counties by month."""

    @property
    def posts(self) -> pd.DataFrame:
        """Posts by month and kind of unit."""

    @property
    def events(self) -> tuple[Dated, ...]:
        """Dated decisions."""

    @property
    def n_months(self) -> int:
        """Months of the run."""

    @property
    def dates(self) -> Floats:
        """Ends of the months as years with a fraction, one per month."""


class ParametersView(Protocol):
    """What tables of parameters need of a run."""

    @property
    def parameters(self) -> dict[str, Value]:
        """Those in force at the end."""

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of those that differ from their default at some time."""


class RunView(NamedTuple):
    """One run as tables; ``services`` holds names and labels, in the order of the columns."""

    world: str
    strategy: str
    sentence: dict[str, str]
    seed: int
    cube: Cube
    counties: pd.DataFrame
    posts: pd.DataFrame
    desks: pd.DataFrame
    money: pd.DataFrame
    quantities: pd.DataFrame
    utilisation: pd.DataFrame
    measures: pd.DataFrame
    services: dict[str, dict[str, str]]
    offices: dict[str, str]
    events: tuple[Dated, ...]
    cohort: tuple[int, int]
    parameters: dict[str, Value]
    changed: tuple[str, ...]
    """Parameters in force at the end, and those that differ from the default at some time."""
    filled: dict[str, tuple[str, ...]]
    """Sentences on values of a user's own places that were not given, by language."""
    shortages: dict[str, tuple[str, ...]]
    """Sentences on what the plan asks for and cannot have, by language."""

    @property
    def n_months(self) -> int:
        """Months of the run."""
        return len(self.cube.months)

    @property
    def dates(self) -> Floats:
        """Ends of the months as years with a fraction, for the axis of time."""
        return years(np.arange(1, self.n_months + 1))

    def service_names(self) -> tuple[str, ...]:
        """Names of the services."""
        return tuple(self.services)

    @property
    def sums(self) -> Sums:
        """What outcomes are made of."""
        return sums_in(self.cube, self.posts, self.money)

    def cascade(self, service: str = ALL, stratum: str = ALL) -> Floats:
        """Return how many needs of the cohort reached each of `COHORT_STEPS` or a later one (steps,)."""
        totals = [self.cube.of(f"cohort_{step}", stratum, service).sum() for step in COHORT_STEPS]
        return nested_counts(totals)


def cascades(cube: Cube, stratum: str = ALL) -> Floats:
    """Return how many needs of the cohort reached each step, by service; shape (services, `COHORT_STEPS`)."""
    totals = [cube.late(f"cohort_{step}", stratum, len(cube.months)) for step in COHORT_STEPS]
    return nested_counts(np.stack(totals, axis=-1))


def years(months: NDArray | float) -> Floats:
    """Return the beginning of months as years with a fraction, one per month: 0 (May 2010) is 2010.33."""
    return START_YEAR + (np.asarray(months) + START_MONTH_OF_YEAR - 1) / MONTHS_PER_YEAR


def view_of(model: ScaleUpModel, shortages: Mapping[str, Sequence[str]] | None = None) -> RunView:
    """Return the view of a model that has run; ``shortages`` by language, where its plan was weighed."""
    scenario, cube = model.scenario, count_cube(model)
    rows = scenario.services.rows
    return RunView(
        world=scenario.world_name,
        strategy=scenario.strategy.name,
        sentence=dict(scenario.strategy.sentence),
        seed=scenario.seed,
        cube=cube,
        counties=frames.counties(model),
        posts=frames.posts(model),
        desks=frames.desks(model),
        money=frames.money(model),
        quantities=frames.quantities(model),
        utilisation=frames.utilisation(model),
        measures=run_measures(model, cube),
        services={row.name: dict(row.label) for row in rows},
        offices={row.name: row.office for row in rows},
        events=events_of(scenario),
        cohort=cohort_of(scenario),
        parameters=scenario.schedule[-1][1].values(),
        changed=changed_parameters(scenario),
        filled={language: tuple(filled_notes(model.world.given, language)) for language in LANGUAGES},
        shortages={language: tuple(told) for language, told in (shortages or {}).items()},
    )


def events_of(scenario: Scenario) -> tuple[Dated, ...]:
    """Return the dated decisions of a scenario by month, the mandate among them."""
    programme = {event.id for event in scenario.strategy.events}
    dated = [
        Dated(event.id, event.month, dict(event.name), event.id in programme) for event in scenario.events()
    ]
    mandate = scenario.schedule[0][1].mandate_month
    if NEVER < mandate <= scenario.until:
        names = {language: text("figure.event.mandate", language) for language in LANGUAGES}
        dated.append(Dated("mandate", mandate, names, is_programme=True))
    return tuple(sorted(dated, key=lambda event: event.month))


def changed_parameters(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of parameters that differ from their default in any month, in the order declared."""
    default = default_parameters().values()
    in_force = [parameters.values() for _, parameters in scenario.schedule]
    return tuple(name for name in default if any(values[name] != default[name] for values in in_force))


def cohort_of(scenario: Scenario) -> tuple[int, int]:
    """Return the first and the last month in which needs of the cohort arose."""
    start = scenario.schedule[0][1]
    last = min(int(start.cohort_end_month) - 1, scenario.until)
    return int(start.cohort_start_month), last


def read_view(folder: Path) -> RunView:
    """Return the view of a run from its folder, as ``run.py simulate`` wrote it.

    Raises
    ------
    FileNotFoundError
        If the folder lacks one of the files.
    """
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    asked = about["scenario"]
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    cube = cube_of(tables["series"])
    default = default_parameters().values()
    schedule = [default | entry["values"] for entry in about["parameters"]]
    parameters = schedule[-1]
    changed = {name for values in schedule for name in default if values[name] != default[name]}
    rows = {row.name: row for row in default_services().rows}
    known = [name for name in cube.services if name != ALL]
    return RunView(
        world=asked["world"],
        strategy=asked["strategy"],
        sentence=about["sentence"],
        seed=asked["seed"],
        cube=cube,
        counties=tables["counties"],
        posts=tables["posts"],
        desks=tables["desks"],
        money=tables["money"],
        quantities=tables["quantities"],
        utilisation=tables["utilisation"],
        measures=tables["measures"],
        services={name: dict(rows[name].label) if name in rows else _same(name) for name in known},
        offices={name: rows[name].office if name in rows else "" for name in known},
        events=tuple(Dated(**event) for event in about["events"]),
        cohort=(
            int(parameters["cohort_start_month"]),
            min(int(parameters["cohort_end_month"]), len(cube.months)) - 1,
        ),
        parameters={name: parameters[name] for name in default},
        changed=tuple(name for name in default if name in changed),
        filled={language: tuple(notes) for language, notes in about["filled"].items()},
        shortages={language: tuple(told) for language, told in about.get("shortages", {}).items()},
    )


def cube_of(series: pd.DataFrame) -> Cube:
    """Return the counts of a ``series.parquet``; its rows are sorted and complete."""
    counts = series[series["denominator"].isna()]
    months, strata, services, measures = (
        tuple(counts[name].drop_duplicates()) for name in ("month", "stratum", "service", "measure")
    )
    shape = (len(months), len(strata), len(services), len(measures))
    values = counts["numerator"].to_numpy(np.int64).reshape(shape)
    tally = values[:, [stratum in STRATA for stratum in strata], 1:]
    weights = np.repeat(np.eye(len(measures), dtype=np.int64)[:, np.newaxis], len(services) - 1, axis=1)
    return Cube(tally, weights, np.array(months), strata, services, measures)


def _same(name: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, name)
