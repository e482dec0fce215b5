"""The lessons: what is asked and run; read from ``data/lessons.yaml`` and checked."""

from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.asked import DEFAULT_STRATEGY, DEFAULT_WORLD
from model.declarations import Value
from model.problems import InputError
from model.reading import ROOT, read_yaml
from model.scenario import DEFAULT_SEED, DEFAULT_UNTIL
from results.story import STORIES

FILE = ROOT / "data" / "lessons.yaml"
REPLICATIONS = 5


class Asked(BaseModel):
    """A scenario as the page asks for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    world: str = DEFAULT_WORLD
    strategy: str = DEFAULT_STRATEGY
    parameters: dict[str, Value] = Field(default_factory=dict)
    seed: int = DEFAULT_SEED
    until: str = DEFAULT_UNTIL
    children: Literal["all", "none"] = "all"


class Comparison(BaseModel):
    """A lesson that compares two scenarios; ``bounds`` part the answers, in the unit of the outcome."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["compare"]
    first: Asked
    second: Asked
    outcome: str
    also: str = ""
    value: Literal["change", "share"]
    bounds: tuple[float, ...]


class Life(BaseModel):
    """A lesson that follows a child with and without the worker; ``bounds`` are months."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["life"]
    scenario: Asked
    story: Literal[(*STORIES,)]  # type: ignore[valid-type]
    bounds: tuple[float, ...]


class Lessons(BaseModel):
    """All lessons by name."""

    lessons: dict[str, Comparison | Life]


@cache
def read_lessons() -> dict[str, Comparison | Life]:
    """Return the lessons in their order.

    Raises
    ------
    InputError, ValueError
        If the file is wrong: an error of this project, not of its users.
    """
    document = read_yaml(FILE)
    if document.problems:
        raise InputError(document.problems)
    return Lessons(lessons=document.value).lessons


def lessons() -> list[dict[str, Any]]:
    """Return the lessons as the page needs them."""
    return [
        {"name": name, "replications": REPLICATIONS, **lesson.model_dump()}
        for name, lesson in read_lessons().items()
    ]
