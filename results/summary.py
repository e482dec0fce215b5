"""The headline outcomes of a run for ``summary.json``: value, unit, label and the two parts of every share.

Names, units and labels are those of the catalogue of measures. What a run without children cannot know is
null, with the reason. Shares are computed from totals, never averaged.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.money import FEN_PER_YUAN
from model.own.filling import filled_notes
from model.own.given import Given
from model.scale_up import ScaleUpModel
from model.spread_only import SpreadRun
from model.text import LANGUAGES, text
from results.cascade_table import of_cohort
from results.measures.cascade import NO_STEP, binding_step, step_name
from results.measures.catalogue import Measure, measure, summary_measures
from results.measures.equity import erreygers_index
from results.measures.ratios import Floats
from results.measures.waiting import cumulative_incidence, median_wait_months
from results.series import COUNTS, MET, NEEDED, SHARES, durable_services, met_months, service_names
from results.waits import followed_cases, waits_of

FLOWS = ("spells_opened", "spells_found", "spells_filed", "spells_served", "spells_gave_up")
UNMET = "unmet_child_months"
NO_CHILDREN, NOBODY, NO_COHORT, NEVER_HALF = "no_children", "nobody", "no_cohort", "never_half"
"""Why a value is null: keys of ``summary.reason.*`` in the text catalogues."""


class Outcome(NamedTuple):
    """A value in the unit of its measure, with its two parts; without a value there is a reason."""

    value: float | int | str | None
    numerator: float | int | None = None
    denominator: float | int | None = None
    reason: str = ""


class Totals(NamedTuple):
    """Sums over the whole run, waits in months; all services first, then each: shape (1 + services, …)."""

    counts: dict[str, NDArray[np.int64]]
    in_time: NDArray[np.int64]
    followed: NDArray[np.int64]
    median_wait: Floats
    wealth_met: NDArray[np.int64]
    wealth_needed: NDArray[np.int64]
    cohort: NDArray[np.int64]  # (1 + services, steps)


def summary(model: ScaleUpModel, spells: pd.DataFrame | None = None) -> dict[str, Any]:
    """Return what ``summary.json`` says of a run with children.

    Parameters
    ----------
    model
        After its last month.
    spells
        All spells where the run kept them: the cascade then follows each one; else totals of the flagged
        cohort are used.
    """
    totals = totals_of(model, spells)
    rows = [_of_needs(totals, row) for row in range(1 + len(service_names(model)))]
    labels = [service.label.model_dump() for service in model.scenario.services.rows]
    return {
        **_written({**_of_places(model), **rows[0]}),
        **filled_entry(model.world.given),
        "services": {
            name: {"label": label, **_written(outcomes)}
            for name, label, outcomes in zip(service_names(model), labels, rows[1:], strict=True)
        },
    }


def summary_of_spread(run: SpreadRun) -> dict[str, Any]:
    """Return what ``summary.json`` says of a run without children: outcomes of children are null."""
    found = {entry.name: Outcome(None, reason=NO_CHILDREN) for entry in summary_measures()}
    for name in ("villages_with_post", "villages_active"):
        found[name] = _count(run.total(name)[-1])
    found["cost_yuan"] = _count(int(run.total("cost_fen").sum()) / FEN_PER_YUAN)
    return {**_written(found), "services": {}}


def filled_entry(given: Given | None) -> dict[str, Any]:
    """Return what was filled in a user's own places, under one name; nothing for a shipped world."""
    if given is None:
        return {}
    notes = {language: filled_notes(given, language) for language in LANGUAGES}
    return {"filled_values": {"columns": [vars(each) for each in given.filled], "notes": notes}}


