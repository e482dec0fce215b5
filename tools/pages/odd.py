"""The tables of the model's description after the ODD protocol, printed from the declarations."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from agents.child import Child, Need
from agents.column import Column, columns_of
from agents.county import County
from agents.desk import Desk
from agents.household import Household
from agents.social_worker import SocialWorker
from agents.village import Village
from columns.layout import NEED_STATES, POST_STATES
from columns.streams import STREAMS
from model.counties import load_counties, load_provinces
from model.declarations import declarations
from model.reading import ROOT
from model.reference import markdown_table
from model.schedule import NATION, PHASES
from model.sectors import UNIT_COLUMNS
from model.services import default_services
from model.text import text, unit_text
from tools.pages.equations import applied_in, equations_table

WINDOWS = {
    "county": County,
    "village": Village,
    "social worker": SocialWorker,
    "household": Household,
    "child": Child,
    "desk": Desk,
}
SUBMODELS = {
    "apply_policy": {"policy": "odd/spread.md"},
    "spread_approach": dict.fromkeys(("spread", "evidence", "seats", "orders"), "odd/spread.md"),
    "staff_posts": {"staffing": "odd/workers.md", "spaces": "odd/help.md"},
    "age_population": dict.fromkeys(("demography", "population", "first_needs"), "odd/children.md"),
    "arise_needs": dict.fromkeys(("onset", "idle_spells", "stationary"), "odd/children.md"),
    "visit_households": {"visits": "odd/help.md"},
    "file_referrals": {"referrals": "odd/help.md"},
    "serve_desks": dict.fromkeys(("offices", "desk_hours", "desks"), "odd/help.md"),
    "learn": {"learning": "odd/help.md"},
    "account_costs": {"money": "odd/workers.md"},
    "observe": {"observation": "measures.md"},
}
"""The modules that run each phase, and the page on which each is described."""
WITHOUT_EQUATION = {
    "orders": "sorts by the columns of a table",
    "population": "lets children come and go as the plan of the population says",
    "observation": "counts; measures have their formulas",
}
"""Modules of submodels that apply no numbered equation, and why."""
LAYOUT = ROOT / "columns" / "layout.py"
FIXED = {
    "township": {"county", "n_villages", "n_slots"},
    "household": {"hiv_affected", "migrant", "minority", "wealth"},
    "child": {"disabled", "female", "hiv_affected"},
    "desk": {"base_minutes"},
}
"""State that is drawn or given once, of records that do not mark it; others have it under ``# fixed``."""
LONE_COMMENT = re.compile(r"^ +# ", re.MULTILINE)
FIELD = re.compile(r'\("(\w+)", "\w\d"\),(?:  # (.*))?')
NOT_SEEDED = " (geography, not seeded)"


def entities() -> str:
    """Return what there is: kinds of entity, how many in the whole country, what they are in the code."""
    counties, services = load_counties(), default_services().rows
    n_units = int(counties[list(UNIT_COLUMNS)].to_numpy().sum())
    n_townships = int(counties.townships.sum())
    desks = {"county": len(counties), "township": n_townships, "village": n_units}
    n_desks = sum(desks[service.desk] for service in services)
    rows = [
        _entity("province", len(load_provinces()), "a row of `PROVINCE`", "national"),
        _entity("county", len(counties), "`agents/county.py`", "decides, pays, keeps desks"),
        _entity("township", n_townships, "a row of `TOWNSHIP`", "supervises workers, keeps desks"),
        _entity(
            "village", n_units, "`agents/village.py`", "any unit of village level, with or without a post"
        ),
        _entity("social worker", None, "`agents/social_worker.py`", "whoever fills a post"),
        _entity("household", None, "`agents/household.py`", "one to four places for children"),
        _entity("child", None, "`agents/child.py`", "0 to 17 years, invented"),
        _entity("desk", n_desks, "`agents/desk.py`", f"a place and one of {len(services)} services"),
    ]
    rows[0]["what"] = "hands out seats, pushes its counties"
    columns = {"entity": "entity", "n": "in the whole country", "code": "in the code", "what": "what it does"}
    return markdown_table(rows, columns)


def _entity(name: str, n: int | None, code: str, what: str) -> dict[str, str]:
    return {"entity": name, "n": f"{n:,}" if n else "as simulated", "code": code, "what": what}


