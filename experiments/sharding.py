"""One large run on a cluster of Dask: every worker has the people of some counties (:mod:`model.shards`).

A month costs one message from and to every worker, with 200 bytes per county: little for a run of the
country, too much for a small world. Who asked for the run joins the parts at its end, and then holds the
whole.
"""

from collections.abc import Iterator
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any

import numpy as np

from experiments.executors import LOCAL_DASK, PATIENCE_SECONDS, open_client, workers_of
from model.blocks import Block
from model.calendar import month_text
from model.problems import InputError, Problem
from model.scale_up import ScaleUpModel
from model.scenario import Scenario
from model.shards import Part, Shard, join_parts, part_of, shard_blocks
from model.source_hash import data_hash, source_hash
from results.progress import bar
from results.simulate import check_memory

SOURCE = ("experiments.sharding",), ("columns", "model", "experiments")
"""What must be the same on all machines, beside the data: this module and all it imports from there."""


class StoppedError(Exception):
    """Nobody asks for the next month any more."""


class ShardActor:
    """A shard that waits, between the barriers of a month, until it is asked; it lives on a worker."""

    def __init__(self, scenario: Scenario, counties: Block) -> None:
        self._said: SimpleQueue[Any] = SimpleQueue()
        self._heard: SimpleQueue[Any] = SimpleQueue()
        self._scenario, self._counties = scenario, counties
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            shard = Shard(self._scenario, self._counties, self._exchange)
            shard.run()
            self._said.put(part_of(shard))
        except StoppedError:
            pass
        except BaseException as error:  # noqa: BLE001 - whoever asks next is told
            self._said.put(error)

    def _exchange(self, own: np.recarray) -> np.recarray:
        self._said.put(own)
        heard = self._heard.get()
        if heard is None:
            raise StoppedError
        whole: np.recarray = heard
        return whole

    def source(self) -> tuple[str, str]:
        """Hashes of the model and its data on this worker."""
        return _source()

    def go_on(self, counties: np.recarray | None) -> np.recarray | Part | BaseException:
        """Go on with the records of all counties (none at first) to the next barrier, or to the end.

        What goes wrong in the run is returned, so that whatever is raised comes from the cluster.
        """
        if counties is not None:
            self._heard.put(counties)
        said: np.recarray | Part | BaseException = self._said.get()
        return said

    def stop(self) -> None:
        """End the shard."""
        self._heard.put(None)


def check_for_shards(dask: str, children: str, threads: int, *, resume: bool, profile: bool) -> None:
    """Refuse what a run in shards cannot do.

    Raises
    ------
    InputError
        Naming the option.
    """
    if not dask:
        raise InputError([Problem("shards.without_dask")])
    if children == "none":
        raise InputError([Problem("shards.without_children")])
    for option, given in (("--threads", threads > 1), ("--resume", resume), ("--profile", profile)):
        if given:
            raise InputError([Problem("shards.not_with", {"option": option})])


def run_in_shards(scenario: Scenario, dask: str, shards: int | None = None) -> ScaleUpModel:
    """Run a scenario on a cluster and return its model at the end, equal to that of one machine.

    Parameters
    ----------
    scenario : Scenario
        With children.
    dask : str
        Address of the cluster's scheduler, or "local" to start one here.
    shards : int, optional
        Parts of the world, at most one per county; by default one per worker.

    Raises
    ------
    InputError
        If Dask is not installed, the cluster does not answer or loses a worker, a worker has another model
        or other data, or the shards and the whole do not fit into this machine.
    """
    if dask == LOCAL_DASK:
        check_memory(scenario, copies=2)
    model = ScaleUpModel(scenario, settled=False)
    with open_client(dask, shards) as client:
        blocks = shard_blocks(model.state.counties, shards or workers_of(client))
        asked = [client.submit(ShardActor, scenario, block, actor=True, pure=False) for block in blocks]
        actors = [future.result() for future in asked]
        try:
            _check_source(actors)
            return join_parts(model, list(_parts(actors, scenario)))
        finally:
            for ending in [actor.stop() for actor in actors]:
                with suppress(Exception):  # a worker that is gone needs no end
                    ending.result(timeout=PATIENCE_SECONDS)


def _source() -> tuple[str, str]:
    return source_hash(*SOURCE), data_hash()


def _check_source(actors: list[Any]) -> None:
    """Refuse workers whose model or data are other ones: their counties would have another history."""
    if any(waiting.result() != _source() for waiting in [actor.source() for actor in actors]):
        raise InputError([Problem("experiment.other_source")])


def _parts(actors: list[Any], scenario: Scenario) -> Iterator[Part]:
    """Carry the records of counties to and fro until all months are done."""
    counties = None
    with bar(scenario.strategy.name) as tell:
        for month in range(scenario.until + 1):
            counties = np.concatenate(_answers(actors, counties, month)).view(np.recarray)
            tell((month + 1) / (scenario.until + 1), month_text(month))
        yield from _answers(actors, counties, scenario.until)


def _answers(actors: list[Any], counties: np.recarray | None, month: int) -> list[Any]:
    """Let all shards go on and return what they say."""
    try:
        answers = [waiting.result() for waiting in [actor.go_on(counties) for actor in actors]]
    except Exception as error:
        raise InputError([Problem("shards.lost", {"month": month_text(month)})]) from error
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return answers
