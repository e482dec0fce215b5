"""The page docs/mutation.md: how many errors were caught, by what, and why the others were not."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from model.reading import ROOT
from model.reference import markdown_table
from tools.mutate.mutants import LEFT_OUT, MODULES, Mutant
from tools.mutate.trial import Outcome

FILE = ROOT / "docs" / "mutation.md"
REASONS = Path(__file__).with_name("survivors.yaml")
LEAST_CAUGHT = 0.9
GAP = "gap"
KINDS = {
    "equal": "the same numbers in every world that can be",
    "cost": "only what a month costs is changed",
    GAP: "ought to have been caught; the worlds do not meet it",
}
NOT_EXPLAINED = "**not explained yet**"

Tried = Sequence[tuple[Mutant, Outcome]]

PAGE = """# Errors made on purpose

Made by `make mutate`; do not edit. cosmic-ray can make {n_all:,} small errors in the kernels of onset, idle
spells, visits, desks and spread: another operator, another comparison, a number one larger or smaller, a
condition turned round, a loop that never runs. A sample of {n} (seed {seed}) was made one at a time, and
worlds were run with each until one told.

**{caught} of {n} errors were caught: {share:.1%}.** {others}

## What catches an error

Kernels run as plain Python. Errors in the spread meet seven scenarios of counties without children first.
Then all run through the four villages to 2030, the scenarios in which the tests compare the engine with the
[plain model](../benchmarks/plain_mesa/README.md) (here in the four villages or four small counties, for 54
months), and the teaching world to 2020. What the first, the second and the last of these must give is under
version control (`tests/baseline/worlds.json`) and compared by the tests. In each the state of every month
(all columns, lists and queues) and all that was counted in it (by group, waits, money, work done) must be
what they are without the error. An exception and a run that does not end tell, too.

{ways}

The sample goes by a hash of the text of the line and of the error, so that after an edit the errors in all
other lines are the same as before. {left_out}

## By module

{modules}

## By kind of error

{operators}

## Errors that were not caught

{survivors}
"""


def page(tried: Tried, n_all: int, seed: int) -> str:
    """Return the page on the errors that were tried."""
    survived = [pair for pair in tried if not pair[1].caught_by]
    kinds = Counter(reason_of(*pair)[0] for pair in survived)
    said = [f"{kinds[kind]} *{kind}* ({meaning})" for kind, meaning in KINDS.items() if kinds[kind]]
    others = f"The other {len(survived)}: {', '.join(said)}; see the [list](#errors-that-were-not-caught)."
    return PAGE.format(
        n_all=n_all,
        n=len(tried),
        seed=seed,
        caught=len(tried) - len(survived),
        share=caught_share(tried),
        others=others if survived else "",
        ways=ways_table(tried),
        left_out=" ".join(f"Left out: {name.split('/')[1]} ({why})." for name, why in LEFT_OUT.items()),
        modules=count_table(tried, "module", lambda mutant: f"`model/{mutant.module}.py`"),
        operators=count_table(tried, "kind of error", family_of),
        survivors=survivors_table(survived) if survived else "None.",
    )


def failures(tried: Tried) -> list[str]:
    """Return what is not as it should be, a line each."""
    found = []
    if caught_share(tried) < LEAST_CAUGHT:
        found.append(f"only {caught_share(tried):.1%} of the errors are caught; {LEAST_CAUGHT:.0%} must be")
    for mutant, outcome in tried:
        if not outcome.caught_by and not reason_of(mutant, outcome)[0]:
            found.append(
                f"not caught and no reason: model/{mutant.module}.py:{mutant.number} {mutant.function}\n"
                f"    - {mutant.line}\n    + {outcome.after}"
            )
    return found


def caught_share(tried: Tried) -> float:
    """Share of the errors that were caught."""
    return sum(bool(outcome.caught_by) for _, outcome in tried) / len(tried)


def reason_of(mutant: Mutant, outcome: Outcome) -> tuple[str, str]:
    """Return the kind of an error that was not caught, and why it was not."""
    for entry in load_reasons():
        line, after = entry["line"], entry.get("after", [outcome.after])
        if entry["module"] == mutant.module and line == mutant.line and outcome.after in after:
            return entry["kind"], entry["why"]
    return "", NOT_EXPLAINED


def load_reasons() -> list[dict[str, Any]]:
    """Return the list of reasons.

    Each has the ``module``, the ``line`` as it stands, the lines ``after`` that the reason is about (any if
    it is not said), the ``kind`` and ``why``.
    """
    found: list[dict[str, Any]] = yaml.safe_load(REASONS.read_text(encoding="utf-8")) or []
    return found


def family_of(mutant: Mutant) -> str:
    """Kind of an error in words: the operator of cosmic-ray without what it replaces by what."""
    name = mutant.operator.split("/")[1].split("_")[0]
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def count_table(tried: Tried, heading: str, name_of: Callable[[Mutant], str]) -> str:
    """Number of errors and of those caught, by something."""
    all_, caught = Counter(), Counter()  # type: Counter[str], Counter[str]
    for mutant, outcome in tried:
        all_[name_of(mutant)] += 1
        caught[name_of(mutant)] += bool(outcome.caught_by)
    rows = [
        {"name": name, "n": str(n), "caught": str(caught[name]), "share": f"{caught[name] / n:.0%}"}
        for name, n in sorted(all_.items())
    ]
    return markdown_table(rows, {"name": heading, "n": "errors", "caught": "caught", "share": "share"})


def ways_table(tried: Tried) -> str:
    """What told, and how."""
    worlds = dict.fromkeys(outcome.caught_by for _, outcome in ordered(tried) if outcome.caught_by)
    rows = []
    for world in worlds:
        hows = [outcome.how for _, outcome in tried if outcome.caught_by == world]
        states = sum(how.startswith("month") for how in hows)
        endless = sum(how == "endless" for how in hows)
        rows.append(
            {
                "world": world,
                "n": str(len(hows)),
                "states": str(states),
                "raised": str(len(hows) - states - endless),
                "endless": str(endless),
            }
        )
    return markdown_table(
        rows,
        {
            "world": "first world that told",
            "n": "errors",
            "states": "another state or count",
            "raised": "exception",
            "endless": "no end",
        },
    )


def ordered(tried: Tried) -> list[tuple[Mutant, Outcome]]:
    """Errors, those that most others were caught like first."""
    times = Counter(outcome.caught_by for _, outcome in tried)
    return sorted(tried, key=lambda pair: -times[pair[1].caught_by])


def survivors_table(survived: Iterable[tuple[Mutant, Outcome]]) -> str:
    """Errors that were not caught, with the reason."""
    rows = []
    for mutant, outcome in sorted(survived, key=lambda pair: (MODULES.index(pair[0].module), pair[0].number)):
        kind, why = reason_of(mutant, outcome)
        rows.append(
            {
                "where": f"{mutant.module}, `{mutant.function or 'constants'}`",
                "before": f"`{mutant.line}`",
                "after": f"`{outcome.after}`",
                "kind": kind,
                "why": why,
            }
        )
    columns = {"where": "where", "before": "line", "after": "with the error", "kind": "kind", "why": "why"}
    return markdown_table(rows, columns)
