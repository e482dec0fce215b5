"""A run as the page sees it: an opening (places, services, dated decisions) and one frame per month.

Frames hold counts of the model, never ratios; measures have the names of the catalogue of measures, so what
the page adds up is what ``run.py simulate`` writes.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.limits import Limits
from app.places import packed, places
from columns.layout import CHILD_PRESENT, POST_ACTIVE, POST_DESIGNATED, POST_NONE, POST_STATES, POST_TRAINING
from columns.words import STATE_MASK
from model.calendar import month_text
from model.money import FEN_PER_YUAN
from model.observation import COUNTY_MEASURES, POSTS
from model.scale_up import ScaleUpModel
from model.scenario import Scenario
from results.frames import DESK_COLUMNS, POST_COLUMNS
from results.series import COUNTS, MET, durable_services, met_months
from results.spell_table import spells
from results.summary import summary
from results.view import events_of

VILLAGE_STATES = ("none", "wanted", "filled", "active")
"""How villages are told apart on the map: no post, post without a person, person not yet trained, trained."""
STATE_BITS = 2
STATE_OF_POST = np.array(
    [
        {POST_NONE: 0, POST_DESIGNATED: 2, POST_TRAINING: 2, POST_ACTIVE: 3}.get(post, 1)
        for post in range(len(POST_STATES))
    ],
    dtype=np.uint8,
)
NEEDS = (
    "spells_opened", "spells_found", "spells_filed", "spells_filed_helped", "spells_served",
    "spells_served_helped", "spells_served_in_time", "spells_gave_up", "spells_refused", "spells_left",
    "spells_lapsed", "unmet_child_months", "unmet_child_months_untouched", "unmet_child_months_gathering",
    "unmet_child_months_waiting", "unmet_child_months_waiting_helped", "unmet_child_months_next_term",
    "unmet_child_months_gave_up",
)  # fmt: skip
"""Counts by service that every frame has: flows of the month, and stocks at its end."""
IS_UNMET = np.isin(np.arange(int(STATE_MASK) + 1), COUNTS["unmet_child_months"])
COUNTY_POSTS = ("posts_filled", "villages_active")
COUNTY_NEEDS = ("unmet", "waiting", "served")


class Recorder:
    """Runs a scenario month by month and turns every month into a frame.

    Parameters
    ----------
    scenario : Scenario
    limits : Limits
    n_threads : int
        Of the engine; results do not depend on it.

    Attributes
    ----------
    model : ScaleUpModel
        After as many months as frames were taken.
    """

    def __init__(self, scenario: Scenario, limits: Limits, n_threads: int = 1) -> None:
        self.has_children = scenario.children == "all"
        self.model = ScaleUpModel(scenario, n_threads=n_threads)
        n_villages = len(self.model.state.villages)
        self.follows = self.has_children and n_villages <= limits.followed_villages
        if self.follows:
            self.model = ScaleUpModel(scenario, n_threads=n_threads, log_events=True)
        self._owner = np.repeat(np.arange(n_villages), self.model.state.villages["n_slots"])
        self._villages = np.zeros(n_villages, dtype=np.uint8)

    def opening(self) -> dict[str, Any]:
        """Return all that does not change from month to month."""
        scenario = self.model.scenario
        return {
            "world": scenario.world_name,
            "strategy": scenario.strategy.name,
            "sentence": scenario.strategy.sentence.model_dump(),
            "parameters": dict(scenario.parameters),
            "seed": scenario.seed,
            "until": month_text(scenario.until),
            "n_months": scenario.until + 1,
            "months": [month_text(month) for month in range(scenario.until + 1)],
            "has_children": self.has_children,
            "follows": self.follows,
            "services": [
                {"name": row.name, "label": row.label.model_dump(), "office": row.office}
                for row in scenario.services.rows
            ],
            "events": [event._asdict() for event in events_of(scenario)],
            "warnings": [
                {language: problem.text(language) for language in ("en", "zh")}
                for problem in scenario.warnings()
            ],
            "places": places(self.model),
        }

    def frames(self) -> Iterator[dict[str, Any]]:
        """Run the months one after the other and yield each as a frame."""
        for month in range(self.model.scenario.until + 1):
            self.model.run(month)
            yield self.frame(month)

    def frame(self, month: int) -> dict[str, Any]:
        """Return the month just run."""
        observed = self.model.observed
        county = observed.counties[month]
        frame = {
            "month": month,
            "posts": {
                name: int(observed.posts[month][:, POSTS.index(key)].sum())
                for key, name in POST_COLUMNS.items()
            },
            "stages": observed.stages[month].tolist(),
            "yuan": int(observed.money[month].sum()) / FEN_PER_YUAN,
            "county_posts": packed(county[:, _at(COUNTY_MEASURES, COUNTY_POSTS)], "u2"),
            "posts_changed": packed(self._changes(), "u4"),
        }
        if self.has_children:
            frame |= {
                "children": int(observed.children[month]),
                "needs": self._needs(month),
                "desks": {
                    name: observed.desks[month, :, column].tolist()
                    for column, name in enumerate(DESK_COLUMNS)
                },
                "county_needs": packed(county[:, _at(COUNTY_MEASURES, COUNTY_NEEDS)], "i4"),
            }
        if self.follows:
            frame["villages_unmet"] = packed(self._villages_unmet(), "u2")
        return frame

    def _villages_unmet(self) -> NDArray[np.float64]:
        """Return the unmet needs of every village."""
        state = self.model.state
        unmet = IS_UNMET[state.needs & STATE_MASK].sum(axis=1) * ((state.traits & CHILD_PRESENT) != 0)
        return np.bincount(self._owner, weights=unmet, minlength=len(self._villages))

    def _needs(self, month: int) -> dict[str, list[int]]:
        tally = self.model.observed.strata[month, 0]
        counted = {name: tally[:, list(COUNTS[name])].sum(axis=1).tolist() for name in NEEDS}
        return counted | {MET: met_months(tally, durable_services(self.model)).tolist()}

    def _changes(self) -> NDArray[np.int64]:
        """Return the villages whose state changed this month: their numbers, then two bits of state."""
        now = STATE_OF_POST[self.model.state.villages["post"]]
        changed = np.flatnonzero(now != self._villages)
        self._villages = now
        return changed << STATE_BITS | now[changed]


def _at(names: tuple[str, ...], wanted: tuple[str, ...]) -> list[int]:
    return [names.index(name) for name in wanted]


def summary_of(recorder: Recorder) -> dict[str, Any]:
    """Return what ``summary.json`` of ``run.py simulate`` would say of a complete run with children."""
    followed = spells(recorder.model) if recorder.follows else None
    return summary(recorder.model, followed)
