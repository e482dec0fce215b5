"""Designs of sweeps: YAML files that say what is uncertain, what is decided, and how each is tried.

Example::

    world: teaching
    strategies: [history, workers_without_desks]
    replications: 2
    uncertain: # what we do not know: drawn, the same draws for every decision
      method: latin_hypercube
      draws: 64
      parameters:
        find_multiplier: # nothing: the declared plausible range
        visit_hours: {low: 0.5, high: 2}
    levers: # what is decided: every combination is a candidate
      parameters:
        desk_fte_factor: [0.5, 1, 2]

Files are checked as a whole before anything runs; all problems are told at once, with line and nearest name.
"""

import dataclasses
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from experiments.draws import (
    FACTORIAL,
    LATIN_HYPERCUBE,
    METHODS,
    ONE_AT_A_TIME,
    POSTERIOR,
    SOBOL,
    TABLE,
    Axis,
    Sampling,
)  # fmt: skip
from experiments.posterior import posterior_rows, shipped_posterior
from experiments.strategies import find_strategy
from experiments.study import Candidate, Study
from experiments.tables import read_rows
from model.calendar import MonthError, month_index
from model.declarations import Declaration, Value, declarations
from model.parameters import check_values
from model.problems import InputError, nearest
from model.reading import Document, read_yaml
from model.scenario import DEFAULT_STRATEGY, DEFAULT_UNTIL, DEFAULT_WORLD, world_names
from model.strategy import Strategy

MOST_DRAWS, MOST_REPLICATIONS, MOST_LEVELS = 1_000_000, 100_000, 1_000
MOST_CANDIDATES = 10_000
UNCERTAIN, LEVERS, PARAMETERS = "uncertain", "levers", "parameters"
RANGE_KEYS = ("low", "high", "scale", "values")
USED_BY = {"draws": (LATIN_HYPERCUBE, SOBOL, POSTERIOR), "levels": (FACTORIAL, ONE_AT_A_TIME)}
"""Keys of a block that mean something to some methods alone."""
FAMILIES = {
    "extra_forbidden": "file.unknown_key",
    "missing": "design.missing",
    "literal_error": "design.choice",
    "dict_type": "file.not_mapping",
    "model_type": "file.not_mapping",
    "list_type": "design.list",
}
"""What pydantic finds, by the message that tells it; everything else is a number out of place."""

Whole = Annotated[int, Field(strict=True, ge=1)]


class Block(BaseModel):
    """How the values of some parameters are drawn or combined."""

    model_config = ConfigDict(extra="forbid")

    method: Literal["factorial", "latin_hypercube", "sobol", "one_at_a_time", "table", "posterior"] | None = (
        None
    )
    draws: Annotated[int, Field(strict=True, ge=0, le=MOST_DRAWS)] = 1
    levels: Annotated[Whole, Field(le=MOST_LEVELS)] = 2
    seed: Annotated[int, Field(strict=True, ge=0)] = 1
    parameters: dict[str, Any] | None = None
    table: str = ""


class DesignFile(BaseModel):
    """The keys of a design and their types."""

    model_config = ConfigDict(extra="forbid")

    world: str = DEFAULT_WORLD
    until: str | int = DEFAULT_UNTIL
    strategies: list[str] = Field(default=[DEFAULT_STRATEGY], min_length=1)
    parameters: dict[str, Any] | None = None
    replications: Annotated[Whole, Field(le=MOST_REPLICATIONS)] = 1
    seeds: Literal["common", "separate"] | None = None
    uncertain: Block | None = None
    levers: Block | None = None


class Design(NamedTuple):
    """A design that can be run: what is tried, how numbers are drawn, how often chance is tried."""

    study: Study
    uncertain: Sampling | None
    replications: int
    levers: tuple[str, ...]


class Parts(NamedTuple):
    """What a design consists of, strategies and levers not put together yet."""

    file: DesignFile
    study: Study
    uncertain: Sampling | None
    levers: Sampling | None
    replications: int


def base_of(study: Study) -> dict[str, Strategy]:
    """Return the strategies of a study by name."""
    return {name: candidate.strategy for name, candidate in study.candidates.items()}


