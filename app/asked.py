"""What clients ask for: JSON and scenario files, checked completely before anything is computed.

Nothing that comes from outside is ever evaluated or taken for a path: strategies are shipped names, or in a
scenario file are written out and extend shipped names only.
"""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from app.limits import Limits
from model.problems import InputError, Problem, nearest
from model.reading import read_yaml
from model.scenario import (
    DEFAULT_SEED,
    DEFAULT_UNTIL,
    SCENARIO_KEYS,
    Scenario,
    load_scenario,
    make_scenario,
    world_names,
)
from model.strategy_file import strategy_names
from model.worlds import world_size
from results.story import STORIES

DEFAULT_WORLD = "teaching"
DEFAULT_STRATEGY = "history"
PAIR, LEAST_REPLICATIONS = ("first", "second"), 2
LIFE_DEFAULTS: dict[str, Any] = {"scenario": {}, "story": "left_behind_no_papers", "rank": 0}
LIFE_KEYS = tuple(LIFE_DEFAULTS)
MOST_RANK = 10_000
LONGEST_SHOWN = 80
"""What a user sees of a name that is not known."""


def read_json(body: bytes) -> dict[str, Any]:
    """Return the object in a request; an InputError if there is none."""
    try:
        asked = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError([Problem("app.problem.json")]) from error
    if not isinstance(asked, dict):
        raise InputError([Problem("app.problem.json")])
    return asked


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def scenario_of(asked: Mapping[str, Any], limits: Limits) -> Scenario:
    """Return the scenario that a request names.

    Raises
    ------
    InputError
        With all problems of the request.
    """
    problems = unknown_keys(asked, SCENARIO_KEYS)
    world = asked.get("world", DEFAULT_WORLD)
    if world not in world_names():
        problems.append(unknown_world(world))
        world = DEFAULT_WORLD
    strategy = asked.get("strategy", DEFAULT_STRATEGY)
    if strategy not in strategy_names():
        problems.append(unknown_strategy(strategy))
        strategy = DEFAULT_STRATEGY
    try:
        scenario = make_scenario(
            world,
            strategy,
            asked.get("parameters"),
            asked.get("seed", DEFAULT_SEED),
            asked.get("until", DEFAULT_UNTIL),
            asked.get("children", "all"),
        )
    except InputError as error:
        raise InputError([*problems, *error.problems]) from error
    if problems:
        raise InputError(problems)
    check_size(scenario, limits)
    return scenario


def scenario_of_file(content: bytes, limits: Limits) -> Scenario:
    """Return the scenario in a YAML file that a user opened.

    Raises
    ------
    InputError
        With all problems, by line.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.yaml"
        path.write_bytes(content)
        try:
            document = read_yaml(path)
            if isinstance(document.value, Mapping):
                refuse_paths(document.value)
            scenario = load_scenario(path)
        except InputError as error:
            raise InputError(
                [replace(each, file=path.name) if each.file else each for each in error.problems]
            ) from error
    check_size(scenario, limits)
    return scenario


def refuse_paths(content: Mapping[str, Any]) -> None:
    """Refuse a strategy that stands elsewhere or builds on a file: only shipped names may be referred to.

    Raises
    ------
    InputError
        With the first thing that may not be referred to.
    """
    world, strategy = content.get("world", DEFAULT_WORLD), content.get("strategy", DEFAULT_STRATEGY)
    base = strategy.get("extend", DEFAULT_STRATEGY) if isinstance(strategy, Mapping) else strategy
    if world not in world_names():
        raise InputError([unknown_world(world)])
    if base not in strategy_names():
        raise InputError([unknown_strategy(base)])
    if isinstance(strategy, Mapping) and strategy.get("ranking"):
        raise InputError([Problem("app.problem.ranking")])


def unknown_world(name: object) -> Problem:
    """Return the problem of a world that does not exist."""
    names = world_names()
    shown = str(name)[:LONGEST_SHOWN]
    values = {"name": shown, "choices": ", ".join(names), "nearest": nearest(shown, names)}
    return Problem("scenario.world", values)


def unknown_strategy(name: object) -> Problem:
    """Return the problem of a strategy that is not a shipped name."""
    shown = str(name)[:LONGEST_SHOWN]
    return Problem("strategy.unknown", {"name": shown, "nearest": nearest(shown, strategy_names())})


def unknown_keys(asked: Mapping[str, Any], known: tuple[str, ...]) -> list[Problem]:
    """Return a problem for every key that means nothing."""
    return [
        Problem(
            "file.unknown_key", {"key": key[:LONGEST_SHOWN], "nearest": nearest(key[:LONGEST_SHOWN], known)}
        )
        for key in asked
        if key not in known
    ]


def comparison_asked(asked: Mapping[str, Any], limits: Limits) -> tuple[Scenario, Scenario, int]:
    """Return the two scenarios of a request to compare them, and the number of replications.

    Raises
    ------
    InputError
        With all problems of the request; two scenarios must share world, seed and last month.
    """
    problems = unknown_keys(asked, (*PAIR, "replications"))
    if problems or not all(isinstance(asked.get(name), dict) for name in PAIR):
        raise InputError(problems or [Problem("app.problem.pair")])
    first, second = (scenario_of(asked[name], limits) for name in PAIR)
    if (first.until, first.seed, first.world) != (second.until, second.seed, second.world):
        problems.append(Problem("app.problem.unpaired"))
    replications = asked.get("replications", LEAST_REPLICATIONS)
    if type(replications) is not int or not LEAST_REPLICATIONS <= replications <= limits.replications:
        problems.append(Problem("app.problem.replications", {"most": limits.replications}))
    if problems:
        raise InputError(problems)
    return first, second, replications


def life_asked(asked: Mapping[str, Any], limits: Limits) -> tuple[Scenario, str, int]:
    """Return the scenario, the story and the rank of a request to follow a child.

    Raises
    ------
    InputError
        With all problems of the request, or if the world is too large for its children to be followed.
    """
    problems = unknown_keys(asked, LIFE_KEYS)
    given, story, rank = (asked.get(key, default) for key, default in LIFE_DEFAULTS.items())
    if not isinstance(given, Mapping):
        raise InputError([*problems, Problem("app.problem.pair")])
    if story not in STORIES:
        shown = str(story)[:LONGEST_SHOWN]
        values = {"name": shown, "choices": ", ".join(STORIES), "nearest": nearest(shown, STORIES)}
        problems.append(Problem("story.unknown", values))
    if type(rank) is not int or not 0 <= rank <= MOST_RANK:
        problems.append(Problem("app.problem.rank", {"most": MOST_RANK}))
    scenario = scenario_of(given, limits)
    if scenario.children == "none" or world_size(scenario.world_name)["villages"] > limits.followed_villages:
        problems.append(Problem("app.problem.not_followed", {"most": limits.followed_villages}))
    if problems:
        raise InputError(problems)
    return scenario, str(story), int(rank)


def check_size(scenario: Scenario, limits: Limits) -> None:
    """Refuse a world with more children than the application takes on.

    Raises
    ------
    InputError
    """
    if scenario.children == "none":
        return
    children = most_children(world_size(scenario.world_name))
    if children > limits.children:
        values = {"world": scenario.world_name, "children": children, "most": limits.children}
        raise InputError([Problem("app.problem.too_large", values)])


def most_children(size: dict[str, int]) -> int:
    """Return the larger of the two censuses of a world."""
    return max(size[name] for name in ("children_2010", "children_2020"))
