"""What the page can offer: worlds, strategies, levers, measures and all its words."""

from functools import cache
from importlib.metadata import version
from typing import Any

from app.asked import DEFAULT_STRATEGY, DEFAULT_WORLD, most_children
from app.lessons import lessons
from app.limits import Limits
from columns.compiling import prepare_cache
from model.declarations import Declaration, declarations
from model.scenario import DEFAULT_UNTIL
from model.strategy_file import load_strategy, strategy_names
from model.text import LANGUAGES
from model.text import catalogue as all_texts
from model.worlds import all_worlds, world_label, world_size
from results.measures.catalogue import catalogue as measures
from results.recording import NEEDS, VILLAGE_STATES
from results.series import MET, NEEDED
from results.story import STORIES
from results.wording import unit_of_difference

MAIN_LEVERS = (
    "desk_fte_factor", "desk_plan", "one_stop", "discipline", "scope", "part_time_posts_share",
    "universal_posts_share", "supervision", "mandate_month", "pilot_after_money", "cash_multiplier",
    "automatic_link", "documents_chain", "prevention_multiplier",
)  # fmt: skip
"""Shown first; all others are a click away, by topic."""
LEVEL_OUTCOMES = (
    "villages_with_post", "villages_active", "spells_found", "spells_filed", "spells_served",
    "in_time_of_filed_share", "wait_alone_months", "effective_coverage_share", "unmet_needs", "cost_yuan",
)  # fmt: skip
SPREAD_OUTCOMES = ("villages_with_post", "villages_active", "cost_yuan")
"""What two runs without children can differ in."""
OTHER_OUTCOMES = ("spells_filed_helped", "spells_served_helped", "spells_gave_up", "wait_helped_months")
CHART_SNIPPET = "window.vegaEmbed = vegaEmbed; window.vega = vega; window.vegaLite = vegaLite;"
TEXT_PREFIXES = (
    "app.",
    "words.",
    "unit.",
    "outcome_unit.",
    "strategy_name.",
    "stratum.",
    "kind.",
    "topic.",
    "figure.credit",
    "lesson.",
    "life.",
)


@cache
def catalogue(limits: Limits) -> dict[str, Any]:
    """Return worlds, strategies, parameters and measures as the page needs them."""
    units = {name: measures().measures[name].unit for name in LEVEL_OUTCOMES}
    return {
        "start": {"world": DEFAULT_WORLD, "strategy": DEFAULT_STRATEGY, "until": DEFAULT_UNTIL},
        "worlds": worlds(limits),
        "strategies": [strategy(name) for name in strategy_names()],
        "main_levers": MAIN_LEVERS,
        "parameters": [parameter(each) for each in declarations().values()],
        "measures": {
            name: measures().measures[name].label.model_dump()
            for name in sorted({*NEEDS, MET, NEEDED, *LEVEL_OUTCOMES, *OTHER_OUTCOMES})
        },
        "units": units,
        "units_of_differences": {name: unit_of_difference(unit) for name, unit in units.items()},
        "outcomes": LEVEL_OUTCOMES,
        "spread_outcomes": SPREAD_OUTCOMES,
        "village_states": VILLAGE_STATES,
        "replications": limits.replications,
        "followed_villages": limits.followed_villages,
        "stories": tuple(STORIES),
        "lessons": lessons(),
    }


def worlds(limits: Limits) -> list[dict[str, Any]]:
    """Return the worlds, each with whether it is small enough to have its children simulated here."""
    return [
        {
            "name": name,
            "what": {language: world_label(name, language) for language in LANGUAGES},
            "counties": size["counties"],
            "villages": size["villages"],
            "children": size["children_2010"],
            "with_children": most_children(size) <= limits.children,
        }
        for name, size in ((name, world_size(name)) for name in all_worlds())
    ]


def strategy(name: str) -> dict[str, Any]:
    """Return a shipped strategy: its sentence and what it sets at the start."""
    loaded = load_strategy(name)
    key = f"strategy_name.{name}"
    return {
        "name": name,
        "label": {
            language: all_texts(language).get(key) or name.replace("_", " ").capitalize()
            for language in LANGUAGES
        },
        "sentence": loaded.sentence.model_dump(),
        "order": loaded.order,
        "levers": {key: declarations()[key].shown(value) for key, value in loaded.levers.items()},
    }


def parameter(declared: Declaration) -> dict[str, Any]:
    """Return a parameter as a control needs it: range, unit, source, help."""
    lowest, highest = declared.allowed
    return {
        "name": declared.name,
        "topic": declared.topic,
        "type": declared.type,
        "label": declared.label.model_dump(),
        "help": {language: declared.explained(language) for language in LANGUAGES},
        "default": declared.shown(declared.default) if declared.type == "month" else declared.default,
        "low": declared.low,
        "high": declared.high,
        "minimum": lowest,
        "maximum": highest,
        "scale": declared.scale,
        "unit": declared.unit,
        "kind": declared.kind,
        "source": {language: declared.reason(language) for language in LANGUAGES},
        "assumed": not declared.evidence_ids,
        "choices": declared.choices,
        "needs": declared.needs,
        "at_start": declared.at_start,
    }


@cache
def texts() -> dict[str, dict[str, str]]:
    """Return the words of the page by language and key."""
    return {
        language: {key: value for key, value in all_texts(language).items() if key.startswith(TEXT_PREFIXES)}
        for language in LANGUAGES
    }


@cache
def chart_library() -> str:
    """Return the JavaScript of the charts, which ships inside its Python package; kept, it takes seconds."""
    import vl_convert

    kept = prepare_cache() / f"charts-{version('vl-convert-python')}.js"
    if kept.is_file():
        return kept.read_text(encoding="utf-8")
    library = str(vl_convert.javascript_bundle(CHART_SNIPPET))
    part = kept.with_suffix(".part")
    try:
        part.write_text(library, encoding="utf-8")
        part.replace(kept)
    except OSError:
        return library
    return library
