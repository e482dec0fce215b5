"""Where runs are made: in this process, in a pool of processes, on a cluster of Dask; results are the same.

All three hand out futures, so one loop serves them. Runs go out in batches that take about two seconds, some
fifty or more where a run is a matter of hundredths: handing a batch over costs a few milliseconds, and what a
killed program loses is at most the batches that were in the air.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from typing import Any, NamedTuple

from model.problems import InputError, Problem
from results.memory import free_megabytes

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
ENVIRONMENT = dict.fromkeys(THREADS, "1") | {"LOKY_MAX_MEMORY_LEAK_SIZE": "1e12"}
"""Of a process: one thread; not replaced for growing by 300 MB, since it keeps the past that runs share."""
WORKER_MEGABYTES = 550
"""Memory of a process beside the columns of its world (measured): 415 MB before a run, 130 for its tables."""
IN_FLIGHT_PER_WORKER = 2
"""Batches handed out per worker, so that none waits for the next."""
LOCAL_DASK = "local"
PATIENCE_SECONDS = 30.0
"""How long a scheduler may take to answer."""


class Pool(NamedTuple):
    """Somewhere to make runs; ``executor()`` is asked anew for every task, so a broken pool is replaced."""

    name: str
    workers: int
    executor: Callable[[], Executor]


class _Here(Executor):
    """Makes every run at once, in this process."""

    def submit[T](self, function: Callable[..., T], /, *arguments: Any, **options: Any) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(function(*arguments, **options))
        except Exception as error:  # noqa: BLE001 - it is the future that carries it
            future.set_exception(error)
        return future


@contextmanager
def open_pool(workers: int | None = None, dask: str = "", world_megabytes: float = 0.0) -> Iterator[Pool]:
    """Open a place to make runs.

    Parameters
    ----------
    workers
        Processes; 1 for none but this one; by default one per processor, as far as memory reaches.
    dask
        Address of the scheduler of a cluster, or "local" to start one here.
    world_megabytes
        Memory that a run needs.

    Raises
    ------
    InputError
        If the memory does not reach, Dask is not installed or the cluster does not answer.
    """
    if dask and dask != LOCAL_DASK:
        with _dask_client(dask) as client:
            yield Pool("dask", workers_of(client), _asking(client))
        return
    number = workers_for(workers, world_megabytes)
    if dask:
        with _dask_client("", number) as client:
            yield Pool("dask", number, _asking(client))
    elif number == 1:
        here = _Here()
        yield Pool("serial", 1, lambda: here)
    else:
        yield from _loky(number)


def _loky(number: int) -> Iterator[Pool]:
    from loky import get_reusable_executor

    def executor() -> Executor:
        made: Executor = get_reusable_executor(max_workers=number, timeout=300, env=ENVIRONMENT)
        return made

    try:
        yield Pool("loky", number, executor)
    except BaseException:
        executor().shutdown(wait=False, kill_workers=True)  # type: ignore[call-arg]
        raise


def workers_for(wanted: int | None, world_megabytes: float) -> int:
    """Return how many processes to start: as many as were asked for or there are processors, if they fit.

    Raises
    ------
    InputError
        If as many as were asked for, or even one, do not fit into the memory that is free.
    """
    each, free = WORKER_MEGABYTES + world_megabytes, free_megabytes()
    fit = int(free // each)
    if fit < (wanted or 1):
        values = {"workers": wanted or 1, "each": each, "free": free, "fit": fit}
        raise InputError([Problem("experiment.memory", values)])
    return wanted or min(processors(), fit)


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def open_client(dask: str, workers: int | None = None) -> Iterator[Any]:
    """Open a cluster of Dask itself, for work that is more than single runs; arguments as for a pool."""
    if dask == LOCAL_DASK:
        with _dask_client("", workers or processors()) as client:
            yield client
    else:
        with _dask_client(dask) as client:
            yield client


def workers_of(client: Any) -> int:
    """Return how many workers a cluster has now, at least 1."""
    return max(len(client.ncores()), 1)


@contextmanager
def _dask_client(address: str, workers: int = 0) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise InputError([Problem("experiment.no_dask")]) from error
    if address:
        try:
            client = Client(address, timeout=PATIENCE_SECONDS)
        except OSError as error:
            raise InputError([Problem("experiment.dask_silent", {"address": address})]) from error
        with client:
            yield client
        return
    cluster = LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address=None,
        env=ENVIRONMENT,
        silence_logs="CRITICAL",
    )
    with cluster, Client(cluster) as client:
        yield client


def _asking(client: Any) -> Callable[[], Executor]:
    made: Executor = client.get_executor(pure=False, retries=0)
    return lambda: made


def unordered[T, R](
    pool: Pool, function: Callable[[T], R], tasks: Iterable[T], in_flight: int | None = None
) -> Iterator[tuple[T, Future[R]]]:
    """Hand out tasks as they come and return each with its finished future, in the order of finishing.

    Only a few tasks are drawn ahead, so ``tasks`` may be endless and may learn from what came back.
    """
    most = in_flight or (1 if pool.workers == 1 else IN_FLIGHT_PER_WORKER * pool.workers)
    source = iter(tasks)
    waiting: dict[Future[R], T] = {}
    try:
        while True:
            while len(waiting) < most:
                task = next(source, None)
                if task is None:
                    break
                waiting[pool.executor().submit(function, task)] = task
            if not waiting:
                return
            finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                yield waiting.pop(future), future
    finally:
        for future in waiting:
            future.cancel()
