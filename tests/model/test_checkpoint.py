"""Stopping and going on changes nothing, wherever a run is cut and with however many threads it goes on."""

import errno
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from columns.column_file import Place, damaged_column, read_columns, write_columns
from model import checkpoint, lists
from model.checkpoint import COLUMNS, MANIFEST, Checkpoints
from model.problems import InputError
from model.reading import ROOT
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.strategy_file import load_strategy
from model.worlds import uniform_world
from results.series import series
from results.spell_table import spells
from results.write import hash_of

pytestmark = pytest.mark.checkpoint

UNTIL = 100
EARLY_MANDATE = {"mandate_month": 20, "mandate_delay_months": 0, "county_rollout_months": 12}
SMALL: dict[str, Any] = {"world": "four_villages", "seed": 3, "until": 30}


def results_of(model):
    """Hashes of what a run writes."""
    found = [hash_of(series(model))]
    return [*found, hash_of(spells(model))] if model.log_events else found


def run_and_cut(scenario, folder, cuts, log_events=False):
    """Run without a break, with a checkpoint in a folder of its own at every cut; return model and hashes."""
    model = ScaleUpModel(scenario, log_events=log_events)
    hashes = []
    for month in range(scenario.until + 2):
        if month in cuts:
            Checkpoints(folder / str(month)).save(model, {"cut": month})
        if month <= scenario.until:
            model.run(month)
            hashes.append(model.state_hash())
    return model, hashes


def check_going_on(scenario, folder, cuts, n_threads=(1,), log_events=False):
    """Cut at every month given and go on: every later month and all results are those of the unbroken run."""
    whole, hashes = run_and_cut(scenario, folder, cuts, log_events)
    expected = results_of(whole)
    for number, cut in enumerate(cuts):
        threads = n_threads[number % len(n_threads)]
        model, notes, skipped = Checkpoints(folder / str(cut)).load(scenario, threads, log_events)
        assert (model.months_done, notes, skipped) == (cut, {"cut": cut}, ())
        if cut:
            assert model.state_hash() == hashes[cut - 1]
        for month in range(cut, scenario.until + 1):
            model.run(month)
            assert model.state_hash() == hashes[month], f"cut after {cut} months, month {month} differs"
        assert results_of(model) == expected, cut
        for name, seen in model.observed._asdict().items():
            assert np.array_equal(seen, getattr(whole.observed, name)), (cut, name)


def test_a_run_can_be_cut_at_any_month(tmp_path):
    scenario = make_scenario(**SMALL, parameters={"mandate_month": 8, "mandate_delay_months": 0})
    check_going_on(scenario, tmp_path, range(scenario.until + 2), log_events=True)


@pytest.mark.parametrize("log_events", [False, True])
def test_any_threads_go_on_where_rules_change(tmp_path, log_events):
    scenario = make_scenario("teaching", "history", EARLY_MANDATE, 5, UNTIL)
    dated = [month for month, _ in scenario.schedule if month]
    assert len(dated) > 2, "no dated change within the run would leave the rules untested"
    cuts = sorted({0, 1, *dated[:2], dated[0] + 1, dated[-1], dated[-1] + 1, UNTIL, UNTIL + 1})
    check_going_on(scenario, tmp_path, cuts, n_threads=(2, 1, 3), log_events=log_events)


@pytest.mark.parametrize(
    ("strategy", "parameters"),
    [
        ("desks_follow_backlog", {"desk_fte_factor": 0.2}),
        ("history", {"desk_plan": "bought", "budget_binds": True, "reserved_share": 0.5}),
        ("history", {"seats_mode": "trainers", "villages_per_post": 3}),
        ("no_programme", {}),
    ],
    ids=str,
)
def test_desks_money_seats_and_spread_go_on(tmp_path, strategy, parameters):
    scenario = make_scenario("teaching", strategy, EARLY_MANDATE | parameters, 2, 60)
    check_going_on(scenario, tmp_path, [23, 47], n_threads=(1, 2))


