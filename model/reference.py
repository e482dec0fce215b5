"""Pages of reference made from the declarations: parameters, services and strategies in ``docs``.

The pages are written by ``python -m model.reference`` and compared with the declarations by a test, so they
cannot grow old.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from model.calendar import month_text
from model.codes import TRAITS, YOUNG
from model.parameters import parameters_table
from model.reading import ROOT
from model.services import Service, default_services
from model.strategy import Event, FromParameter
from model.strategy_file import background_events, load_strategy, strategy_names
from model.text import text

DOCS = ROOT / "docs"


def markdown_table(rows: Iterable[Mapping[str, str]], columns: Mapping[str, str]) -> str:
    """Return rows as a table in Markdown; ``columns`` maps keys of a row to headings."""
    lines = ["| " + " | ".join(columns.values()) + " |", "|" + "---|" * len(columns)]
    for row in rows:
        cells = (str(row[key]).replace("|", "\\|").replace("\n", " ").strip() for key in columns)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def parameters_page() -> str:
    """Return the page on parameters: a section per topic, a row per parameter."""
    english, chinese = parameters_table("en"), parameters_table("zh")
    rows = [{**row, "zh": other["label"]} for row, other in zip(english, chinese, strict=True)]
    columns = {
        "name": "name",
        "label": "meaning",
        "zh": "中文",
        "default": "default",
        "range": "plausible range",
        "unit": "unit",
        "kind": "kind",
        "source": "source",
        "help": "what it does",
    }
    parts = [text("reference.parameters")]
    for topic in dict.fromkeys(row["topic"] for row in rows):
        heading = f"## {text(f'topic.{topic}')} · {text(f'topic.{topic}', 'zh')}"
        parts += [heading, markdown_table((row for row in rows if row["topic"] == topic), columns)]
    return "\n\n".join(parts) + "\n"


def services_page() -> str:
    """Return the page on services: what each is, how often it is needed, and who needs it more."""
    services = default_services()
    needs = {
        "name": "name",
        "label": "service",
        "zh": "中文",
        "ages": "ages",
        "group": "of whom",
        "need": "in need at start, pilot",
        "inflow": "inflow per month",
        "first": "needs first",
        "desk": "desk",
        "hours": "staff hours",
        "review": "review",
        "source": "source",
    }
    ways = {
        "name": "name",
        "find": "found in a visit",
        "consent": "family agrees",
        "refused": "refused for papers",
        "ineligible": "not eligible",
        "patience": "patience, months",
        "papers": "papers per month: alone, helped",
        "seeking": "ends through the service",
        "cost": "yuan per case",
    }
    who = {"name": "name"} | {trait: trait.replace("_", " ") for trait in (*TRAITS, YOUNG)}
    rows = [_service_row(service) for service in services.rows]
    parts = [
        text("reference.services"),
        "## What they are",
        markdown_table(rows, needs),
        "## From need to service",
        markdown_table(rows, ways),
        "## Who needs them more",
        text("reference.multipliers"),
        markdown_table(rows, who),
    ]
    return "\n\n".join(parts) + "\n"


def _service_row(service: Service) -> dict[str, str]:
    first = f"{service.hard_prerequisite}, hard" if service.hard_prerequisite else ""
    if service.soft_prerequisite:
        first = f"{service.soft_prerequisite}, refusal {service.refusal_without:g} without"
    review = ""
    if service.review_interval_months:
        review = f"every {service.review_interval_months} months, {service.review_hours:g} h"
    if service.lapse_share:
        review += f"{', ' if review else ''}{service.lapse_share:g} lapse"
    rates = (service.gathering_alone_per_month, service.gathering_helped_per_month)
    return {
        "name": service.name,
        "label": service.label.en,
        "zh": service.label.zh,
        "ages": f"{service.ages[0]}–{service.ages[1] - 1}",
        "group": service.group,
        "need": f"{service.need_share:g}, {service.need_share_pilot:g}",
        "inflow": "by status" if service.by_status else f"{service.inflow_per_month:g}",
        "first": first,
        "desk": f"{service.desk}: {service.office}",
        "hours": f"{service.hours_per_case:g}",
        "review": review,
        "source": service.source,
        "find": f"{service.find_probability:g}",
        "consent": f"{service.consent_probability:g}",
        "refused": f"{service.refusal_share:g}",
        "ineligible": f"{service.not_eligible_share:g}",
        "patience": f"{service.patience_months:g}",
        "papers": ", ".join("parameter" if rate is None else f"{rate:g}" for rate in rates),
        "seeking": f"{service.seeking_share:g}",
        "cost": f"{service.unit_cost_yuan:g}",
    } | {trait: f"{service.multiplier(trait):g}" for trait in (*TRAITS, YOUNG)}


def strategies_page() -> str:
    """Return the page on strategies: a row each, then the dated events of the default history."""
    rows = []
    for name in strategy_names():
        strategy = load_strategy(name)
        row = {"name": name, "en": strategy.sentence.en, "zh": strategy.sentence.zh, "order": strategy.order}
        rows.append(row | {"extends": ", ".join(strategy.extends)})
    columns = {"name": "name", "en": "what it does", "zh": "中文", "order": "order", "extends": "extends"}
    dates = {"month": "month", "en": "event", "zh": "中文", "does": "what it does", "source": "source"}
    parts = [
        text("reference.strategies"),
        markdown_table(rows, columns),
        "## Dated events of the default history",
        markdown_table(map(_event_row, load_strategy("history").events), dates),
        "## Dated events outside the programme",
        text("reference.background"),
        markdown_table(map(_event_row, sorted(background_events(), key=lambda event: event.month)), dates),
    ]
    return "\n\n".join(parts) + "\n"


def _event_row(event: Event) -> dict[str, str]:
    does = []
    for key, value in event.set.items():
        shown = value.name if isinstance(value, FromParameter) else value
        does.append(f"{key} = {shown:g}" if isinstance(shown, int | float) else f"{key} = {shown}")
    if event.wave is not None:
        wave = event.wave
        when = f"{month_text(wave.month_start)} to {month_text(wave.month_end)}"
        does.append(f"{wave.posts_per_county} posts in each of {wave.counties} counties, {when}")
    return {
        "month": month_text(event.month),
        "en": event.name.en,
        "zh": event.name.zh,
        "does": "; ".join(does) or "no declared effect",
        "source": event.source,
    }


PAGES: dict[str, Callable[[], str]] = {
    "parameters.md": parameters_page,
    "services.md": services_page,
    "strategies.md": strategies_page,
}


def write_pages(folder: Path = DOCS) -> None:
    """Write all pages into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write_pages()
