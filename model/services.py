"""The services that children may need: a validated table that users can extend, and its form for kernels.

The table is ``data/services.yaml``. Papers take as long as the parameters ``gathering_*_per_month`` say
unless a service has values of its own, so :func:`services_array` takes the parameters in force.
"""

import functools
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from model.codes import (
    CHILDHOOD_YEARS,
    DESKS,
    GROUPS,
    MINUTES_PER_HOUR,
    NO_SERVICE,
    OFFICES,
    TRAITS,
    YOUNG,
)
from model.declarations import ASSUMPTION, Bilingual
from model.parameters import HASH_BYTES, Parameters, default_parameters
from model.problems import InputError, Problem, nearest
from model.reading import ROOT, Document, read_yaml

FILE = ROOT / "data" / "services.yaml"
FILE_KEYS = ("services", "reference_shares")
MAX_SERVICES = 32
KEY_ITSELF = "[key]"
"""How pydantic marks that the key of a mapping, not its value, is wrong."""
LIMITS = {
    "less_than": ("<", "lt"),
    "less_than_equal": ("≤", "le"),
    "greater_than": (">", "gt"),
    "greater_than_equal": ("≥", "ge"),
}
"""Kinds of pydantic's errors on limits: the sign shown and where the limit stands."""
KINDS = {"float": "number", "finite": "number", "int": "number", "bool": "switch", "string": "text"}
"""First words of pydantic's errors on types, and the message for them."""
MAX_MULTIPLIER = 20.0
MAX_HOURS_PER_CASE = 200
MAX_MONTHS = 240

Share = Field(ge=0, le=1)
Hours = Field(ge=0, le=MAX_HOURS_PER_CASE)


class Service(BaseModel):
    """One service; field names follow ``data/services.yaml``.

    ``ages`` are years, the second exclusive. ``by_status`` marks services that all children of the group are
    entitled to (allowances): their flow comes from status and reviews, not from an onset per month.
    ``durable`` marks what lasts once served. ``seeking_share`` is the share of spells that end through the
    service rather than by themselves in a world without the programme. ``lapse_share`` is lost at each review
    or, for school, at each term.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Bilingual
    ages: tuple[int, int]
    group: Literal["all", "unattended", "poor", "disabled"]
    by_status: bool
    durable: bool
    need_share: float = Share
    need_share_pilot: float = Share
    inflow_per_month: float = Share
    hard_prerequisite: str | None = None
    soft_prerequisite: str | None = None
    refusal_without: float = Share
    desk: Literal["township", "county", "village"]
    office: Literal["clinic", "police", "education", "hospital", "civil_affairs", "protection", "village"]
    hours_per_case: float = Field(gt=0, le=MAX_HOURS_PER_CASE)
    review_hours: float = Hours
    review_interval_months: int = Field(ge=0, le=MAX_MONTHS)
    lapse_share: float = Share
    find_probability: float = Share
    consent_probability: float = Share
    refusal_share: float = Field(ge=0, lt=1)
    not_eligible_share: float = Field(ge=0, lt=1)
    patience_months: float = Field(gt=0, le=MAX_MONTHS)
    gathering_alone_per_month: float | None = Field(default=None, ge=0, le=1)
    gathering_helped_per_month: float | None = Field(default=None, ge=0, le=1)
    seeking_share: float = Share
    priority_class: int = Field(ge=0, le=9)
    unit_cost_yuan: float = Field(ge=0)
    term_entry: bool
    kept_matters: bool
    preventable: bool
    vulnerable_by_need: bool
    strain_multiplier: float = Field(ge=1, le=MAX_MULTIPLIER)
    multipliers: dict[Literal[(*TRAITS, YOUNG)], float]  # type: ignore[valid-type]
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        low, high = self.ages
        if not 0 <= low < high <= CHILDHOOD_YEARS:
            raise ValueError("service.ages ages")
        if any(not 0 < factor <= MAX_MULTIPLIER for factor in self.multipliers.values()):
            raise ValueError("service.multiplier multipliers")
        if (self.desk == "village") != (self.office == "village"):
            raise ValueError("service.village_desk office")
        if self.not_eligible_share + self.refusal_share >= 1:
            raise ValueError("service.outcomes refusal_share")
        return self

    @property
    def evidence_ids(self) -> tuple[str, ...]:
        """Rows of the evidence table that the shares rest on; empty for a pure assumption."""
        return () if self.source.startswith(ASSUMPTION) else tuple(self.source.split())

    def multiplier(self, trait: str) -> float:
        """Return the multiplier of a trait, 1 where none is given."""
        return float(self.multipliers.get(trait, 1.0))


class Services(BaseModel):
    """All services of a world in the order of their columns; the shares that scale their multipliers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: tuple[Service, ...]
    reference_shares: dict[str, float]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, position: int) -> Service:
        return self.rows[position]

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(service.name for service in self.rows)

    def index(self, name: str) -> int:
        """Return the column of a service; an unknown name is a ValueError."""
        return self.names.index(name)

    @functools.cached_property
    def content_hash(self) -> str:
        """Hexadecimal hash of the table, the same in every process."""
        return hashlib.blake2b(self.model_dump_json().encode(), digest_size=HASH_BYTES).hexdigest()

    def __hash__(self) -> int:
        return hash(self.content_hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Services) and self.content_hash == other.content_hash

    def multiplier_norm(self, service: Service) -> float:
        """Return the factor that brings the mean multiplier over the reference population to 1.

        Excesses over 1 add up, so the mean needs only the shares of single traits. A village's own mean then
        differs from 1 as its make-up differs from the country's.
        """
        return 1 / (
            1 + sum(self.reference_shares.get(t, 0.0) * (service.multiplier(t) - 1) for t in (*TRAITS, YOUNG))
        )


