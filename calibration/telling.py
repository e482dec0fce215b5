"""What a calibration found, in sentences: consistent with, never estimated, and what was not learnt."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from calibration.targets import axes_of, block_file
from calibration.words import SEPARATORS, amount, label_of
from experiments.files import replacing
from model.declarations import declarations
from model.text import text, unit_text
from results.wording import number, percent, whole


def told(provenance: Mapping[str, Any], language: str) -> list[str]:
    """Return the lines of a summary; headings begin with #."""
    lines = [f"# {text('calibration.head', language)}"]
    for name, entry in provenance["blocks"].items():
        lines += [
            "",
            f"## {text(f'calibration.block.{name}', language)}",
            "",
            *block_lines(name, entry, language),
        ]
    return [*lines, "", text("calibration.cut", language)]


def block_lines(name: str, entry: Mapping[str, Any], language: str) -> list[str]:
    """Return the lines on one block."""
    waves = entry["wave_rows"]
    added = text("calibration.size.waves", language, n=len(waves), rows=whole(sum(waves))) if waves else ""
    effective = number(entry["effective"][-1], language)
    lines = [
        text("calibration.size", language, bank=whole(entry["bank_rows"]), waves=added, effective=effective)
    ]
    lines += [*infeasible_lines(name, entry, language), "", text("calibration.targets", language)]
    lines += [f"- {line}" for line in target_lines(name, entry, language)]
    return [*lines, "", *learnt_lines(entry, language), "", *gate_lines(entry, language)]


def infeasible_lines(name: str, entry: Mapping[str, Any], language: str) -> list[str]:
    """Return a line for every target that the prior cannot meet."""
    targets = {target.name: target for target in block_file(name).targets}
    lines = []
    for found in entry["feasible"]:
        if found["is_met"]:
            continue
        target = targets[found["name"]]
        side = "below" if target.low < found["low"] else "above"
        lines.append(
            text(
                "calibration.infeasible", language, name=target.label.in_language(language),
                low=number(found["low"], language), high=number(found["high"], language),
                reported=_between((target.low, target.high), language),
                why=text(f"calibration.infeasible.{side}", language),
            )
        )  # fmt: skip
    return lines


def target_lines(name: str, entry: Mapping[str, Any], language: str) -> list[str]:
    """Return a line for every target: reported, before, after."""
    labels = {target.name: target.label.in_language(language) for target in block_file(name).targets}
    return [
        text(
            "calibration.target", language, name=labels[row["name"]],
            reported=_between(row["reported"], language),
            prior=_between((row["prior"][0], row["prior"][-1]), language),
            after=_between((row["posterior"][0], row["posterior"][-1]), language),
        )
        for row in entry["targets"]
    ]  # fmt: skip


def learnt_lines(entry: Mapping[str, Any], language: str) -> list[str]:
    """Return what the data narrowed, with ranges, and what they did not."""
    learnt = [row for row in entry["parameters"] if row["learnt"]]
    lines = [text("calibration.learnt" if learnt else "calibration.learnt.none", language)]
    for row in learnt:
        (axis,) = axes_of((row["name"],))
        unit = unit_text(declarations()[row["name"]].unit, language)
        low, high, prior_low, prior_high = (
            amount(float(value), language)
            for value in (row["quantiles"][0], row["quantiles"][-1], axis.low, axis.high)
        )
        line = text(
            "calibration.parameter", language, name=label_of(row["name"], language), low=low,
            high=f"{high} {unit}".strip(), prior_low=prior_low, prior_high=prior_high,
            narrowed=percent(row["contraction"], language, 0),
        )  # fmt: skip
        lines.append(f"- {line}")
    missed = [label_of(row["name"], language) for row in entry["parameters"] if not row["learnt"]]
    key = "calibration.not_learnt" if missed else "calibration.not_learnt.none"
    return [*lines, "", text(key, language, names=SEPARATORS[language].join(missed))]


def gate_lines(entry: Mapping[str, Any], language: str) -> list[str]:
    """Return a line for every gate, and what simulation-based calibration rests on."""
    lines = []
    for gate in entry["gates"]:
        verdict = text(f"calibration.gate.{'passed' if gate['passed'] else 'failed'}", language)
        name = text(f"calibration.gate.{gate['name']}", language)
        value, limit = number(gate["value"], language), number(gate["limit"], language)
        lines.append(
            "- " + text("calibration.gate", language, verdict=verdict, name=name, value=value, limit=limit)
        )
    lines += misfit_lines(entry["misfit"], language)
    if "simulation_based" not in entry:
        return [*lines, "", text("calibration.no_check", language)]
    found = entry["simulation_based"]
    line = text(
        "calibration.checked", language, n=found["truths"],
        effective=number(found["effective_median"], language), left_out=found["left_out"],
    )  # fmt: skip
    return [*lines, "", line]


def misfit_lines(found: Mapping[str, Any], language: str) -> list[str]:
    """Return how far fresh runs miss beside right fits; nothing where no right fit was made."""
    if "right" not in found:
        return []
    right = found["right"]
    shown = {
        "value": found["value"],
        "chance": sum(each["chance"] for each in found["targets"]) / len(found["targets"]),
        "expected": found["expected_where_free"],
        "low": right["low"],
        "high": right["high"],
    }
    line = text(
        "calibration.misfit", language, fits=right["fits"], left_out=right["left_out"],
        share=percent(right["share_as_far"], language, 0),
        **{name: number(value, language) for name, value in shown.items()},
    )  # fmt: skip
    return ["", line]


def write_told(path: Path, lines: Sequence[str]) -> Path:
    """Write a summary as Markdown."""
    with replacing(path) as beside:
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _between(pair: Sequence[float], language: str) -> str:
    """Write a range, or one number where both ends are the same."""
    low, high = (_figure(value, language) for value in pair)
    return low if low == high else f"{low}–{high}"


def _figure(value: float, language: str) -> str:
    return percent(value, language) if value < 1.0 else number(value, language)
