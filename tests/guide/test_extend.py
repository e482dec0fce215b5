"""The page on adding to the model: each addition is made in a copy of the project, and moves something."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.test_architecture import ROOT, python_files

pytestmark = pytest.mark.docs
PAGE = (ROOT / "docs" / "extend.md").read_text(encoding="utf-8")
PARTS = {part.partition("\n")[0]: part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]}
MOST_FILES = 3


def blocks(part, language):
    return re.findall(rf"```{language}\n(.*?)```", PARTS[part], re.DOTALL)


@pytest.fixture
def project(tmp_path):
    """A copy of everything that the code reads; kernels are plain Python there, so nothing is compiled."""
    for name in {path.relative_to(ROOT).parts[0] for path in python_files()} | {"data", "docs"}:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(project, *arguments):
    """What a Python process prints that runs in the copy."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore::RuntimeWarning", *arguments],
        cwd=project, env={**os.environ, "PYTHONPATH": str(project), "NUMBA_DISABLE_JIT": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def added(project, part):
    """Make the changes of a part; return what its code prints, line by line, as numbers."""
    changes, (code,) = blocks(part, "diff"), blocks(part, "python")
    for change in changes:
        subprocess.run(["git", "apply", "-"], cwd=project, input=change, text=True, check=True)
    return [
        [float(word) for word in re.findall(r"[\d.]+", line)]
        for line in run(project, "-c", code).splitlines()
    ]


@pytest.mark.parametrize("part", PARTS)
def test_no_addition_touches_more_than_three_files(part):
    files = {
        name
        for change in blocks(part, "diff")
        for name in re.findall(r"^\+\+\+ b/(.*)$", change, re.MULTILINE)
    }
    assert len(files) + len(blocks(part, "yaml")) in range(1, MOST_FILES + 1)
    assert all((ROOT / name).is_file() for name in files)


def test_a_service_is_found_and_served(project):
    ((found, served),) = added(project, "A service")
    assert found > 0
    assert served > 0


def test_a_strategy_serves_others(project):
    path = project / "strategies" / "desks_in_2011.yaml"
    path.parent.mkdir()
    path.write_text(blocks("A strategy", "yaml")[0], encoding="utf-8")
    (history,), (own,) = added(project, "A strategy")
    assert own > history


def test_an_outcome_stands_in_results_and_reference(project):
    ((share, rows),) = added(project, "An outcome")
    assert 0 < share < 1
    assert rows > 0
    run(project, "-m", "results.measures.document")
    for page in ("measures.md", "measures.zh.md"):
        assert "`refused_share`" in (project / "docs" / page).read_text(encoding="utf-8")


def test_a_lever_moves_desks_in_both_models(project):
    (without,), (with_it,), (months,) = added(project, "A lever")
    assert with_it > without
    assert months == 12
    run(project, "-m", "model.reference")
    assert "desk_term_factor" in (project / "docs" / "parameters.md").read_text(encoding="utf-8")
