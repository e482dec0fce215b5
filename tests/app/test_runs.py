"""Runs of the application are those of ``run.py simulate``, streamed, queued and stopped."""

import base64
import io
import json
import threading
from pathlib import Path

import httpx
import numpy as np
import openpyxl
import pytest

from app.asked import scenario_of
from app.jobs import DONE, STOPPED, Job, Jobs, TooManyError
from app.limits import Limits
from app.server import begin_first, identity_of
from model.scenario import make_scenario
from model.spread_only import WORKERS, simulate_spread
from model.text import LANGUAGES, text
from model.worlds import build_world
from results.measures.catalogue import measure
from results.measures.coverage import UNMET_STATES
from results.recording import recorder_of
from results.simulate import simulate_and_write
from tests.app.serving import messages, serving, start

pytestmark = pytest.mark.unit

UNTIL = "2013-06"


def test_numbers_are_those_of_simulate(client: httpx.Client, tmp_path: Path) -> None:
    settings = ["desk_fte_factor=0.7"]
    simulate_and_write("history", "four_villages", "all", settings, 7, UNTIL, 1, tmp_path / "run", "en")
    written = json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))
    identity = start(
        client,
        world="four_villages",
        strategy="history",
        parameters={"desk_fte_factor": 0.7},
        seed=7,
        until=UNTIL,
    )
    (opening, *frames), ending = messages(client, identity)
    assert ending["state"] == DONE
    assert len(frames) == opening["n_months"] == 38
    assert client.get(f"/api/jobs/{identity}/summary").json() == written
    for name in ("spells_opened", "spells_found", "spells_filed", "spells_served", "unmet_child_months"):
        assert sum(sum(frame["needs"][name]) for frame in frames) == written[name]["value"], name
    assert frames[-1]["posts"]["villages_active"] == written["villages_active"]["value"]
    assert sum(frame["yuan"] for frame in frames) == pytest.approx(written["cost_yuan"]["value"])


def test_changes_of_villages_add_up_to_the_posts_of_each_month() -> None:
    recorder = recorder_of(make_scenario("teaching", until="2012-06"))
    states = np.zeros(recorder.opening()["places"]["counties"]["villages"][0], dtype=int)
    for frame in recorder.frames():
        changes = np.frombuffer(base64.b64decode(frame["posts_changed"]), dtype="<u4")
        states[changes >> 2] = changes & 3
        assert (states >= 2).sum() == frame["posts"]["villages_with_post"]
        assert (states == 3).sum() == frame["posts"]["villages_active"]
        unmet = np.frombuffer(base64.b64decode(frame["villages_unmet"]), dtype="<u2")
        assert unmet.sum() == sum(frame["needs"]["unmet_child_months"])
    assert (states == 3).any()


def test_without_children_the_spread_is_that_of_simulate() -> None:
    scenario = make_scenario("pilot_counties", until="2017-06", children="none")
    frames = list(recorder_of(scenario).frames())
    run = simulate_spread(build_world("pilot_counties"), scenario, depth=WORKERS)
    for name in ("villages_with_post", "villages_active"):
        assert [frame["posts"][name] for frame in frames] == run.total(name).tolist()
    assert "needs" not in frames[0]


def test_what_can_be_asked_of_a_complete_run(client: httpx.Client) -> None:
    identity = start(client, world="four_villages", until="2011-06", seed=5)
    (_, *frames), _ = messages(client, identity)
    village = client.get(f"/api/jobs/{identity}/villages/0").json()
    unmet = np.frombuffer(base64.b64decode(frames[-1]["villages_unmet"]), dtype="<u2")
    last = [course[-1][1] for household in village["households"] for course in household["needs"]]
    assert sum(state in UNMET_STATES for state in last) == unmet[0]
    assert client.get(f"/api/jobs/{identity}/villages/99").status_code == 404
    assert client.get(f"/api/jobs/{identity}/handout").text.startswith("<!doctype html>")
    summary = client.get(f"/api/jobs/{identity}/summary").json()
    for language in LANGUAGES:
        answer = client.get(f"/api/jobs/{identity}/workbook?language={language}")
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        rows = book[text("workbook.summary", language)].iter_rows(values_only=True)
        told = {str(row[0]).strip(): row[1] for row in rows}
        label = measure("spells_served").label.text(language)
        assert told[label] == summary["spells_served"]["value"] > 0
    spread = start(client, world="four_villages", until="2011-06", children="none")
    messages(client, spread)
    for what in ("summary", "results", "workbook"):
        answer = client.get(f"/api/jobs/{spread}/{what}")
        assert (answer.status_code, answer.json()["problems"][0]["code"]) == (404, "app.flow.none")


def test_a_lost_connection_goes_on_where_it_was(client: httpx.Client) -> None:
    identity = start(client, world="four_villages", until=UNTIL, seed=3)
    whole, _ = messages(client, identity)
    rest, ending = messages(client, identity, last_id=9)
    assert rest == whole[10:]
    assert ending["state"] == DONE