def test_ranks_by_what_people_were_at_the_start_go_on(tmp_path):
    """Going on builds the places without people, so ranks cannot be worked out again."""
    strategy = load_strategy("history").model_copy(update={"order": "ranking", "ranking": "trust_sum"})
    scenario = make_scenario("teaching", strategy, EARLY_MANDATE, 2, 40)
    model = ScaleUpModel(scenario)
    assert len(set(model.state.villages.trust_sum)) > 1
    check_going_on(scenario, tmp_path, [0, 22])


def test_lists_of_another_length_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(lists, "SMALL_WORLD_SLOTS", 0)
    scenario = make_scenario("teaching", "history", EARLY_MANDATE, 4, 50)
    at_start = np.asarray(ScaleUpModel(scenario).state.arenas).copy()
    check_going_on(scenario, tmp_path, [12, 36, 50])
    later = np.asarray(Checkpoints(tmp_path / "36").load(scenario).model.state.arenas)
    for length in ("capacity", "filed_capacity"):
        assert (later[length] != at_start[length]).any(), "as long as before: the test says nothing"


def test_a_world_without_children_goes_on(tmp_path):
    scenario = make_scenario("teaching", "history", EARLY_MANDATE, 4, 40, "none")
    check_going_on(scenario, tmp_path, [0, 25, 41])


def test_broken_off_again_and_again_it_is_the_same_run(tmp_path):
    scenario = make_scenario(**SMALL)
    whole = ScaleUpModel(scenario, log_events=True).run()
    Checkpoints(tmp_path).save(ScaleUpModel(scenario, log_events=True))
    for last in (4, 5, 13, 30):
        kept = Checkpoints(tmp_path)
        model = kept.load(scenario, log_events=True).model.run(last)
        kept.save(model)
        assert len(kept.newest_first()) == 2
        assert kept.newest() == (last + 1, "")
    model = Checkpoints(tmp_path).load(scenario, log_events=True).model
    assert (model.state_hash(), results_of(model)) == (whole.state_hash(), results_of(whole))


def test_mesas_clock_catches_up_and_replays_nothing(tmp_path):
    scenario = make_scenario(**SMALL)
    Checkpoints(tmp_path).save(ScaleUpModel(scenario).run(11))
    model = Checkpoints(tmp_path).load(scenario).model
    assert (model.time, model.months_done) == (0, 12)
    seen = []

    def look():
        seen.append(model.time)

    model.schedule_event(look, at=6)
    model.run_for(12)
    assert (model.time, model.months_done, seen) == (12, 12, [6])
    model.run_for(1)
    assert model.months_done == 13
    model.run()
    assert (model.time, model.months_done, model.running) == (31, 31, False)


def test_killing_loses_nothing_but_the_months_since_the_last_checkpoint(tmp_path):
    command = [sys.executable, "-m", "tests.model.killed_runs", str(tmp_path)]
    answer = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    facts = json.loads(answer.stdout)
    assert (facts["kills"], facts["lost"]) == (20, 0)
    assert facts["runs"]
    assert all(run == facts["unbroken"] for run in facts["runs"])


@pytest.fixture(scope="module")
def two_checkpoints(tmp_path_factory):
    """A folder with checkpoints of months 6 and 12 of a run that keeps its log; the fixture's own copy."""
    folder = tmp_path_factory.mktemp("kept") / "checkpoints"
    kept = Checkpoints(folder, "python run.py simulate --resume")
    model = ScaleUpModel(make_scenario(**SMALL), log_events=True)
    for month in (5, 11):
        kept.save(model.run(month))
    return folder


@pytest.fixture
def folder(two_checkpoints, tmp_path):
    return Path(shutil.copytree(two_checkpoints, tmp_path / "checkpoints"))


def flip(path: Path, share: float) -> None:
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    content[int(share * (len(content) - 1))] ^= 1
    path.write_bytes(content)


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


