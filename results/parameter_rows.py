"""What pages and workbooks say of parameters: value, range, kind and source of those that matter."""

from collections.abc import Iterable
from typing import Any

from model.declarations import declarations
from model.parameters import parameters_table
from model.text import text
from results.parameter_words import setting_words
from results.view import ParametersView

OF_A_RUN = (
    "desk_fte_factor",
    "civil_affairs_fte",
    "police_fte",
    "clinic_fte",
    "education_fte",
    "protection_fte",
    "fiscal_spread",
    "part_time_posts_share",
    "part_time_share_of_hours",
    "find_multiplier",
    "gathering_helped_per_month",
    "mandate_hazard_per_month",
    "county_rollout_months",
    "births_without_hukou_share",
)
"""Shown of every run, besides those that the strategy or the user changed."""
OF_MANY_RUNS = (
    "desk_fte_factor",
    "civil_affairs_fte",
    "clinic_fte",
    "police_fte",
    "education_fte",
    "protection_fte",
    "hospital_load_factor",
    "fiscal_spread",
    "desk_follow_backlog_delay_months",
    "part_time_posts_share",
    "part_time_share_of_hours",
    "visit_hours",
    "find_multiplier",
    "gathering_helped_per_month",
    "mandate_hazard_per_month",
    "mandate_delay_months",
    "county_rollout_months",
    "hukou_drive_strength",
    "births_without_hukou_share",
    "left_behind_national_share",
)
"""Those that answers about strategies rest on most."""
CHOICES = {"en": " | ", "zh": "、"}
"""What stands between the choices of a parameter."""


def assumption_rows(language: str, names: Iterable[str] = OF_MANY_RUNS) -> list[dict[str, Any]]:
    """Return rows of ``parameters.html``: label, unit, default, range, kind and source of each."""
    declared = {row["name"]: row for row in parameters_table(language)}
    return [_in_words(declared[name], language) for name in names]


def parameter_rows(view: ParametersView, language: str) -> list[dict[str, Any]]:
    """Return such rows of a run with ``value`` and ``changed``: what is not at its default comes first."""
    names = dict.fromkeys((*view.changed, *OF_A_RUN))
    return [
        {
            **row,
            "value": setting_words(name, view.parameters[name], language),
            "changed": name in view.changed,
        }
        for name, row in zip(names, assumption_rows(language, names), strict=True)
    ]


def _in_words(row: dict[str, str], language: str) -> dict[str, Any]:
    """Return a row with kind and settings in words; the reason of an assumption has not that word again."""
    name, declared = row["name"], declarations()[row["name"]]
    spread = (
        CHOICES[language].join(setting_words(name, each, language) for each in declared.choices)
        or row["range"]
    )
    return {
        **row,
        "default": setting_words(name, row["default"], language),
        "range": spread,
        "choices": declared.choices,
        "kind": text(f"kind.{row['kind']}", language),
        "source": declared.reason(language),
    }