@functools.cache
def default_services() -> Services:
    """Return the services of ``data/services.yaml``."""
    return load_services(FILE)


def load_services(path: Path) -> Services:
    """Read a table of services; all that is wrong with it is raised in one InputError."""
    document = read_yaml(path)
    problems = list(document.problems)
    content = document.value
    if not isinstance(content, Mapping) or not isinstance(content.get("services"), list):
        raise InputError([*problems, document.problem("service.no_rows")])
    problems += [
        document.problem("file.unknown_key", key, key=key, nearest=nearest(str(key), FILE_KEYS))
        for key in content
        if key not in FILE_KEYS
    ]
    rows = []
    for position, fields in enumerate(content["services"]):
        try:
            rows.append(Service.model_validate(fields))
        except ValidationError as error:
            problems += _row_problems(error, fields, document, position)
    problems += _table_problems(content["services"], document)
    shares, wrong = _reference_shares(content, document)
    problems += wrong
    if problems:
        raise InputError(problems)
    return Services(rows=tuple(rows), reference_shares=shares)


def _reference_shares(
    content: Mapping[str, Any], document: Document
) -> tuple[dict[str, float], list[Problem]]:
    given = content.get("reference_shares")
    if given is None:
        given = read_yaml(FILE).value["reference_shares"]
    shares, problems = {}, []
    for key, value in (given if isinstance(given, Mapping) else {}).items():
        if key not in (*TRAITS, YOUNG):
            hint = nearest(str(key), (*TRAITS, YOUNG))
            problems.append(
                document.problem("file.unknown_key", "reference_shares", key, key=key, nearest=hint)
            )
        elif not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
            problems.append(document.problem("service.share", "reference_shares", key, key=key, value=value))
        else:
            shares[key] = float(value)
    return shares, problems


def _row_problems(error: ValidationError, fields: object, document: Document, position: int) -> list[Problem]:
    name = fields.get("name", position + 1) if isinstance(fields, Mapping) else position + 1
    problems = []
    for found in error.errors(include_url=False):
        place = tuple(part for part in found["loc"] if part != KEY_ITSELF)
        values: dict[str, object] = {"service": name, "key": ".".join(str(part) for part in place)}
        kind, context = found["type"], found.get("ctx", {})
        if kind == "extra_forbidden":
            code, values["nearest"] = "service.unknown_key", nearest(str(place[-1]), Service.model_fields)
        elif KEY_ITSELF in found["loc"]:
            code, values["nearest"] = "service.unknown_key", nearest(str(place[-1]), (*TRAITS, YOUNG))
        elif kind == "missing":
            code = "service.missing_key"
        elif kind == "value_error":
            code, key = str(context["error"]).split()
            place = (key,)
        elif kind in LIMITS:
            sign, limit = LIMITS[kind]
            code, values["limit"] = "service.limit", f"{sign} {context[limit]:g}"
        elif kind == "literal_error":
            choices = context["expected"].replace("'", "").replace(" or ", ", ")
            code, values["choices"] = "service.choice", choices
        else:
            code = f"service.type.{KINDS.get(kind.partition('_')[0], 'other')}"
        problems.append(document.problem(code, "services", position, *place, **values))
    return problems


def _table_problems(rows: Sequence[Any], document: Document) -> list[Problem]:
    """Find what concerns several rows: doubled names, unknown prerequisites and cycles of them."""
    problems = []
    names = [str(row.get("name")) if isinstance(row, Mapping) else "" for row in rows]
    if not 1 <= len(rows) <= MAX_SERVICES:
        problems.append(document.problem("service.number", "services", n=len(rows), most=MAX_SERVICES))
    needs: dict[str, list[str]] = {}
    for position, row in enumerate(rows):
        if not isinstance(row, Mapping):
            continue
        name = names[position]
        if "name" in row and names.index(name) < position:
            problems.append(document.problem("service.doubled", "services", position, "name", service=name))
        for kind in ("hard_prerequisite", "soft_prerequisite"):
            wanted = row.get(kind)
            if wanted is None:
                continue
            if wanted not in names:
                values = {"service": name, "wanted": wanted, "nearest": nearest(str(wanted), names)}
                problems.append(
                    document.problem("service.prerequisite", "services", position, kind, **values)
                )
            else:
                needs.setdefault(name, []).append(wanted)
    if cycle := _cycle(needs):
        values = {"services": " → ".join(cycle)}
        problems.append(document.problem("service.cycle", "services", names.index(cycle[0]), **values))
    return problems