NEWEST, OLDER = "month-00012", "month-00006"
DAMAGE = {
    "bit of a column": lambda folder: flip(folder / NEWEST / COLUMNS, 0.3),
    "bit of the last column": lambda folder: flip(folder / NEWEST / COLUMNS, 1.0),
    "truncated columns": lambda folder: cut_off(folder / NEWEST / COLUMNS),
    "empty columns": lambda folder: (folder / NEWEST / COLUMNS).write_bytes(b""),
    "columns lost": lambda folder: (folder / NEWEST / COLUMNS).unlink(),
    "bit of the manifest": lambda folder: flip(folder / NEWEST / MANIFEST, 0.5),
    "truncated manifest": lambda folder: cut_off(folder / NEWEST / MANIFEST),
    "manifest of something else": lambda folder: (folder / NEWEST / MANIFEST).write_text("[]"),
    "manifest lost": lambda folder: (folder / NEWEST / MANIFEST).unlink(),
    "bit of the log": lambda folder: flip(folder / "events-00012.npys", 0.9),
    "log lost": lambda folder: (folder / "events-00012.npys").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_checkpoint_gives_way_to_the_older_one(folder, damage):
    damage(folder)
    kept = Checkpoints(folder)
    model, _, skipped = kept.load(make_scenario(**SMALL), log_events=True)
    assert model.months_done == 6
    assert [problem.code for problem in skipped] == ["checkpoint.damaged"]
    assert NEWEST in skipped[0].text("en")
    assert "已损坏" in skipped[0].text("zh")
    kept.save(model.run(11))
    again = Checkpoints(folder).load(make_scenario(**SMALL), log_events=True)
    assert (again.model.months_done, again.skipped) == (12, ())


def test_no_whole_checkpoint_is_refused(folder):
    for name in (NEWEST, OLDER):
        flip(folder / name / COLUMNS, 0.6)
    problems = refused(folder, make_scenario(**SMALL))
    assert problems == ["checkpoint.damaged", "checkpoint.damaged", "checkpoint.none_whole"]


def test_nothing_to_go_on_with_is_refused(tmp_path):
    assert refused(tmp_path / "nowhere", make_scenario(**SMALL)) == ["checkpoint.nothing"]


def refused(folder, scenario, log_events=True):
    """Codes of the problems with which a checkpoint is refused; each has a text in both languages."""
    with pytest.raises(InputError) as caught:
        Checkpoints(folder).load(scenario, log_events=log_events)
    for language in ("en", "zh"):
        assert all(caught.value.messages(language))
    return [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"seed": 4}, ["checkpoint.other_seed"]),
        ({"world": "teaching"}, ["checkpoint.other_world"]),
        ({"until": 31}, ["checkpoint.other_until"]),
        ({"children": "none"}, ["checkpoint.other_children"]),
        ({"strategy": "no_programme", "seed": 9}, ["checkpoint.other_strategy", "checkpoint.other_seed"]),
        ({"parameters": {"desk_fte_factor": 2}}, ["checkpoint.new_parameter"]),
    ],
    ids=str,
)
def test_a_checkpoint_of_another_scenario_is_refused(folder, other, named):
    assert refused(folder, make_scenario(**SMALL | other)) == [*named, "checkpoint.remedy"]


def test_differing_settings_are_named(tmp_path):
    scenario = make_scenario(**SMALL, parameters={"desk_fte_factor": 2, "reserved_share": 0.5})
    Checkpoints(tmp_path).save(ScaleUpModel(scenario))
    other = make_scenario(**SMALL, parameters={"desk_fte_factor": 3})
    with pytest.raises(InputError) as caught:
        Checkpoints(tmp_path).load(other)
    messages = caught.value.messages("en")
    assert "desk_fte_factor" in messages[0]
    assert {"2", "3"} <= set(messages[0].replace(".", " ").replace(",", " ").split())
    assert "reserved_share=0.5" in messages[1]


def test_a_strategy_whose_content_was_edited_is_refused(tmp_path):
    scenario = make_scenario(**SMALL)
    Checkpoints(tmp_path).save(ScaleUpModel(scenario))
    edited = scenario.strategy.model_copy(update={"levers": {"desk_fte_factor": 1.5}})
    problems = refused(tmp_path, make_scenario(**SMALL, strategy=edited), log_events=False)
    assert problems == ["checkpoint.other_content", "checkpoint.remedy"]


def test_the_name_of_a_strategy_does_not_count(tmp_path):
    scenario = make_scenario(**SMALL)
    Checkpoints(tmp_path).save(ScaleUpModel(scenario))
    renamed = scenario.strategy.model_copy(update={"name": "renamed"})
    assert Checkpoints(tmp_path).load(make_scenario(**SMALL, strategy=renamed)).model.months_done == 0


