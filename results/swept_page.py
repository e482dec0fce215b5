"""The page of a sweep: what came of it, what drives it, which choice holds, and how sure that is."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from model.text import catalogue, text
from results.league import LEAGUE_OUTCOMES
from results.measures.catalogue import measure
from results.measures.intervals import Interval
from results.measures.ratios import Floats
from results.page import compressed, render
from results.parameter_rows import OF_MANY_RUNS, assumption_rows
from results.parameter_words import parameter_label
from results.sensing_words import Driven, amount
from results.strategy_words import strategy_name, strategy_phrase, world_name
from results.style import Picture
from results.wording import WRITERS, between, in_sentence

MOST_ROWS, MOST_DRIVERS = 24, 12
TAILS = (5, 95)
WARNED = ("failed", "planned", "left_out")


class SweptView(NamedTuple):
    """What the page of a sweep shows.

    Attributes
    ----------
    world, until
        Name of the world, last month in words.
    outcome, kind
        What the page is about and how it is written.
    values
        By outcome, in its unit, and strategy (the best first): a value per draw.
    n_draws, replications
        Of what the page shows; no draws where nothing was drawn.
    counts
        Runs ``done``, ``failed``, ``planned``, ``left_out``.
    driven
        What is pictured and its indices; None where there are too few draws.
    said
        Sentences on ``drivers``, the ``choice``, where it is ``robust``, and how ``sure`` all is.
    numbers
        What was drawn, decided and held: value in words by parameter.
    probed
        Methods of which there are runs besides.
    """

    world: str
    until: str
    outcome: str
    kind: str
    values: Mapping[str, Mapping[str, Floats]]
    n_draws: int
    replications: int
    counts: Mapping[str, int]
    driven: Driven | None
    said: Mapping[str, Sequence[str]]
    numbers: Mapping[str, str]
    probed: Sequence[str]
    design: str
    command: str
    facts: Mapping[str, str]


def swept_page(
    view: SweptView,
    pictures: Mapping[str, Picture],
    language: str = "en",
    player: str = "",
    played: str = "",
) -> str:
    """Return the page as HTML; ``player`` is the page that plays a run, ``played`` says which."""
    strategies = list(view.values[view.outcome])
    shown = [(name, kind) for name, kind in LEAGUE_OUTCOMES if name in view.values]
    more = len(strategies) - MOST_ROWS
    return render(
        "sweep.html",
        language,
        pictures,
        title=text("swept.title", language),
        kicker=text(
            "swept.kicker" if view.n_draws else "swept.kicker.no_draws",
            language,
            world=world_name(view.world, language),
            last=view.until,
            n=len(strategies),
            draws=view.n_draws,
            seeds=view.replications,
        ),
        answers=answers(view, language),
        chance=text("swept.chance" if view.n_draws else "swept.chance.no_draws", language),
        warnings=warnings_of(view, language),
        head=[(measure(n).label.text(language), text(f"outcome_unit.{n}", language)) for n, _ in shown],
        rows=[
            (
                strategy_name(name, language),
                [_cell(view.values[o][name], kind, language) for o, kind in shown],
            )
            for name in strategies[:MOST_ROWS]
        ],
        more_rows=text("swept.more", language, n=more) if more > 0 else "",
        drivers=view.driven is not None,
        driver_rows=driver_rows(view, language),
        probed=view.probed,
        robust=view.said["robust"],
        choice=bool(view.said["choice"]),
        sure=list(view.said["sure"]),
        parameters=number_rows(view.numbers, language),
        command=view.command,
        files=text("swept.files", language),
        facts=[(catalogue(language).get(f"facts.{key}", key), value) for key, value in view.facts.items()],
        design=view.design,
        player=compressed(player) if player else "",
        play_text=played,
    )


def answers(view: SweptView, language: str = "en") -> list[str]:
    """Return the answer in at most three sentences: what came of it, what drives it, which choice holds."""
    best, values = next(iter(view.values[view.outcome].items()))
    low, high = np.percentile(values, TAILS)
    write = WRITERS[view.kind]
    several = len(view.values[view.outcome]) > 1
    came = text(
        f"swept.answer{'' if several else '.one'}{'' if len(values) > 1 else '.once'}",
        language,
        outcome=in_sentence(measure(view.outcome).label.text(language), language),
        strategy=strategy_phrase(best, language),
        name=strategy_name(best, language),
        mean=write(float(values.mean()), language),
        low=write(float(low), language),
        high=write(float(high), language),
        over=text("swept.over.draws" if view.n_draws else "swept.over.runs", language),
    )
    return [came, *view.said["drivers"][-1:], *view.said["choice"]]


def warnings_of(view: SweptView, language: str) -> list[str]:
    """Return what a reader must know of runs that failed or are missing, and of draws too few."""
    lines = [text(f"swept.{key}", language, n=view.counts[key]) for key in WARNED if view.counts[key]]
    if view.n_draws and view.driven is None:
        lines.append(text("swept.few_draws", language, n=view.n_draws))
    return lines


def _cell(values: Floats, kind: str, language: str) -> tuple[str, str]:
    known = values[np.isfinite(values)]
    if known.size == 0:
        return "–", ""
    low, high = np.percentile(known, TAILS)
    interval = Interval(float(known.mean()), float(low), float(high), len(known))
    return WRITERS[kind](interval.estimate, language), between(interval, language, kind)


def driver_rows(view: SweptView, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the rows of the table of indices: index with interval, noise, outcome at both ends."""
    rows: list[tuple[str, list[tuple[str, str]]]] = []
    driven = view.driven
    if driven is None or "noise" not in driven.table:  # of Morris and Sobol' pictures say enough
        return rows
    for row in driven.table.sort_values("rank").head(MOST_DRIVERS).to_dict("records"):
        ends = [amount(driven, row[end], language) for end in ("at_low", "at_high")]
        cells = [(f"{row['index']:.2f}", f"{row['low']:.2f}–{row['high']:.2f}")]
        cells += [(f"{row['noise']:.2f}", ""), *((end, "") for end in ends)]
        rows.append((parameter_label(row["parameter"], language), cells))
    return rows


def number_rows(numbers: Mapping[str, str], language: str) -> list[dict[str, Any]]:
    """Return the rows of parameters: what was drawn, decided or held first, then what answers rest on."""
    names = dict.fromkeys((*numbers, *OF_MANY_RUNS))
    return [
        {
            **row,
            "value": numbers.get(name, row["default"]),
            "changed": name in numbers,
        }
        for name, row in zip(names, assumption_rows(language, names), strict=True)
    ]
