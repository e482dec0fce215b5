"""``simulate`` stopped and resumed, as a user does it."""

import fcntl
import inspect
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from commands import simulating  # the commands are registered with the application
from commands.shared import STOPPED, app
from model.problems import InputError
from model.reading import ROOT
from model.scale_up import ScaleUpModel
from results import simulate as simulate_module
from results import write
from results.recording import read_recording

pytestmark = pytest.mark.checkpoint

REQUEST = ["simulate", "--world", "four_villages", "--seed", "5", "--until", "2012-08", "--language", "en"]
EVERY = ["--checkpoint-every", "6"]


@pytest.fixture
def quick(monkeypatch):
    """Results without pictures and report, which take seconds and are tested elsewhere."""
    monkeypatch.setattr(write, "run_pictures", lambda view, language: {})
    monkeypatch.setattr(write, "report", lambda *_, **__: "")


def invoke(*words):
    return CliRunner().invoke(app, list(words))


def done(*words):
    answer = invoke(*words)
    assert answer.exit_code == 0, answer.exception
    return answer


def codes(answer):
    assert isinstance(answer.exception, InputError), answer.output
    return [problem.code for problem in answer.exception.problems]


def stop_after(monkeypatch, month, error=KeyboardInterrupt):
    """Let the next run be stopped when a month is done."""
    run = ScaleUpModel.run

    def until_stopped(model, last):
        if last > month:
            raise error
        return run(model, last)

    monkeypatch.setattr(ScaleUpModel, "run", until_stopped)


