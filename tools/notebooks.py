"""Run the notebooks of ``docs/notebooks`` and write what their cells show into them.

    python -m tools.notebooks [NAME …]

A kernel of Jupyter would bring thirty packages for what a notebook of plain cells needs: each cell is run in
the same names as those before it, and its last expression is shown. Values that draw themselves
(``_repr_png_``, ``_repr_html_``) are kept as Jupyter keeps them.
"""

import ast
import base64
import contextlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "docs" / "notebooks"

type Cell = dict[str, Any]


def notebooks(*names: str) -> list[Path]:
    """Return the notebooks, or those of some names, in their order."""
    return [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if not names or path.stem in names]


def run(path: Path) -> dict[str, Any]:
    """Return a notebook with its cells run and their outputs in place; the first error ends it."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(code_cells(notebook), start=1):
        cell["execution_count"] = number
        cell["outputs"] = list(_outputs("".join(cell["source"]), names, number))
    return notebook


def code_cells(notebook: dict[str, Any]) -> list[Cell]:
    """Return the cells that are run."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _outputs(source: str, names: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    tree = ast.parse(source)
    last = tree.body[-1] if tree.body else None
    shown = ast.Expression(last.value) if isinstance(last, ast.Expr) else None
    if shown:
        tree.body.pop()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), names)
        value = eval(compile(shown, "<cell>", "eval"), names) if shown else None
    if printed.getvalue():
        yield {"output_type": "stream", "name": "stdout", "text": _lines(printed.getvalue())}
    if value is not None:
        yield {
            "output_type": "execute_result",
            "execution_count": number,
            "metadata": {},
            "data": _shown(value),
        }


def _shown(value: Any) -> dict[str, Any]:
    """Return what a value shows, by kind of content."""
    data: dict[str, Any] = {"text/plain": _lines(repr(value))}
    if hasattr(value, "_repr_png_"):
        data = {"image/png": base64.b64encode(value._repr_png_()).decode(), "text/plain": [value.caption]}
    elif hasattr(value, "_repr_html_"):
        data["text/html"] = _lines(value._repr_html_())
    return data


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def main(names: list[str]) -> int:
    """Run notebooks and write them."""
    for path in notebooks(*names):
        path.write_text(json.dumps(run(path), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
