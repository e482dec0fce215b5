"""Which conclusions survive: over the posterior, over what was not fitted, under other structures.

A conclusion is data (``data/calibration/conclusions.yaml``): a sentence and the comparison of two strategies
that decides it. It is tried in sets of draws; in each its share of draws in which it holds is counted. Where
numbers outside the fit are drawn too, the share among draws with a low and with a high value of each says
which assumption it hangs on.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from calibration.predictive import COUNTRY, UNTIL, Predicted, predict, simulate_path
from calibration.targets import FOLDER, axes_of
from experiments.draws import DRAW, Sampling, latin_hypercube
from experiments.executors import Pool
from experiments.files import read_json, write_json
from experiments.running import simulate
from experiments.study import Candidate, Study
from experiments.tables import read_rows
from model.calendar import month_index
from model.declarations import Bilingual, Value, declarations
from model.reading import read_yaml
from model.scenario import Scenario
from model.strategy_file import load_strategy
from model.text import text
from results.kept import Kept
from results.progress import Progress, silent

FILE = FOLDER / "conclusions.yaml"
POSTERIOR_SET, OTHERS_SET, CHECK_SET = "posterior", "others", "check"
HOLDS, REVERSED = 0.9, 0.1
"""Share of draws from which on a conclusion holds, and up to which it fails."""
DERIVED = {"served_per_million_yuan": ("spells_served", "programme_yuan", 1e6)}
"""Outcomes that are a ratio of two, times a unit."""
OTHERS_SEED = 11
HALVES = 0.5
SAYS_SO = 0.25
"""Difference of shares between low and high values from which on an assumption is named."""
SURE = 3.5
"""Standard errors by which it must differ besides: of a hundred numbers chance names one in twenty times."""
MOST_NAMED = 3


class Conclusion(BaseModel):
    """A sentence on two strategies and the comparison that decides it; see the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sentence: Bilingual
    part: Literal["services", "spread"]
    outcome: str
    of: str
    than: str
    factor: float = 1.0
    direction: Literal["less", "more"]  # "is" in the file, which Python keeps for itself


