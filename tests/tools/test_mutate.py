"""Errors made on purpose: a trial tells an error from none, and what the page says holds."""

import os
import re
import subprocess
import sys

import pytest

from tests.test_architecture import ROOT
from tools.mutate.mutants import MODULES, Mutant, path_of
from tools.mutate.page import FILE, KINDS, LEAST_CAUGHT, NOT_EXPLAINED, failures, load_reasons, page
from tools.mutate.trial import Outcome

TRIAL = """
from itertools import islice
from multiprocessing import get_context
from tools.mutate import trial
from tools.mutate.mutants import path_of

every = trial.months
trial.months = lambda model: islice(every(model), 6)
trial.CASES = {}
trial.built().pop(trial.TEACHING)
source = path_of("visits").read_text(encoding="utf-8")
errors = {"": "", "0, HOUSEHOLD_ASKED": "0, HOUSEHOLD_LISTED"}
errors |= {"n_households == 0": "n_households.none", "step < n and n_wanted": "step in n and n_wanted"}
errors["(BY_DUE, BY_REQUEST, BY_ROUND)"] = "(NO_ROUND, NO_ROUND, NO_ROUND)"

def first_world():
    return list(trial.months(trial.built()[trial.FIRST]))

with get_context("fork").Pool(1, maxtasksperchild=1) as pool:
    expected = {trial.FIRST: pool.apply(first_world)}
    for old, new in errors.items():
        assert old in source
        print(pool.apply(trial.told, ("visits", source.replace(old, new), expected)))
"""


@pytest.mark.unit
def test_a_trial_tells_an_error_from_none():
    """In a process of its own: it runs uncompiled."""
    done = subprocess.run(
        [sys.executable, "-c", TRIAL],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    none, *errors = map(eval, done.stdout.splitlines())
    assert none == ("", "")
    assert all(world == "four_villages, as kept" for world, _ in errors)
    assert [how for _, how in errors[1:3]] == ["AttributeError", "TypeError"]
    assert all(re.fullmatch(r"month \d", how) for _, how in (errors[0], errors[3]))


def mutant(number: int, line: str = "x = 1") -> Mutant:
    return Mutant("visits", "look", "core/NumberReplacer", number, number, line, f"{number:x}")


@pytest.mark.unit
def test_page_counts_what_was_caught_and_asks_for_reasons():
    caught = [(mutant(n), Outcome(f"{n:x}", "x = 2", "a world", "month 3")) for n in range(9)]
    not_caught = [(mutant(9), Outcome("9", "x = 0", "", ""))]
    text = page(caught + not_caught, 5000, 1)
    assert "**9 of 10 errors were caught: 90.0%.**" in text
    assert "| number replacer | 10 | 9 | 90% |" in text
    assert "| a world | 9 | 9 | 0 | 0 |" in text
    assert NOT_EXPLAINED in text
    assert failures(caught) == []
    assert len(failures(caught + not_caught)) == 1
    assert "only 87.5%" in failures(caught[:7] + not_caught)[0]


@pytest.mark.docs
def test_reasons_are_about_lines_that_stand_there():
    for entry in load_reasons():
        assert entry["module"] in MODULES
        assert entry["kind"] in KINDS
        assert entry["why"].strip()
        source = path_of(entry["module"]).read_text(encoding="utf-8")
        lines = {line.strip() for line in source.splitlines()}
        assert entry["line"] in lines, f"not in the module any more: {entry}"


@pytest.mark.docs
def test_what_the_page_says_holds():
    text = FILE.read_text(encoding="utf-8")
    share = re.search(r"errors were caught: ([\d.]+)%", text)
    assert share
    assert float(share[1]) >= 100 * LEAST_CAUGHT
    assert NOT_EXPLAINED not in text
