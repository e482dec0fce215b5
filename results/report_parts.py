"""The tables, sentences and warnings of a report."""

import numpy as np
import pandas as pd

from model.declarations import declarations
from model.parameters import default_parameters, outside_plausible
from model.text import text
from results.binding import COUNTY_STEPS, STEP_NAMES
from results.desk_load import load
from results.digest import FILED, FILED_HELPED, IN_TIME, PROGRAMME, WAITING, WAITING_HELPED, outcomes
from results.figures.cascade import FATES, fates
from results.figures.places import county_names
from results.groups import GROUPS, group_pair
from results.measures.cascade import binding_step, nested_counts
from results.measures.ratios import divide
from results.series import ALL, MET, NEEDED
from results.smoothing import yearly
from results.view import RunView
from results.wording import in_sentence, listing, month_name, months_long, number, percent, points, whole

START_UP_MONTHS = 36
"""A run shorter than this has not left its beginning behind: stocks still move towards their level."""
GROWING = 1.25
"""A queue that is so many times what it was a year before is growing."""
LEAST_BACKLOG_MONTHS = 0.25
HALF_YEAR, YEAR = 6, 12
MOST_COUNTIES = 40


def report_answers(view: RunView, language: str) -> list[str]:
    """Return the answer in three sentences: how far it came, who was served, where it jams and for whom."""
    late = min(2 * YEAR, view.n_months)
    found = outcomes(view.sums, late)
    names, _, backlog = load(view.desks)
    n = float(view.posts[view.posts["month"] == 0]["villages"].sum())
    last = month_name(view.n_months - 1, language)
    key = "report.answer.spread" if found["villages_with_post"] > 0 else "report.answer.no_posts"
    sentences = [
        text(
            key,
            language,
            month=last,
            posts=percent(found["villages_with_post"] / n, language, 0),
            active=percent(found["villages_active"] / n, language, 0),
            n=whole(n),
        ),
        text(
            "report.answer.served" if found["spells_found"] > 0 else "report.answer.alone",
            language,
            found=number(found["spells_found"], language),
            helped=number(found["spells_filed_helped"], language),
            filed=number(found["spells_filed"], language),
            in_time=percent(found["in_time_of_filed_share"], language, 0),
        ),
    ]
    shares = fates(view.cascade())
    lost = FATES[int(shares[1:].argmax()) + 1]
    behind = _furthest_behind(view, late, language)
    if names:
        recent = np.nan_to_num(yearly(backlog, YEAR)[:, -1])
        desk = int(recent.argmax())
        sentences.append(
            text(
                "report.answer.jam" if recent[desk] >= LEAST_BACKLOG_MONTHS else "report.answer.no_queue",
                language,
                lost=text(f"fate.{lost}", language),
                desk=in_sentence(view.services[names[desk]][language], language),
                months=months_long(recent[desk], language),
                behind=behind,
            )
        )
    return sentences


def _furthest_behind(view: RunView, late: int, language: str) -> str:
    gaps = {group: np.subtract(*group_pair(view.cube, MET, NEEDED, group, late)) for group in GROUPS}
    known = {group: float(gap) for group, gap in gaps.items() if np.isfinite(gap)}
    worst = min(known, key=lambda group: known[group], default="")
    if not worst or known[worst] >= 0:
        return text("report.answer.nobody_behind", language)
    gap = points(-known[worst], language).lstrip("+")
    return text("report.answer.behind", language, group=text(f"stratum.{worst}", language), gap=gap)


def service_rows(view: RunView, late: int, language: str) -> list[dict[str, str]]:
    """Return per service, for the last months: cases filed, by whom, served in time, months waited."""
    rows = []
    names, busy, backlog = load(view.desks)
    for service in view.service_names():

        def late_sum(measure: str, service: str = service) -> float:
            return float(view.cube.of(measure, ALL, service)[-late:].sum())

        filed, helped = late_sum(FILED), late_sum(FILED_HELPED)
        stood, stood_helped = late_sum(WAITING), late_sum(WAITING_HELPED)
        desk = names.index(service) if service in names else None
        rows.append(
            {
                "name": view.services[service][language],
                "filed": number(filed, language),
                "helped": _share(helped, filed, language),
                "in_time": _share(late_sum(IN_TIME), filed, language),
                "alone": _months(stood - stood_helped, filed - helped, language),
                "with_help": _months(stood_helped, helped, language),
                "busy": "–" if desk is None else percent(float(busy[desk, -1]), language, 0),
                "backlog": "–" if desk is None else months_long(float(backlog[desk, -1]), language),
            }
        )
    return rows