class ConclusionsFile(BaseModel):
    """All conclusions, where they are tried, and the structures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    worlds: dict[str, str]
    until: str
    base: str
    structures: dict[str, dict[str, Value]]
    conclusions: tuple[Conclusion, ...]

    def strategies(self, part: str) -> tuple[str, ...]:
        """Return the strategies that conclusions of a part compare."""
        named = [name for each in self.conclusions if each.part == part for name in (each.of, each.than)]
        return tuple(dict.fromkeys((self.base, *named)))


class Sizes(NamedTuple):
    """Draws of each set: posterior, with all other numbers drawn, by structure, pilot counties (or none)."""

    posterior: int = 40
    others: int = 100
    structure: int = 12
    check: int = 8


QUICK = Sizes(posterior=12, others=24, structure=4, check=1)


class Hanging(NamedTuple):
    """An assumption that a conclusion hangs on: shares of draws in which it holds, by value."""

    parameter: str
    low: float
    high: float


class Tried(NamedTuple):
    """A conclusion over all sets.

    Attributes
    ----------
    shares
        By set, share of draws in which it holds; NaN where the set does not try it.
    hangs_on
        Numbers on which it depends within what was drawn besides the posterior.
    """

    conclusion: Conclusion
    shares: dict[str, float]
    hangs_on: tuple[Hanging, ...]


class Concluded(NamedTuple):
    """What survived, and how many draws each set has."""

    tried: list[Tried]
    sizes: dict[str, int]


def store(found: Concluded, path: Path) -> Path:
    """Write what was found, shares of draws and numbers that decide, so that pages can be made of it."""
    tried = {
        each.conclusion.name: {"shares": each.shares, "hangs_on": [one._asdict() for one in each.hangs_on]}
        for each in found.tried
    }
    write_json(path, {"sizes": found.sizes, "tried": tried})
    return path


def stored(path: Path) -> Concluded:
    """Read what :func:`store` has written.

    Raises
    ------
    KeyError
        If it names a conclusion that is made no more.
    """
    content = read_json(path)
    by_name = {each.name: each for each in conclusions_file().conclusions}
    tried = [
        Tried(by_name[name], each["shares"], tuple(Hanging(**one) for one in each["hangs_on"]))
        for name, each in content["tried"].items()
    ]
    return Concluded(tried, content["sizes"])


def flips(each: Tried) -> list[str]:
    """Return the sets in which a conclusion does not hold in nine draws of ten.

    What does not hold over the posterior cannot be flipped by anything else: sets share their draws.
    """
    if each.shares[POSTERIOR_SET] < HOLDS:
        return [POSTERIOR_SET]
    return [name for name, share in each.shares.items() if share < HOLDS]


def set_name(name: str, language: str) -> str:
    """Return the name of a set of draws."""
    key = "conclusions.set" if name in (POSTERIOR_SET, OTHERS_SET, CHECK_SET) else "validation.structure"
    return text(f"{key}.{name}", language)


@functools.cache
def conclusions_file(path: Path = FILE) -> ConclusionsFile:
    """Return the conclusions."""
    content: Any = read_yaml(path).value
    rows = [{("direction" if key == "is" else key): value for key, value in row.items()}
            for row in content["conclusions"]]  # fmt: skip
    return ConclusionsFile.model_validate({**content, "conclusions": rows})


def candidates(
    names: Sequence[str], drawn: Sequence[str], structure: Mapping[str, Value]
) -> dict[str, Candidate]:
    """Return strategies under a structure.

    What is drawn prevails over a strategy, and a structure over both. A strategy that sets such a number by a
    lever is about that number, so there the lever is held.
    """
    found = {}
    for name in names:
        strategy = load_strategy(name)
        own = {key: value for key, value in strategy.levers.items() if key in {*drawn, *structure}}
        found[name] = Candidate(name, strategy, {**structure, **own})
    return found


def others_drawn(rows: Sequence[Mapping[str, Value]]) -> list[dict[str, Value]]:
    """Return draws in which every uncertain number outside the fit is drawn too, evenly over its range.

    Levers are decisions, not assumptions, and stay.
    """
    names = other_names(tuple(rows[0]))
    sampling = Sampling("latin_hypercube", axes_of(names), draws=len(rows), seed=OTHERS_SEED)
    return [{**others, **row} for row, others in zip(rows, latin_hypercube(sampling), strict=True)]


def other_names(fitted: Sequence[str]) -> tuple[str, ...]:
    """Return the numbers that are uncertain and not in the posterior."""
    return tuple(
        name
        for name, each in declarations().items()
        if each.kind != "lever" and each.type in ("number", "integer") and name not in fitted
        and each.low is not None and each.high is not None and each.low < each.high
    )  # fmt: skip


def outcome_of(runs: Predicted, candidate: str, outcome: str) -> Any:
    """Return an outcome of a strategy, one number per draw."""
    if outcome not in DERIVED:
        return runs.of(candidate, outcome)
    above, below, unit = DERIVED[outcome]
    with np.errstate(divide="ignore", invalid="ignore"):
        return unit * runs.of(candidate, above) / runs.of(candidate, below)


def holds(conclusion: Conclusion, runs: Predicted) -> NDArray[np.bool_]:
    """Return whether a conclusion holds, one per draw; an outcome that is not known does not bear it out."""
    one = outcome_of(runs, conclusion.of, conclusion.outcome)
    other = conclusion.factor * outcome_of(runs, conclusion.than, conclusion.outcome)
    found: NDArray[np.bool_] = one < other if conclusion.direction == "less" else one > other
    return found


def hanging(held: NDArray[np.bool_], rows: Sequence[Mapping[str, Value]]) -> tuple[Hanging, ...]:
    """Return the numbers that decide whether a conclusion holds, the strongest first.

    Draws are parted at the middle of each number; where shares differ by a quarter and by more than chance
    would make them, the conclusion hangs on it.
    """
    found = []
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        if values.dtype.kind not in "iuf":
            continue
        low = values <= np.quantile(values, HALVES)
        if low.all():
            continue
        shares = held[low].mean(), held[~low].mean()
        error = np.sqrt(held.var() * (1.0 / low.sum() + 1.0 / (~low).sum()))
        if abs(shares[1] - shares[0]) >= max(SAYS_SO, SURE * error):
            found.append(Hanging(name, float(shares[0]), float(shares[1])))
    return tuple(sorted(found, key=lambda each: -abs(each.high - each.low))[:MOST_NAMED])


def conclude(
    posterior: Path, out: Path, pool: Pool, sizes: Sizes | None = None, progress: Progress = silent
) -> Concluded:
    """Try every conclusion in every set of draws, in a folder that goes on where it stopped.

    Raises
    ------
    InputError
        If the posterior cannot be read, or the folder holds runs of another model.
    """
    sizes, file = sizes or Sizes(), conclusions_file()
    rows = read_rows(posterior, max(sizes))
    wide = others_drawn(rows[: sizes.others])
    plans: dict[str, tuple[list[dict[str, Value]], Mapping[str, Value]]] = {
        POSTERIOR_SET: (rows[: sizes.posterior], {}),
        OTHERS_SET: (wide, {}),
        **{name: (rows[: sizes.structure], settings) for name, settings in file.structures.items()},
        **({CHECK_SET: (rows[: sizes.check], {})} if sizes.check else {}),
    }
    shares: dict[str, dict[str, float]] = {each.name: {} for each in file.conclusions}
    hangs: dict[str, tuple[Hanging, ...]] = {}
    for name, (drawn, structure) in plans.items():
        for part in ("services", "spread"):
            if name == CHECK_SET and part == "spread":
                continue
            runs, kept = _runs(file, out, name, part, drawn, structure, pool, progress)
            for each in file.conclusions:
                if each.part != part:
                    continue
                held = holds(each, runs)
                shares[each.name][name] = float(held.mean())
                if name == OTHERS_SET:
                    hangs[each.name] = hanging(held, kept)
    tried = [Tried(each, shares[each.name], hangs[each.name]) for each in file.conclusions]
    return Concluded(tried, {name: len(drawn) for name, (drawn, _) in plans.items()})


def _runs(
    file: ConclusionsFile, out: Path, name: str, part: str, drawn: Sequence[dict[str, Value]],
    structure: Mapping[str, Value], pool: Pool, progress: Progress,
) -> tuple[Predicted, list[Mapping[str, Value]]]:  # fmt: skip
    """Return runs of the draws that every strategy finished, and those draws."""
    names = tuple(drawn[0])
    world = COUNTRY if part == "spread" else file.worlds[CHECK_SET if name == CHECK_SET else part]
    until = month_index(file.until if part == "services" else UNTIL)
    chosen = candidates(file.strategies(part), names, structure)
    study = Study(world, until, chosen, seeds="separate")
    made: Callable[[Scenario], Kept] = simulate if part == "services" else simulate_path
    found = predict(out / f"{part}_{name}", study, iter(drawn), names, made, pool, progress).runs
    whole = found.groupby(DRAW)[DRAW].transform("size") == len(chosen)
    return Predicted(found[whole]), [drawn[draw - 1] for draw in sorted(set(found[DRAW][whole]))]
