"""The page docs/verification.md: how to read it, every comparison, what common numbers save, the switches."""

import math
from collections.abc import Sequence

from model.declarations import switches
from model.reading import ROOT
from model.reference import markdown_table
from verification.rows import SEVERAL, Case, Row
from verification.variance import REPLICATIONS, Saving, geometric_mean

FILE = ROOT / "docs" / "verification.md"
TOPICS = {
    "desks": "Desks",
    "limits": "What must hold exactly",
    "spread": "Spread",
    "workers": "Workers and trust",
    "people": "Children and needs",
}
WORLD_NAMES = {
    "teaching": "teaching: one county, 12 villages",
    "six_counties": "six counties, 60 equal villages, mandate in 2013",
}
PAGE = """# The engine against theory

Made by `make verify`; do not edit. Every case runs the model itself, `ScaleUpModel` with its kernels, on a
world, services and parameters made for the purpose, with parts of the model switched off by declared
parameters (listed [at the end](#switches)). No case runs a copy or an extract of the code.

**{n_agree} of {n_rows} comparisons agree.**

## How to read it

* *theory* is a known formula. Where the run is not quite what the formula describes (it starts from empty, a
  month is not a moment, a county has a finite number of children), the value that the run itself should give
  is computed by the exact recursion and stands as *of this run*; z is reckoned against it.
* *simulated* is the mean over independent replications (desks of equal counties, villages, or runs with seeds
  hashed apart), ± its standard error. *exact* means that no difference is allowed, but for rounding.
* *z* is the difference in standard errors (Student's t from few replications as the normal score of the same
  probability). A comparison agrees if |z| < {several:g} and, where a tolerance is stated, if the simulated
  value is within it of the theory (judged where the standard error is at most half of it). The chance that
  an agreeing engine fails a single comparison with z is 1 in 16,000; with {n_z} such comparisons on this page
  it is about {alarm:.1%} that any does.
* Seeds are fixed, so the page is the same whenever the engine is; the tests run the same cases with fewer
  replications.

## Summary

{summary}
"""
DESK_NOTES = """A service whose need befalls each of many children with a small chance, which is sought in the
following month, whose papers are at hand and which nobody is refused, brings a Poisson stream of cases to its
desk. Thousands of such desks stand in hundreds of equal counties. Three things are worth knowing:

* What the engine calls waiting, from filing to service, is the *time at the desk* of queueing theory: a slot
  is the end of a service. With less than a slot a month months are short steps, and the values at steps of
  length nil follow from two lengths (Richardson).
* In Erlang A whoever is at the desk may give up, the next in line too; so the textbook's server has the rate
  cμ + θ.
* Slots that find nobody are lost. A new case therefore waits 1/(cμ) for the next slot even at an idle desk,
  and Cobham's formula holds with this residual time at any load, as for a server that leaves when idle.
"""
PEOPLE_NOTES = """The stationary start is drawn as of the moment before the first month's events, so the end
of the first month is the reference. Each line is the worst of many: had the seeds been drawn anew, one of
them would be beyond 4 by chance about once in 25 times. Of papers and schooling, who has had it and who
obtained it are one stock. Reviews come once a year in every village, terms twice, so those stocks breathe by
design.

What the sample can show has a limit. With five times as many children (200 runs) one drift stood out: holders
of the subsistence allowance became 1.4 % fewer within ten years. Probably the start, which reckons with the
share born without hukou of a class of children and not of every mix of traits, has a few holders too many.
"""
VARIANCE = """## What common random numbers save

Two strategies on the same seeds share every draw that concerns the same child, village and month. The table
compares the variance of the difference over {replications} pairs on the same seeds with that of as many
independent pairs; *factor* says how many times more independent runs would be needed for the same interval
(95 % interval by bootstrap over replications). Where one of the two has none of it at all (nobody is found
without a programme) there is nothing to share, and the factor is 1.
"""
SWITCHES = """## Switches

Parameters that take a term out of the model at a certain value. They are declared in `data/parameters`
(`deletes`), and a test runs the model with and without each to see that its term is really gone.
"""


def figure(value: float) -> str:
    """Write a number with four significant digits, whole numbers as such."""
    if value == 0:
        return "0"
    if float(value).is_integer() and abs(value) < 1e7:
        return f"{value:.0f}"
    digits = max(3 - math.floor(math.log10(abs(value))), 0)
    return f"{value:.{min(digits, 6)}f}" if abs(value) >= 1e-5 else f"{value:.1e}"


