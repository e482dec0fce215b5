"""The demonstration: its runs, its sentences, its files."""

import json

import numpy as np
import pandas as pd
import pytest

from model.text import LANGUAGES
from results.comparison import Comparison
from results.demo import FACTS, PAGE, run_demo
from results.demo_page import OUTCOMES, demo_page, not_told_apart
from results.demo_runs import STRATEGIES, run_all
from results.digest import Ends, exchange
from results.findings import answers, change
from results.measures.catalogue import catalogue
from results.measures.intervals import paired_difference
from tests.languages import pages_differ
from tests.results.pages import Page, outside_requests

LARGEST_BYTES = 3_000_000
both_languages = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def folder(demo_runs, tmp_path_factory):
    import results.demo as demo

    out = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "run_all", lambda *_arguments, **_options: demo_runs)
        written = run_demo(out, "en", replications=2, progress=lambda _share, _what: None)
    assert all(path.is_file() for path in written.paths)
    assert written.paths[0] == out / PAGE
    return out


@pytest.mark.unit
def test_the_page_asks_nobody_for_anything_and_shows_ranges(folder):
    html = (folder / PAGE).read_text(encoding="utf-8")
    page = Page(html)
    assert outside_requests(html) == []
    assert len(html.encode()) < LARGEST_BYTES
    assert page.tags.count("svg") == 8
    assert html.count('class="range"') > 20
    assert "GeoNames" in page.text
    assert "--replications 2" in page.text


@pytest.mark.unit
def test_no_cell_stands_in_one_language_only(demo_runs, folder):
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    english, chinese = (demo_page(demo_runs, {}, facts, each) for each in LANGUAGES)
    assert pages_differ(english, chinese) == []


@pytest.mark.unit
def test_tables_pictures_and_facts_are_written(folder):
    runs = pd.read_csv(folder / "tables" / "runs.csv")
    assert len(runs) == len(STRATEGIES) * 2
    assert set(runs.columns) - {"strategy", "seed"} <= set(catalogue().measures)
    pd.testing.assert_frame_equal(runs, pd.read_parquet(folder / "tables" / "runs.parquet"))
    differences = pd.read_csv(folder / "tables" / "differences.csv")
    assert {"low", "high", "verdict", "replications"} <= set(differences.columns)
    assert len(list((folder / "figures").glob("*.png"))) == len(list((folder / "figures").glob("*.svg"))) == 8
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    assert facts["seeds"] == [1, 2]
    assert facts["strategies"] == list(STRATEGIES)


@pytest.mark.common_numbers
def test_strategies_share_their_numbers(demo_runs):
    found = demo_runs.comparison
    assert found.seeds == (1, 2)
    before_the_desks_differ = 30
    for seed in (0, 1):
        history, starved = (
            found.digests[name][seed].monthly["villages_with_post"] for name in STRATEGIES[1:3]
        )
        np.testing.assert_array_equal(history[:before_the_desks_differ], starved[:before_the_desks_differ])
    assert found.values("no_programme", "spells_found").tolist() == [0, 0]
    assert not np.array_equal(*(found.digests["history"][seed].backlog for seed in (0, 1)))


@pytest.mark.determinism
@pytest.mark.slow
def test_the_number_of_threads_changes_nothing(demo_runs):
    again = run_all(2, 1, world="teaching", until="2018-12")
    pd.testing.assert_frame_equal(again.comparison.runs_table(), demo_runs.comparison.runs_table())


@pytest.mark.unit
@both_languages
def test_three_sentences_with_numbers(demo_runs, language):
    view = demo_runs.views["no_programme"]
    sentences = answers(demo_runs.comparison, demo_runs.country, view, language)
    assert len(sentences) == 3
    for sentence in sentences:
        assert sum(letter.isdigit() for letter in sentence) >= 4
        assert "nan" not in sentence.lower()
        assert "{" not in sentence


@pytest.mark.unit
def test_needs_are_exchanged_bit_by_bit():
    def packed(*bits):
        return np.packbits(np.array(bits, dtype=bool))

    without = Ends(unmet=packed(1, 1, 0, 0, 1), helped=packed(0, 0, 0, 0, 0))
    with_it = Ends(unmet=packed(0, 1, 1, 1, 0), helped=packed(1, 1, 1, 0, 0))
    assert exchange(with_it, without) == (2, 2, 1)
    assert exchange(without, without) == (0, 0, 0)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("strategy", "reference", "kind", "words"),
    [
        ([5.0, 5.2, 5.1], [3.0, 3.1, 3.2], "months", "2.00 months longer"),
        ([0.5, 0.52, 0.51], [0.6, 0.62, 0.61], "share", "10.0 percentage points less"),
        ([1.0, 9.0, 4.0], [4.0, 5.0, 6.0], "number", "cannot be told apart (−9.74 to +9.07)"),
        ([0.5, 0.4], [0.4, 0.5], "share", "cannot be told apart (−127.1 to +127.1 percentage points)"),
        ([5.0, 4.0], [4.0, 5.0], "months", "cannot be told apart (−12.71 to +12.71\u00a0months)"),
        ([1.0, 2.0], [1.0, 2.0], "number", "the same in every run"),
        ([1.0], [2.0], "number", "not known from one run"),
    ],
)
def test_a_difference_is_said_as_far_as_it_is_known(strategy, reference, kind, words):
    assert change(paired_difference(strategy, reference), "en", kind).startswith(words)


@pytest.mark.unit
def test_what_cannot_be_told_apart_is_listed(demo_runs):
    found = demo_runs.comparison
    same = Comparison(dict.fromkeys(STRATEGIES, found.digests["history"]), {})
    lines = not_told_apart(same, "en")
    assert len(lines) == 2
    assert all(catalogue().measures[outcome].label.en.lower() in lines[0].lower() for outcome, _ in OUTCOMES)


@pytest.mark.unit
def test_one_run_shows_no_range_and_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least 2"):
        run_demo(tmp_path, replications=1)
    assert list(tmp_path.iterdir()) == []