def _cycle(needs: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the names along a circle of prerequisites, the first repeated at the end; empty without one."""
    finished: set[str] = set()

    def search(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in finished:
            return []
        for wanted in needs.get(name, ()):
            if found := search(wanted, [*trail, name]):
                return found
        finished.add(name)
        return []

    return next((found for name in needs if (found := search(name, []))), [])


SERVICE = np.dtype(
    [
        ("min_age_months", "i4"),
        ("max_age_months", "i4"),  # exclusive
        ("group", "i4"),  # GROUPS
        ("status", "i4"),  # 1 where all of the group are entitled
        ("durable", "i4"),  # 1 where served lasts
        ("need_share", "f8"),
        ("need_share_pilot", "f8"),
        ("inflow_per_month", "f8"),
        ("hard_prerequisite", "i4"),  # column of the service needed first, NO_SERVICE where none
        ("soft_prerequisite", "i4"),
        ("refusal_without", "f8"),  # without the soft prerequisite
        ("desk", "i4"),  # DESKS
        ("office", "i4"),  # OFFICES
        ("minutes_per_case", "i8"),
        ("review_minutes", "i8"),
        ("review_interval_months", "i4"),  # 0 where there is no review
        ("lapse_share", "f8"),
        ("find_probability", "f8"),
        ("consent_probability", "f8"),
        ("refusal_share", "f8"),
        ("not_eligible_share", "f8"),
        ("patience_months", "f8"),
        ("gathering_alone_per_month", "f8"),
        ("gathering_helped_per_month", "f8"),
        ("seeking_share", "f8"),
        ("priority_class", "i4"),
        ("unit_cost_yuan", "f8"),
        ("term_entry", "i4"),
        ("kept_matters", "i4"),
        ("preventable", "i4"),  # 1 where an active worker lowers the onset
        ("vulnerable_by_need", "i4"),  # 1 where the need alone makes a child vulnerable (``scope``)
        ("strain_multiplier", "f8"),  # while the caregiver does not cope
        ("multipliers", "f8", (len(TRAITS),)),  # in the order of TRAITS
        ("young_multiplier", "f8"),  # ages 0–4
        ("multiplier_norm", "f8"),  # times the multiplier has mean 1 in the reference population
    ],
    align=True,
)
_COPIED = (
    "need_share", "need_share_pilot", "inflow_per_month", "refusal_without", "review_interval_months",
    "lapse_share",
    "find_probability", "consent_probability", "refusal_share", "not_eligible_share", "patience_months",
    "seeking_share", "priority_class", "unit_cost_yuan", "term_entry", "kept_matters", "durable",
    "preventable", "vulnerable_by_need", "strain_multiplier",
)  # fmt: skip
_GATHERING = ("gathering_alone_per_month", "gathering_helped_per_month")


def services_array(services: Services | None = None, parameters: Parameters | None = None) -> np.recarray:
    """Return the services as kernels read them: one ``SERVICE`` record each, in order.

    Parameters
    ----------
    services : Services, optional
        The shipped ten by default.
    parameters : Parameters, optional
        Gives the rates of gathering papers of services without their own; defaults where left out.
    """
    table = services or default_services()
    rules = parameters or default_parameters()
    papers = {
        "gathering_alone_per_month": rules.gathering_alone_per_month,
        "gathering_helped_per_month": rules.gathering_helped_per_month,
    }
    array = np.zeros(len(table), dtype=SERVICE)
    for row, service in zip(array, table.rows, strict=True):
        row["min_age_months"], row["max_age_months"] = (12 * years for years in service.ages)
        row["group"] = GROUPS.index(service.group)
        row["status"] = service.by_status
        for name in _COPIED:
            row[name] = getattr(service, name)
        for kind in ("hard_prerequisite", "soft_prerequisite"):
            wanted = getattr(service, kind)
            row[kind] = NO_SERVICE if wanted is None else table.index(wanted)
        row["desk"], row["office"] = DESKS.index(service.desk), OFFICES.index(service.office)
        row["minutes_per_case"] = round(service.hours_per_case * MINUTES_PER_HOUR)
        row["review_minutes"] = round(service.review_hours * MINUTES_PER_HOUR)
        for name in _GATHERING:
            own = getattr(service, name)
            row[name] = papers[name] if own is None else own
        row["multipliers"] = [service.multiplier(trait) for trait in TRAITS]
        row["young_multiplier"] = service.multiplier(YOUNG)
        row["multiplier_norm"] = table.multiplier_norm(service)
    return array.view(np.recarray)
