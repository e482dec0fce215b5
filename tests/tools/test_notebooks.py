"""The notebooks run and show what is kept in them: the same kinds of content, the same columns of tables."""

import json
import re

import pytest

from tools.notebooks import code_cells, notebooks, run

pytestmark = [pytest.mark.docs, pytest.mark.slow]
NEEDS = {"optimise": ("pymoo",)}
HEADS = re.compile(r"<th>([^<]+)</th>")


def shapes(notebook):
    """What every cell shows, without numbers: kinds of content, and names in the heads of tables."""
    found = []
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            data = output.get("data", {})
            html = "".join(data.get("text/html", []))
            found.append((output["output_type"], sorted(data), HEADS.findall(html.split("</thead>")[0])))
    return found


def test_there_is_one_per_task():
    assert {path.stem for path in notebooks()} >= {
        "compare",
        "map",
        "optimise",
        "robustness",
        "sensitivity",
        "sweep",
    }


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_what_it_says_it_shows(path, monkeypatch):
    for package in NEEDS.get(path.stem, ()):
        pytest.importorskip(package, reason=f"{package} comes with `make extras`")
    monkeypatch.chdir(path.parent)  # where Jupyter would run it
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert shapes(kept), "run python -m tools.notebooks"
    assert shapes(run(path)) == shapes(kept)
