"""Attributes that read the columns, and the agents that have them."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self, overload

import mesa
import numpy as np

from columns.layout import NO_MONTH

UNDESCRIBED = "as in columns/layout.py"


class GoneError(LookupError):
    """What an agent stood for is not there any more: a child that aged out or left, a worker who left."""


class Column[T]:
    """A read-only attribute whose value stands in a column of the model.

    Parameters
    ----------
    meaning : str
        What it says, for ``help()``.
    unit : str
    field : str
        Name of the column if it differs from that of the attribute.
    mask : int
        Bits of the column that it reads; 0 for all.
    """

    name: str

    def __init__(self, meaning: str, unit: str = "", field: str = "", mask: int = 0) -> None:
        self.field, self.mask = field, mask
        self.__doc__ = f"{meaning} ({unit})." if unit else f"{meaning}."

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self.field = name, self.field or name

    @overload
    def __get__(self, agent: None, owner: type) -> Self: ...
    @overload
    def __get__(self, agent: "Window", owner: type) -> T: ...
    def __get__(self, agent: "Window | None", owner: type) -> "Self | T":
        if agent is None:
            return self
        raw = agent.raw(self.field)
        return self.read(raw & self.mask if self.mask else raw)

    def __set__(self, agent: "Window", value: T) -> None:
        raise AttributeError(
            f"{self.name} is what the model computed; to make it another, change the strategy or a parameter"
        )

    def read(self, raw: Any) -> T:
        """Turn what stands in the column into what is shown."""
        raise NotImplementedError

    def code(self, shown: Any) -> Any:
        """Turn what is shown into what stands in the column."""
        return shown

    def equals(self, column: np.ndarray, shown: Any) -> np.ndarray:
        """Compare a whole column with what would be shown; a boolean per row."""
        return (column & self.mask if self.mask else column) == self.code(shown)


class Whole(Column[int]):
    """A whole number."""

    def read(self, raw: Any) -> int:
        """Return it as a number of Python."""
        return int(raw)


class Real(Column[float]):
    """A number, divided by ``scale`` for display (fen shown as yuan)."""

    def __init__(self, meaning: str, unit: str = "", field: str = "", scale: int = 1) -> None:
        super().__init__(meaning, unit, field)
        self.scale = scale

    def read(self, raw: Any) -> float:
        """Return it as a number of Python."""
        return float(raw) / self.scale

    def code(self, shown: Any) -> Any:
        """Undo the scale, which is only given to whole numbers."""
        return shown if self.scale == 1 else round(shown * self.scale)


class Flag(Column[bool]):
    """Yes or no, in a column or in one bit of it."""

    def read(self, raw: Any) -> bool:
        """Anything but 0 is yes."""
        return bool(raw)

    def code(self, shown: Any) -> Any:
        """Yes is 1 or the bit itself."""
        return (self.mask or 1) if shown else 0


class Month(Column[int | None]):
    """A month of the run, 0 for 2010-05; None where there was none."""

    def read(self, raw: Any) -> int | None:
        """NO_MONTH is None."""
        return None if raw == NO_MONTH else int(raw)

    def code(self, shown: Any) -> Any:
        """None is NO_MONTH."""
        return NO_MONTH if shown is None else shown


class Word(Column[str]):
    """A code, shown as its word."""

    def __init__(self, meaning: str, words: Sequence[str], field: str = "", mask: int = 0) -> None:
        super().__init__(f"{meaning}: {', '.join(words)}", "", field, mask)
        self.words = tuple(words)

    def read(self, raw: Any) -> str:
        """Return the word of a code."""
        return self.words[raw]

    def code(self, shown: Any) -> Any:
        """Return the code of a word; an unknown word is a ValueError."""
        if shown not in self.words:
            raise ValueError(f"{self.name} is never {shown!r}; it is one of {', '.join(self.words)}")
        return self.words.index(shown)


class Window(mesa.Agent):
    """An agent whose attributes are columns.

    Subclasses name their table. With ``dtype`` every field of a record becomes an attribute: those that the
    class describes as described, those in ``hidden`` (positions, keys, pointers of kernels) not at all.
    """

    table: ClassVar[str]
    model: Any
    row: int

    def __init_subclass__(
        cls, dtype: np.dtype | None = None, hidden: Iterable[str] = (), **options: Any
    ) -> None:
        super().__init_subclass__(**options)
        if dtype is None:
            return
        known = {column.field for column in columns_of(cls).values()} | set(hidden)
        if strange := known - set(dtype.names or ()):
            raise TypeError(f"{cls.__name__} describes columns that {cls.table} lacks: {sorted(strange)}")
        for field in (field for field in dtype.names or () if field not in known):
            column = (Real if dtype[field].kind == "f" else Whole)(UNDESCRIBED)
            column.__set_name__(cls, field)
            setattr(cls, field, column)

    def raw(self, field: str) -> Any:
        """Return what stands in one field of this agent's row."""
        return getattr(self.model.state, self.table)[field][self.row]

    def as_dict(self) -> dict[str, Any]:
        """Return all attributes that are columns, for a row of a data frame."""
        return {name: getattr(self, name) for name in columns_of(type(self))}


class Registered(Window):
    """A window that the model knows, as it knows the agents of any Mesa model."""

    def __init__(self, model: Any, row: int) -> None:
        self.row = int(row)
        super().__init__(model)

    def remove(self) -> None:
        """Close the window; the place goes on without being looked at."""
        super().remove()
        self.model.roster.forget(self)


class Unregistered(Window):
    """A window made in passing: the model keeps no list of it, and two on the same thing are equal."""

    def __init__(self, model: Any, row: int) -> None:
        # What mesa.Agent sets, without its last step, which registers the agent with the model.
        self.model, self.pos = model, None
        self.row = int(row)

    @property
    def unique_id(self) -> str:
        """Name of what it looks at; agents that the model knows have numbers instead."""
        return f"{self.table} {self.row}"

    @property
    def identity(self) -> tuple[int, ...]:
        """What tells it from others of its type."""
        return (self.row,)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Unregistered) or type(other) is not type(self):
            return NotImplemented
        return other.model is self.model and other.identity == self.identity

    def __hash__(self) -> int:
        return hash((type(self), self.identity))


def columns_of(cls: type) -> dict[str, Column[Any]]:
    """Return the attributes of a class that are columns, by name, in the order of their declaration."""
    return {
        name: value
        for part in reversed(cls.__mro__)
        for name, value in vars(part).items()
        if isinstance(value, Column)
    }
