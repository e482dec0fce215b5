"""The guide's code runs as it stands, and says what it says."""

import re

import pytest

from tests.test_architecture import ROOT

pytestmark = [pytest.mark.docs, pytest.mark.filterwarnings("error")]

GUIDE = ROOT / "docs" / "guide" / "mesa.md"


def test_the_code_of_the_guide_runs(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    text = GUIDE.read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 5
    names: dict = {}
    exec("\n".join(blocks), names)
    assert names["model"].time == 36
    assert (names["again"].time, names["again"].months_done) == (48, 48)
    assert names["same"] == names["child"]
    assert sum(names["posts"].values()) == len(names["villages"]) == 12
    assert 0 < len(names["remote"]) < 12
    assert names["skills"]
    assert names["stages"] == {"青石县": "pilot"}
    assert 0 < len(names["pilots"]) < 12
    assert 0 < len(names["poor"]) < 12
    assert names["workers"] <= set(names["model"].agents)
