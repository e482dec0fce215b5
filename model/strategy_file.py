"""Reading strategy files: small YAML files that may extend one another, with all problems told at once."""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from model.calendar import MonthError, month_index
from model.declarations import Bilingual, Value, declarations
from model.parameters import check_values
from model.problems import InputError, Problem, nearest
from model.reading import ROOT, Document, read_yaml
from model.strategy import ORDERS, PILOT_COUNTIES, RANKING, SELECTIONS, Event, FromParameter, Strategy, Wave

FOLDER = ROOT / "data" / "strategies"
BACKGROUND_FILE = ROOT / "data" / "background.yaml"
SUFFIX = ".yaml"
SUFFIXES = (SUFFIX, ".yml")
FROM = "from"
"""In an event, ``{from: name}`` sets a parameter to the value that another one has in this run."""
MAX_WAVE_COUNTIES, MAX_WAVE_POSTS = 3_000, 1_000

STRATEGY_KEYS = ("name", "sentence", "extend", "order", "ranking", "levers", "without", "events")
EVENT_KEYS = ("id", "month", "name", "source", "set", "wave")
WAVE_KEYS = ("start", "end", "counties", "posts_per_county", "seats", "selection")

Place = tuple[Any, ...]
"""Path of a part inside a file."""


def strategy_names() -> tuple[str, ...]:
    """Return the names of the shipped strategies, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob(f"*{SUFFIX}")))


def load_strategy(name_or_path: str | Path) -> Strategy:
    """Read a shipped strategy by name, or any strategy file by path.

    Raises
    ------
    InputError
        With everything that is wrong, in file and line.
    """
    return _load(_find(name_or_path), ())


@functools.cache
def background_events() -> tuple[Event, ...]:
    """Return the dated events outside the programme, the same for all strategies."""
    reader = StrategyReader(read_yaml(BACKGROUND_FILE))
    events = reader.events()
    reader.finish()
    return events


def strategies_table(language: str = "en") -> list[dict[str, str]]:
    """Return one row per shipped strategy: name, sentence, order and what it extends."""
    return [
        {
            "name": name,
            "sentence": strategy.sentence.in_language(language),
            "order": strategy.order,
            "extends": ", ".join(strategy.extends),
        }
        for name in strategy_names()
        for strategy in (load_strategy(name),)
    ]


def _find(name_or_path: str | Path, beside: Path | None = None) -> Path:
    """Return the file of a shipped strategy, of one next to ``beside``, or of a path."""
    name = str(name_or_path)
    path = Path(name_or_path)
    if beside is not None:
        for candidate in (beside.parent / f"{name}{SUFFIX}", beside.parent / path):
            if candidate.is_file():
                return candidate.resolve()
    if name in strategy_names():
        return (FOLDER / f"{name}{SUFFIX}").resolve()
    if path.suffix in SUFFIXES or path.is_file():
        return path.resolve()
    hint = nearest(name, strategy_names())
    raise InputError([Problem("strategy.unknown", {"name": name, "nearest": hint})])


def _load(path: Path, trail: tuple[Path, ...]) -> Strategy:
    if path in trail:
        circle = " → ".join(each.stem for each in (*trail[trail.index(path) :], path))
        raise InputError([Problem("strategy.circle", {"names": circle})])
    reader = StrategyReader(read_yaml(path))
    return reader.strategy(path, (*trail, path))


class StrategyReader:
    """Turns the content of one file into a strategy, collecting what is wrong instead of stopping at it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems = list(document.problems)
        self.content: dict[Any, Any] = self.mapping(document.value, ())

    def refuse(self, code: str, place: Place, **values: object) -> None:
        """Note a problem at a place of the file."""
        self.problems.append(self.document.problem(code, *place, **values))

    def finish(self) -> None:
        """Raise all that was noted.

        Raises
        ------
        InputError
            If there was anything.
        """
        if self.problems:
            raise InputError(self.problems)

    def strategy(self, path: Path, trail: tuple[Path, ...]) -> Strategy:
        """Read the whole file, and before it the strategy that it extends."""
        self.known(self.content, STRATEGY_KEYS, ())
        base = self.base(path, trail)
        sentence = self.bilingual(self.content.get("sentence"), ("sentence",))
        order = self.one_of(ORDERS, self.content.get("order"), "strategy.order", ("order",))
        order = order or (base.order if base else ORDERS[0])
        ranking = str(self.content.get("ranking") or (base.ranking if base else ""))
        if order == RANKING and not ranking:
            self.refuse("strategy.ranking", ("order",))
        given = self.mapping(self.content.get("levers"), ("levers",))
        levers, wrong = check_values(given, self.document, ("levers",))
        self.problems += wrong
        events = [*self.kept(base), *self.events()]
        ids = [event.id for event in events]
        for doubled in sorted({each for each in ids if ids.count(each) > 1}):
            self.refuse("strategy.doubled_event", ("events",), id=doubled)
        self.finish()
        return Strategy(
            name=str(self.content.get("name") or path.stem),
            sentence=sentence,
            extends=(base.name, *base.extends) if base else (),
            order=order,
            ranking=ranking,
            levers={**(base.levers if base else {}), **levers},
            events=tuple(sorted(events, key=lambda event: event.month)),
        )

    def base(self, path: Path, trail: tuple[Path, ...]) -> Strategy | None:
        """Read the strategy that this one extends, if any."""
        wanted = self.content.get("extend")
        if wanted is None:
            return None
        try:
            return _load(_find(str(wanted), beside=path), trail)
        except InputError as error:
            for problem in error.problems:  # what has no place of its own is told at the word "extend"
                if problem.file:
                    self.problems.append(problem)
                else:
                    self.refuse(problem.code, ("extend",), **problem.values)
            return None

    def kept(self, base: Strategy | None) -> tuple[Event, ...]:
        """Return the events of the strategy that is extended, less those left out by their ids."""
        events = base.events if base else ()
        without = self.content.get("without")
        if without is None:
            return events
        if not isinstance(without, list):
            self.refuse("strategy.without", ("without",))
            return events
        ids = [event.id for event in events]
        for position, left_out in enumerate(without):
            if left_out not in ids and base is not None:
                hint = nearest(str(left_out), ids)
                self.refuse("strategy.unknown_event", ("without", position), id=left_out, nearest=hint)
        return tuple(event for event in events if event.id not in without)

    def events(self) -> tuple[Event, ...]:
        """Read the list of dated events."""
        rows = self.content.get("events")
        if rows is None:
            return ()
        if not isinstance(rows, list):
            self.refuse("strategy.events", ("events",))
            return ()
        found = (self.event(row, ("events", position)) for position, row in enumerate(rows))
        return tuple(event for event in found if event is not None)

    def event(self, given: object, place: Place) -> Event | None:
        """Read one event; None if anything is wrong with it."""
        before = len(self.problems)
        row = self.mapping(given, place)
        if len(self.problems) > before:
            return None
        self.known(row, EVENT_KEYS, place)
        month = self.month(row.get("month"), (*place, "month"))
        settings = self.settings(row.get("set"), (*place, "set"))
        wave = None if row.get("wave") is None else self.wave(row["wave"], month, (*place, "wave"))
        identity = str(row.get("id") or f"{place[-1]}_{month}")
        name = Bilingual(en=identity, zh=identity)
        if row.get("name") is not None:
            name = self.bilingual(row["name"], (*place, "name"))
        if len(self.problems) > before:
            return None
        source = str(row.get("source") or "")
        return Event(id=identity, month=month, name=name, source=source, set=settings, wave=wave)

    def settings(self, given: object, place: Place) -> dict[str, Value | FromParameter]:
        """Read what an event sets: values, or ``{from: another parameter}``."""
        values = self.mapping(given, place)
        plain = {key: value for key, value in values.items() if not isinstance(value, Mapping)}
        good, wrong = check_values(plain, self.document, place)
        self.problems += wrong
        settings: dict[str, Value | FromParameter] = dict(good)
        for key, value in values.items():
            if key in declarations() and declarations()[key].at_start:
                self.refuse("strategy.at_start", (*place, key), key=key)
            if key in plain:
                continue
            other = str(value.get(FROM))
            if key not in declarations():
                hint = nearest(str(key), declarations())
                self.refuse("parameter.unknown", (*place, key), key=key, nearest=hint)
            elif list(value) != [FROM] or other not in declarations():
                self.refuse("strategy.from", (*place, key), key=key, nearest=nearest(other, declarations()))
            elif declarations()[other].type != declarations()[key].type:
                self.refuse("strategy.from_type", (*place, key), key=key, other=other)
            else:
                settings[key] = FromParameter(name=other)
        return settings

    def wave(self, given: object, month: int, place: Place) -> Wave | None:
        """Read a wave that is announced in ``month``; None if anything is wrong with it."""
        before = len(self.problems)
        row = self.mapping(given, place)
        self.known(row, WAVE_KEYS, place)
        start = month if row.get("start") is None else self.month(row["start"], (*place, "start"))
        end = start if row.get("end") is None else self.month(row["end"], (*place, "end"))
        if len(self.problems) == before and not month <= start <= end:
            self.refuse("wave.months", place)
        posts = self.count(row.get("posts_per_county"), MAX_WAVE_POSTS, (*place, "posts_per_county"))
        seats = None
        if row.get("seats") is not None:
            seats = self.count(row["seats"], MAX_WAVE_COUNTIES * MAX_WAVE_POSTS, (*place, "seats"))
        counties = self.counties(row.get("counties"), (*place, "counties"))
        selection = self.one_of(SELECTIONS, row.get("selection"), "wave.selection", (*place, "selection"))
        if len(self.problems) > before:
            return None
        return Wave(
            month_start=start,
            month_end=end,
            counties=counties,
            posts_per_county=posts,
            selection=selection or SELECTIONS[0],
            seats=seats,
        )

    def counties(self, given: object, place: Place) -> int | str | tuple[int, ...]:
        """Read which counties a wave reaches."""
        if given == PILOT_COUNTIES:
            return PILOT_COUNTIES
        if isinstance(given, list) and given and all(type(code) is int for code in given):
            if len(set(given)) < len(given):
                self.refuse("wave.doubled_county", place)
            return tuple(given)
        if type(given) is int:
            return self.count(given, MAX_WAVE_COUNTIES, place)
        self.refuse("wave.counties", place)
        return 0

    def count(self, value: object, most: int, place: Place) -> int:
        """Read a whole number from 1 to ``most``."""
        if type(value) is int and 1 <= value <= most:
            return value
        self.refuse("wave.count", place, key=place[-1], most=most)
        return 0

    def month(self, value: object, place: Place) -> int:
        """Read a month within the simulated time."""
        try:
            return month_index(value)
        except MonthError as error:
            self.refuse(error.code, place, value=error.value)
            return 0

    def one_of(self, choices: Sequence[str], value: object, code: str, place: Place) -> str:
        """Read one of some words; nothing at all is an empty text."""
        if value is not None and value not in choices:
            hint = nearest(str(value), choices)
            self.refuse(code, place, value=value, choices=", ".join(choices), nearest=hint)
        return "" if value is None else str(value)

    def bilingual(self, value: object, place: Place) -> Bilingual:
        """Read a sentence, in one or in both languages."""
        if isinstance(value, str) and value.strip():
            return Bilingual(en=value, zh=value)
        if isinstance(value, Mapping) and set(value) == {"en", "zh"}:
            if all(isinstance(each, str) and each for each in value.values()):
                return Bilingual(**value)
        self.refuse("strategy.sentence", place, key=place[-1])
        return Bilingual(en="-", zh="-")

    def mapping(self, value: object, place: Place) -> dict[Any, Any]:
        """Read names with values; nothing at all is none of them."""
        if value is None and place:
            return {}
        if isinstance(value, Mapping):
            return dict(value)
        self.refuse("file.not_mapping", place)
        return {}

    def known(self, row: Mapping[Any, Any], keys: Sequence[str], place: Place) -> None:
        """Note every key that means nothing here."""
        for key in row:
            if key not in keys:
                self.refuse("file.unknown_key", (*place, key), key=key, nearest=nearest(str(key), keys))
