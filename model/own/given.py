"""What users say about their own places beyond their geography: posts, staff, money, prices; and its effects.

A world without such information has none of this. Effects are applied between the compiled steps of a month:
the county's envelope, the seats of posts that exist, and who pays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columns.layout import STAGE_NONE, STAGE_PILOT
from model.calendar import year_of
from model.money import CENTRAL, FEN_PER_YUAN, IN_ENVELOPE, LOCAL, PAYERS, PROVINCIAL, UNLIMITED_FEN

NO_POST = 1_000
"""Month of the post of a village that has none: later than any month."""
BY_THE_RULES, PART_TIME, FULL = -1, 0, 1
"""Kinds of a village's post: as the strategy has it, or as its user said."""


@dataclass(frozen=True)
class Filled:
    """Values of a column that were not given and were taken from elsewhere.

    Attributes
    ----------
    sheet, column : str
        Keys of ``data/places.yaml``.
    n : int
        Rows of the table that lacked the value.
    source : str
        Where they came from: a key of ``filled.from.*`` in the text catalogues.
    """

    sheet: str
    column: str
    n: int
    source: str


@dataclass(frozen=True)
class Given:
    """What a user's tables say beside the places themselves; immutable.

    Attributes
    ----------
    parameters : mapping
        Unit costs and norms by parameter name; strategies and settings prevail over them.
    post_month : int array, one per village
        Month in which the post of a village is opened whatever the strategy; NO_POST where there is none.
    post_kind : int array, one per village
        PART_TIME or FULL where the kind of the post is given, BY_THE_RULES elsewhere.
    villages_per_worker : int array, one per village
        Villages that share this village's worker; 0 where nothing is said.
    supervisors : float array, one per township
        How many full-time equivalents; NaN where nothing is said.
    office_fte : mapping of int to float array
        Full-time staff of an office (:mod:`model.codes`) of every county or township; NaN where it is not
        given.
    money_fen : mapping of int to int64 array, shape (counties, payers)
        Money of a calendar year by payer, in fen; -1 where nothing is said.
    filled : tuple of Filled
    content_hash : str
        Of the tables.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    post_month: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    post_kind: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    villages_per_worker: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    supervisors: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    office_fte: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)
    money_fen: Mapping[int, NDArray[np.int64]] = field(default_factory=dict)
    filled: tuple[Filled, ...] = ()
    content_hash: str = ""


def posts_first(rank: NDArray[np.int32], given: Given | None, counties: Any) -> NDArray[np.int32]:
    """Return the ranks, one per village: those whose post exists or is dated are first, by date."""
    if given is None or not len(given.post_month):
        return rank
    owner = np.repeat(np.arange(len(counties)), counties["n_villages"])
    return rank[np.lexsort((np.arange(len(rank)), given.post_month[rank], owner))]


def limit_budgets(given: Given | None, month: int, counties: Any, rules: Any) -> None:
    """Put the money of the year in place of the envelope of every county, where the budget binds.

    Where some money is given, a county and year without a line is not limited: its budget is not known.
    """
    if given is None or not given.money_fen or rules[0].budget_binds <= 0.0:
        return
    of_year = given.money_fen.get(year_of(month))
    counties["budget"] = UNLIMITED_FEN
    if of_year is not None:
        known = (of_year >= 0).any(axis=1)
        counties["budget"][known] = of_year[known].clip(0).sum(axis=1) // 12


def begin_posts(given: Given | None, month: int, counties: Any) -> None:
    """Bring counties with posts of their own by this month into the pilot stage, as a dated wave does."""
    for c, due in _posts_due(given, month, counties):
        if due and counties["stage"][c] == STAGE_NONE:
            counties["stage"][c], counties["stage_month"][c] = STAGE_PILOT, month


def open_posts(given: Given | None, month: int, counties: Any) -> None:
    """Let every county open the posts that are dated to this month or before and are not open yet."""
    for c, due in _posts_due(given, month, counties):
        counties["seats"][c] = max(counties["seats"][c], due - counties["n_opened"][c])


def _posts_due(given: Given | None, month: int, counties: Any) -> list[tuple[int, int]]:
    if given is None or not (given.post_month <= month).any():
        return []
    owner = np.repeat(np.arange(len(counties)), counties["n_villages"])
    due = np.bincount(owner[given.post_month <= month], minlength=len(counties))
    return [(int(c), int(due[c])) for c in np.flatnonzero(due)]


def share_payments(given: Given | None, month: int, costs: NDArray[np.int64], payments: Any) -> None:
    """Divide what the envelope paid for by the payers' parts of the year's money; the rest as the rules say.

    Rows of ``payments`` keep their sums. Works in place.
    """
    of_year = given.money_fen.get(year_of(month)) if given is not None else None
    if of_year is None:
        return
    part = of_year.clip(0)
    total = part.sum(axis=1)
    envelope = costs[:, list(IN_ENVELOPE)].sum(axis=1)
    for c in np.flatnonzero(total > 0):
        whole = payments[c].sum()
        rest = whole - envelope[c]
        by_rules = [int(payments[c, payer]) * int(rest) // max(int(whole), 1) for payer in range(len(PAYERS))]
        for payer in (LOCAL, PROVINCIAL):
            payments[c, payer] = by_rules[payer] + int(envelope[c]) * int(part[c, payer]) // int(total[c])
        payments[c, CENTRAL] = whole - payments[c, LOCAL] - payments[c, PROVINCIAL]


def count_overspending(given: Given | None, counties: Any, gap: NDArray[np.int64]) -> None:
    """Add to the financing gap what was spent beyond a county's own money. Works in place.

    Spaces that exist are kept running, whatever the money of a later year.
    """
    if given is not None and given.money_fen:
        gap += np.maximum(counties["spent"] - counties["budget"], 0)


def yuan_to_fen(yuan: float) -> int:
    """Turn yuan into whole fen."""
    return round(yuan * FEN_PER_YUAN)
