"""The table of services: shipped rows, rows of users, and what is refused in it."""

import csv
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from model.codes import GROUPS, NO_SERVICE, OFFICES, TRAITS, YOUNG
from model.declarations import Bilingual
from model.parameters import default_parameters
from model.problems import InputError
from model.reading import ROOT
from model.services import (
    FILE,
    SERVICE,
    default_services,
    load_services,
    services_array,
)

NAMES = (
    "birth_certificate",
    "hukou",
    "school",
    "vaccination",
    "health_care",
    "orphan_allowance",
    "subsistence_allowance",
    "disability_subsidy",
    "psychosocial",
    "protection",
)


def table() -> dict:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def write(folder: Path, content: dict) -> Path:
    path = folder / "services.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def problems(path: Path, language: str = "en") -> list[str]:
    with pytest.raises(InputError) as caught:
        load_services(path)
    return [message.partition(": ")[2] for message in caught.value.messages(language)]


@pytest.mark.unit
def test_the_ten_services_stand_in_the_order_of_their_columns() -> None:
    assert default_services().names == NAMES
    assert len(default_services()) == len(services_array()) == len(NAMES)


@pytest.mark.unit
def test_the_array_follows_the_specification() -> None:
    array = services_array()
    assert array.dtype == np.dtype((np.record, SERVICE))
    certificate, hukou, school, vaccination, health, orphan, poor, disabled, support, protection = array
    assert hukou.hard_prerequisite == NAMES.index("birth_certificate")
    assert certificate.hard_prerequisite == NO_SERVICE
    for allowance, group in ((orphan, "unattended"), (poor, "poor"), (disabled, "disabled")):
        assert allowance.hard_prerequisite == NAMES.index("hukou")
        assert allowance.group == GROUPS.index(group)
        assert (allowance.status, allowance.durable, allowance.kept_matters) == (1, 1, 1)
        assert OFFICES[allowance.office] == "civil_affairs"
        assert allowance.minutes_per_case == 180
    for service, refusal in ((school, 0.5), (vaccination, 0.2), (health, 0.4)):
        assert service.soft_prerequisite == NAMES.index("hukou")
        assert service.refusal_without == refusal
    assert (school.min_age_months, school.max_age_months, school.term_entry) == (72, 192, 1)
    assert (hukou.need_share, hukou.need_share_pilot) == (0.033, 0.057)
    assert [row.minutes_per_case for row in array] == [30, 90, 60, 18, 120, 180, 180, 180, 120, 360]
    assert [row.patience_months for row in array] == [12, 12, 6, 3, 3, 9, 9, 9, 6, 6]
    assert (orphan.review_minutes, poor.review_minutes, disabled.review_minutes) == (0, 30, 30)
    assert protection.priority_class < array.priority_class[:-1].min()
    assert OFFICES[support.office] == "village"


@pytest.mark.theory
def test_outflow_without_the_programme_is_that_of_the_specification() -> None:
    expected = {"school": 0.027, "vaccination": 0.076, "health_care": 0.129, "psychosocial": 0.031}
    expected["protection"] = 0.050
    for name, outflow in expected.items():
        service = default_services()[default_services().index(name)]
        share = service.need_share_pilot
        assert service.inflow_per_month * (1 - share) / share == pytest.approx(outflow, abs=0.0005)


@pytest.mark.unit
def test_papers_take_as_long_as_the_parameters_say_unless_a_service_has_its_own() -> None:
    slow = default_parameters().replace(gathering_alone_per_month=0.05, gathering_helped_per_month=0.2)
    array = services_array(parameters=slow)
    hukou, school = array[NAMES.index("hukou")], array[NAMES.index("school")]
    assert (hukou.gathering_alone_per_month, hukou.gathering_helped_per_month) == (0.05, 0.2)
    assert (school.gathering_alone_per_month, school.gathering_helped_per_month) == (0.4, 0.6)


@pytest.mark.theory
def test_multipliers_have_mean_one_in_the_reference_population() -> None:
    services = default_services()
    for service in services.rows:
        excess = sum(
            share * (service.multiplier(trait) - 1) for trait, share in services.reference_shares.items()
        )
        assert services.multiplier_norm(service) * (1 + excess) == pytest.approx(1)
    assert set(services.reference_shares) == {*TRAITS, YOUNG}


@pytest.mark.unit
def test_sources_are_assumptions_or_rows_of_the_evidence() -> None:
    with (ROOT / "data" / "evidence" / "evidence.csv").open(encoding="utf-8", newline="") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    for service in default_services().rows:
        assert set(service.evidence_ids) <= known
        assert service.evidence_ids or len(service.source) > len("assumption: a reason")


@pytest.mark.unit
def test_users_can_add_a_service(tmp_path) -> None:
    content = table()
    legal_aid = {**content["services"][-1], "name": "legal_aid", "hard_prerequisite": "hukou"}
    legal_aid["label"] = {"en": "Legal aid", "zh": "法律援助"}
    content["services"].append(legal_aid)
    del content["reference_shares"]
    services = load_services(write(tmp_path, content))
    assert services.names == (*NAMES, "legal_aid")
    assert services[-1].label == Bilingual(en="Legal aid", zh="法律援助")
    assert services_array(services)[-1].hard_prerequisite == NAMES.index("hukou")
    assert services.reference_shares == default_services().reference_shares
    assert services.content_hash != default_services().content_hash


@pytest.mark.unit
def test_the_hash_is_that_of_the_content(tmp_path) -> None:
    again = load_services(write(tmp_path, table()))
    assert again == default_services()
    assert len({again, default_services()}) == 1


