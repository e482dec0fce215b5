"""Settings of the tests of the application."""

from collections.abc import Iterator
from importlib.util import find_spec

import httpx
import pytest

from app.limits import Limits
from tests.app.serving import PATIENCE_SECONDS, serving


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Address of a server with ordinary limits."""
    with serving(Limits(children=20_000)) as served:
        yield served


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    """A client of that server."""
    with httpx.Client(base_url=address, timeout=PATIENCE_SECONDS) as opened:
        yield opened


collect_ignore = [] if find_spec("playwright") else ["browser"]
"""Tests in a real browser run where what drives it is installed: ``make test-app``."""
