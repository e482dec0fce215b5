"""The newcomer's map names files and functions that are there."""

import re

import pytest

from tests.test_architecture import ROOT, tree

pytestmark = pytest.mark.docs

MAP = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PATHS = re.findall(r"`((?:model|agents|columns|results|commands|benchmarks|tests|data)/[\w./]*)`", MAP)
WITH_FUNCTIONS = re.findall(r"`([\w/]+\.py)` \(((?:`\w+`(?:, )?)+)\)", MAP)


def test_what_it_names_is_there() -> None:
    assert len(PATHS) > 30
    missing = [path for path in PATHS if not (ROOT / path).exists()]
    assert not missing


def test_functions_stand_where_it_says() -> None:
    assert len(WITH_FUNCTIONS) >= 7
    for path, names in WITH_FUNCTIONS:
        defined = {getattr(node, "name", "") for node in tree(ROOT / path).body}
        assert set(re.findall(r"\w+", names)) <= defined, path
