"""Measures of a run: they agree with the summary and with each other, and people see them."""

import json

import numpy as np
import openpyxl
import pandas as pd
import pytest

from model.text import LANGUAGES, text
from results.again import report_again
from results.displaced import displaced
from results.measures.catalogue import catalogue, measure
from results.series import ALL
from results.simulate import simulate_and_write
from results.wording import bracketed
from tests.results.pages import Page

pytestmark = pytest.mark.unit

ELSEWHERE = {
    "backlog_months": "results/comparison.py",
    "children_served_without": "results/displaced.py",
    "children_displaced": "results/displaced.py",
    "children_gained": "results/displaced.py",
    "children_displaced_share": "results/displaced.py",
    "needs_gained": "experiments/running.py",
    "needs_lost": "experiments/running.py",
    "needs_lost_alone": "experiments/running.py",
    "programme_yuan": "results/digest.py",
    "additional_yuan": "results/worth.py",
    "additional_spells_served": "results/worth.py",
    "yuan_per_additional_spell": "results/worth.py",
    "unmet_child_months_averted": "results/worth.py",
    "yuan_per_unmet_child_month_averted": "results/worth.py",
    "net_benefit_yuan": "results/worth.py",
    "acceptability_share": "results/worth.py",
    "need_months_per_10000_yuan": "experiments/mapped.py",
    "paired_difference": "results/comparison.py",
    "variance_removed_share": "results/comparison.py",
    "variance_from_draws_share": "results/comparison.py",
    "replications_needed": "experiments/comparing.py",
    "trend_part": "results/compared_tables.py",
    "other_policy_part": "results/compared_tables.py",
    "programme_part": "results/compared_tables.py",
    "interaction_part": "results/compared_tables.py",
    "wait_alone_months": "results/report.py",
    "wait_helped_months": "results/report.py",
    "unmet_needs": "results/report.py",
    "financing_gap_yuan": "results/frames.py",
}
"""Measures that need more than the files of one run, and who writes them."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two runs of the teaching world with the same seed, with the programme and without."""
    out = tmp_path_factory.mktemp("runs")
    for strategy in ("history", "no_programme"):
        simulate_and_write(strategy, "teaching", "all", [], 3, "2017-12", 1, out / strategy, "en")
    return out


@pytest.fixture(scope="module")
def table(folders):
    return pd.read_parquet(folders / "history" / "measures.parquet")


def value(table, name, service=ALL, group=""):
    (found,) = table.query("measure == @name and service == @service and group == @group")["value"]
    return found


def test_they_agree_with_the_summary(folders, table):
    summary = json.loads((folders / "history" / "summary.json").read_text(encoding="utf-8"))
    for name in ("served_within_3_months_share", "erreygers_index"):
        assert value(table, name) == pytest.approx(summary[name]["value"])
        for service, entries in summary["services"].items():
            if entries[name]["value"] is not None:
                assert value(table, name, service) == pytest.approx(entries[name]["value"]), (name, service)
    costs = pd.read_parquet(folders / "history" / "money.parquet").query("part == 'category'")["yuan"].sum()
    assert 0.8 * costs < value(table, "present_value_yuan") < costs
    assert 0 < value(table, "recurrent_yuan") < costs


def test_groups_are_parts_of_the_whole(table):
    rows = table.query("measure == 'in_time_of_filed_share' and service == 'all'").set_index("group")
    filed = pd.Series(rows["denominator"])
    assert (rows["numerator"] <= filed).all()
    gaps = table.query("measure == 'group_gap' and service == 'all'").set_index("group")["value"]
    ratios = table.query("measure == 'group_ratio' and service == 'all'").set_index("group")["value"]
    assert ((gaps > 0) == (ratios > 1)).all()


def test_ends_of_waits_and_people_are_shares_of_a_whole(table):
    ended = sum(value(table, f"{end}_incidence_share") for end in ("served", "gave_up", "left", "refused"))
    assert 0.9 < ended <= 1
    for name in ("posts_filled_share", "workers_active_share", "children_covered_share"):
        row = table[table["measure"] == name].iloc[0]
        assert 0 < row["numerator"] <= row["denominator"]
        assert row["value"] == pytest.approx(row["numerator"] / row["denominator"])
    worst = table.query("measure == 'worst_cell_share' and service == 'all'").iloc[0]
    assert worst["group"]
    assert worst["denominator"] >= 30


def test_who_is_displaced_is_told_child_by_child(folders):
    found = displaced(folders / "no_programme", folders / "history")
    assert found.net_gain() == len(found.gained) - len(found.displaced)
    assert 0 < float(found.displaced_share().value) < 1
    same = displaced(folders / "history", folders / "history")
    assert (len(same.gained), len(same.displaced)) == (0, 0)
    assert np.array_equal(same.fates, np.diag(np.diag(same.fates)))


def test_runs_of_other_children_are_refused(folders, tmp_path):
    about = json.loads((folders / "history" / "run.json").read_text(encoding="utf-8"))
    about["scenario"]["seed"] += 1
    (tmp_path / "run.json").write_text(json.dumps(about), encoding="utf-8")
    with pytest.raises(ValueError, match="not of the same children: seed"):
        displaced(folders / "history", tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_workbook_show_them(folders, table, language):
    html, book = report_again(folders / "history", language, workbook=True)
    page = Page(html.read_text(encoding="utf-8"))
    sheet = openpyxl.load_workbook(book)[text("workbook.measures", language)]
    written = {row[0] for row in sheet.iter_rows(values_only=True) if row[0]}
    for name in table["measure"].unique():
        label = measure(name).label.text(language)
        assert label in page.text
        assert label in written


@pytest.mark.parametrize("language", LANGUAGES)
def test_gaps_between_groups_are_in_percentage_points(folders, table, language):
    html, book = report_again(folders / "history", language, workbook=True)
    page = Page(html.read_text(encoding="utf-8"))
    sheet = openpyxl.load_workbook(book)[text("workbook.measures", language)]
    points, label = text("unit.percentage_points", language), measure("fifths_gap").label.text(language)
    value = table.query("measure == 'fifths_gap' and service == 'all'")["value"].item()
    at = page.words.index(label)
    assert page.words[at + 1 : at + 3] == [f"{100 * value:+.1f}".replace("-", "−"), points]
    assert bracketed(measure("group_gap").label.text(language), points, language) in page.words
    row = next(row for row in sheet.iter_rows() if row[0].value == label)
    assert row[3].value == pytest.approx(100 * value)
    assert "%" not in row[3].number_format
    assert row[6].value == points


@pytest.mark.docs
def test_every_measure_of_the_catalogue_is_found_somewhere(folders):
    found = set()
    for path in (folders / "history").glob("*.parquet"):
        each = pd.read_parquet(path)
        found |= set(each.columns) | (set(each["measure"].unique()) if "measure" in each else set())
    found |= set(json.loads((folders / "history" / "summary.json").read_text(encoding="utf-8")))
    assert set(catalogue().measures) - found == set(ELSEWHERE)
