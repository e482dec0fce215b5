"""Every text stands in both languages: data, catalogues, reasons of parameters, pages of reference."""

import re
from pathlib import Path

import pytest
import yaml

from app.catalogue import catalogue as application
from app.limits import Limits
from model.declarations import FOLDER, TOPICS, Bilingual, Declaration, declarations
from model.reading import ROOT
from model.reference import DOCS
from model.text import LANGUAGES, catalogue, text, unit_text
from results.parameter_rows import assumption_rows
from results.parameter_words import parameter_value
from results.wording import FIXED_SPACE
from tests.languages import CHINESE, bilingual, faults

pytestmark = pytest.mark.unit
DATA = sorted(path for path in (ROOT / "data").rglob("*.yaml") if path.parent.name != "text")
IN_CHINESE = "中文"
"""Heading of a column that holds Chinese on a page in English."""
EVIDENCE_ROW = re.compile(r"(?<![A-Za-z0-9])[A-Z]\d\d(?!\d)")


def test_every_parameter_has_its_reason_in_both_languages() -> None:
    english, chinese = (assumption_rows(language, declarations()) for language in LANGUAGES)
    for row, other in zip(english, chinese, strict=True):
        name, reason, said = row["name"], row["source"], other["source"]
        assert reason, name
        assert faults(reason, said) == [], name
        assert sorted(EVIDENCE_ROW.findall(reason)) == sorted(EVIDENCE_ROW.findall(said)), name
        if declarations()[name].type in ("choice", "switch"):
            assert CHINESE.search(other["default"]), name
            assert not re.search("[a-z]", other["range"]), name
        assert bool(CHINESE.search(said)) == (not declarations()[name].evidence_ids), name


@pytest.mark.parametrize(
    "source",
    [
        "assumption: nothing was measured",
        {"en": "assumption: nothing was measured"},
        {"en": "assumption: nothing was measured", "zh": ""},
        {"en": "assumption: nothing was measured", "zh": "assumption: nothing was measured"},
        {"en": "D08", "zh": "假设：无实测数据"},
        {"en": "D08", "zh": "D09"},
    ],
)
def test_a_reason_in_one_language_is_refused(source: object) -> None:
    given = declarations()["trust_start"].model_dump()
    assert Declaration.model_validate(given).source == Bilingual(**given["source"])
    with pytest.raises(ValueError, match=r"source"):
        Declaration.model_validate(given | {"source": source})


TYPED = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")
"""Names of parameters and most choices, as they stand in files and on the command line."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_names_choices_by_their_words(language: str) -> None:
    for name, declared in declarations().items():
        read, typed = declared.explained(language), declared.explained(language, typed=True)
        assert not TYPED.search(read + declared.reason(language) + declared.label.in_language(language)), name
        for choice in declared.choices:
            word = text("words.quoted", language, name=text(f"words.choice.{name}.{choice}", language))
            assert word in read
            assert text("words.typed", language, word=word, typed=choice) in typed
        assert "{" not in read + typed


def test_help_names_only_what_is_declared(tmp_path: Path) -> None:
    for topic in TOPICS:
        (tmp_path / f"{topic}.yaml").write_bytes((FOLDER / f"{topic}.yaml").read_bytes())
    spread = tmp_path / "spread.yaml"
    spread.write_text(
        spread.read_text(encoding="utf-8").replace("{staged_chain}", "{chain}"), encoding="utf-8"
    )
    with pytest.raises(ValueError, match="help of mandate_form names chain"):
        declarations(tmp_path)


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.name)
def test_every_text_of_the_data_stands_in_both_languages(path: Path) -> None:
    found = bilingual(yaml.safe_load(path.read_text(encoding="utf-8")), path.name)
    wrong = {where: faults(english, chinese) for where, english, chinese in found}
    assert {where: each for where, each in wrong.items() if each} == {}


def test_every_text_of_the_catalogues_stands_in_both_languages() -> None:
    english, chinese = map(catalogue, LANGUAGES)
    wrong = {key: faults(said, chinese[key]) for key, said in english.items()}
    assert {key: each for key, each in wrong.items() if each} == {}


@pytest.mark.parametrize(
    ("written", "unit"),
    [("1", "month"), ("+1", "month"), ("−1", "month"), ("1.0", "months"), ("0.5", "months"), ("", "months")],
)
def test_only_exactly_one_is_singular(written: str, unit: str) -> None:
    assert unit_text("months", "en", written) == unit
    assert unit_text("months", "zh", written) == "个月"
    assert unit_text("km", "en", written) == "km"
    assert parameter_value("training_months", 1.0) == f"1{FIXED_SPACE}month"
    assert parameter_value("training_months", 2.0) == f"2{FIXED_SPACE}months"


def test_every_text_of_the_application_stands_in_both_languages() -> None:
    wrong = {where: faults(*pair) for where, *pair in bilingual(application(Limits()), "")}
    assert len(wrong) > 3 * len(declarations())
    assert {where: each for where, each in wrong.items() if each} == {}


def test_columns_of_chinese_on_pages_of_reference_are_filled_with_chinese() -> None:
    seen = 0
    for path in sorted(DOCS.glob("*.md")):
        heads: list[str] = []
        for line in path.read_text(encoding="utf-8").splitlines():
            cells = [each.strip() for each in re.split(r"(?<!\\)\|", line)[1:-1]] if line[:1] == "|" else []
            heads = (heads or cells) if cells else []
            if cells == heads or IN_CHINESE not in heads or set(line) <= set("|-: "):
                continue
            for head, cell in zip(heads, cells, strict=True):
                seen += head == IN_CHINESE
                assert head != IN_CHINESE or CHINESE.search(cell), f"{path.name}: {line}"
    assert seen > len(declarations())