def test_other_places_of_the_same_name_are_refused(tmp_path):

    def scenario(children):
        return make_scenario(uniform_world(8, children, 2), seed=1, until=12)

    Checkpoints(tmp_path).save(ScaleUpModel(scenario(40)))
    assert Checkpoints(tmp_path).load(scenario(40)).model.months_done == 0
    assert refused(tmp_path, scenario(41), log_events=False) == ["checkpoint.other_places"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("engine_hash", lambda: "another", "checkpoint.other_engine"),
        ("data_hash", lambda: "another", "checkpoint.other_data"),
        ("SCHEMA", 0, "checkpoint.other_schema"),
    ],
)
def test_an_older_checkpoint_is_refused(tmp_path, monkeypatch, name, value, code):
    scenario = make_scenario(**SMALL)
    with monkeypatch.context() as older:
        older.setattr(checkpoint, name, value)
        Checkpoints(tmp_path).save(ScaleUpModel(scenario))
    assert refused(tmp_path, scenario, log_events=False) == [code, "checkpoint.begin_again"]


def test_a_checkpoint_without_the_log_is_refused_where_a_log_is_kept(tmp_path):
    Checkpoints(tmp_path).save(ScaleUpModel(make_scenario(**SMALL)))
    assert refused(tmp_path, make_scenario(**SMALL)) == ["checkpoint.other_log", "checkpoint.remedy"]


def test_a_full_disk_leaves_the_older_checkpoints_alone(folder, monkeypatch):
    scenario = make_scenario(**SMALL)
    kept = Checkpoints(folder)
    model = kept.load(scenario, log_events=True).model.run(17)

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(InputError, match="No space left"):
            kept.save(model)
    assert sorted(path.name for path in folder.iterdir()) == [
        "events-00006.npys", "events-00012.npys", OLDER, NEWEST,
    ]  # fmt: skip
    kept.save(model)
    assert Checkpoints(folder).load(scenario, log_events=True).model.state_hash() == model.state_hash()


def test_what_a_stop_left_half_written_is_cleared_away(folder):
    (folder / ".unfinished-month").mkdir()
    (folder / ".unfinished-month" / COLUMNS).write_bytes(b"half")
    (folder / ".unfinished-events-00018.npys").write_bytes(b"half")
    kept = Checkpoints(folder)
    kept.save(kept.load(make_scenario(**SMALL), log_events=True).model.run(17))
    assert not list(folder.glob(".*"))
    kept.remove()
    assert not folder.exists()


@pytest.mark.unit
def test_columns_come_back_to_the_last_bit(tmp_path):
    rng = random.Random(1)
    named = {
        "records": np.frombuffer(rng.randbytes(48), dtype=np.dtype([("a", "u1"), ("b", "f8")], align=True)),
        "cube": np.arange(24, dtype=np.int64).reshape(2, 3, 4),
        "empty": np.zeros((0, 5), dtype=np.uint16),
        "switch": np.array([True, False]),
        "every second": np.arange(10.0)[::2],
    }
    places = write_columns(tmp_path / "file", named)
    assert not damaged_column(tmp_path / "file", places)
    place = np.zeros((2, 3, 4), dtype=np.int64)
    found = read_columns(tmp_path / "file", places, {"cube": place})
    assert found["cube"] is place
    for name, array in named.items():
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        assert found[name].tobytes() == array.tobytes(), "padding of records too"
    with (tmp_path / "file").open("rb") as file:  # an ordinary file of NumPy's, one array after another
        assert all(np.array_equal(np.load(file, allow_pickle=False), array) for array in named.values())
    with pytest.raises(ValueError, match="cube is int64 of shape"):
        read_columns(tmp_path / "file", places, {"cube": np.zeros(24, dtype=np.int64)})


@pytest.mark.unit
def test_python_objects_are_never_read(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([{"any": "thing"}], dtype=object), allow_pickle=True)
    place = Place("objects", 0, (tmp_path / "objects.npy").stat().st_size, "")
    with pytest.raises(ValueError, match="Python objects"):
        read_columns(tmp_path / "objects.npy", [place], {})
