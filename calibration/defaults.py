"""Point defaults that are the best member of the posterior: ``python -m calibration.defaults``.

Writes the values of the best member of every block as defaults into ``data/parameters``, text for text, so
that comments and order stay. Only numbers that a block draws are written. Those that the data did not teach
move with the others: a draw fits as a whole, and half of one beside half of the old defaults was never tried.
Whoever runs it moves every number of the model; what is to be made again is printed.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from experiments.files import read_json, replacing
from experiments.posterior import SHIPPED
from model.declarations import FOLDER, declarations

PROVENANCE = SHIPPED.with_suffix(".json")
DIGITS = 3
AFTERWARDS = (
    "python -m tools.national_path  # the path of the country outside a world, read by every smaller world",
    "python -m model.reference  # pages of parameters and strategies",
    "python -m results.measures.document  # page of measures",
    "python -m tools.baseline --write  # committed numbers that tests hold every world to",
    "python -m tools.notebooks  # what notebooks show",
    "python run.py demo  # pictures of the demonstration in docs/images",
    "python -m verification  # engine against theory",
    "python run.py conclusions --page docs/conclusions.md  # numbers that no block draws keep their defaults",
)
"""What rests on the defaults, in the order in which it is to be made again."""
BEFORE = (
    "The folder of the calibration is of the old defaults and is refused from now on: "
    "run validate before, and keep its page."
)


def best_values(path: Path = PROVENANCE) -> dict[str, float]:
    """Return the best member of every block in declared units: three digits, within the plausible range."""
    found: dict[str, float] = {}
    for entry in read_json(path)["blocks"].values():
        for name, value in entry["best"]["parameters"].items():
            each = declarations()[name]
            rounded = int(value) if each.type == "integer" else float(f"{value:.{DIGITS}g}")
            found[name] = min(max(rounded, each.low or 0.0), each.high or rounded)
    return found


def with_defaults(text: str, values: Mapping[str, float]) -> str:
    """Return a file of declarations with other defaults, in the declared units, for parameters in it."""
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
    print(BEFORE)  # noqa: T201 - a tool for the command line
    for name, value in best_values().items():
        print(f"{name}: {declarations()[name].default} -> {value:.12g}")  # noqa: T201
    for line in (*map(str, adopt()), "To be made again:", *AFTERWARDS):
        print(line)  # noqa: T201
