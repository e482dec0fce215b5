"""Measured numbers as tables, in Markdown, and as files."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from model.reference import markdown_table

MILLION = 1e6
SLOWEST_SHOWN = 12
NAME = "engine"


def sizes_table(rows: list[Mapping[str, Any]]) -> str:
    """Speed, work and memory by size."""
    columns = {
        "villages": "villages",
        "children": "children",
        "speed": "million child-months per CPU-second",
        "kernels": "the same, compiled phases alone",
        "visits": "visits per child-month",
        "candidates": "candidates",
        "open_spells": "open spells looked at",
        "queue_entries": "queue entries",
        "bytes": "bytes per child, columns",
        "all_bytes": "with tables and observations",
        "peak": "process, MB",
        "assemble": "assembly, CPU-s",
    }
    shown = [
        {
            "villages": f"{row['villages']:,}",
            "children": f"{row['children']:,}",
            "speed": f"{row['child_months_per_cpu_second'] / MILLION:.2f}",
            "kernels": f"{row['child_months_per_cpu_second_in_kernels'] / MILLION:.2f}",
            **{meter: f"{done:.3f}" for meter, done in row["per_child_month"].items()},
            "bytes": f"{row['bytes_per_child']['columns']:.1f}",
            "all_bytes": f"{row['bytes_per_child']['columns_tables_observations']:.1f}",
            "peak": "" if row["peak_process_bytes"] is None else f"{row['peak_process_bytes'] / MILLION:.0f}",
            "assemble": f"{row['assemble_cpu_seconds']:.2f}",
        }
        for row in rows
    ]
    return "## Engine by size\n\n" + markdown_table(shown, columns)


def plain_table(rows: list[Mapping[str, Any]]) -> str:
    """The engine beside the plain model."""
    columns = {
        "villages": "villages",
        "children": "children",
        "engine": "engine, million child-months per CPU-second",
        "compiled_phases": "its compiled phases alone",
        "plain": "plain Mesa",
        "ratio": "engine is faster by",
        "ratio_of_phases": "its phases by",
        "bytes": "engine, bytes per child",
        "plain_bytes": "plain Mesa",
    }
    shown = []
    for row in rows:
        speed, size = row["child_months_per_cpu_second"], row["bytes_per_child"]
        faster = row["times_faster_than_plain"]
        shown.append(
            {
                "villages": f"{row['villages']:,}",
                "children": f"{row['children']:,}",
                "engine": f"{speed['engine'] / MILLION:.2f}",
                "compiled_phases": f"{speed['compiled_phases'] / MILLION:.2f}",
                "plain": f"{speed['plain'] / MILLION:.3f}",
                "ratio": f"{faster['engine']:.0f} ×",
                "ratio_of_phases": f"{faster['compiled_phases']:.0f} ×",
                "bytes": f"{size['engine_columns']:.1f}",
                "plain_bytes": "" if size["plain_objects"] is None else f"{size['plain_objects']:,.0f}",
            }
        )
    return "## Beside plain Mesa with Python's own random numbers\n\n" + markdown_table(shown, columns)


def compiling_table(found: Mapping[str, Any]) -> str:
    """The functions that take longest to compile, and the sum."""
    functions = found["cpu_seconds"]
    shown = [
        {"function": name, "seconds": f"{taken:.2f}"}
        for name, taken in list(functions.items())[:SLOWEST_SHOWN]
    ]
    rest = sum(list(functions.values())[SLOWEST_SHOWN:])
    shown.append({"function": f"{max(len(functions) - SLOWEST_SHOWN, 0)} others", "seconds": f"{rest:.2f}"})
    whole = f"{found['all_functions_cpu_seconds']:.1f}"
    shown.append({"function": f"**all {len(functions)}**", "seconds": f"**{whole}**"})
    return "## Compilation from nothing\n\n" + markdown_table(
        shown, {"function": "function", "seconds": "CPU-seconds"}
    )


SECTIONS: dict[str, Callable[[Any], str]] = {
    "sizes": sizes_table,
    "plain": plain_table,
    "compiling": compiling_table,
}


def page(found: Mapping[str, Any]) -> str:
    """Return everything measured as one page."""
    on = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    parts = ["# Speed and memory", f"One thread, processor time. Measured on: {on}."]
    parts += [section(found[name]) for name, section in SECTIONS.items() if name in found]
    return "\n\n".join(parts) + "\n"


def write(found: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write the numbers and the page into a folder; return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers, words = folder / f"{NAME}.json", folder / f"{NAME}.md"
    numbers.write_text(json.dumps(rounded(found), indent=1) + "\n", encoding="utf-8")
    words.write_text(page(found), encoding="utf-8")
    return [numbers, words]


def rounded(value: Any) -> Any:
    """Cut floats to the digits that mean something."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    return [rounded(part) for part in value] if isinstance(value, list) else value