def test_twenty_clients_at_once(address: str) -> None:
    found: dict[int, list[int]] = {}

    def play(number: int) -> None:
        with httpx.Client(base_url=address, timeout=300) as client:
            identity = start(client, world="four_villages", until="2011-03", seed=number % 4)
            (_, *frames), ending = messages(client, identity)
            assert ending["state"] == DONE
            found[number] = [sum(frame["needs"]["spells_served"]) for frame in frames]

    threads = [threading.Thread(target=play, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20
    assert all(found[number] == found[number % 4] for number in range(20))
    assert found[0] != found[1]


def test_a_run_is_stopped_and_can_be_started_again(client: httpx.Client) -> None:
    asked = {"world": "teaching", "seed": 99, "until": "2030-12"}
    identity = start(client, **asked)
    assert client.delete(f"/api/jobs/{identity}").status_code == 200
    _, ending = messages(client, identity)
    assert ending["state"] == STOPPED
    assert start(client, **asked) == identity
    said, ending = messages(client, identity)
    assert ending["state"] == DONE
    assert len(said) == 249


def test_what_nobody_watches_is_stopped_and_what_takes_too_long() -> None:
    def endless(job: Job):
        while True:
            threading.Event().wait(0.01)
            yield "{}"

    for limits, code in (
        (Limits(abandoned_seconds=0.05), "app.problem.stopped"),
        (Limits(seconds=0.05), "app.problem.time"),
    ):
        jobs = Jobs(limits)
        job = jobs.start("endless", endless)
        jobs.close()
        jobs = Jobs(limits)
        job = jobs.start("endless", endless)
        while not job.over:
            threading.Event().wait(0.01)
        assert job.state == STOPPED
        assert job.problems[0]["code"] == code
        jobs.close()


def test_a_run_that_is_about_to_stop_is_not_handed_to_who_asks_for_it_anew() -> None:
    go_on = threading.Event()

    def held(job: Job):
        yield "{}"
        go_on.wait(60)
        yield "{}"

    jobs = Jobs(Limits(running=2))
    first = jobs.start("same", held)
    while not first.messages:
        threading.Event().wait(0.01)
    first.stop()
    second = jobs.start("same", held)
    assert second is not first
    assert jobs.get("same") is second
    go_on.set()
    jobs._pool.shutdown()
    assert (first.state, second.state) == (STOPPED, DONE)


def test_heavy_runs_wait_for_their_turn_and_too_many_are_refused() -> None:
    go_on = threading.Event()

    def held(job: Job):
        go_on.wait(60)
        yield "{}"

    jobs = Jobs(Limits(running=1, waiting=2))
    first = jobs.start("first", held)
    while first.state != "running":
        threading.Event().wait(0.01)
    waiting = [jobs.start(name, held) for name in ("second", "third")]
    assert [job.state for job in waiting] == ["waiting", "waiting"]
    with pytest.raises(TooManyError):
        jobs.start("fourth", held)
    waiting[0].stop()
    go_on.set()
    jobs._pool.shutdown()
    assert [job.state for job in (first, *waiting)] == [DONE, STOPPED, DONE]


def test_the_run_that_the_page_opens_with_is_begun_before_it_asks(client: httpx.Client) -> None:
    start_of_page = client.get("/api/catalogue").json()["start"]
    asked = {**start_of_page, "parameters": {}, "seed": 1, "children": "all"}
    jobs = Jobs(Limits())
    begin_first(jobs, jobs.limits)
    assert jobs.get(identity_of(scenario_of(asked, jobs.limits))) is not None
    jobs.close()
    small = Jobs(Limits(children=10))
    begin_first(small, small.limits)
    assert small._jobs == {}
    small.close()


def test_only_so_many_runs_are_kept() -> None:
    jobs = Jobs(Limits(kept=2))
    for number in range(6):
        job = jobs.start(str(number), lambda job: iter(["{}"]))
        while not job.over:
            threading.Event().wait(0.01)
    assert [name for name in map(str, range(6)) if jobs.get(name)] == ["3", "4", "5"]
    jobs.close()


def test_strategies_are_compared_on_the_same_seeds(client: httpx.Client) -> None:
    first, second = (
        {"world": "four_villages", "until": UNTIL, "strategy": name} for name in ("history", "no_programme")
    )
    answer = client.post("/api/comparisons", json={"first": first, "second": second, "replications": 3})
    said, ending = messages(client, answer.json()["id"])
    assert ending["state"] == DONE
    assert [each["pairs"] for each in said] == [1, 2, 3]
    rows = {row["outcome"]: row for row in said[-1]["outcomes"]}
    found = rows["spells_found"]
    assert found["second"]["estimate"] == 0 < found["first"]["estimate"]
    assert found["difference"]["estimate"] == -found["first"]["estimate"]
    assert said[0]["outcomes"][0]["verdict"] == "too_few_replications"
    same = client.post("/api/comparisons", json={"first": first, "second": first, "replications": 2})
    said, _ = messages(client, same.json()["id"])
    assert {row["verdict"] for row in said[-1]["outcomes"]} == {"same"}


def test_a_server_stops_in_the_middle_of_a_run_and_leaves_nothing() -> None:
    before = set(threading.enumerate())
    with serving(Limits()) as address, httpx.Client(base_url=address, timeout=60) as client:
        start(client, world="teaching", until="2030-12", seed=1234)
        with client.stream("GET", f"/api/jobs/{start(client, world='teaching', seed=12)}") as stream:
            next(stream.iter_lines())
    left = set(threading.enumerate()) - before
    assert not [thread.name for thread in left if thread.name.startswith("run") and thread.is_alive()]
