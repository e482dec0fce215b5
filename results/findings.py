"""The sentences that answer the questions, computed from runs: never more than the runs can tell."""

from math import isfinite

import numpy as np

from model.text import text
from results.comparison import Comparison
from results.figures.compared.desks import late_backlog
from results.figures.compared.spread import MAP_MONTH, CountrySpread
from results.groups import GROUPS
from results.measures.intervals import (
    HIGHER,
    LOWER,
    SAME,
    Interval,
    PairedDifference,
    paired_difference,
    t_interval,
)
from results.view import RunView
from results.wording import (
    WRITERS,
    between,
    in_sentence,
    month_name,
    months_long,
    number,
    percent,
    scale_of,
    signed,
    span,
    unit_of_difference,
    whole,
    with_unit,
)

FAR = 10
"""Without the mandate fewer villages than one in so many: then the mandate is what spreads the approach."""
USUAL_LOW, USUAL_HIGH = 0.5, 0.9
"""Use of desk hours without the programme that the default staff is scaled to."""


def change(found: PairedDifference, language: str, kind: str = "number") -> str:
    """Say a paired difference in words: "3.1 percentage points more (2.0–4.2)", or that it cannot be told.

    Parameters
    ----------
    kind
        "number", "share" (percentage points) or "months".
    """
    interval = found.difference
    if found.verdict == SAME:
        return text("change.same", language)
    if found.verdict not in (HIGHER, LOWER):
        if not isfinite(interval.low):
            return text("change.unknown", language)
        low, high = (_amount(end, language, kind, sign=True) for end in (interval.low, interval.high))
        if kind != "number":
            high = with_unit(high, unit_of_difference(kind), language)
        return text("change.unclear", language, low=low, high=high)
    least, most = sorted((abs(interval.low), abs(interval.high)))
    direction = "more" if found.verdict == HIGHER else "less"
    return text(
        f"change.{kind}.{direction}",
        language,
        value=_amount(abs(interval.estimate), language, kind),
        low=_amount(least, language, kind),
        high=_amount(most, language, kind),
    )


def _amount(value: float, language: str, kind: str, *, sign: bool = False) -> str:
    if kind == "number":
        return ("+" if sign and value > 0 else "") + number(value, language)
    scaled = value * scale_of(kind)
    digits = 1 if kind == "share" else 2
    return signed(scaled, digits) if sign else f"{scaled:.{digits}f}"


def answers(found: Comparison, country: CountrySpread, view: RunView, language: str = "en") -> list[str]:
    """Return the three sentences: how it spreads, whether desks serve whom workers find, and who waits."""
    return [
        _spread_sentence(country, language),
        _served_sentence(found, language),
        _waiting_sentence(found, view, language),
    ]


def _spread_sentence(country: CountrySpread, language: str) -> str:
    first, other = tuple(country.posts)
    early = t_interval(country.posts[first][:, min(MAP_MONTH, country.last_month)])
    late, without = (t_interval(country.posts[name][:, -1]) for name in (first, other))
    far_apart = without.high < late.low / FAR
    return text(
        "answer.spread" if far_apart else "answer.spread.near",
        language,
        villages=whole(country.villages),
        early_month=month_name(min(MAP_MONTH, country.last_month), language),
        early=span(early, language),
        late_month=month_name(country.last_month, language),
        late=percent(late.estimate / country.villages, language, 0),
        without=span(without, language),
        without_share=percent(without.estimate / country.villages, language),
    )


def _served_sentence(found: Comparison, language: str) -> str:
    starved, history, follow = "workers_without_desks", "history", "desks_follow_backlog"
    outcome = "in_time_of_filed_share"
    fewer = found.difference(starved, history, outcome)
    return text(
        "answer.served" if fewer.verdict == LOWER else "answer.served.not_fewer",
        language,
        found=number(found.level(starved, "spells_found").estimate, language),
        history=percent(found.level(history, outcome).estimate, language, 0),
        starved=percent(found.level(starved, outcome).estimate, language, 0),
        change=change(fewer, language, "share"),
        follow=percent(found.level(follow, outcome).estimate, language, 0),
    )


def _waiting_sentence(found: Comparison, view: RunView, language: str) -> str:
    starved, base = "workers_without_desks", found.strategies[0]
    waits = found.difference(starved, base, "wait_alone_months")
    backlogs = late_backlog(found, starved)
    desk = int(backlogs.mean(axis=0).argmax())
    groups = found.stack(starved, "group_waits")
    longest = int(np.nan_to_num((groups[..., 0] - groups[..., 1]).mean(axis=0), nan=-np.inf).argmax())
    gap = paired_difference(groups[:, longest, 0], groups[:, longest, 1])
    return text(
        "answer.waiting" if waits.verdict == HIGHER else "answer.waiting.not_longer",
        language,
        desk=in_sentence(view.services[found.first.desks[desk]][language], language),
        backlog=span(t_interval(backlogs[:, desk]), language, "months"),
        backlog_base=months_long(late_backlog(found, base)[:, desk].mean(), language),
        change=change(waits, language, "months"),
        groups=text(
            "answer.groups" if gap.verdict == HIGHER else "answer.groups.none",
            language,
            group=text(f"stratum.{GROUPS[longest]}", language),
            gap=change(gap, language, "months"),
        ),
    )


def usual_share(view: RunView) -> float:
    """Return the share of offices (county × kind) that are used between .5 and .9 without programme."""
    return float(view.utilisation["utilisation"].between(USUAL_LOW, USUAL_HIGH).mean())


def written(interval: Interval, language: str, kind: str) -> tuple[str, str]:
    """Return an estimate and its range for a cell of a table."""
    write = WRITERS[kind]
    return write(interval.estimate, language), between(interval, language, kind)
