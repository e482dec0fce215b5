"""The page of a comparison: which strategy, where it jams, who pays for it, and how sure that is."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from model.money import PAYERS
from model.text import text
from results.comparison import Comparison
from results.figures.compared.binding import binding, served_binds_share
from results.figures.compared.cascade import cascades
from results.figures.compared.causes import causes
from results.figures.compared.desks import backlog, late_backlog
from results.figures.compared.differences import differences
from results.figures.compared.exchange import exchange
from results.figures.compared.gains import group_gains
from results.figures.compared.money import money
from results.figures.compared.waits import group_waits, waits
from results.figures.money import UNIT
from results.findings import written
from results.league import LEAGUE_OUTCOMES, MAIN, in_order
from results.measures.catalogue import measure
from results.measures.intervals import HIGHER, t_interval
from results.measures.money import DISCOUNT_RATE, DISCOUNT_RATES, RATIO_GIVEN
from results.page import compressed, render
from results.parameter_rows import assumption_rows
from results.smoothing import known_mean
from results.strategy_words import strategy_name, strategy_phrase, world_name
from results.style import Picture
from results.view import Dated
from results.wording import (
    COMMAS,
    in_sentence,
    listing,
    month_name,
    months_long,
    number,
    percent,
    signed,
    span,
)
from results.worth import AVERTED, SERVED, YUAN_PER_MONTH_MET

PERCENT = 100
FACTS = ("outcome", "runs_compared", "replications", "draws", "failed", "versions", "platform")
"""What the page shows of how its runs were made."""
MOST_IN_MONEY_TABLE = 8
LARGE = 10
"""From here on one digit after the point is enough in the table of money."""


class About(NamedTuple):
    """What a page says besides numbers of runs: names, dates, what cannot be done, how it was made."""

    world: str
    last_month: int
    services: Mapping[str, Mapping[str, str]]
    counties: Mapping[int, str]
    events: tuple[Dated, ...]
    sentences: Mapping[str, Mapping[str, str]]
    concerns: Sequence[tuple[str, str]]
    facts: Mapping[str, Any]
    command: str


def compared_pictures(
    found: Comparison, decomposition: pd.DataFrame, about: About, language: str = "en"
) -> dict[str, Picture]:
    """Return the pictures of a comparison by name."""
    drawn = [
        differences(found, language),
        cascades(found, language),
        binding(found, about.counties, language),
        backlog(found, about.services, about.events, language),
        exchange(found, language),
        group_gains(found, language),
        waits(found, language),
        group_waits(found, language),
        money(found, language),
        causes(decomposition, language),
    ]
    return {picture.name: picture for picture in drawn if picture is not None}


def compared_page(
    found: Comparison,
    tables: Mapping[str, pd.DataFrame],
    about: About,
    pictures: Mapping[str, Picture],
    language: str = "en",
    player: str = "",
) -> str:
    """Return the page as HTML; ``player`` is the page that plays strategies side by side."""
    several = int(about.facts["draws"])
    order = in_order(found)
    league = tables["league"].set_index(["outcome", "strategy"])
    decomposition = tables.get("decomposition")
    draws = text("compare.kicker.draws", language, n=several) if several > 1 else ""
    uncertainty = text(f"compare.chance.{'draws' if several > 1 else 'point'}", language)
    shown = order[:MOST_IN_MONEY_TABLE]
    return render(
        "compare.html",
        language,
        pictures,
        title=text("compare.title", language),
        kicker=text(
            "compare.kicker",
            language,
            world=world_name(about.world, language),
            last=month_name(about.last_month, language),
            n=len(found.strategies),
            runs=len(found.seeds),
            draws=draws,
        ),
        answers=answers(found, about, language),
        chance=text("compare.chance", language, n=len(found.seeds), uncertainty=uncertainty),
        warnings=warnings_of(about, language),
        concerns=grouped_concerns(about, language),
        league_head=[
            (measure(name).label.text(language), text(f"outcome_unit.{name}", language))
            for name, _ in LEAGUE_OUTCOMES
        ],
        league=[
            (strategy_name(name, language), _league_row(found, league, name, language)) for name in order
        ],
        sentences=[
            (strategy_name(name, language), about.sentences[name].get(language, ""))
            for name in found.strategies
        ],
        years=sorted(tables["money"]["year"].unique()),
        money=_money_rows(tables["money"], shown, language),
        costs=_cost_rows(tables["costs"], language),
        values_head=[number(value, language) for value in YUAN_PER_MONTH_MET],
        values=_value_rows(tables["values"], order, language),
        causes_runs=0 if decomposition is None else int(decomposition["runs"].max()),
        regret=[(strategy_name(name, language), _regret_row(league, name, language)) for name in order],
        sure=how_sure(found, tables.get("variance"), language),
        parameters=assumption_rows(language),
        command=about.command,
        files=text(
            "compare.files", language, names=COMMAS[language].join(f"{name}.parquet" for name in tables)
        ),
        facts=facts_of(about, language),
        player=compressed(player) if player else "",
        play_head=text("compare.play", language),
        play_text=text("compare.play.text", language),
    )


def facts_of(about: About, language: str) -> list[tuple[str, str]]:
    """Return how the runs were made as labels and words."""
    words = {**about.facts, "outcome": measure(about.facts["outcome"]).label.text(language)}
    return [(text(f"facts.{name}", language), str(words[name])) for name in FACTS if name in words]


def answers(found: Comparison, about: About, language: str = "en") -> list[str]:
    """Return the answer in three sentences: which is best, where it jams, who loses and what it costs."""
    best = in_order(found)[0]
    return [
        _best_sentence(found, best, language),
        _jam_sentence(found, about, language),
        *_price_sentence(found, best, language),
    ]


def _best_sentence(found: Comparison, best: str, language: str) -> str:
    first = found.strategies[0]
    base = span(found.level(first, MAIN), language, "share")
    n = len(found.seeds)
    phrase = strategy_phrase(first, language)
    if best == first:
        return text("compare.answer.first", language, first=phrase, base=base, n=n)
    pair = found.difference(best, first, MAIN)
    if pair.verdict != HIGHER:
        return text("compare.answer.none", language, first=phrase, base=base, n=n)
    sentence = text(
        "compare.answer.best",
        language,
        best=strategy_phrase(best, language),
        level=span(found.level(best, MAIN), language, "share"),
        first=phrase,
        base=base,
        gain=signed(PERCENT * pair.difference.estimate).lstrip("+"),
        low=signed(PERCENT * pair.difference.low).lstrip("+"),
        high=signed(PERCENT * pair.difference.high).lstrip("+"),
    )
    as_good = [
        strategy_name(name, language)
        for name in found.strategies
        if name != best and found.difference(best, name, MAIN).verdict != HIGHER
    ]
    if as_good:
        names = listing([in_sentence(name, language) for name in as_good], language)
        sentence += text("compare.answer.also", language, names=names)
    return sentence


def _jam_sentence(found: Comparison, about: About, language: str) -> str:
    late = {name: late_backlog(found, name) for name in found.strategies}
    worst = max(late, key=lambda name: float(np.nan_to_num(known_mean(late[name], axis=0)).max()))
    desk = int(np.nan_to_num(known_mean(late[worst], axis=0)).argmax())
    first = found.strategies[0]
    return text(
        "compare.answer.jam",
        language,
        desk=in_sentence(about.services[found.first.desks[desk]][language], language),
        strategy=strategy_phrase(worst, language),
        backlog=span(t_interval(late[worst][:, desk]), language, "months"),
        first=strategy_phrase(first, language),
        base=months_long(float(known_mean(late[first][:, desk], axis=0)), language),
        share=percent(served_binds_share(found, worst), language, 0),
    )


def _price_sentence(found: Comparison, best: str, language: str) -> list[str]:
    first = found.strategies[0]
    chosen = best if best != first else found.strategies[1]
    extra = found.difference(chosen, first, "programme_yuan").difference
    key, sign = ("compare.answer.less", -1) if extra.estimate < 0 else ("compare.answer.more", 1)
    low, high = sorted((sign * extra.low, sign * extra.high))
    yuan = span(extra._replace(estimate=sign * extra.estimate, low=low, high=high), language)
    return [
        text(
            "compare.answer.price",
            language,
            strategy=strategy_phrase(chosen, language),
            first=strategy_phrase(first, language),
            gained=span(t_interval(found.exchanged(chosen, "gained")), language),
            lost=span(t_interval(found.exchanged(chosen, "lost")), language),
            alone=number(float(found.exchanged(chosen, "lost_alone").mean()), language),
            cost=text(key, language, yuan=yuan),
        )
    ]


def warnings_of(about: About, language: str) -> list[str]:
    """Return what a reader must know: failed runs, and strategies that cannot be told apart."""
    failed = int(about.facts["failed"])
    lines = [text("compare.failed", language, n=failed)] if failed else []
    n = int(about.facts["replications"])
    unclear = [name for name, known in about.facts["answers"].items() if known == "cannot_be_told_apart"]
    return lines + [
        text("compare.same", language, strategy=strategy_name(name, language), n=n) for name in unclear
    ]


def grouped_concerns(about: About, language: str) -> list[tuple[str, str]]:
    """Return what cannot be done, each with the names of all strategies that it is true of."""
    lines: dict[str, list[str]] = {}
    for name, line in about.concerns:
        lines.setdefault(line, []).append(strategy_name(name, language))
    return [(listing(names, language), line) for line, names in lines.items()]


def _league_row(
    found: Comparison, league: pd.DataFrame, name: str, language: str
) -> list[tuple[str, str, str]]:
    cells = []
    for outcome, kind in LEAGUE_OUTCOMES:
        level = found.level(name, outcome)
        value, between = written(level, language, kind) if np.isfinite(level.estimate) else ("–", "")
        rank = league.loc[(outcome, name), "rank"]
        cells.append(
            (value, between, "" if pd.isna(rank) else text("compare.rank", language, rank=int(rank)))
        )
    return cells


def _regret_row(league: pd.DataFrame, name: str, language: str) -> list[str]:
    row = league.loc[(MAIN, name)]
    points = [f"{PERCENT * float(row[f'regret_{key}']):.1f}" for key in ("mean", "90", "max")]
    return [percent(float(row["best_share"]), language, 0), *points]


def _money_rows(table: pd.DataFrame, names: Sequence[str], language: str) -> list[tuple[str, str, list[str]]]:
    paid = table[table["part"] == "payer"]
    wide = paid.pivot_table(index=["strategy", "item"], columns="year", values="yuan_mean", sort=False)
    wide = wide / UNIT[language]
    digits = 1 if wide.to_numpy().max() >= LARGE else 2
    return [
        (
            strategy_name(name, language) if k == 0 else "",
            text(f"payer.{payer}", language),
            [f"{value:,.{digits}f}" for value in wide.loc[(name, payer)]],
        )
        for name in names
        for k, payer in enumerate(PAYERS)
    ]


def _cost_rows(table: pd.DataFrame, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return per strategy what it costs and brings more than the first, and what one more result costs."""
    rows = []
    for strategy, mine in table.groupby("strategy", sort=False):
        served = mine[mine["effect"] == SERVED].iloc[0]
        averted = {row.discount_rate_per_year: row for row in mine[mine["effect"] == AVERTED].itertuples()}
        main = averted[DISCOUNT_RATE]._asdict()
        cells = [
            _range(main, "additional_yuan", language),
            _range(served, "additional_effect", language),
            _price(served, language),
            _range(main, "additional_effect", language),
            _price(main, language),
            *(_price(averted[rate]._asdict(), language) for rate in DISCOUNT_RATES if rate != DISCOUNT_RATE),
        ]
        rows.append((strategy_name(str(strategy), language), cells))
    return rows


