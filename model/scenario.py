"""Scenarios: a world, a strategy and uncertain numbers; checked before anything runs.

The parameters in force change only in the months of dated events. They are worked out once as a schedule:
defaults, then prices and norms of a user's own places, then the strategy's levers, then events month by month
(those outside the programme first). What the user sets by hand holds for the whole run and is not touched by
events.
"""

import bisect
import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from model.calendar import MonthError, month_index, month_text
from model.declarations import Value
from model.parameters import HASH_BYTES, Parameters, check_values, default_parameters, without_effect
from model.problems import InputError, Problem, nearest
from model.reading import Document, read_yaml
from model.services import Services, default_services
from model.strategy import Event, FromParameter, Strategy
from model.strategy_file import StrategyReader, background_events, load_strategy

DEFAULT_STRATEGY = "history"
DEFAULT_WORLD = "pilot_counties"
DEFAULT_UNTIL = "2020-12"
DEFAULT_SEED = 1
MAX_SEED = 2**64 - 1
KEPT_SCHEDULES = 16
CHILDREN = ("all", "none")
SCENARIO_KEYS = ("world", "strategy", "parameters", "seed", "until", "children")


class Scenario(BaseModel):
    """What is simulated: places, decisions, numbers, a seed and a last month (inclusive).

    ``world`` is a name or a world that is already built; one with a ``content_hash`` counts with it. Make
    scenarios with :func:`make_scenario`, which checks, or :func:`load_scenario`.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    world: Any
    strategy: Strategy
    parameters: dict[str, Value] = {}
    seed: int = DEFAULT_SEED
    until: int
    children: Literal["all", "none"] = "all"
    services: Services

    @property
    def world_name(self) -> str:
        """The name of the world."""
        return self.world if isinstance(self.world, str) else str(self.world.name)

    @functools.cached_property
    def schedule(self) -> tuple[tuple[int, Parameters], ...]:
        """Months in which parameters change, with the set in force from then on; the first is month 0."""
        given = given_parameters(self.world)
        return _schedule(self.strategy, _items(self.parameters), self.until, _items(given))

    @functools.cached_property
    def content_hash(self) -> str:
        """Hexadecimal hash of all that decides the results; names of strategies do not count."""
        content = [
            given_hash(self.world) or self.world_name,
            self.strategy.order,
            self.strategy.ranking,
            [wave for wave in self.strategy.waves if wave.month_start <= self.until],
            [(month, parameters.content_hash) for month, parameters in self.schedule],
            self.services.content_hash,
            self.seed,
            self.until,
            self.children,
        ]
        return hashlib.blake2b(repr(content).encode(), digest_size=HASH_BYTES).hexdigest()

    def __hash__(self) -> int:
        return hash(self.content_hash)

    def facts(self) -> dict[str, Any]:
        """Return what files say of it: world, strategy, numbers that were set, seed, last month, hash."""
        return {
            "world": self.world_name,
            "strategy": self.strategy.name,
            "parameters": dict(self.parameters),
            "seed": self.seed,
            "until": month_text(self.until),
            "children": self.children,
            "hash": self.content_hash,
        }

    def events(self) -> tuple[Event, ...]:
        """All dated events up to the last month, for time lines: those outside the programme and its own."""
        outside = background_events() if self.schedule[0][1].other_policies else ()
        dated = sorted((*outside, *self.strategy.events), key=lambda event: event.month)
        return tuple(event for event in dated if event.month <= self.until)

    def warnings(self) -> list[Problem]:
        """Return what a user should know about settings: without effect, or held against a dated event."""
        found = without_effect(self.parameters, (parameters for _, parameters in self.schedule))
        for event in self.events():
            for key in event.set:
                if key in self.parameters:
                    values = {"key": key, "month": month_text(event.month)}
                    found.append(Problem("scenario.held", values))
        return found


def parameters_at(scenario: Scenario, month: int) -> Parameters:
    """Return the parameters in force in a month, dated events of that month included."""
    position = bisect.bisect_right(scenario.schedule, month, key=lambda entry: entry[0]) - 1
    return scenario.schedule[max(position, 0)][1]


type Items = tuple[tuple[str, Value], ...]
"""Names and values of parameters, in the order of the names."""


def _items(values: Mapping[str, Value]) -> Items:
    return tuple(sorted(values.items()))


@functools.lru_cache(maxsize=KEPT_SCHEDULES)
def _schedule(
    strategy: Strategy, held_values: Items, until: int, given: Items
) -> tuple[tuple[int, Parameters], ...]:
    """Work out a schedule, once for all runs that differ in seed or places alone."""
    held = dict(held_values)
    at_start = default_parameters().replace(**{**dict(given), **strategy.levers, **held})
    outside = background_events() if at_start.other_policies else ()
    events = sorted((*outside, *strategy.events), key=lambda event: event.month)
    schedule = [(0, at_start)]
    for event in events:
        if event.month > until or not event.set:
            continue
        now = schedule[-1][1]
        changes = {
            key: getattr(at_start, value.name) if isinstance(value, FromParameter) else value
            for key, value in event.set.items()
            if key not in held
        }
        after = now.replace(**changes)
        if after == now:
            continue
        if schedule[-1][0] == event.month:
            schedule[-1] = (event.month, after)
        else:
            schedule.append((event.month, after))
    return tuple(schedule)


def make_scenario(
    world: Any = DEFAULT_WORLD,
    strategy: Strategy | str | Path = DEFAULT_STRATEGY,
    parameters: Mapping[str, object] | None = None,
    seed: int = DEFAULT_SEED,
    until: int | str = DEFAULT_UNTIL,
    children: str = "all",
    services: Services | None = None,
) -> Scenario:
    """Check everything and return a scenario.

    Parameters
    ----------
    world : str or World
        Name of a world, or one already built.
    strategy : Strategy, str or Path
        Ready, a shipped name, or the path of a file.
    parameters : mapping, optional
        Values that hold for the whole run.
    seed : int
        From 0 to 2**64 - 1.
    until : int or str
        Last month, inclusive: a number or "2020-12".
    children : str
        "all", or "none" to study the spread alone.
    services : Services, optional
        The shipped ten by default.

    Raises
    ------
    InputError
        With all problems at once.
    """
    given = {"world": world, "strategy": strategy, "parameters": parameters}
    given |= {"seed": seed, "until": until, "children": children}
    return _check(given, services or default_services(), None, Path())


def load_scenario(path: Path, services: Services | None = None, **overrides: Any) -> Scenario:
    """Read a scenario file; ``overrides`` are arguments of :func:`make_scenario` and prevail over the file.

    The strategy is a name, a path seen from the file, or written out in place. Parameters given here are
    merged with those of the file.

    Raises
    ------
    InputError
        With everything that is wrong, in file and line.
    """
    document = read_yaml(path)
    problems = list(document.problems)
    if not isinstance(document.value, Mapping):
        raise InputError([*problems, document.problem("file.not_mapping")])
    content = dict(document.value)
    for key in content:
        if key not in SCENARIO_KEYS:
            hint = nearest(str(key), SCENARIO_KEYS)
            problems.append(document.problem("file.unknown_key", key, key=key, nearest=hint))
    if isinstance(content.get("parameters"), Mapping) and "parameters" in overrides:
        overrides = {**overrides, "parameters": {**content["parameters"], **overrides["parameters"]}}
    given = {key: content[key] for key in SCENARIO_KEYS if content.get(key) is not None} | overrides
    try:
        scenario = _check(given, services or default_services(), document, path)
    except InputError as error:
        raise InputError([*problems, *error.problems]) from error
    if problems:
        raise InputError(problems)
    return scenario


def _check(given: Mapping[str, Any], services: Services, document: Document | None, path: Path) -> Scenario:
    """Check the parts of a scenario; ``document`` and ``path`` are the file they came from, if any."""
    problems: list[Problem] = []

    def refuse(code: str, key: str, **values: object) -> None:
        problems.append(document.problem(code, key, **values) if document else Problem(code, values))

    world = given.get("world", DEFAULT_WORLD)
    if isinstance(world, str) and world not in world_names():
        names = world_names()
        refuse("scenario.world", "world", name=world, choices=", ".join(names), nearest=nearest(world, names))
    strategy = None
    try:
        strategy = _strategy(given.get("strategy", DEFAULT_STRATEGY), document, path)
    except InputError as error:
        for problem in error.problems:
            if problem.file:
                problems.append(problem)
            else:
                refuse(problem.code, "strategy", **problem.values)
    parameters = given.get("parameters") or {}
    good: dict[str, Value] = {}
    if isinstance(parameters, Mapping):
        good, wrong = check_values(parameters, document, ("parameters",))
        problems += wrong
    else:
        refuse("file.not_mapping", "parameters")
    seed = given.get("seed", DEFAULT_SEED)
    if type(seed) is not int or not 0 <= seed <= MAX_SEED:
        refuse("scenario.seed", "seed", value=seed)
    until = 0
    try:
        until = month_index(given.get("until", DEFAULT_UNTIL))
    except MonthError as error:
        refuse(error.code, "until", value=error.value)
    children = given.get("children", CHILDREN[0])
    if children not in CHILDREN:
        refuse("scenario.children", "children", value=children)
    if problems or strategy is None:
        raise InputError(problems)
    return Scenario(
        world=world,
        strategy=strategy,
        parameters=good,
        seed=seed,
        until=until,
        children=children,
        services=services,
    )


def _strategy(given: Any, document: Document | None, path: Path) -> Strategy:
    if isinstance(given, Strategy):
        return given
    if isinstance(given, Mapping) and document is not None:
        return StrategyReader(document.part("strategy")).strategy(path, (path.resolve(),))
    if document is not None and (path.parent / str(given)).is_file():
        return load_strategy(path.parent / str(given))
    return load_strategy(str(given))


def world_names() -> tuple[str, ...]:
    """Return the names of the worlds that can be built."""
    from model.own.store import own_names
    from model.worlds import WORLDS

    return (*WORLDS, *own_names())


def given_parameters(world: Any) -> Mapping[str, Value]:
    """Return the prices and norms that a user's own places bring; none for a shipped world."""
    from model.own.store import given_of

    given = given_of(world)
    return given.parameters if given else {}


def given_hash(world: Any) -> str:
    """Return the hash of what a user's own places are made of; empty for a shipped world."""
    from model.own.store import given_of

    given = given_of(world)
    return given.content_hash if given else str(getattr(world, "content_hash", "") or "")
