"""Measured numbers as tables, in Markdown, and as files."""

import json
import math
import statistics
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.beside import DISTRIBUTIONS, ENGINE, PLAIN
from benchmarks.targets import TARGETS, Target, busy
from model.reading import ROOT
from model.reference import markdown_table
from model.schedule import PHASES

MILLION = 1e6
SLOWEST_SHOWN = 12
NAME = "engine"
DOCUMENT = ROOT / "docs" / "performance.md"
TEXT = Path(__file__).with_name("performance.md")
"""What is said about the numbers; tables stand where it names them in braces."""

MODELS = {
    ENGINE: ("this engine", "ten services, workers, desks, households, money; all groups observed"),
    PLAIN: ("plain Mesa objects", "the same rules by hand, a step for every child; Python's random numbers"),
    "starsim_network": ("Starsim, random network", "SIR, ten new contacts for every agent each month"),
    "starsim_pool": ("Starsim, mixing pool", "SIR, everybody meets everybody"),
    "laser": ("laser-generic", "SIR in one patch per village, compiled loops over all agents"),
}


def targets_table(found: Mapping[str, Any]) -> str:
    """Every figure with its target beside it."""
    rows = []
    for target in TARGETS:
        figure = target.read(found)
        rows.append(
            {
                "what": target.what,
                "figure": "not measured" if figure is None or math.isnan(figure) else shown(target, figure),
                "must": shown(target, target.must),
                "aim": shown(target, target.aim),
                "verdict": verdict(target, figure),
            }
        )
    columns = {"what": "what", "figure": "measured", "must": "must reach", "aim": "aim", "verdict": ""}
    return markdown_table(rows, columns)


def shown(target: Target, figure: float) -> str:
    """A figure with its unit and three digits."""
    return f"{digits(figure)}{' ' if target.unit else ''}{target.unit}"


def digits(figure: float) -> str:
    """A figure with three digits that mean something, and no power of ten."""
    return f"{float(f'{figure:.3g}'):,.10g}"


def verdict(target: Target, figure: float | None) -> str:
    """How a figure stands to its target."""
    if figure is None or math.isnan(figure):
        return "–"
    if target.reaches(figure, target.aim):
        return "aim reached"
    if target.reaches(figure, target.must):
        return "reached"
    short = target.must / figure if target.more_is_better else figure / target.must
    return f"**missed** by {short:.2g}"


def beside_table(found: Mapping[str, Any]) -> str:
    """The engine and its peers, as measured in turns."""
    rows = []
    for name, taken in found["ns"].items():
        label, does = MODELS[name]
        package = DISTRIBUTIONS.get(name)
        infected = found["infected_share"].get(name)
        rows.append(
            {
                "model": label + (f" ({package} {found['versions'].get(package)})" if package else ""),
                "does": does + (f"; {infected:.0%} infected at the end" if infected is not None else ""),
                "agents": f"{found['agents'][name]:,.0f}",
                "ns": digits(statistics.median(taken)),
                "range": f"{digits(min(taken))}–{digits(max(taken))}",
                "times": "" if name == ENGINE else f"{found['times_engine'][name]:.3g} ×",
                "phases": "" if name == ENGINE else f"{found['times_phases'][name]:.3g} ×",
            }
        )
    columns = {
        "model": "model",
        "does": "a month of an agent",
        "agents": "agents",
        "ns": "ns of CPU per agent-month",
        "range": "range of rounds",
        "times": "the engine is faster by",
        "phases": "its compiled phases by",
    }
    first, last = found["months"]
    work = ", ".join(
        f"{done:.3f} {name.replace('_', ' ')}"
        for name, done in found["per_child_month"].items()
        if name != "child_months"
    )
    rounds, phases = len(found["ns"][ENGINE]), statistics.median(found["ns_phases"])
    said = (
        f"{found['villages']:,} villages, months {first} to {last}, {rounds} rounds in turns, medians. Work "
        f"of the engine per child-month: {work}. Its compiled county phases alone take {phases:.3g} ns."
    )
    if found["plain_bytes"]:
        said += f" A child takes {found['plain_bytes']:,.0f} bytes as objects of plain Mesa."
    return f"{markdown_table(rows, columns)}\n\n{said}"


