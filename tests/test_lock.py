"""The locks: what is declared is locked, at an allowed version, by hash, without any address."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.test_architecture import ROOT

pytestmark = pytest.mark.unit

PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, GROUPS = SETTINGS["project"], SETTINGS["dependency-groups"]
CORE, EXTRAS, BROWSER = "requirements.lock", "requirements-extras.lock", "requirements-browser.lock"


def pins(lock: str) -> dict[str, Version]:
    """Versions by package."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {name: Version(version) for name, version in PINNED.findall(text)}


@pytest.mark.parametrize(
    ("lock", "extras"),
    [(CORE, ["app", "dev"]), (EXTRAS, ["distributed", "decisions"])],
    ids=["core", "extras"],
)
def test_lock_holds_what_is_declared(lock: str, extras: list[str]) -> None:
    declared = PROJECT["dependencies"] + [
        one for extra in extras for one in PROJECT["optional-dependencies"][extra]
    ]
    locked = pins(lock)
    for requirement in map(Requirement, declared):
        name = requirement.name.lower()
        assert name in locked, f"{name} is declared and not locked: make lock"
        assert requirement.specifier.contains(locked[name]), f"{name} {locked[name]}: make lock"


@pytest.mark.parametrize("lock", [CORE, EXTRAS, BROWSER])
def test_lock_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert all(
        "--hash=sha256:" in part for part in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE) if part
    )


def test_extras_agree_with_the_core() -> None:
    core, extras = pins(CORE), pins(EXTRAS)
    assert {name: extras[name] for name in core.keys() & extras.keys()} == {
        name: core[name] for name in core.keys() & extras.keys()
    }


def test_lock_of_the_browser_holds_what_is_declared() -> None:
    locked = pins(BROWSER)
    for requirement in map(Requirement, GROUPS["browser"]):
        assert requirement.specifier.contains(locked[requirement.name.lower()])


def test_core_brings_no_copyleft_package() -> None:
    assert not pins(CORE).keys() & {"platypus-opt", "ema-workbench", "pymoo"}
