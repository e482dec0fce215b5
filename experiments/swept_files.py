"""The report of a sweep: made when it ends, and anew from its folder in either language; nothing is run."""

import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from experiments.bank import STRATEGY, Bank, read_bank
from experiments.draws import MORRIS, POSTERIOR, SOBOL, TABLE
from experiments.files import replacing
from experiments.indices import PAWN
from experiments.played import played_swept, record_swept
from experiments.robust import Robust, judged
from experiments.robust_files import judged_of, robust_pictures
from experiments.sensed_files import best_first, driven_of, kind_of, pictured, pictures_of, sentences_of
from experiments.sensing import Sensed, analyse, method_of, outcomes_of
from experiments.store import ABOUT, RUNS
from experiments.study import Study
from experiments.sweeping import DESIGN, STRATEGIES
from model.calendar import month_index
from model.declarations import declarations
from model.problems import InputError
from model.text import text
from results.figures.sensing.outcomes import levers, spread
from results.league import LEAGUE_OUTCOMES, MAIN
from results.measures.catalogue import measure
from results.parameter_words import setting_words
from results.recording import Player
from results.robust_words import box_sentences, regret_sentence, worth_sentence
from results.saving import PAGE, made_with, save_results
from results.strategy_words import strategy_phrase
from results.style import Picture
from results.swept_page import SweptView, swept_page
from results.wording import WRITERS, in_sentence, listing, month_name, number

PROBED = (MORRIS, SOBOL)


def write_swept(
    folder: Path, language: str = "en", player: Player | None = None, study: Study | None = None
) -> list[Path]:
    """Write the report and the pictures of a sweep into its folder; return their paths, the page first.

    ``player`` makes the page that the report embeds of the run nearest the middle; that run is made where
    ``study`` is given, and read back from the folder otherwise.

    Raises
    ------
    InputError
        If the folder holds no sweep, or no draw and seed has succeeded under all strategies.
    """
    bank = read_bank(folder)
    known = outcomes_of(bank, MAIN)
    outcome = MAIN if MAIN in known else known[0]
    sensed, robust = _sensed(bank, outcome), _judged(bank, outcome)
    probed = {name: found for name in PROBED if (found := _probed(folder / name, name, outcome))}
    view = view_of(bank, outcome, sensed, robust, tuple(probed), language)
    pictures = _pictures(view, bank, sensed, robust, language)
    for name, found in probed.items():
        pictures |= {f"{name}_{key}": each for key, each in pictures_of(found, language).items()}
    if study is not None and player is not None:
        record_swept(bank, study, outcome)
    page = swept_page(view, pictures, language, *_played(view, bank, player, language))
    with replacing(folder / PAGE) as beside:
        beside.write_text(page, encoding="utf-8")
    own = {name: picture for name, picture in pictures.items() if name == picture.name}
    paths = save_results(folder, own, {}, language)
    return [folder / PAGE, *paths]


def _played(view: SweptView, bank: Bank, player: Player | None, language: str) -> tuple[str, str]:
    """Return the page that plays the run nearest the middle, and which run that is."""
    page, run = played_swept(bank.folder, player, language)
    if run is None:
        return "", ""
    known = bank.values[view.outcome, run.strategy]
    write = WRITERS[view.kind]
    said = text(
        "swept.played.draw" if view.n_draws else "swept.played",
        language,
        strategy=strategy_phrase(run.strategy, language),
        outcome=in_sentence(measure(view.outcome).label.text(language), language),
        middle=write(float(known.median()), language),
        draw=run.draw,
        seed=run.seed,
    )
    return page, said


def _sensed(bank: Bank, outcome: str) -> Sensed | None:
    """Return what drives the outcome, by the method of the draws; nothing where they cannot tell."""
    try:
        return analyse(bank, method_of(bank.about), outcome, targets=pictured(bank, outcome))
    except InputError:
        return None


def _judged(bank: Bank, outcome: str) -> Robust | None:
    """Return which choice holds, nothing where there is no choice, or no draws that are a fair sample."""
    if bank.draws.shape[1] == 0 or method_of(bank.about) != PAWN:
        return None
    try:
        return judged(bank, outcome)
    except InputError:
        return None


def _probed(folder: Path, method: str, outcome: str) -> Sensed | None:
    """Return what Morris or Sobol' found beside the sweep, nothing where there are no such runs."""
    if not (folder / ABOUT).is_file():
        return None
    try:
        bank = read_bank(folder)
        return analyse(bank, method, outcome, targets=pictured(bank, outcome))
    except InputError:
        return None


