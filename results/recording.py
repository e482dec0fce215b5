"""A run that can be played: an opening (places, services, dated decisions) and one frame per month.

The application's page plays it, from a server or from inside a file. Frames hold counts of the model, never
ratios; measures have the names of the catalogue of measures, so what the page adds up is what
``run.py simulate`` writes. Every message is JSON on one line; a folder of results keeps them compressed.
"""

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columns.layout import CHILD_PRESENT, POST_ACTIVE, POST_DESIGNATED, POST_NONE, POST_STATES, POST_TRAINING
from columns.words import STATE_MASK
from model.calendar import month_text
from model.money import FEN_PER_YUAN
from model.observation import COUNTY_MEASURES, POSTS
from model.scale_up import ScaleUpModel
from model.scenario import Scenario
from results.frames import DESK_COLUMNS, POST_COLUMNS
from results.recorded_places import packed, places
from results.series import COUNTS, MET, durable_services, met_months
from results.spell_table import spells
from results.summary import summary
from results.view import events_of

Player = Callable[[Sequence[str], str], str]
"""Makes of the messages of a run, in a language, a page that plays it: `app.takeaway.player`."""
ComparedPlayer = Callable[[Sequence[Sequence[str]], Sequence[dict[str, Any]], str], str]
"""Makes of several runs, and what is told of the first against each other one, in a language, a page that
plays them side by side: `app.takeaway.compared_player`."""
FILE = "recording.jsonl.gz"
FOLLOWED_VILLAGES = 100
"""Up to so many villages needs are shown village by village."""
PLAYED_VILLAGES = 20_000
"""Runs of larger worlds are not recorded: no page could hold them."""
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
    """Turns a model into an opening and a frame for every month that it runs.

    Parameters
    ----------
    model : ScaleUpModel
        Before its first month, or resumed after one whose frame is kept.
    followed_villages : int
        Up to so many villages, needs are recorded village by village, if the model logs its events.

    Attributes
    ----------
    has_children, follows : bool
    """

    def __init__(self, model: ScaleUpModel, followed_villages: int = FOLLOWED_VILLAGES) -> None:
        self.model, villages = model, model.state.villages
        self.has_children = model.scenario.children == "all"
        self.follows = self.has_children and model.log_events and len(villages) <= followed_villages
        self._owner = np.repeat(np.arange(len(villages)), villages["n_slots"])
        self._villages = STATE_OF_POST[villages["post"]] * np.uint8(model.months_done > 0)

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
        for month in range(self.model.months_done, self.model.scenario.until + 1):
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


def recorder_of(
    scenario: Scenario, followed_villages: int = FOLLOWED_VILLAGES, n_threads: int = 1
) -> Recorder:
    """Return the recorder of a new model, which logs its events if its villages can be followed."""
    model = ScaleUpModel(scenario, n_threads=n_threads)
    if scenario.children == "all" and len(model.state.villages) <= followed_villages:
        model = ScaleUpModel(scenario, n_threads=n_threads, log_events=True)
    return Recorder(model, followed_villages)


def record(recorder: Recorder) -> list[str]:
    """Run a model to its end and return all messages."""
    return [as_json(recorder.opening()), *map(as_json, recorder.frames())]


def as_json(content: Any) -> str:
    """Return JSON on one line, in which nothing is missing: what is not a number is null."""
    return json.dumps(_known(content), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _known(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _known(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_known(value) for value in content]
    if isinstance(content, float) and content != content:
        return None
    return content.item() if hasattr(content, "item") else content


def write_recording(folder: Path, messages: Sequence[str]) -> None:
    """Keep the messages of a run in its folder."""
    (folder / FILE).write_bytes(gzip.compress("\n".join(messages).encode(), mtime=0))


def read_recording(folder: Path) -> list[str]:
    """Return the messages of a run; none where it was not recorded.

    Raises
    ------
    OSError, EOFError
        If the file is broken.
    """
    path = folder / FILE
    return gzip.decompress(path.read_bytes()).decode().split("\n") if path.is_file() else []


def _at(names: tuple[str, ...], wanted: tuple[str, ...]) -> list[int]:
    return [names.index(name) for name in wanted]


def summary_of(recorder: Recorder) -> dict[str, Any]:
    """Return what ``summary.json`` of ``run.py simulate`` would say of a complete run with children."""
    followed = spells(recorder.model) if recorder.follows else None
    return summary(recorder.model, followed)
