"""Getting the compiled model ready while the page is being looked at."""

import threading

from app.catalogue import catalogue, chart_library
from app.limits import Limits
from model.scenario import make_scenario
from results.recording import record, recorder_of

FIRST_MONTHS = 1
SECONDS_TO_LOAD = 2.0
"""How long the page is held back for compiled kernels to be read: that keeps the interpreter busy, and a page
served meanwhile is complete later. Where they have to be compiled it is not held back any longer."""


class Engine:
    """Makes the catalogue, then loads or compiles the kernels, in the background and once.

    Attributes
    ----------
    ready : bool
        Whether a run starts at once; before, the first run waits for the compiler.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._prepare, daemon=True, name="engine")

    @property
    def ready(self) -> bool:
        """Whether everything is compiled."""
        return self._ready.is_set()

    def start(self) -> None:
        """Begin; return when everything is ready, or compilers are at work."""
        self._thread.start()
        self._ready.wait(SECONDS_TO_LOAD)

    def _prepare(self) -> None:
        catalogue(self._limits)
        record(recorder_of(make_scenario("four_villages", until=FIRST_MONTHS)))
        self._ready.set()
        chart_library()
