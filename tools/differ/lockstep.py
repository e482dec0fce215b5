"""Run two models phase by phase and compare their complete states after each phase."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.assembly import entries_in_use
from model.scale_up import ScaleUpModel
from model.schedule import NAMES

START = "start"
"""Stands for a phase where two models differ before their first month."""
NATION = -1
"""County of what belongs to none: provinces, the nation, waves."""
TABLES = (
    "needs", "traits", "birth", "due", "household", "households", "villages", "townships", "sectors",
    "desks", "counties", "counters", "county_tally",
)  # fmt: skip
LISTS = ("gathering", "filed")
LENGTHS = ("n_gathering", "n_filed")
"""Lists of entries, and where the arena of a county keeps their lengths."""
OF_COUNTY = "_county"
"""Ends the name of what holds the county of each entry of a list."""

type Tables = dict[str, NDArray[Any]]


class SizesDifferError(ValueError):
    """Two models whose columns cannot be compared row by row."""


class Difference(NamedTuple):
    """Rows of one column, all of one county, in which two models differ."""

    column: str
    """As in ``counties.stage`` or ``needs``."""
    county: int
    """Row of the county, or NATION."""
    rows: NDArray[np.int64]
    """Rows of the column; of lists, positions within the county's list."""


class Moment(NamedTuple):
    """Two models after the same phase of the same month."""

    month: int
    phase: str
    left: Tables
    right: Tables
    differences: list[Difference]


class Watched(ScaleUpModel):
    """A model that keeps its state after every phase of the present month, in ``after`` by phase."""

    def __init__(self, scenario: Any = None, **options: Any) -> None:
        self.after: dict[str, Tables] = {}
        super().__init__(scenario, profile=True, **options)

    def run_month(self) -> dict[str, Tables]:
        """Simulate the next month and return the state after each of its phases."""
        self.after = {}
        self.run(self.months_done)
        self._look(NAMES[-1])
        return self.after

    def before(self, phase: str, month: int) -> None:
        """As in every model, once the phase before has been looked at."""
        position = NAMES.index(phase)
        if position:
            self._look(NAMES[position - 1])
        super().before(phase, month)

    def _look(self, phase: str) -> None:
        self.after[phase] = tables_of(self)


def tables_of(model: ScaleUpModel) -> Tables:
    """Copy the complete state of a model: its tables, lists and the state of the spread, by name.

    Lists come without their unused space, and with the county of each entry beside them (``filed_county``).
    """
    state = model.state
    arrays = {name: np.array(getattr(state, name)) for name in TABLES}
    arrays |= {f"spread_{name}": np.array(value) for name, value in model.spread._asdict().items()}
    arrays["rules"] = np.array(model.tables.rules)
    for (name, entries), length in zip(entries_in_use(state).items(), LENGTHS, strict=True):
        arrays[name] = entries
        arrays[name + OF_COUNTY] = np.repeat(np.arange(len(state.arenas)), state.arenas[length])
    return arrays


def column_of(tables: Tables, column: str) -> NDArray[Any]:
    """Return a column, which is a field of a table of records (``villages.post``) or a whole table."""
    table, _, field = column.partition(".")
    found: NDArray[Any] = np.atleast_1d(tables[table][field] if field else tables[table])
    return found


def table_of(column: str) -> str:
    """Return the table to which a column belongs."""
    return column.partition(".")[0]


def owners(model: ScaleUpModel) -> dict[str, NDArray[np.int64]]:
    """Return the county of every row of every table; columns of no county are left out."""
    state, n_services = model.state, len(model.tables.services)
    counties, of_village = np.arange(len(state.counties)), state.villages.county.astype(np.int64)
    of_slot = np.repeat(of_village, state.villages.n_slots)
    of_township = state.townships.county.astype(np.int64)
    offices = np.repeat(np.concatenate([counties, of_township]), n_services)
    return {
        "counties": counties, "county_tally": counties, "counters": counties,
        "spread_order_score": counties, "spread_chain_lag": counties,
        "townships": of_township, "villages": of_village,
        "households": np.repeat(of_village, state.villages.n_households),
        "sectors": np.repeat(counties, 2), "desks": np.concatenate([offices, of_village]),
        **dict.fromkeys(("needs", "birth", "due", "traits", "household"), of_slot),
    }  # fmt: skip


def lockstep(left: Watched, right: Watched, until: int) -> Iterator[Moment]:
    """Yield every phase of every coming month up to ``until`` (inclusive), first the state before them.

    Raises
    ------
    SizesDifferError
        If the two have not the same places for the same number of people.
    """
    owned = owners(left)
    before = tables_of(left), tables_of(right)
    check_sizes(*before)
    yield Moment(left.months_done, START, *before, differences(*before, owned))
    for month in range(left.months_done, until + 1):
        states = left.run_month(), right.run_month()
        for phase in NAMES:
            pair = states[0][phase], states[1][phase]
            yield Moment(month, phase, *pair, differences(*pair, owned))


def check_sizes(left: Tables, right: Tables) -> None:
    """Refuse models whose tables have different lengths, naming the first such table."""
    for name in left.keys() - {*LISTS, *(name + OF_COUNTY for name in LISTS)}:
        if left[name].shape != right[name].shape:
            raise SizesDifferError(
                f"the two worlds are not of one size: {name} has {len(left[name]):,} rows in the one and "
                f"{len(right[name]):,} in the other, so their rows cannot be compared"
            )


def differences(left: Tables, right: Tables, owned: dict[str, NDArray[np.int64]]) -> list[Difference]:
    """Return where two states differ to the last bit, by column and county; rules do not count as state."""
    found = []
    for table in left:
        if table in LISTS:
            found += _list_differences(table, left, right)
        elif table != "rules" and table[-len(OF_COUNTY) :] != OF_COUNTY:
            if left[table].tobytes() == right[table].tobytes():
                continue
            fields = left[table].dtype.names
            for column in [f"{table}.{field}" for field in fields] if fields else [table]:
                found += _column_differences(column, left, right, owned.get(table))
    return found


def _column_differences(
    column: str, left: Tables, right: Tables, county: NDArray[np.int64] | None
) -> list[Difference]:
    """Rows that differ in any byte: two of the same NaN are equal, 0.0 and -0.0 are not."""
    raw = [np.ascontiguousarray(column_of(tables, column)) for tables in (left, right)]
    as_bytes = [array.view(np.uint8).reshape(len(array), -1) for array in raw]
    rows = np.flatnonzero((as_bytes[0] != as_bytes[1]).any(axis=1))
    if county is None:
        return [Difference(column, NATION, rows)] if len(rows) else []
    return [Difference(column, int(c), rows[county[rows] == c]) for c in np.unique(county[rows])]


def entries_of(tables: Tables, name: str, county: int) -> NDArray[np.uint64]:
    """Return the entries of one county's list."""
    entries: NDArray[np.uint64] = tables[name][tables[name + OF_COUNTY] == county]
    return entries


def _list_differences(name: str, left: Tables, right: Tables) -> list[Difference]:
    found = []
    for c in np.union1d(left[name + OF_COUNTY], right[name + OF_COUNTY]):
        ours, theirs = entries_of(left, name, c), entries_of(right, name, c)
        common, longest = sorted((len(ours), len(theirs)))
        rows = np.flatnonzero(ours[:common] != theirs[:common])
        rows = np.concatenate([rows, np.arange(common, longest)])
        if len(rows):
            found.append(Difference(name, int(c), rows))
    return found