def sizes_table(rows: list[Mapping[str, Any]]) -> str:
    """Speed, work and memory by size."""
    columns = {
        "villages": "villages",
        "children": "children",
        "ns": "ns of CPU per child-month",
        "kernels": "compiled phases alone",
        "visits": "visits per child-month",
        "candidates": "candidates",
        "open_spells": "open spells looked at",
        "queue_entries": "queue entries",
        "bytes": "bytes per child, columns",
        "all_bytes": "with tables and observations",
        "peak": "process, MB",
        "assemble": "assembly, CPU-s",
    }
    shown_rows = [
        {
            "villages": f"{row['villages']:,}",
            "children": f"{row['children']:,}",
            "ns": f"{1e9 / row['child_months_per_cpu_second']:.1f}",
            "kernels": f"{1e9 / row['child_months_per_cpu_second_in_kernels']:.1f}",
            **{meter: f"{done:.3f}" for meter, done in row["per_child_month"].items()},
            "bytes": f"{row['bytes_per_child']['columns']:.1f}",
            "all_bytes": f"{row['bytes_per_child']['columns_tables_observations']:.1f}",
            "peak": "" if row["peak_process_bytes"] is None else f"{row['peak_process_bytes'] / MILLION:.0f}",
            "assemble": f"{row['assemble_cpu_seconds']:.2f}",
        }
        for row in rows
    ]
    return markdown_table(shown_rows, columns)


def phases_table(found: Mapping[str, Any]) -> str:
    """Time of every phase of a month."""
    whole = sum(found["ns"].values())
    rows = [
        {
            "phase": f"`{phase.name}`",
            "what": phase.en,
            "where": "by county" if phase.name in COUNTY else "serial",
            "ns": f"{found['ns'][phase.name]:.2f}",
            "share": f"{found['ns'][phase.name] / whole:.0%}",
        }
        for phase in PHASES
    ]
    rows.append({"phase": "**all**", "what": "", "where": "", "ns": f"**{whole:.1f}**", "share": ""})
    columns = {
        "phase": "phase",
        "what": "what happens",
        "where": "runs",
        "ns": "ns of CPU per child-month",
        "share": "share",
    }
    read = f"To read all columns once takes {found['ns_to_read_columns']:.1f} ns per child on this machine."
    return f"{markdown_table(rows, columns)}\n\n{found['villages']:,} villages, phase by phase. {read}"


COUNTY = {phase.name for phase in PHASES if phase.where == "county"}


def threads_table(found: Mapping[str, Any]) -> str:
    """Two threads against one."""
    row = {
        "villages": f"{found['villages']:,}",
        "times": f"{found['times_faster']:.2f} × ({min(found['ratios']):.2f}–{max(found['ratios']):.2f})",
        "serial": f"{found['serial_cpu_share']:.1%}",
        "load": f"{found['load']:.1f} on {found['processors']} processors",
        "same": "yes" if found["same"] else "**no**",
    }
    columns = {
        "villages": "villages",
        "times": "two threads are faster by (elapsed time; range of turns)",
        "serial": "CPU time outside the county phases",
        "load": "load of the machine",
        "same": "same state hash",
    }
    warning = (
        "\n\nOther programs wanted the processors at that time: nothing can be said about the gain."
        if busy(found)
        else ""
    )
    return markdown_table([row], columns) + warning


def sweep_table(found: Mapping[str, Any]) -> str:
    """Runs of a sweep on one core."""
    seconds = found["cpu_seconds"]
    row = {
        "world": f"{found['villages']:,} villages × {found['children_per_village']} children",
        "months": f"{found['months']:,}",
        "seconds": f"{statistics.median(seconds):.3f} ({min(seconds):.3f}–{max(seconds):.3f})",
        "runs": f"{found['runs_per_cpu_second']:.1f}",
    }
    columns = {
        "world": "world",
        "months": "months",
        "seconds": "CPU-s a run (range)",
        "runs": "runs per CPU-s",
    }
    return markdown_table([row], columns)


def starting_table(found: Mapping[str, Any]) -> str:
    """What it costs to start."""
    rows = [
        {"what": "`run.py --help`", "seconds": f"{found['help_cpu_seconds']:.2f}"},
        {"what": "a first small run, beyond imports", "seconds": f"{found['first_run_cpu_seconds']:.2f}"},
    ]
    return markdown_table(
        rows, {"what": "compiled already", "seconds": f"CPU-s, median of {len(found['help'])}"}
    )


def compiling_table(found: Mapping[str, Any]) -> str:
    """The functions that take longest to compile, and the sum."""
    functions = found["cpu_seconds"]
    rows = [
        {"function": name, "seconds": f"{taken:.2f}"}
        for name, taken in list(functions.items())[:SLOWEST_SHOWN]
    ]
    rest = sum(list(functions.values())[SLOWEST_SHOWN:])
    rows.append({"function": f"{max(len(functions) - SLOWEST_SHOWN, 0)} others", "seconds": f"{rest:.2f}"})
    whole = f"{found['all_functions_cpu_seconds']:.1f}"
    rows.append({"function": f"**all {len(functions)}**", "seconds": f"**{whole}**"})
    return markdown_table(rows, {"function": "function", "seconds": "CPU-seconds"})