def page(results: Sequence[tuple[Case, Sequence[Row]]], savings: Sequence[Saving]) -> str:
    """Return the whole page."""
    rows = [row for _, found in results for row in found]
    n_z = sum(row.z is not None for row in rows)
    parts = [
        PAGE.format(
            n_agree=sum(row.passes for row in rows),
            n_rows=len(rows),
            several=SEVERAL,
            n_z=n_z,
            alarm=1 - (1 - math.erfc(SEVERAL / math.sqrt(2))) ** n_z,
            summary=_summary(results),
        )
    ]
    for topic, title in TOPICS.items():
        parts.append(f"## {title}\n")
        parts += {"desks": [DESK_NOTES], "people": [PEOPLE_NOTES]}.get(topic, [])
        parts += [_case(case, found) for case, found in results if case.topic == topic]
    parts += [VARIANCE.format(replications=REPLICATIONS), _savings(savings), SWITCHES, _switches()]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _summary(results: Sequence[tuple[Case, Sequence[Row]]]) -> str:
    lines = []
    for case, rows in results:
        z = [abs(row.z) for row in rows if row.z is not None]
        agree = sum(row.passes for row in rows)
        lines.append(
            {
                "case": f"[{case.title}](#{_anchor(case.title)})",
                "n": f"{agree} of {len(rows)}",
                "z": f"{max(z):.1f}" if z else "exact",
                "verdict": "agrees" if agree == len(rows) else "**differs**",
            }
        )
    return markdown_table(lines, {"case": "case", "n": "agree", "z": "largest \\|z\\|", "verdict": "verdict"})


def _anchor(title: str) -> str:
    kept = "".join(letter for letter in title.lower() if letter.isalnum() or letter in " -")
    return kept.replace(" ", "-")


def _case(case: Case, rows: Sequence[Row]) -> str:
    columns = {
        "what": "comparison",
        "theory": "theory",
        "expected": "of this run",
        "simulated": "simulated",
        "error": "± s.e.",
        "z": "z",
        "tolerance": "tolerance",
        "verdict": "verdict",
    }
    lines = [
        {
            "what": row.what,
            "theory": figure(row.theory),
            "expected": "" if row.expected is None else figure(row.expected),
            "simulated": figure(row.simulated),
            "error": "exact" if row.error == 0.0 else figure(row.error),
            "z": "" if row.z is None else f"{row.z:+.2f}",
            "tolerance": _tolerance(row),
            "verdict": "agrees" if row.passes else "**differs**",
        }
        for row in rows
    ]
    kept = {key: name for key, name in columns.items() if key == "theory" or any(line[key] for line in lines)}
    off = ", ".join(f"`{name}`" for name in case.switches)
    switched = f" Switched off: {off}." if off else " Nothing is switched off."
    name = f" (`python -m verification {case.name}`)"
    return f"### {case.title}\n\n{case.shows}{switched}{name}\n\n{markdown_table(lines, kept)}\n"


def _tolerance(row: Row) -> str:
    """Say how far the value may be from theory, and if the run is too short to be held to it."""
    if not row.tolerance:
        return ""
    return figure(row.tolerance) if row.is_precise else f"{figure(row.tolerance)} (not judged: s.e.)"


def _savings(savings: Sequence[Saving]) -> str:
    parts = []
    for world in dict.fromkeys(row.world for row in savings):
        parts.append(f"**{WORLD_NAMES.get(world, world)}**\n")
        lines = [
            {
                "pair": row.pair,
                "outcome": row.outcome,
                "difference": figure(row.difference),
                "paired": figure(row.deviation_paired),
                "independent": figure(row.deviation_independent),
                "ratio": "–" if row.difference == row.low == row.high else f"{row.ratio:.1f}",
                "interval": f"{row.low:.1f} – {row.high:.1f}",
            }
            for row in savings
            if row.world == world
        ]
        columns = {
            "pair": "difference of",
            "outcome": "outcome",
            "difference": "mean",
            "paired": "s.d. paired",
            "independent": "s.d. independent",
            "ratio": "factor",
            "interval": "95 % interval",
        }
        parts.append(markdown_table(lines, columns) + "\n")
    for pair in dict.fromkeys(row.pair for row in savings):
        mean = geometric_mean([row for row in savings if row.pair == pair])
        parts.append(f"Geometric mean of the factors, {pair}: {mean:.1f}.\n")
    return "\n".join(parts)


def _switches() -> str:
    rows = []
    for name, declared in switches().items():
        deletes = declared.deletes
        if deletes is not None:
            rows.append(
                {
                    "name": f"`{name}`",
                    "at": declared.shown(deletes.at),
                    "default": declared.shown(declared.default),
                    "en": deletes.en,
                    "zh": deletes.zh,
                }
            )
    columns = {"name": "parameter", "at": "set to", "default": "default", "en": "deletes", "zh": "删去的部分"}
    return markdown_table(rows, columns) + "\n"
