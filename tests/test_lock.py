"""The locks: what is declared is locked, at an allowed version, by hash, without any address."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.test_architecture import ROOT
from tools.own_packages import missing

pytestmark = pytest.mark.unit

PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, GROUPS = SETTINGS["project"], SETTINGS["dependency-groups"]
CORE, EXTRAS, BENCH = "requirements.lock", "requirements-extras.lock", "requirements-bench.lock"
CROSSCHECK = "requirements-crosscheck.lock"
OF_GROUPS = {name: f"requirements-{name}.lock" for name in GROUPS}


def pins(lock: str) -> dict[str, Version]:
    """Versions by package."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {name: Version(version) for name, version in PINNED.findall(text)}


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        (CORE, ["app", "dev"]),
        (EXTRAS, ["distributed", "decisions"]),
        (BENCH, ["bench"]),
        (CROSSCHECK, ["crosscheck"]),
    ],
    ids=["core", "extras", "bench", "crosscheck"],
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


@pytest.mark.parametrize("lock", [CORE, EXTRAS, BENCH, CROSSCHECK, *OF_GROUPS.values()])
def test_lock_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert all(
        "--hash=sha256:" in part for part in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE) if part
    )


@pytest.mark.parametrize("lock", [EXTRAS, BENCH, CROSSCHECK, *OF_GROUPS.values()])
def test_other_locks_agree_with_the_core(lock: str) -> None:
    core, other = pins(CORE), pins(lock)
    assert {name: other[name] for name in core.keys() & other.keys()} == {
        name: core[name] for name in core.keys() & other.keys()
    }


def test_only_what_the_core_lacks_is_installed_beside_it() -> None:
    core, bench = pins(CORE), pins(BENCH)
    wanted = missing(ROOT / BENCH)
    assert {name for name, _ in PINNED.findall(wanted)} == bench.keys() - core.keys()
    assert wanted.count("--hash=sha256:") > len(bench.keys() - core.keys())


@pytest.mark.parametrize("group", OF_GROUPS)
def test_lock_of_a_group_holds_what_is_declared(group: str) -> None:
    locked = pins(OF_GROUPS[group])
    for requirement in map(Requirement, GROUPS[group]):
        assert requirement.specifier.contains(locked[requirement.name.lower()])


def test_core_brings_no_copyleft_package() -> None:
    assert not pins(CORE).keys() & {"platypus-opt", "ema-workbench", "pymoo"}