def state_variables() -> str:
    """Return the state of every entity that can be looked at, as its agent shows it."""
    rows = [
        {
            "entity": entity,
            "name": f"`{name}`",
            "fixed": _mark(entity, name, column.field),
            "meaning": str(column.__doc__),
        }
        for entity, kind in WINDOWS.items()
        for name, column in sorted(columns_of(kind).items())
        if entity != "social worker"
    ]
    shared = ", ".join(
        f"`{name}`" for name in vars(SocialWorker) if isinstance(vars(SocialWorker)[name], Column)
    )
    rows.append(
        {"entity": "social worker", "name": shared, "fixed": "", "meaning": "As in the village of the post."}
    )
    rows += [
        {"entity": entity, "name": f"`{name}`", "fixed": _mark(entity, name), "meaning": meaning}
        for entity in ("province", "township")
        for name, meaning in _of_record(entity)
    ]
    needs = ", ".join(f"`{name}`" for name in Need._fields)
    rows.append(
        {"entity": "need of a child", "name": needs, "fixed": "", "meaning": "One per child and service."}
    )
    return markdown_table(rows, {"entity": "entity", "name": "variable", "fixed": "", "meaning": "meaning"})


def fixed_fields(entity: str) -> set[str]:
    """Return the state of an entity that never changes, by the names of its columns."""
    if entity in FIXED:
        return FIXED[entity]
    marked = _record(entity).partition("# fixed\n")[2]
    return {name for name, _ in FIELD.findall(LONE_COMMENT.split(marked)[0])}


def _mark(entity: str, *names: str) -> str:
    return "fixed" if fixed_fields(entity) & set(names) else ""


def _record(entity: str) -> str:
    """The source of a record."""
    source = LAYOUT.read_text(encoding="utf-8")
    return source.partition(f"{entity.upper()} = np.dtype(")[2].partition("align=True")[0]


def _of_record(entity: str) -> Iterator[tuple[str, str]]:
    """Yield the fields of a record that no agent shows, with what stands beside them in the code."""
    for name, comment in FIELD.findall(_record(entity)):
        if name != "key":
            meaning = comment or name.replace("_", " ")
            yield name, meaning[0].upper() + meaning[1:] + "."


def codes() -> str:
    """Return the states that a need and a post can have."""
    rows = [
        {"of": "need", "states": ", ".join(f"`{state}`" for state in NEED_STATES)},
        {"of": "post", "states": ", ".join(f"`{state}`" for state in POST_STATES)},
    ]
    return markdown_table(rows, {"of": "of", "states": "states"})


def schedule() -> str:
    """Return the phases of a month in their order."""
    rows = [
        {
            "n": str(number),
            "phase": f"`{phase.name}`",
            "where": "all counties together" if phase.where == NATION else "each county by itself",
            "what": phase.en,
        }
        for number, phase in enumerate(PHASES, start=1)
    ]
    return markdown_table(rows, {"n": "", "phase": "phase", "where": "runs for", "what": "what happens"})


def submodels() -> str:
    """Return the phases with the modules that run them, what these say of themselves, equations and page."""
    rows = [
        {
            "phase": f"`{phase}`",
            "module": f"`model/{module}.py`",
            "what": _first_line(module),
            "equations": WITHOUT_EQUATION.get(module)
            or ", ".join(f"({n})" for n in sorted(applied_in(module))),
            "page": f"[{Path(page).stem}]({page})",
        }
        for phase, modules in SUBMODELS.items()
        for module, page in modules.items()
    ]
    columns = {"phase": "phase", "module": "code", "what": "what it does", "equations": "equations"}
    return markdown_table(rows, {**columns, "page": "rules"})


def _first_line(module: str) -> str:
    source = (ROOT / "model" / f"{module}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").split("\n\n")[0].replace("\n", " ")


def streams() -> str:
    """Return every random decision of the model."""
    rows = [
        {
            "name": f"`{name}`",
            "what": what.removesuffix(NOT_SEEDED),
            "seeded": "no: the same in every run" if what.endswith(NOT_SEEDED) else "yes",
        }
        for name, what in sorted(STREAMS.items())
    ]
    return markdown_table(
        rows, {"name": "stream", "what": "what it decides", "seeded": "moves with the seed"}
    )


def parameters_by_topic() -> str:
    """Return the parameters by topic: name, default, range, unit, kind."""
    rows = [
        {
            "topic": text(f"topic.{each.topic}"),
            "name": f"`{each.name}`",
            "default": each.shown(each.default),
            "range": _range(each.low, each.high),
            "unit": unit_text(each.unit, "en"),
            "kind": text(f"kind.{each.kind}"),
        }
        for each in declarations().values()
    ]
    columns = {"topic": "topic", "name": "name", "default": "default", "range": "plausible", "unit": "unit"}
    return markdown_table(rows, {**columns, "kind": "kind"})


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:g} to {high:g}"


ODD: dict[str, Callable[[], str]] = {
    "entities": entities,
    "state_variables": state_variables,
    "codes": codes,
    "schedule": schedule,
    "streams": streams,
    "submodels": submodels,
    "equations": equations_table,
    "parameters_by_topic": parameters_by_topic,
}