def totals_of(model: ScaleUpModel, spells: pd.DataFrame | None = None) -> Totals:
    """Return all that the outcomes of children are made of."""
    months, observed = model.months_done, model.observed
    tally = observed.strata[:months, 0].sum(axis=0)
    followed = followed_cases(model)
    counts = {name: _with_all(tally[:, list(which)].sum(axis=1)) for name, which in COUNTS.items()}
    counts[MET] = _with_all(met_months(tally, durable_services(model)))
    counts[NEEDED] = counts[MET] + counts[UNMET]
    return Totals(
        counts=counts,
        in_time=_with_all(followed.served),
        followed=_with_all(followed.followed),
        median_wait=median_wait_months(cumulative_incidence(_with_all(waits_of(model)))),
        wealth_met=_with_all(observed.wealth_met[:months].sum(axis=0)),
        wealth_needed=_with_all(observed.wealth_needed[:months].sum(axis=0)),
        cohort=of_cohort(model, spells).reached,
    )


def _with_all(by_service: NDArray[Any]) -> NDArray[Any]:
    """Put the sum over services before the services."""
    return np.concatenate([by_service.sum(axis=0, keepdims=True), by_service])


def _of_places(model: ScaleUpModel) -> dict[str, Outcome]:
    counties, observed = model.state.counties, model.observed
    return {
        "villages_with_post": _count(counties["n_posts"].sum()),
        "villages_active": _count(counties["n_active"].sum()),
        "children": _count(observed.children[model.months_done - 1]),
        "cost_yuan": _count(int(observed.money[: model.months_done].sum()) / FEN_PER_YUAN),
    }


def _of_needs(totals: Totals, row: int) -> dict[str, Outcome]:
    """Return the outcomes that exist for all services together and for each.

    Shares of counts are those of ``results.series`` that the catalogue wants in the summary.
    """
    counts = totals.counts
    shares = {name: parts for name, parts in SHARES.items() if measure(name).summary}
    return {
        **{name: _count(counts[name][row]) for name in (*FLOWS, UNMET)},
        **{name: _share(counts[top][row], counts[bottom][row]) for name, (top, bottom) in shares.items()},
        "served_within_3_months_share": _share(totals.in_time[row], totals.followed[row]),
        "median_wait_months": _median(totals, row),
        "erreygers_index": _erreygers(totals.wealth_met[row], totals.wealth_needed[row]),
        "binding_step": _binding(totals.cohort[row]),
    }


def _count(amount: Any) -> Outcome:
    number = float(amount) if isinstance(amount, float) else int(amount)
    return Outcome(number, number)


def _share(top: Any, bottom: Any) -> Outcome:
    value = float(top) / float(bottom) if bottom else None
    return Outcome(value, int(top), int(bottom), "" if bottom else NOBODY)


def _median(totals: Totals, row: int) -> Outcome:
    wait, cases = totals.median_wait[row], int(totals.followed[row])
    if np.isnan(wait):
        return Outcome(None, reason=NEVER_HALF if cases else NOBODY)
    return Outcome(int(wait))


def _erreygers(met: NDArray[np.int64], needed: NDArray[np.int64]) -> Outcome:
    index = float(erreygers_index(met, needed))
    if np.isnan(index):
        return Outcome(None, int(met.sum()), int(needed.sum()), NOBODY)
    return Outcome(index, int(met.sum()), int(needed.sum()))


def _binding(reached: NDArray[np.int64]) -> Outcome:
    """Return the step that binds, with the spells lost on the way to it over those of the cohort."""
    cohort = int(reached[0])
    if not cohort:
        return Outcome(None, reason=NO_COHORT)
    step = int(binding_step(reached))
    lost = int(reached[step - 1] - reached[step]) if step_name(step) != NO_STEP else 0
    return Outcome(step_name(step), lost, cohort)


def _written(outcomes: dict[str, Outcome]) -> dict[str, dict[str, Any]]:
    """Return the outcomes as they stand in the file, in the order of the catalogue."""
    return {
        entry.name: _entry(entry, outcomes[entry.name])
        for entry in summary_measures()
        if entry.name in outcomes
    }


def _entry(entry: Measure, outcome: Outcome) -> dict[str, Any]:
    written: dict[str, Any] = {
        "value": outcome.value,
        "unit": entry.unit,
        "label": {language: entry.label.text(language) for language in LANGUAGES},
        "numerator": outcome.numerator,
        "denominator": outcome.denominator,
    }
    if outcome.reason:
        written["reason"] = {
            language: text(f"summary.reason.{outcome.reason}", language) for language in LANGUAGES
        }
    return written
