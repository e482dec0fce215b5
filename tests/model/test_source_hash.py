"""The hash of engine and data follows what decides results, and nothing else."""

import shutil
from pathlib import Path

import pytest

from model.reading import ROOT
from model.source_hash import DATA_FOLDERS, ENGINE, ENGINE_PACKAGES, data_hash, engine_hash, modules_behind

pytestmark = pytest.mark.unit


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the hashes look at, and of something they must not look at."""
    for name in ENGINE_PACKAGES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in DATA_FOLDERS:
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    shutil.copy(ROOT / "README.md", tmp_path)
    return tmp_path


def hashes(root: Path) -> tuple[str, str]:
    """Both hashes as they are now, whatever was asked before."""
    return engine_hash.__wrapped__(root), data_hash.__wrapped__(root)


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_copy_elsewhere_has_the_same_hashes(checkout):
    assert hashes(checkout) == (engine_hash(), data_hash())


@pytest.mark.parametrize(
    "edited",
    [
        "columns/tallies.py",
        "columns/state_hash.py",
        "model/desks.py",
        "model/worlds.py",
        "model/spread_only.py",
    ],
)
def test_an_edit_of_the_engine_changes_its_hash_only(checkout, edited):
    append(checkout / edited, "\n# another line\n")
    engine, data = hashes(checkout)
    assert (engine != engine_hash(), data == data_hash()) == (True, True)


def test_an_edit_of_the_places_changes_the_hash_of_data_only(checkout):
    append(checkout / "data" / "geography" / "counties.csv", "\n")
    engine, data = hashes(checkout)
    assert (engine == engine_hash(), data != data_hash()) == (True, True)


def test_what_decides_nothing_changes_nothing(checkout):
    append(checkout / "README.md", "\nAnother line.\n")
    append(checkout / "model" / "reference.py", "\n# prints documents\n")
    (checkout / "model" / "new.py").write_text('"""Nobody imports it."""\n')
    assert hashes(checkout) == (engine_hash(), data_hash())


def test_every_module_with_a_phase_of_the_month_is_engine():
    """Whatever the compiled month imports, and what is imported only inside functions."""
    modules = modules_behind(ENGINE, ENGINE_PACKAGES)
    expected = {"model.month", "model.staffing", "model.population", "model.referrals", "columns.draws"}
    assert expected | {"model.worlds", "model.spread_only"} <= set(modules)
    assert "model.source_hash" not in modules
