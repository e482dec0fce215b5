"""The 120 pilot villages as a world of their own, with all other villages as a load at their desks.

Outputs of the pilot are counted in 120 of some 2,070 villages. To simulate the others for every draw would
take ten times as long, and they matter in one way only: they stand in the same queues. Here they are a
declared *background load*: minutes that each desk is expected to be asked for by all other villages of its
township or county without the programme (:func:`model.offices.background_minutes`, with default numbers).
They flow through the same queue as the cases of the pilot villages. Where a month's work fits into the hours
of a desk, all of it is done; where it does not, hours are shared in proportion to what is asked for, as first
come first served does, and what others have to wait for is asked for again next month, less those who give
up. A test compares outputs and queues with those of the whole pilot counties.
"""

import dataclasses
import functools
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.assembly import assemble
from model.codes import DESK_COUNTY, DESK_TOWNSHIP
from model.parameters import default_parameters
from model.scale_up import ScaleUpModel
from model.scenario import Scenario, make_scenario
from model.village_shares import describe_pilot_villages
from model.world import World
from results.measures.ratios import Floats

WHOLE = "pilot_counties"
NAME = "pilot_villages"
BUILT_FROM = (
    "poverty_pilot_share", "hiv_affected_pilot_share",
)  # fmt: skip
"""Uncertain numbers that the places themselves depend on."""


class PilotPlaces(NamedTuple):
    """The places of the pilot villages, and the desks at which they stand in line with others.

    Attributes
    ----------
    world
        Twelve counties with their pilot villages only; numbers of the places are defaults.
    base_minutes
        Minutes a month of every desk of an office, with the staff of the whole township or county.
    others_minutes
        What all other villages ask of it in a month.
    staying_share
        Of the others who have to wait, the share that has not given up a month later.
    """

    world: World
    base_minutes: Floats
    others_minutes: Floats
    staying_share: Floats


@functools.cache
def pilot_places() -> PilotPlaces:
    """Return the pilot villages cut out of their counties, with default numbers, and their desks.

    Others keep waiting from month to month as by equation (42) without a slope.
    """
    whole = assemble(make_scenario(WHOLE), settled=False)
    world, townships = _cut(whole.world)
    state, services = whole.state, whole.tables.services
    n_counties = len(state.counties)
    pilot = state.villages["pilot"] == 1
    rows = np.concatenate([np.arange(n_counties), n_counties + townships])
    desks = (rows[:, None] * len(services) + np.arange(len(services))).ravel()
    others = np.zeros((n_counties + len(state.townships), len(services)))
    for place, owner in (
        (DESK_COUNTY, state.villages["county"]),
        (DESK_TOWNSHIP, n_counties + state.villages["township"]),
    ):
        here = services.desk == place
        for service in np.flatnonzero(here):
            load = whole.background[~pilot, service]
            others[:, service] += np.bincount(owner[~pilot], weights=load, minlength=len(others))
    return PilotPlaces(
        world,
        state.desks["base_minutes"][desks],
        others[rows].ravel(),
        np.tile(np.exp(-1.0 / services.patience_months), len(rows)),
    )


def _cut(whole: World) -> tuple[World, NDArray[np.int64]]:
    """Return the world of the pilot villages, and which townships of the whole are in it."""
    kept = np.flatnonzero(whole.villages["pilot"] == 1)
    rows, township = np.unique(whole.villages["township"][kept], return_inverse=True)
    n = len(whole.counties)
    villages, townships, counties = whole.villages[kept], whole.townships[rows], whole.counties.copy()
    villages["township"] = township
    townships["n_villages"] = np.bincount(township, minlength=len(rows))
    counties["n_villages"], counties["first_village"] = _runs(villages["county"], n)
    counties["n_townships"], counties["first_township"] = _runs(townships["county"], n)
    sectors = whole.sectors.copy()
    of_sector = whole.village_sector[kept]
    sectors["n_villages"], sectors["first_village"] = _runs(of_sector, len(sectors))
    for census in ("children_2010", "children_2020"):
        children = whole.over_villages(whole.sectors[census])[kept]
        sectors[census] = np.bincount(of_sector, weights=children, minlength=len(sectors)).astype(np.int64)
    counties["children"] = sectors["children_2010"].reshape(n, 2).sum(axis=1)
    world = dataclasses.replace(
        whole, name=NAME, counties=counties, townships=townships, villages=villages, sectors=sectors,
        village_ordinal=whole.village_ordinal[kept], township_ordinal=whole.township_ordinal[rows],
        village_size=whole.village_size[kept],
    )  # fmt: skip
    return world, rows


def _runs(owner: NDArray[Any], n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many parts every owner has, and where its parts begin."""
    counted = np.bincount(owner, minlength=n)
    return counted, np.cumsum(counted) - counted


class PilotModel(ScaleUpModel):
    """The model of a scenario in the pilot villages, up to the years in which only they have posts.

    Parameters
    ----------
    scenario : Scenario
        Its own world is not looked at.
    """

    def __init__(self, scenario: Scenario) -> None:
        places = pilot_places()
        super().__init__(scenario.model_copy(update={"world": _with(places.world, scenario)}))
        self._office_minutes, self._others = places.base_minutes, places.others_minutes
        self._staying = places.staying_share
        self._desks = self.state.desks[: len(places.base_minutes)]
        self._desks["base_minutes"] = places.base_minutes
        self._waiting = np.zeros(len(self._desks))
        self.pause_before("staff_posts", "account_costs")

    def before(self, phase: str, month: int) -> None:
        """As in every model; others ask for hours at the desks before the counties, and wait afterwards."""
        super().before(phase, month)
        if phase == "staff_posts":
            self._offer_hours(month)
        elif phase == "account_costs":
            self._count_others()

    def _offer_hours(self, month: int) -> None:
        desks = self._desks
        growth = float(self.tables.desk_growth[month]) * float(self.tables.rules[0].desk_fte_factor)
        self._hours = self._office_minutes * growth
        self._asked = self._others + self._waiting
        own = desks["queue_minutes"] + desks["used"]  # who waits, and as many as came last month
        total = np.maximum(own + self._asked, 1.0)
        self._left = np.maximum(self._hours - self._asked, self._hours * own / total)
        desks["extra_minutes"] = self._left - self._hours

    def _count_others(self) -> None:
        done = np.minimum(self._asked, self._hours - np.minimum(self._desks["used"], self._left))
        self._waiting = (self._asked - done) * self._staying


def _with(world: World, scenario: Scenario) -> World:
    """Return the world with what the draw says of its villages; nothing else is made anew."""
    parameters, defaults = scenario.schedule[0][1], default_parameters()
    if all(getattr(parameters, name) == getattr(defaults, name) for name in BUILT_FROM):
        return world
    made = dataclasses.replace(world, villages=world.villages.copy())
    describe_pilot_villages(made, parameters)
    return made
