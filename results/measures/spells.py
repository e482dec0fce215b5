"""What the measures need to know about spells: one row per spell of need, its dates, and how it ended.

A spell runs from unmet to its end: one child's one need. In small worlds the event log has every spell
(``spells.parquet``); nationally flagged cohorts give the same columns. Months are integers, 0 = 2010-05;
`NO_MONTH` means that it has not happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from columns.layout import NO_MONTH

# How a spell ended.
END_OPEN, END_SERVED, END_PASSED, END_AGED_OUT, END_LEFT, END_NOT_ELIGIBLE = range(6)
SPELL_ENDS = ("open", "served", "passed", "aged_out", "left", "not_eligible")

# A case filed in month m is served "within three months" when served by the end of month m + 3.
SERVED_WITHIN_MONTHS = 3

type Months = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Spells:
    """Spells as columns of shape (spells,). ``helped`` and ``can_lapse`` are boolean, the others integer.

    ``filed_month`` is that of the last filing: a refusal for missing papers sends the case back to gathering,
    and its wait begins anew, as in the engine's own counts. ``gave_up_month`` is when the family first gave
    up waiting at the desk; it may come back in the same spell.
    """

    child: NDArray  # id of the child, the same in every run of a seed
    service: NDArray  # index of the service
    opened_month: Months
    covered_month: Months  # first month of the spell in which the village had an active worker
    found_month: Months  # a worker learnt of it
    filed_month: Months  # filed at the desk
    served_month: Months
    gave_up_month: Months
    lapsed_month: Months  # lost again what had been served
    ended_month: Months
    end: NDArray  # one of END_OPEN … END_NOT_ELIGIBLE
    helped: NDArray[np.bool_]  # filed with a worker's help
    can_lapse: NDArray[np.bool_]  # the service can be lost again (school, allowances)

    def __post_init__(self) -> None:
        """Refuse columns of unequal length."""
        lengths = {field.name: len(getattr(self, field.name)) for field in fields(self)}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns of spells differ in length: {lengths}")

    @classmethod
    def from_table(cls, table: Mapping[str, ArrayLike]) -> "Spells":
        """Return the spells of a table with these columns (a DataFrame of ``spells.parquet``, a mapping).

        Raises
        ------
        ValueError
            If columns are missing; all of them are named.
        """
        names = [field.name for field in fields(cls)]
        missing = [name for name in names if name not in table]
        if missing:
            raise ValueError(f"the table of spells lacks the columns {', '.join(missing)}")
        return cls(**{name: np.asarray(table[name]) for name in names})

    def __len__(self) -> int:
        """Return the number of spells."""
        return len(self.opened_month)

    def where(self, mask: NDArray) -> "Spells":
        """Return the spells selected by a boolean mask or an index array."""
        return Spells(**{field.name: getattr(self, field.name)[mask] for field in fields(self)})


def happened(month: Months) -> NDArray[np.bool_]:
    """Return where a month is a real one, one per month."""
    return month != NO_MONTH


def happened_within(month: Months, since: Months, months: int) -> NDArray[np.bool_]:
    """Return, per month, whether it is real and at most ``months`` after ``since`` (which must be too)."""
    return happened(month) & happened(since) & (month - since <= months)


def served_within(spells: Spells, months: int = SERVED_WITHIN_MONTHS) -> NDArray[np.bool_]:
    """Return, one per spell, whether it was served within ``months`` of filing, without giving up on the way.

    A family that gave up and came back did not have one short wait; its first wait ended when it gave up.
    """
    gave_up_first = (
        happened(spells.gave_up_month)
        & (spells.gave_up_month >= spells.filed_month)
        & (spells.gave_up_month <= spells.served_month)
    )
    return happened_within(spells.served_month, spells.filed_month, months) & ~gave_up_first