def _range(row: Mapping[str, Any] | pd.Series, name: str, language: str) -> tuple[str, str]:
    """Write a difference and its interval, which may lie on both sides of zero."""
    middle, low, high = (number(float(row[f"{name}{end}"]), language) for end in ("", "_low", "_high"))
    if not np.isfinite(row[f"{name}_low"]) or low == high:
        return middle, ""
    return middle, text("words.from_to", language, low=low, high=high)


def _price(row: Mapping[str, Any] | pd.Series, language: str) -> tuple[str, str]:
    """Write what one more result costs, or why that cannot be said."""
    if row["place"] != RATIO_GIVEN:
        return text(f"compare.costs.{row['place']}", language), ""
    return _range(row, "yuan_per_effect", language)


def _value_rows(table: pd.DataFrame, names: Sequence[str], language: str) -> list[tuple[str, list[str]]]:
    wide = table.pivot_table(index="strategy", columns="yuan_per_child_month", values="acceptability_share")
    return [
        (strategy_name(name, language), [percent(share, language, 0) for share in wide.loc[name]])
        for name in names
    ]


def how_sure(found: Comparison, variance: pd.DataFrame | None, language: str) -> list[str]:
    """Return what pairing was worth, where variance comes from, and how the main outcome is to be read."""
    first, *others = found.strategies
    shares = [
        found.difference(name, first, outcome).variance_removed
        for name in others
        for outcome, _ in LEAGUE_OUTCOMES
    ]
    known = [share for share in shares if np.isfinite(share)]
    lines = []
    if known:
        lines.append(
            text("compare.sure.pairing", language, share=percent(float(np.median(known)), language, 0))
        )
    if variance is not None:
        main = variance[variance["outcome"] == MAIN]["draws_share"].dropna()
        if len(main):
            share = percent(float(main.mean()), language, 0)
            lines.append(text("compare.sure.variance", language, share=share))
    lines += [draws_sentence(found, name, language) for name in others if len(set(found.draws)) > 1]
    return [*lines, text("compare.sure.start", language)]


def draws_sentence(found: Comparison, strategy: str, language: str) -> str:
    """Say how far the main difference of a strategy lies apart from draw to draw: what is not known."""
    first = found.strategies[0]
    spread = found.spread_of(strategy, first, MAIN)
    return text(
        "compare.sure.draws",
        language,
        strategy=strategy_name(strategy, language),
        first=strategy_phrase(first, language),
        low=signed(PERCENT * spread.low),
        high=signed(PERCENT * spread.high),
        share=percent(spread.above_share, language, 0),
    )
