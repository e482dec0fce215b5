"""What the report of many runs plays: the middle one, made once, kept, equal to the run it stands for."""

import json

import numpy as np
import pytest

from experiments import played
from experiments.asking import check_request
from experiments.comparing import run_comparison
from experiments.played import FILE, keep_runs, kept_runs, middle, played_compared, record_compared, told_of
from model.problems import InputError
from model.text import LANGUAGES
from results.strategy_words import strategy_name

pytestmark = pytest.mark.unit

NAMES = ("no_programme", "history", "workers_without_desks", "poorest_first")


def as_list(runs, told, language):
    """A player that says what it was handed."""
    return json.dumps([[json.loads(run[0])["strategy"] for run in runs], told, language])


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("played") / "runs"
    request = check_request(
        NAMES, world="four_villages", until="2012-06", draws=0, replications=3, decompose=False
    )
    found = run_comparison(request, folder, workers=1)
    record_compared(found, request.study, folder)
    return found, request.study, folder


def test_the_middle_is_the_known_value_nearest_the_median():
    assert middle(np.array([5.0, 1.0, 2.2, np.nan, 2.0])) in (2, 4)
    assert middle(np.array([9.0, 1.0, 3.0])) == 2
    assert middle(np.array([np.nan, np.nan])) == 0


def test_a_comparison_keeps_the_first_strategy_and_the_best_others_on_one_seed(compared):
    found, _, folder = compared
    runs = kept_runs(folder)
    assert runs[0].strategy == NAMES[0]
    assert len({run.strategy for run in runs}) == len(runs) == played.MOST_STRATEGIES
    assert {(run.draw, run.seed) for run in runs} == {(0, runs[0].seed)}
    for run in runs:
        opening, *frames = map(json.loads, run.messages)
        assert opening["label"] == {each: strategy_name(run.strategy, each) for each in LANGUAGES}
        served = sum(sum(frame["needs"]["spells_served"]) for frame in frames)
        k = found.comparison.seeds.index(run.seed)
        assert served == found.comparison.values(run.strategy, "spells_served")[k]


def test_the_page_is_told_the_differences_of_the_tables(compared):
    found, _, folder = compared
    names, told, language = json.loads(played_compared(folder, found.comparison, as_list, "zh"))
    assert (names[0], language) == (NAMES[0], "zh")
    table = found.differences.set_index(["strategy", "reference", "outcome"])
    for name, message in zip(names[1:], told, strict=True):
        assert (message["pairs"], message["draws"]) == (3, 1)
        for row in message["outcomes"]:
            expected = table.loc[(name, NAMES[0], row["outcome"])]
            assert row["difference"]["estimate"] == pytest.approx(expected["difference"], nan_ok=True)
            assert row["verdict"] == expected["verdict"]
    assert told_of(found.comparison, names[1], names[1])["outcomes"][0]["difference"]["estimate"] == 0


def test_runs_that_are_kept_are_not_made_again(compared, monkeypatch):
    _, study, folder = compared
    before = kept_runs(folder)
    monkeypatch.setattr(played, "record", lambda _: pytest.fail("made again"))
    keep_runs(folder, study, [(run.strategy, run.draw, run.seed) for run in before])
    assert kept_runs(folder) == before


def test_large_worlds_are_not_recorded_and_nothing_old_stays(compared, tmp_path, monkeypatch):
    _, study, _ = compared
    (tmp_path / FILE).write_bytes(b"old")
    monkeypatch.setattr(played, "PLAYED_VILLAGES", 3)
    keep_runs(tmp_path, study, [(NAMES[0], 0, 1)])
    assert list(tmp_path.iterdir()) == []


def test_a_broken_file_is_told(tmp_path):
    (tmp_path / FILE).write_bytes(b"no archive")
    with pytest.raises(InputError, match=FILE):
        kept_runs(tmp_path)
