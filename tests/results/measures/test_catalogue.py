"""The catalogue agrees with the interface, the code, the texts and the printed page."""

import inspect
from types import SimpleNamespace

import numpy as np
import pytest
from pydantic import ValidationError

from model.text import LANGUAGES, unit_text
from model.text import catalogue as texts
from results.measures import waiting
from results.measures.cascade import STEPS
from results.measures.catalogue import Catalogue, catalogue, column_documentation, measure, summary_measures
from results.measures.document import document_path, measures_markdown

SUMMARY_NAMES = {
    "villages_with_post",
    "villages_active",
    "children",
    "spells_opened",
    "spells_found",
    "spells_filed",
    "spells_served",
    "spells_gave_up",
    "served_within_3_months_share",
    "median_wait_months",
    "unmet_child_months",
    "effective_coverage_share",
    "erreygers_index",
    "cost_yuan",
    "binding_step",
}
MEASURES = catalogue().measures
COMPUTED = [entry for entry in MEASURES.values() if entry.function]
WORKED = [entry for entry in MEASURES.values() if entry.example]


def by_name(entries):
    return pytest.mark.parametrize("entry", entries, ids=lambda entry: entry.name)


@pytest.mark.unit
def test_summary_has_the_names_of_the_interface():
    assert {entry.name for entry in summary_measures()} >= SUMMARY_NAMES
    places = {"villages_with_post", "villages_active", "children"}
    assert {entry.name for entry in summary_measures() if not entry.per_service} == places


@pytest.mark.docs
@by_name(WORKED)
def test_worked_examples_are_what_the_code_gives(entry):
    returned = entry.read(entry.resolve()(**entry.example.arguments))
    np.testing.assert_allclose(np.asarray(returned, dtype=float), entry.example.result, atol=1e-9)


@pytest.mark.docs
@by_name(COMPUTED)
def test_named_functions_exist_and_are_documented(entry):
    function = entry.resolve()
    assert inspect.getdoc(function)
    assert inspect.signature(function).return_annotation is not inspect.Signature.empty


@pytest.mark.docs
@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_printed_from_the_catalogue(language):
    assert document_path(language).read_text(encoding="utf-8") == measures_markdown(language), (
        "docs/measures*.md is out of date: python -m results.measures.document"
    )


@pytest.mark.docs
@by_name(MEASURES.values())
def test_every_measure_can_be_shown_in_both_languages(entry):
    for language in LANGUAGES:
        assert entry.label.text(language).strip()
        assert entry.formula.text(language).strip()
        assert unit_text(entry.unit, language)
    assert any("\u4e00" <= sign <= "\u9fff" for sign in entry.label.zh)


@pytest.mark.unit
def test_units_in_names_agree_with_units():
    endings = {
        "_share": {"share"},
        "_yuan": {"yuan"},
        "_child_months": {"child_months"},
        "_minutes": {"minutes"},
    }
    for name, entry in MEASURES.items():
        for ending, units in endings.items():
            if name.endswith(ending) and "_per_" not in name:
                assert entry.unit in units, name


@pytest.mark.unit
def test_codes_of_the_measures_have_their_entries():
    assert {f"cascade_{step}" for step in STEPS[1:]} <= set(MEASURES)
    assert {f"{end}_incidence_share" for end in waiting.WAIT_ENDS[1:]} <= set(MEASURES)


@pytest.mark.unit
def test_ratios_are_made_of_catalogued_parts_with_their_own_units():
    for entry in MEASURES.values():
        if entry.numerator:
            assert MEASURES[entry.numerator].unit
            if entry.unit == "share" and entry.section != "equity":
                assert MEASURES[entry.numerator].unit == MEASURES[entry.denominator].unit, entry.name


@pytest.mark.unit
def test_columns_are_documented_for_schema_json():
    documented = column_documentation(["effective_coverage_share", "cost_yuan"], "zh")
    assert list(documented) == ["effective_coverage_share", "cost_yuan"]
    assert documented["effective_coverage_share"]["label"] == "有效覆盖率"
    assert documented["effective_coverage_share"]["denominator"] == "needed_child_months"
    assert documented["cost_yuan"]["better"] == "lower"
    assert column_documentation(["cost_yuan"])["cost_yuan"]["unit"] == "yuan"


@pytest.mark.unit
def test_an_unknown_measure_offers_the_nearest():
    with pytest.raises(KeyError, match="effective_coverage_share"):
        measure("effective_coverage_shares")


@pytest.mark.unit
def test_a_measure_the_engine_counts_has_no_function():
    with pytest.raises(ValueError, match="counted by the engine"):
        measure("villages").resolve()
    assert measure("cost_yuan").read(3) == 3
    assert measure("backlog_months").read(SimpleNamespace(value=2)) == 2


def declared(**fields):
    words = {"en": "x", "zh": "某"}
    entry = {
        "name": "a",
        "section": "s",
        "label": words,
        "unit": "share",
        "formula": words,
        "better": "higher",
    }
    return {
        "sections": {"s": {"label": words, "text": words}},
        "sources": {},
        "measures": {"a": entry | fields},
    }


@pytest.mark.unit
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"section": "t"}, "no section 't'"),
        ({"numerator": "b", "denominator": "a"}, "no numerator 'b'"),
        ({"numerator": "a"}, "needs both"),
        ({"source": ("s1",)}, "no source 's1'"),
        ({"better": "more"}, "better"),
        ({"labell": "x"}, "labell"),
    ],
)
def test_a_catalogue_that_contradicts_itself_is_refused(fields, message):
    assert Catalogue(**declared()).measures["a"].name == "a"
    with pytest.raises(ValidationError, match=message):
        Catalogue(**declared(**fields))


@pytest.mark.unit
def test_words_in_a_third_language_are_refused():
    with pytest.raises(ValueError, match="not one of en, zh"):
        measure("children").label.text("fr")
    assert set(texts("en")) == set(texts("zh"))