def hidden(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.checkpoints")


def about(folder: Path) -> dict:
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


def test_stopped_and_resumed_it_writes_what_an_unbroken_run_writes(quick, monkeypatch, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    done(*REQUEST, "--out", str(whole))
    for month, every in ((15, "6"), (20, "4")):
        with monkeypatch.context() as stop:
            stop_after(stop, month, MemoryError)  # as sudden as a power cut: nobody tidies up
            resume = ["--resume"] if hidden(broken).exists() else []
            invoke(*REQUEST, "--checkpoint-every", every, "--out", str(broken), *resume)
        assert not broken.exists()
    answer = done(*REQUEST, *EVERY, "--out", str(broken), "--resume", "--threads", "2")
    assert "2011-12" in answer.stderr
    one, other = about(whole), about(broken)
    assert other["resumed_after"] == ["2011-04", "2011-12"]
    assert one["resumed_after"] == []
    assert len(one["state_hashes"]) == one["months"] == 28
    assert one["state_hashes"]["2012-08"] == one["state_hash"]
    for name in ("state_hashes", "state_hash", "results_hash", "scenario", "parameters"):
        assert one[name] == other[name], name
    for path in sorted(whole.glob("*.parquet")):
        pd.testing.assert_frame_equal(pd.read_parquet(path), pd.read_parquet(broken / path.name))
    assert read_recording(whole) == read_recording(broken)
    assert len(read_recording(whole)) == 29, "an opening and 28 months"
    assert not hidden(broken).exists(), "checkpoints go when the results are there"
    assert codes(invoke(*REQUEST, "--out", str(broken), "--resume")) == ["cli.folder_taken"]


def test_ctrl_c_prints_the_command_that_goes_on(quick, tmp_path):
    out = tmp_path / "a run"
    long = [{"2012-08": "2030-12"}.get(word, word) for word in REQUEST]
    command = [sys.executable, "run.py", *long, "--checkpoint-every", "1", "--set", "reserved_share=0.25"]
    process = subprocess.Popen(
        [*command, "--out", str(out)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        while not (hidden(out).exists() and len(list(hidden(out).glob("month-*"))) > 1):
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        printed, told = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, printed) == (STOPPED, "")
    assert "Traceback" not in told
    words = shlex.split(told.splitlines()[-1])
    assert (ROOT / words[0], words[1]) == (Path(sys.executable), "run.py")
    assert not out.exists()
    done(*words[2:])
    assert about(out)["scenario"]["parameters"] == {"reserved_share": 0.25}
    assert len(about(out)["resumed_after"]) == 1


def test_stopped_before_the_first_checkpoint_nothing_is_left(quick, monkeypatch, tmp_path):
    with monkeypatch.context() as stop:
        stop_after(stop, 3)
        answer = invoke(*REQUEST, *EVERY, "--out", str(tmp_path / "run"))
    assert str(answer.exception) == "Stopped. Nothing half-written is left."
    assert not list(tmp_path.iterdir())


@pytest.fixture
def stopped(quick, monkeypatch, tmp_path):
    """A run that was stopped after its second checkpoint."""
    with monkeypatch.context() as stop:
        stop_after(stop, 13)
        answer = invoke(*REQUEST, *EVERY, "--out", str(tmp_path / "run"))
    assert "2011-04" in str(answer.exception)
    return tmp_path / "run"


def test_beginning_anew_over_a_stopped_run_is_refused(stopped):
    answer = invoke(*REQUEST, "--out", str(stopped))
    assert codes(answer) == ["checkpoint.unfinished"]
    command = str(answer.exception).splitlines()[-1]
    assert "2012-08" in command
    done(*shlex.split(command)[2:])


def test_resuming_something_else_names_the_difference(stopped):
    before = {path: path.read_bytes() for path in hidden(stopped).rglob("*") if path.is_file()}
    other = [*REQUEST, "--set", "desk_fte_factor=2", "--out", str(stopped), "--resume"]
    other[other.index("5")] = "6"
    answer = invoke(*other)
    assert codes(answer) == ["checkpoint.other_seed", "checkpoint.new_parameter", "checkpoint.remedy"]
    assert all(path.read_bytes() == content for path, content in before.items())


def test_a_damaged_checkpoint_is_told_of_and_the_older_one_used(stopped):
    newest = max(hidden(stopped).glob("month-*")) / "columns.npys"
    newest.write_bytes(newest.read_bytes()[:1000])
    answer = done(*REQUEST, *EVERY, "--out", str(stopped), "--resume")
    assert "damaged" in answer.stderr
    assert about(stopped)["resumed_after"] == ["2010-10"]


def test_two_processes_never_work_on_one_run(stopped):
    handle = os.open(hidden(stopped) / "lock", os.O_WRONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        assert codes(invoke(*REQUEST, "--out", str(stopped), "--resume")) == ["checkpoint.in_use"]
        assert len(list(hidden(stopped).glob("month-*"))) == 2
    finally:
        os.close(handle)
    done(*REQUEST, "--out", str(stopped), "--resume")


def test_without_checkpoints_nothing_is_kept(quick, monkeypatch, tmp_path):
    with monkeypatch.context() as stop:
        stop_after(stop, 20)
        invoke(*REQUEST, "--checkpoint-every", "0", "--out", str(tmp_path / "run"))
    assert not list(tmp_path.iterdir())
    refused = invoke(*REQUEST, "--out", str(tmp_path / "run"), "--resume")
    assert codes(refused) == ["checkpoint.nothing"]


def test_resuming_needs_to_know_which_run(stopped, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert codes(invoke(*REQUEST, "--resume")) == ["checkpoint.which_none"]
    Path("runs").mkdir()
    hidden(stopped).rename(hidden(Path("runs/mine")))
    answer = invoke(*REQUEST, "--resume")
    assert codes(answer) == ["checkpoint.which"]
    assert str(Path("runs", "mine")) in str(answer.exception)


def test_a_run_without_children_has_nothing_to_resume(tmp_path):
    answer = invoke(*REQUEST, "--children", "none", "--out", str(tmp_path / "run"), "--resume")
    assert codes(answer) == ["checkpoint.without_children"]


def test_large_worlds_are_hashed_once_a_year_and_at_the_end(quick, monkeypatch, tmp_path):
    monkeypatch.setattr(simulate_module, "HASHED_MONTHLY_UP_TO_SLOTS", 0)
    done(*REQUEST, "--out", str(tmp_path / "run"))
    assert list(about(tmp_path / "run")["state_hashes"]) == ["2010-12", "2011-12", "2012-08"]


def test_the_default_interval_is_the_one_of_the_command():
    default = inspect.signature(simulating.simulate).parameters["checkpoint_every"].default
    assert default == simulate_module.CHECKPOINT_EVERY_MONTHS
