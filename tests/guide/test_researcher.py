"""The researcher's guide does what it says: commands and code are run, with fewer years and seeds."""

import pytest
import yaml
from typer.testing import CliRunner

import run
from commands.shared import app
from tests.guide.pages import GUIDE, blocks, commands, words_of

pytestmark = pytest.mark.docs
DESIGN = "docs/guide/designs/does_it_help.yaml"


def test_the_page_shows_the_design_that_it_runs():
    (shown,) = blocks("researcher.md", "yaml")
    assert yaml.safe_load(shown) == yaml.safe_load((GUIDE / "designs" / "does_it_help.yaml").read_text())


def test_from_question_to_table(tmp_path, monkeypatch, capsys):
    assert callable(run.main)
    monkeypatch.chdir(tmp_path)
    design = yaml.safe_load(blocks("researcher.md", "yaml")[0])
    design |= {"until": "2011-12", "replications": 1}
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(design), encoding="utf-8")
    said = []
    for line in commands("researcher.md"):
        words = words_of(line, {DESIGN: "small.yaml"})
        words += ["--workers", "1"] if words[0] == "sweep" else []
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, f"{line}\n{result.output}\n{result.exception}"
        said.append(result.output)
    assert "64 of 64 runs are done" in said[0]
    assert "History" in said[2], "which strategy holds is said in words"
    names: dict = {}
    exec("\n".join(blocks("researcher.md", "python")), names)
    assert "percentage points more need met" in capsys.readouterr().out
    assert len(names["gain"]) == 32
    assert "effective_coverage_share" in str(names["meaning"])
    assert names["low"] < names["high"]
    assert 0 < names["exchanged"].displaced_share().value < 1