REFUSED = [
    ({"name": "hukou"}, "name", 'The service name "hukou" is used twice.', "服务名称“hukou”重复。"),
    (
        {"hard_prerequisite": "hukuo"},
        "hard_prerequisite",
        'Service protection needs "hukuo", which is not in the table. Did you mean "hukou"?',
        "服务 protection 的前置服务“hukuo”不在表中。您是不是想写“hukou”？",
    ),
    (
        {"ages": [18, 3]},
        "ages",
        "Service protection: ages must rise and lie between 0 and 18 years.",
        "服务 protection：年龄须由小到大，并在0～18岁之间。",
    ),
    (
        {"office": "village"},
        "office",
        'Service protection: desk and office must both be "village" or neither.',
        "服务 protection：受理层级与部门须同时为“village”（村级）或都不是。",
    ),
    (
        {"multipliers": {"poor": 0}},
        "multipliers",
        "Service protection: multipliers must be above 0 and at most 20.",
        "服务 protection：倍数须大于0且不超过20。",
    ),
    (
        {"refusal_share": 0.7, "not_eligible_share": 0.4},
        "refusal_share",
        "Service protection: refused and not eligible together must be less than 1.",
        "服务 protection：退件比例与不符合条件比例之和须小于1。",
    ),
    (
        {"multipliers": {"por": 2}},
        "por",
        'Service protection: "multipliers.por" is not known. Did you mean "poor"?',
        "服务 protection：没有“multipliers.por”这一项。您是不是想写“poor”？",
    ),
    (
        {"patience": 4},
        "patience",
        'Service protection: "patience" is not known. Did you mean "patience_months"?',
        "服务 protection：没有“patience”这一项。您是不是想写“patience_months”？",
    ),
    (
        {"need_share": 1.2},
        "need_share",
        'Service protection: "need_share" must be ≤ 1.',
        "服务 protection：“need_share”须 ≤ 1。",
    ),
    (
        {"desk": "town"},
        "desk",
        'Service protection: "desk" must be one of: township, county, village.',
        "服务 protection：“desk”只能是：township, county, village。",
    ),
    (
        {"find_probability": "often"},
        "find_probability",
        'Service protection: "find_probability" must be a number, whole for months and years.',
        "服务 protection：“find_probability”应为数字，月数和年龄为整数。",
    ),
    (
        {"durable": "long"},
        "durable",
        'Service protection: "durable" must be true or false.',
        "服务 protection：“durable”只能填 true（是）或 false（否）。",
    ),
    (
        {"name": "Child protection"},
        "name",
        'Service Child protection: "name" must be a text; names are small letters, digits and "_".',
        "服务 Child protection：“name”应为文字；名称只用小写字母、数字和“_”。",
    ),
    (
        {"label": "Protection"},
        "label",
        'Service protection: "label" does not have the form that it has in the shipped table.',
        "服务 protection：“label”的写法与自带表格不同。",
    ),
]


@pytest.mark.unit
@pytest.mark.parametrize(("change", "key", "english", "chinese"), REFUSED, ids=[row[1] for row in REFUSED])
def test_a_wrong_row_is_refused_with_its_line(tmp_path, change, key, english, chinese) -> None:
    content = table()
    content["services"][-1].update(change)
    path = write(tmp_path, content)
    assert problems(path, "en") == [english]
    with pytest.raises(InputError) as caught:
        load_services(path)
    (problem,) = caught.value.problems
    assert problem.text("zh").endswith(chinese)
    lines = path.read_text(encoding="utf-8").splitlines()
    last_row = max(i for i, line in enumerate(lines) if line.startswith("- "))
    assert problem.line > last_row
    assert lines[problem.line - 1].removeprefix("- ").strip().startswith(key)


@pytest.mark.unit
def test_a_circle_of_prerequisites_is_named(tmp_path) -> None:
    content = table()
    content["services"][0]["soft_prerequisite"] = "school"
    circle = "birth_certificate → school → hukou → birth_certificate"
    assert problems(write(tmp_path, content)) == [
        f"Services need each other in a circle: {circle}. Take one of these prerequisites out."
    ]


@pytest.mark.unit
def test_a_missing_key_and_other_problems_are_told_together(tmp_path) -> None:
    content = table()
    del content["services"][2]["office"]
    content["services"][3]["ages"] = [7, 0]
    content["extra"] = 1
    content["reference_shares"]["poor"] = 2
    assert sorted(problems(write(tmp_path, content))) == [
        '"extra" is not known here.',
        '"poor" is 2; a share between 0 and 1 is needed.',
        'Service school: "office" is missing.',
        "Service vaccination: ages must rise and lie between 0 and 18 years.",
    ]


@pytest.mark.unit
def test_a_file_without_services_is_refused(tmp_path) -> None:
    assert problems(write(tmp_path, {"rows": []})) == ['Expected a list named "services".']
    many = {"services": table()["services"] * 4}
    assert "There are 40 services; 1 to 32 are possible." in problems(write(tmp_path, many))


ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.lists(st.integers(), max_size=3)
)


@pytest.mark.property
@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.sampled_from([*table()["services"][0], "other"]), ANYTHING, min_size=1, max_size=3))
def test_any_row_is_either_read_or_refused_with_a_message(tmp_path_factory, change) -> None:
    content = table()
    content["services"][1].update(change)
    path = write(tmp_path_factory.mktemp("services"), content)
    try:
        array = services_array(load_services(path))
    except InputError as error:
        told = [*error.messages("en"), *error.messages("zh")]
    else:
        told = ["nothing"]
        assert len(array) == len(NAMES)
        assert all(np.isfinite(array[name]).all() for name in array.dtype.names or ())
    assert all(told)