def country_table(found: Mapping[str, Any]) -> str:
    """A large world to 2030."""
    first, last = found["children_first_last"]
    peak = found["peak_process_bytes"]
    row = {
        "world": found["world"],
        "villages": f"{found['villages']:,}",
        "children": f"{first / MILLION:.1f} → {last / MILLION:.1f} million",
        "months": str(found["months"]),
        "build": f"{found['build_cpu_seconds']:.1f}",
        "cpu": f"{found['cpu_seconds'] / 60:.2f}",
        "outside": f"{found['outside_phases_cpu_seconds'] / found['cpu_seconds']:.1%}",
        "peak": "" if peak is None else f"{peak / 1e9:.2f}",
    }
    columns = {
        "world": "world",
        "villages": "villages",
        "children": "children",
        "months": "months",
        "build": "build, CPU-s",
        "cpu": "whole, CPU-min",
        "outside": "barriers and observation",
        "peak": "memory, GB",
    }
    return markdown_table([row], columns)


def shards_table(found: Mapping[str, Any]) -> str:
    """One run divided over a cluster."""
    row = {
        "world": f"{found['world']}, {found['villages']:,} villages, {found['months']} months",
        "shards": f"{found['shards']}",
        "seconds": f"{found['seconds_in_shards']:.0f}",
        "whole": f"{found['seconds_whole']:.0f}",
        "load": f"{found['load']:.1f} on {found['processors']} processors",
        "same": f"yes: {found['state_hash']}" if found["same"] else "**no**",
    }
    columns = {
        "world": "world",
        "shards": "shards",
        "seconds": "elapsed s in shards, a local cluster",
        "whole": "elapsed s on one thread",
        "load": "load of the machine",
        "same": "same state hash",
    }
    return markdown_table([row], columns)


SECTIONS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "beside": ("Beside its peers", beside_table),
    "sizes": ("Engine by size", sizes_table),
    "phases": ("Phases of a month", phases_table),
    "threads": ("Two threads", threads_table),
    "sweep": ("A sweep", sweep_table),
    "five_provinces": ("Five provinces", country_table),
    "rural_china": ("Rural China", country_table),
    "shards": ("One run on a cluster", shards_table),
    "compiling": ("Compilation from nothing", compiling_table),
    "starting": ("Start", starting_table),
}
"""Heading and table of every part."""


def measured_on(machine: Mapping[str, str]) -> str:
    """What a part was measured on, in words."""
    return "Measured on: " + ", ".join(f"{name} {value}" for name, value in machine.items()) + "."


def section(name: str, found: Mapping[str, Any]) -> str:
    """Heading, table and machine of a part."""
    heading, table = SECTIONS[name]
    part = found[name]
    return f"## {heading}\n\n{table(part['result'])}\n\n{measured_on(part['machine'])}"


def page(found: Mapping[str, Any]) -> str:
    """Return everything measured as one page."""
    parts = ["# Speed and memory", "Processor time of one thread, where nothing else is said."]
    parts += ["## Targets", targets_table(found)]
    parts += [section(name, found) for name in SECTIONS if name in found]
    return "\n\n".join(parts) + "\n"


def document(found: Mapping[str, Any]) -> str:
    """Return the page docs/performance.md: what is said about the numbers, with the tables in it."""
    none = "*not measured yet*"
    tables = {
        name: table(found[name]["result"]) if name in found else none for name, (_, table) in SECTIONS.items()
    }
    machines = {name: measured_on(part["machine"]) for name, part in found.items()}
    written = TEXT.read_text(encoding="utf-8")
    return written.format(
        targets=targets_table(found), machine=machines.get("beside", none), **tables
    )  # numbers stand in tables alone, so that no sentence grows old


def load(folder: Path) -> dict[str, Any]:
    """Return what was measured last, by part; empty where nothing was."""
    numbers = folder / f"{NAME}.json"
    if not numbers.exists():
        return {}
    found: dict[str, Any] = json.loads(numbers.read_text(encoding="utf-8"))
    return {name: part for name, part in found.items() if name in SECTIONS}


def write(found: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write the numbers and the page into a folder; return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers, words = folder / f"{NAME}.json", folder / f"{NAME}.md"
    numbers.write_text(json.dumps(rounded(found), indent=1) + "\n", encoding="utf-8")
    words.write_text(page(found), encoding="utf-8")
    return [numbers, words]


def write_document(found: Mapping[str, Any]) -> Path:
    """Write docs/performance.md; return its path."""
    DOCUMENT.write_text(document(found), encoding="utf-8")
    return DOCUMENT


def rounded(value: Any) -> Any:
    """Cut floats to the digits that mean something."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    return [rounded(part) for part in value] if isinstance(value, list) else value