def _share(part: float, of: float, language: str) -> str:
    return percent(part / of, language, 0) if of > 0 else "–"


def _months(stood: float, filed: float, language: str) -> str:
    return months_long(stood / filed, language) if filed > 0 else "–"


def county_rows(view: RunView, late: int, language: str) -> list[dict[str, str]]:
    """Return per county, for the last months, what is lost on the way, and the step that binds.

    Counts are those of the months, not of a cohort, so a step can gain a little from earlier months. Where a
    world has many counties, those that serve the smallest share in time are shown.
    """
    table = view.counties[view.counties["month"] >= view.n_months - late]
    summed = table.groupby("county_code", sort=False)[list(COUNTY_STEPS)].sum()
    last = table[table["month"] == view.n_months - 1].set_index("county_code").loc[summed.index]
    reached = nested_counts(summed.to_numpy())
    shares = divide(reached[:, 1:], reached[:, :-1])
    binding = binding_step(reached)
    names = county_names(last.reset_index(), language)
    order = np.argsort(np.nan_to_num(divide(reached[:, -1], reached[:, 0]), nan=1.0))[:MOST_COUNTIES]
    return [_county_row(names[i], last.iloc[i], shares[i], int(binding[i]), language) for i in order]


def _county_row(
    name: str, last: pd.Series, shares: np.ndarray, binding: int, language: str
) -> dict[str, str]:
    return {
        "name": name,
        "children": number(float(last["children"]), language),
        "active": _share(float(last["villages_active"]), float(last["villages"]), language),
        "found": percent(float(shares[0]), language, 0),
        "filed": percent(float(shares[1]), language, 0),
        "in_time": percent(float(shares[2]), language, 0),
        "waiting": number(float(last["unmet_child_months_waiting"]), language),
        "binding": text(f"report.step.{STEP_NAMES[binding]}", language),
    }


def money_rows(view: RunView, language: str) -> list[dict[str, str]]:
    """Return yuan by year: the programme, what children receive, money that was listed, what was lacking."""
    by_part = {
        part: rows.pivot_table(index="year", columns="item", values="yuan", observed=True)
        for part, rows in view.money.groupby("part")
    }
    paid, available = by_part["category"], by_part.get("available")
    rows = []
    for year in paid.index:
        programme = float(paid.loc[year, list(PROGRAMME)].sum())
        there = "–"
        if available is not None and year in available.index:
            there = number(float(available.loc[year].sum()), language)
        rows.append(
            {
                "year": str(year),
                "programme": number(programme, language),
                "received": number(float(paid.loc[year].sum()) - programme, language),
                "available": there,
                "gap": number(float(by_part["gap"].loc[year].sum()), language),
            }
        )
    return rows


def warnings_of(view: RunView, language: str) -> list[str]:
    """Return what a reader must know before trusting the numbers of this run."""
    found = []
    if view.n_months < START_UP_MONTHS:
        found.append(text("warning.start_up", language, months=view.n_months))
    names, _, backlog = load(view.desks)
    if view.n_months >= 2 * YEAR and names:
        late = backlog[:, -HALF_YEAR:].mean(axis=1)
        before = backlog[:, -HALF_YEAR - YEAR : -YEAR].mean(axis=1)
        growing = (late > GROWING * before) & (late > LEAST_BACKLOG_MONTHS)
        queues = [
            text(
                "warning.growing.queue",
                language,
                desk=in_sentence(view.services[names[desk]][language], language),
                before=months_long(before[desk], language),
                late=months_long(late[desk], language),
            )
            for desk in np.flatnonzero(growing)
        ]
        if queues:
            found.append(text("warning.growing", language, queues=listing(queues, language)))
    last_followed = view.n_months - 1 - YEAR - 3
    if view.cohort[1] > last_followed:
        found.append(text("warning.cohort", language))
    found += view.shortages.get(language, ())
    implausible = outside_plausible(default_parameters().replace(**view.parameters))
    if implausible:
        labels = [declarations()[name].label.in_language(language) for name in implausible]
        found.append(text("warning.implausible", language, names=listing(labels, language)))
    if view.filled.get(language):
        found.append(text("warning.filled", language))
    return found
