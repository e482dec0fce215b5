"""Time: stepping, running and stopping as in any Mesa model."""

import functools
import gc
import weakref

import mesa
import pytest
from mesa.time import Schedule

from agents import SocialWorker
from model.scale_up import ScaleUpModel

pytestmark = [pytest.mark.unit, pytest.mark.filterwarnings("error")]


def test_steps_and_runs_advance_time_by_months(start):
    model = start()
    assert (model.time, model.month, model.months_done, model.running) == (0, 0, 0, True)
    model.step()
    assert (model.time, model.month, model.months_done) == (1, 0, 1)
    model.run_for(11)
    assert (model.time, model.month, model.months_done) == (12, 11, 12)
    model.run_until(20.5)
    assert (model.time, model.month, model.months_done) == (20.5, 19, 20)
    model.run_for(0.5)
    assert (model.time, model.months_done) == (21, 21)


def test_all_ways_of_running_give_the_same_world(start):
    hashes = []
    for way in ("run", "run_until", "run_for", "run_model", "step"):
        model = start(until=23)
        if way == "step":
            while model.running:
                model.step()
        else:
            getattr(model, way)(*{"run_until": [24], "run_for": [24]}.get(way, []))
        assert model.months_done == model.time == 24
        hashes.append(model.state_hash())
    assert len(set(hashes)) == 1


def test_a_run_that_nobody_watches_goes_through_many_months_at_once(start):
    months, done = [], start("teaching", until=40)

    def before(phase: str, month: int) -> None:
        months.append(month)
        ScaleUpModel.before(done, phase, month)

    done.before = before
    done.run()
    assert (done.months_done, done.time, done.steps, done.month) == (41, 41, 41, 40)
    assert len(done.policy.months) > 1, "dated changes of rules are compiled too"
    assert months == [0], "nothing is left to Python"
    assert not done.running
    assert start("teaching", until=40).run(20).run().state_hash() == done.state_hash()


def test_whoever_watches_a_run_sees_every_month(start):
    class Watching(ScaleUpModel):
        """Looks at the end of every month."""

        def step(self):
            """As in every model, and then the month is noted."""
            super().step()
            seen["a step of one's own"].append(self.month)

    ways = ("a step of one's own", "an event", "a subscriber", "nobody")
    seen: dict[str, list[int]] = {way: [] for way in ways}
    hashes = set()
    for way in ways:
        model = Watching(start(until=23).scenario) if way == ways[0] else start(until=23)
        note = functools.partial(lambda model, way, *_: seen[way].append(model.month), model, way)
        if way == "an event":
            model.schedule_recurring(note, Schedule(interval=1, start=1))
        elif way == "a subscriber":
            model.observe("time", "changed", note)
        hashes.add(model.run().state_hash())
    assert seen == {way: list(range(24)) for way in ways[:2]} | {ways[2]: [0, *range(23)], "nobody": []}
    assert len(hashes) == 1


def test_the_last_month_ends_the_run(start):
    model = start(until=5)
    model.run_until(5)
    assert model.running
    model.step()
    assert not model.running
    done = model.state_hash()
    model.run_for(3)
    assert (model.months_done, model.time, model.running) == (6, 9, False)
    assert model.state_hash() == done


def test_a_resumed_run_lets_time_catch_up(start):
    model = start(until=20, months=8)
    resumed = start(until=20)
    resumed.state, resumed.months_done = model.state, 8
    simulated: list[int] = []
    resumed.before = lambda _phase, month: simulated.append(month)
    resumed.run_for(8)
    assert not simulated, "months that are done are not done again"
    resumed.run_for(2)
    assert simulated == [8, 9]


def test_a_finished_run_that_is_resumed_stops_by_itself(start):
    model = start(until=6, months=7)
    resumed = start(until=6)
    resumed.state, resumed.months_done = model.state, 7
    resumed.run_model()
    assert (resumed.time, resumed.running) == (7, False)


def test_scheduled_events_see_the_month_that_ended(start):
    model = start("teaching")
    seen = []

    def look():
        seen.append((model.time, model.month, len(model.agents_by_type[SocialWorker])))

    model.schedule_event(look, at=6.5)
    model.schedule_event(look, after=18)
    model.run_until(24)
    assert [entry[:2] for entry in seen] == [(6.5, 5), (18, 17)]
    assert 0 < seen[0][2] <= seen[1][2]


def test_nothing_of_mesa_is_hidden():
    """A method of ours under a name of Mesa's would break its tools: its recorders call ``model.observe``."""
    parts = [part for part in ScaleUpModel.__mro__ if part.__module__.startswith("model.")]
    ours = {name for part in parts for name in vars(part)}
    theirs = {name for name in dir(mesa.Model) if not name.startswith("__")}
    meant = {"agents", "agents_by_type", "agent_types", "step", "scenario"}
    inherited = {"_abc_impl", "observables"}  # of every subclass
    assert ours & theirs - inherited == meant


@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_released_model_is_gone_at_once(start, n_threads):
    model = ScaleUpModel(start(until=5).scenario, n_threads=n_threads).run()
    gone, columns = weakref.ref(model), weakref.ref(model.state.needs)
    gc.disable()
    try:
        model.release()
        del model
        assert (gone(), columns()) == (None, None)
    finally:
        gc.enable()


def test_mesas_own_generator_decides_nothing(start):
    one, other = start(months=12), start(months=6)
    other.reset_rng(99)
    other.random.random()
    other.agents.shuffle_do("step")
    other.run_for(6)
    assert one.state_hash() == other.state_hash()
