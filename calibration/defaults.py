"""Point defaults that are the best member of the posterior: ``python -m calibration.defaults``.

Writes the values of the best member of every block as defaults into ``data/parameters``, text for text, so
that comments and order stay. Whoever runs it moves every number of the model: baselines, figures in the
documents and the demonstration are to be made again afterwards.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from experiments.files import read_json, replacing
from experiments.posterior import SHIPPED
from model.declarations import FOLDER, declarations

PROVENANCE = SHIPPED.with_suffix(".json")
DIGITS = 3


def best_values(path: Path = PROVENANCE) -> dict[str, float]:
    """Return the values of the best member of every block, with three digits, within the plausible range."""
    found: dict[str, float] = {}
    for entry in read_json(path)["blocks"].values():
        for name, value in entry["best"]["parameters"].items():
            each = declarations()[name]
            rounded = int(value) if each.type == "integer" else float(f"{value:.{DIGITS}g}")
            found[name] = min(max(rounded, each.low or 0.0), each.high or rounded)
    return found


def with_defaults(text: str, values: Mapping[str, float]) -> str:
    """Return a file of declarations with other defaults for the parameters that stand in it."""
    for name, value in values.items():
        pattern = re.compile(rf"(?P<before>^{name}:\n(?:  .*\n)*?  default: )[^\n]*", re.MULTILINE)
        text = pattern.sub(rf"\g<before>{value:.12g}", text)
    return text


def adopt(folder: Path = FOLDER, path: Path = PROVENANCE) -> list[Path]:
    """Write the best member as defaults; return the files that changed."""
    values, changed = best_values(path), []
    for file in sorted(folder.glob("*.yaml")):
        before = file.read_text(encoding="utf-8")
        after = with_defaults(before, values)
        if after != before:
            with replacing(file) as beside:
                beside.write_text(after, encoding="utf-8")
            changed.append(file)
    return changed


if __name__ == "__main__":
    for each in adopt():
        print(each)  # noqa: T201 - a tool for the command line
