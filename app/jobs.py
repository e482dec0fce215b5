"""Runs for the page: a few at a time, the others in a queue, each stopped when nobody wants it any more.

A job is a list of messages that only grows, so any number of clients can read it from any place, again after
a lost connection, while it is still being written. Work is done in threads: the kernels release the
interpreter's lock.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from app.limits import Limits
from model.problems import InputError, Problem
from model.text import LANGUAGES

Message = str
Work = Callable[["Job"], Iterator[Message]]

WAITING, RUNNING, DONE, STOPPED, FAILED = "waiting", "running", "done", "stopped", "failed"
OVER = (DONE, STOPPED, FAILED)


def told(problems: tuple[Problem, ...] | list[Problem]) -> list[dict[str, str]]:
    """Return problems for the page: where each belongs, and its message in every language."""
    return [
        {
            "code": problem.code,
            "key": str(problem.values.get("key", "")),
            **{language: problem.text(language) for language in LANGUAGES},
        }
        for problem in problems
    ]


class TooManyError(Exception):
    """As many jobs wait as may wait."""


class Job:
    """One piece of work and what it has said so far.

    Attributes
    ----------
    messages : list of str
        JSON; grows until the job is over.
    state : str
        "waiting", "running", "done", "stopped" or "failed".
    problems : list of dict
        Why it stopped or failed, as :func:`told` returns them.
    result : object
        What the work leaves for later questions (a recorder with its model).
    watchers : int
        Clients that read it now.
    """

    def __init__(self, identity: str, work: Work, limits: Limits) -> None:
        self.identity, self._work, self._limits = identity, work, limits
        self.messages: list[Message] = []
        self.state = WAITING
        self.problems: list[dict[str, str]] = []
        self.result: Any = None
        self.watchers = 0
        self._unwatched_since = time.monotonic()
        self._stop = threading.Event()

    @property
    def over(self) -> bool:
        """Whether it says nothing more."""
        return self.state in OVER

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop, and does so after the month it is in."""
        return self._stop.is_set() and not self.over

    def stop(self) -> None:
        """Ask it to stop after the month it is in."""
        self._stop.set()
        if self.state == WAITING:
            self.state = STOPPED

    def watch(self, change: int) -> None:
        """Note that a client began (1) or ended (-1) to read it."""
        self.watchers += change
        self._unwatched_since = time.monotonic()

    def abandoned(self) -> bool:
        """Whether nobody has read it for too long."""
        unwatched = time.monotonic() - self._unwatched_since
        return self.watchers == 0 and unwatched > self._limits.abandoned_seconds

    def run(self) -> None:
        """Do the work; whatever happens, the job is over afterwards."""
        if self._stop.is_set():
            return
        self.state = RUNNING
        started = time.monotonic()
        try:
            for message in self._work(self):
                self.messages.append(message)
                if self._stop.is_set() or self.abandoned():
                    self._end(STOPPED, [Problem("app.problem.stopped")])
                    return
                if time.monotonic() - started > self._limits.seconds:
                    self._end(STOPPED, [Problem("app.problem.time", {"seconds": self._limits.seconds})])
                    return
            self.state = DONE
        except InputError as error:
            self._end(FAILED, error.problems)
        except Exception:
            self._end(FAILED, [Problem("app.problem.failed")])
            raise

    def _end(self, state: str, problems: Any) -> None:
        self.result = None
        self.problems = told(problems)
        self.state = state


class Jobs:
    """All jobs of a server: asked for again while they are kept, they are not done twice."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(limits.running, thread_name_prefix="run")

    def start(self, identity: str, work: Work) -> Job:
        """Return the job of that identity: one that is kept and neither fails nor stops, otherwise a new one.

        Raises
        ------
        TooManyError
            If too many wait already.
        """
        with self._lock:
            known = self._jobs.get(identity)
            if known and known.state not in (STOPPED, FAILED) and not known.stopping:
                self._jobs.move_to_end(identity)
                return known
            if sum(job.state == WAITING for job in self._jobs.values()) >= self.limits.waiting:
                raise TooManyError
            job = self._jobs[identity] = Job(identity, work, self.limits)
            self._jobs.move_to_end(identity)
            self._forget()
            self._pool.submit(job.run)
            return job

    def get(self, identity: str) -> Job | None:
        """Return a job that is kept."""
        with self._lock:
            return self._jobs.get(identity)

    def _forget(self) -> None:
        over = [identity for identity, job in self._jobs.items() if job.over and not job.watchers]
        for identity in over[: max(0, len(over) - self.limits.kept)]:
            del self._jobs[identity]

    def close(self) -> None:
        """Stop everything and wait until it has stopped."""
        with self._lock:
            for job in self._jobs.values():
                job.stop()
        self._pool.shutdown(cancel_futures=True)