def view_of(
    bank: Bank,
    outcome: str,
    sensed: Sensed | None,
    robust: Robust | None,
    probed: tuple[str, ...],
    language: str,
) -> SweptView:
    """Return what the page shows."""
    drawn = bank.draws.shape[1] > 0
    order = best_first(bank, outcome)
    values = {
        name: {
            strategy: (bank.by_draw(name, strategy) if drawn else bank.by_run(name, strategy)).to_numpy()
            for strategy in order
        }
        for name in dict.fromkeys((outcome, *(name for name, _ in LEAGUE_OUTCOMES)))
        if name in bank.values
    }
    return SweptView(
        world=bank.world,
        until=month_name(month_index(bank.about["same"]["until"]), language),
        outcome=outcome,
        kind=kind_of(outcome),
        values=values,
        n_draws=len(bank.draws) if drawn else 0,
        replications=bank.n_replications,
        counts=bank.counts,
        driven=next(reversed(driven_of(sensed)), None) if sensed else None,
        said=_said(sensed, robust, language),
        numbers=numbers_of(bank, language),
        probed=probed,
        design=(bank.folder / DESIGN).read_text(encoding="utf-8"),
        command=command_of(bank),
        facts=facts_of(bank, language),
    )


def _said(sensed: Sensed | None, robust: Robust | None, language: str) -> dict[str, list[str]]:
    """Return the sentences of the page by where they stand."""
    drivers = sentences_of(sensed, language) if sensed else []
    n = len(pictured(sensed.bank, sensed.outcome)) if sensed else 0
    said: dict[str, list[str]] = {"drivers": drivers[:n], "sure": drivers[n:], "choice": [], "robust": []}
    if robust:
        found = judged_of(robust)
        said["choice"] = [regret_sentence(found, language)]
        said["robust"] = [*box_sentences(found, language), worth_sentence(found, language)]
    said["robust"] = [sentence for sentence in said["robust"] if sentence]
    said["sure"].append(text("compare.sure.start", language))
    return said


def _pictures(
    view: SweptView, bank: Bank, sensed: Sensed | None, robust: Robust | None, language: str
) -> dict[str, Picture]:
    values = {
        name: known
        for name, known in view.values[view.outcome].items()
        if len(known) and np.isfinite(known).all()
    }
    drawn: list[Picture | None] = [spread(values, view.outcome, view.kind, language)] if values else []
    drawn.append(levers(lever_table(bank, view.outcome), view.outcome, view.kind, language))
    found = {picture.name: picture for picture in drawn if picture is not None}
    if sensed:
        found |= pictures_of(sensed, language)
    if robust:
        found |= robust_pictures(robust, language)
    return found


def lever_table(bank: Bank, outcome: str) -> pd.DataFrame:
    """Return a row per draw and strategy with its levers: ``base``, ``value`` and a column per lever."""
    strategies = pd.read_parquet(bank.folder / STRATEGIES).set_index(STRATEGY)
    parts = [
        pd.DataFrame({"value": bank.by_draw(outcome, name).to_numpy(), **strategies.loc[name].to_dict()})
        for name in bank.strategies
    ]
    return pd.concat(parts, ignore_index=True)


def numbers_of(bank: Bank, language: str) -> dict[str, str]:
    """Return by parameter what was drawn, tried or held, in words."""
    same = bank.about["same"]
    drawn = same["uncertain"]
    numbers = {}
    for name, low, high, _, listed in drawn["axes"]:
        declared = declarations()[name]
        ends = f"{declared.shown(low)} – {declared.shown(high)}"
        given = listing([setting_words(name, value, language) for value in listed], language)
        numbers[name] = text("swept.drawn", language, values=given or ends)
    if drawn.get("method") in (TABLE, POSTERIOR):
        source = text(f"swept.from_{drawn['method']}", language)
        numbers |= {str(name): source for name in bank.draws}
    tried = pd.read_parquet(bank.folder / STRATEGIES)
    for name in bank.about["levers"]:
        values = [setting_words(name, value, language) for value in sorted(tried[name].dropna().unique())]
        numbers[name] = text("swept.tried", language, values=listing(values, language))
    held = {name: setting_words(name, value, language) for name, value in same["parameters"].items()}
    return numbers | held


def command_of(bank: Bank) -> str:
    """Return the commands that make the sweep again."""
    made = ["python", "run.py", "sweep", DESIGN, "--out", f"runs/{bank.folder.name}"]
    _, *further = bank.about["draw_blocks"]
    lines = [made, *([*made, "--expand", str(n)] for n in further)]
    return "\n".join(map(shlex.join, lines))


def facts_of(bank: Bank, language: str) -> dict[str, str]:
    """Return what else is told of how the sweep was made."""
    seconds = pq.read_table(bank.folder / RUNS, columns=["cpu_seconds"])["cpu_seconds"].to_pandas().sum()
    return {
        "runs_done": text("swept.runs", language, done=bank.counts["done"], failed=bank.counts["failed"]),
        "cost": text("swept.seconds", language, cpu=number(float(seconds), language)),
    } | made_with()