def read_design(path: Path, strategies: Path | None = None) -> Design:
    """Read and check a design; ``strategies`` is a folder of the user's own.

    Raises
    ------
    InputError
        With everything that is wrong, in file and line.
    """
    return DesignReader(read_yaml(path), Path(path), strategies).design()


class DesignReader:
    """Turns a document into a design and collects what is wrong with it."""

    def __init__(self, document: Document, path: Path, strategies: Path | None) -> None:
        self.document, self.path, self.folder = document, path, strategies
        self.problems = list(document.problems)

    def refuse(self, code: str, place: tuple[Any, ...], **values: object) -> None:
        """Note a problem at its place in the file."""
        self.problems.append(self.document.problem(code, *place, **values))

    def design(self) -> Design:
        """Return the design; raise all that is wrong with it."""
        _, study, uncertain, levers, replications = self.parts()
        study = dataclasses.replace(study, candidates=self.candidates(base_of(study), levers))
        return Design(study, uncertain, replications, levers.names if levers else ())

    def parts(self) -> "Parts":
        """Return the parts of a design, its strategies without levers yet; raise all that is wrong.

        Raises
        ------
        InputError
            With everything that is wrong, in the order of lines.
        """
        content = self.document.value
        if not isinstance(content, Mapping):
            raise InputError([*self.problems, self.document.problem("file.not_mapping")])
        file = self.structure(content)
        world, until = self.world(content), self.until(content)
        held, wrong = check_values(_mapping(content.get(PARAMETERS)), self.document, (PARAMETERS,))
        self.problems += wrong
        base = self.strategies(content)
        levers = self.sampling(content, LEVERS)
        fixed = {*held, *(levers.names if levers else ())}
        uncertain = self.uncertain(content, fixed)
        self.apart(uncertain, levers, held)
        if self.problems or file is None:
            raise InputError(sorted(self.problems, key=lambda problem: problem.line))
        sampled = uncertain is not None and uncertain.method not in (FACTORIAL, ONE_AT_A_TIME)
        study = Study(
            world=world,
            until=until,
            candidates={name: Candidate(name, strategy) for name, strategy in base.items()},
            parameters=held,
            seeds=file.seeds or ("separate" if sampled else "common"),
        )
        if self.is_silent(content) and uncertain is not None:
            return Parts(file, study, uncertain._replace(draws=file.replications), levers, 1)
        return Parts(file, study, uncertain, levers, file.replications)

    def structure(self, content: Mapping[Any, Any]) -> DesignFile | None:
        """Check keys and types; None if any is wrong."""
        try:
            return DesignFile.model_validate(
                {key: value for key, value in content.items() if value is not None}
            )
        except ValidationError as error:
            for found in error.errors():
                self.told(found)
            return None

    def told(self, found: Any) -> None:
        """Note one finding of pydantic in our words."""
        place = tuple(found["loc"])
        if found["type"] == "literal_error" and place[-1] == "method":
            hint = nearest(str(found["input"]), METHODS)
            self.refuse(
                "design.choice",
                place,
                key=place[-1],
                value=found["input"],
                choices=", ".join(METHODS),
                nearest=hint,
            )
            return
        code = FAMILIES.get(found["type"], "design.number")
        keys = Block.model_fields if len(place) > 1 else DesignFile.model_fields
        hint = nearest(str(place[-1]), keys) if code == "file.unknown_key" else ""
        limits = found.get("ctx", {})
        self.refuse(
            code,
            place,
            key=place[-1],
            value=found["input"],
            choices=limits.get("expected", ""),
            low=limits.get("ge", 1),
            high=limits.get("le", "…"),
            nearest=hint,
        )

    def world(self, content: Mapping[Any, Any]) -> str:
        """Read the name of the world."""
        world = content.get("world") or DEFAULT_WORLD
        if world not in world_names():
            names = world_names()
            hint = nearest(str(world), names)
            self.refuse("scenario.world", ("world",), name=world, choices=", ".join(names), nearest=hint)
        return str(world)

    def until(self, content: Mapping[Any, Any]) -> int:
        """Read the last month."""
        try:
            return month_index(content.get("until") or DEFAULT_UNTIL)
        except MonthError as error:
            self.refuse(error.code, ("until",), value=error.value)
            return 0

    def strategies(self, content: Mapping[Any, Any]) -> dict[str, Strategy]:
        """Load the strategies, each problem at its line."""
        given = content.get("strategies")
        names = [DEFAULT_STRATEGY] if given is None else given if isinstance(given, list) else []
        found: dict[str, Strategy] = {}
        for position, name in enumerate(names):
            place = ("strategies", position)
            beside = self.path.parent / str(name)
            try:
                strategy = find_strategy(str(beside) if beside.is_file() else str(name), self.folder)
            except InputError as error:
                for problem in error.problems:
                    if problem.file:
                        self.problems.append(problem)
                    else:
                        self.refuse(problem.code, place, **problem.values)
                continue
            if strategy.name in found:
                self.refuse("strategies.doubled", place, name=strategy.name)
            found[strategy.name] = strategy
        return found

    def sampling(self, content: Mapping[Any, Any], block: str) -> Sampling | None:
        """Read a block of parameters and how they are drawn."""
        given = content.get(block)
        if not isinstance(given, Mapping):
            return None
        method = given.get("method") or FACTORIAL
        if method == TABLE or given.get("table"):
            return self.rows(given, block)
        if method == POSTERIOR:  # of what is not known; decisions are not drawn from it
            choices = ", ".join(name for name in METHODS if name != POSTERIOR)
            self.refuse(
                "design.choice", (block, "method"), key="method", value=method, choices=choices, nearest=""
            )
            return None
        parameters = given.get(PARAMETERS)
        if not isinstance(parameters, Mapping) or not parameters:
            self.refuse("design.no_parameters", (block,), block=block)
            return None
        axes = [self.axis(str(name), value, (block, PARAMETERS, name)) for name, value in parameters.items()]
        numbers = {key: given[key] for key in ("draws", "levels", "seed") if type(given.get(key)) is int}
        sampling = Sampling(str(method), tuple(axis for axis in axes if axis), **numbers)
        if sampling.is_sampled and "draws" not in given:
            self.refuse("design.missing", (block,), key="draws")
        elif sampling.is_sampled and not sampling.draws:
            self.refuse("design.number", (block, "draws"), key="draws", value=0, low=1, high=MOST_DRAWS)
        for key, methods in USED_BY.items():
            if key in given and method in METHODS and method not in methods:
                self.refuse("design.unused", (block, key), key=key, method=method, choices=", ".join(methods))
        return sampling

    def uncertain(self, content: Mapping[Any, Any], fixed: Collection[str]) -> Sampling | None:
        """Read what is drawn: draws of the shipped posterior where the design says no more than their number.

        What is held or decided is left out of them. A design that says nothing of what is not known gets a
        draw for every replication, and one with ``draws: 0`` the point defaults.
        """
        given = _mapping(content.get(UNCERTAIN))
        bare = not any(given.get(key) for key in ("method", "table", PARAMETERS))
        if bare and given.get("draws") == 0:
            return None
        silent = self.is_silent(content) or (bare and "draws" in given)
        if given.get("method") != POSTERIOR and not (silent and shipped_posterior()):
            return self.sampling(content, UNCERTAIN)
        wanted = content.get("replications", 1) if self.is_silent(content) else given.get("draws")
        if type(wanted) is not int or wanted < 1:
            if not self.is_silent(content):
                self.refuse("design.missing", (UNCERTAIN,), key="draws")
            return None
        try:
            posterior_rows(wanted)
        except InputError as error:
            place = ("replications",) if self.is_silent(content) else (UNCERTAIN, "draws")
            for problem in error.problems:
                self.refuse(problem.code, place, **problem.values)
            return None
        return Sampling(POSTERIOR, draws=wanted, rows=tuple(posterior_rows(held=fixed)))

    def is_silent(self, content: Mapping[Any, Any]) -> bool:
        """Whether a design says nothing of what is not known."""
        return content.get(UNCERTAIN) is None

    def rows(self, given: Mapping[Any, Any], block: str) -> Sampling | None:
        """Read the user's table."""
        name = given.get("table")
        if not name:
            self.refuse("design.missing", (block,), key="table")
            return None
        try:
            rows = read_rows(self.path.parent / str(name))
        except InputError as error:
            self.problems += error.problems
            return None
        return Sampling(TABLE, draws=len(rows), rows=tuple(rows))

    def axis(self, name: str, given: Any, place: tuple[Any, ...]) -> Axis | None:
        """Read what a parameter may be: nothing (its plausible range), a list of values, or a range."""
        declared = declarations().get(name)
        if declared is None:
            hint = nearest(name, declarations())
            self.refuse("parameter.unknown", place, key=name, nearest=hint)
            return None
        if isinstance(given, list):
            given = {"values": given}
        if given is not None and not isinstance(given, Mapping):
            self.refuse("design.range", place, key=name)
            return None
        row = dict(given or {})
        for key in row:
            if key not in RANGE_KEYS:
                self.refuse("file.unknown_key", (*place, key), key=key, nearest=nearest(str(key), RANGE_KEYS))
        if "values" in row:
            return self.listed(declared, row["values"], place)
        return self.ranged(declared, row, place)

    def listed(self, declared: Declaration, values: Any, place: tuple[Any, ...]) -> Axis | None:
        """Read a list of values."""
        if not isinstance(values, list) or not values:
            self.refuse("design.range", place, key=declared.name)
            return None
        read = [self.value(declared, value, place) for value in values]
        return Axis(declared.name, values=tuple(value for value in read if value is not None))

    def ranged(self, declared: Declaration, row: Mapping[str, Any], place: tuple[Any, ...]) -> Axis | None:
        """Read a range, the declared one where nothing is given."""
        if declared.type == "switch":
            return Axis(declared.name, values=(False, True))
        if declared.type == "choice":
            return Axis(declared.name, values=declared.choices)
        if declared.type == "month":
            self.refuse("design.month_values", place, key=declared.name)
            return None
        low, high = (
            self.value(declared, row.get(end, getattr(declared, end)), place) for end in ("low", "high")
        )
        if low is None or high is None:
            return None
        if float(low) > float(high):
            self.refuse("design.range_order", place, key=declared.name, low=low, high=high)
            return None
        scale = row.get("scale", declared.scale)
        if scale not in ("linear", "log") or (scale == "log" and float(low) <= 0):
            self.refuse("design.scale", place, key=declared.name)
            return None
        return Axis(declared.name, float(low), float(high), scale == "log")

    def value(self, declared: Declaration, value: Any, place: tuple[Any, ...]) -> Value | None:
        """Read one value."""
        try:
            return declared.read(value)
        except InputError as error:
            for problem in error.problems:
                self.refuse(problem.code, place, **problem.values)
            return None

    def apart(self, uncertain: Sampling | None, levers: Sampling | None, held: Mapping[str, Value]) -> None:
        """Keep what is uncertain, what is decided and what is held apart."""
        drawn, decided = (sampling.names if sampling else () for sampling in (uncertain, levers))
        for name in drawn:
            if declarations()[name].kind == "lever":
                self.refuse("design.lever_drawn", (UNCERTAIN, PARAMETERS, name), key=name)
        for name in sorted({*drawn} & {*decided}):
            self.refuse("design.both", (LEVERS, PARAMETERS, name), key=name)
        for block, names in ((UNCERTAIN, drawn), (LEVERS, decided)):
            for name in names:
                if name in held:
                    self.refuse("design.held", (block, PARAMETERS, name), key=name)

    def candidates(self, base: Mapping[str, Strategy], levers: Sampling | None) -> dict[str, Candidate]:
        """Return every strategy with every combination of levers.

        Raises
        ------
        InputError
            If a lever cannot be set in a strategy.
        """
        if levers is None:
            return {name: Candidate(name, strategy) for name, strategy in base.items()}
        settings = list(METHODS[levers.method](levers))
        if len(base) * len(settings) > MOST_CANDIDATES:
            problem = self.document.problem(
                "design.candidates", LEVERS, n=len(base) * len(settings), most=MOST_CANDIDATES
            )
            raise InputError([problem])
        named = [
            (f"{name} {settings_text(row)}".rstrip(), strategy, row)
            for name, strategy in base.items()
            for row in settings
        ]
        return {name: Candidate(name, strategy, row) for name, strategy, row in named}


def settings_text(row: Mapping[str, Value]) -> str:
    """Write settings of levers as people set them: "desk_fte_factor=2"."""
    return " ".join(f"{name}={declarations()[name].shown(value)}" for name, value in row.items())


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}
