"""The figures that the model rests on: which are used, what for and how sure they are."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from calibration.conclusions import HOLDS, POSTERIOR_SET, REVERSED, flips, set_name, stored
from calibration.held_out import held_out_file
from calibration.targets import block_file
from model.declarations import ASSUMPTION, declarations
from model.reading import ROOT
from model.reference import markdown_table
from model.services import default_services
from model.strategy_file import background_events, load_strategy
from model.text import text
from results.wording import percent

FILE = ROOT / "data" / "evidence" / "evidence.csv"
CHECKED = ROOT / "docs" / "geography.md"
"""The page that compares places with published figures; it is printed too."""
CONCLUDED = ROOT / "docs" / "conclusions.json"
"""What the page of conclusions is made of."""
FITTED_ALONE, NOTHING_TRIED = "the fitted numbers alone", "nothing that was tried"
IN_NEARLY_ALL = f"at least {HOLDS:.0%} of draws of every set".replace("%", " %")
ID = re.compile(r"\b[A-Z]\d\d\b")
BLOCKS = ("rollout", "service")
QUALITIES = ("high", "medium", "low")
KINDS = ("evidence", "calibrated", "assumption", "lever")
VALUE, REASON, DATE, FIT, HELD_OUT, CHECK = "value", "reason", "date", "fit", "held out", "check"


class Use(NamedTuple):
    """One use of a row of the evidence table."""

    row: str
    way: str
    """One of the words above: how much rests on the row."""
    what: str


def figures() -> pd.DataFrame:
    """Return the evidence table as text, a row per figure, empty where nothing stands."""
    return pd.read_csv(FILE, dtype=str, keep_default_na=False)


def uses() -> Iterator[Use]:
    """Yield every use of every row, read from the declarations themselves."""
    for declaration in declarations().values():
        yield from _of_source(declaration.source.en, f"`{declaration.name}`")
    for service in default_services().rows:
        yield from _of_source(service.source, f"service {service.name.replace('_', ' ')}")
    for event in (*load_strategy("history").events, *background_events()):
        for row in ID.findall(event.source):
            yield Use(row, DATE, event.name.en)
    for block in BLOCKS:
        for target in block_file(block).targets:
            yield from (Use(row, FIT, target.label.en) for row in target.evidence)
    for held in held_out_file().held_out:
        yield from (Use(row, HELD_OUT, held.label.en) for row in held.evidence)
    for other in held_out_file().not_comparable:
        yield from (Use(row, HELD_OUT, other.label.en) for row in other.evidence)
    for row in dict.fromkeys(ID.findall(CHECKED.read_text(encoding="utf-8"))):
        yield Use(row, CHECK, "geography")


def _of_source(source: str, what: str) -> Iterator[Use]:
    way = REASON if source.startswith(ASSUMPTION) else VALUE
    yield from (Use(row, way, what) for row in dict.fromkeys(ID.findall(source)))


def _by_row() -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = defaultdict(list)
    for use in uses():
        found[use.row].append(use)
    return found


def parameter_kinds() -> str:
    """Return how many parameters of each topic are evidence, calibrated, assumption or lever."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for declaration in declarations().values():
        counts[text(f"topic.{declaration.topic}")][declaration.kind] += 1
    rows = [_kinds_row(topic, count) for topic, count in counts.items()]
    everything = sum(counts.values(), Counter[str]())
    rows.append(_kinds_row("**all**", everything))
    columns = {
        "topic": "topic",
        **{kind: text(f"kind.{kind}") for kind in KINDS},
        "known": "known, of what is not a lever",
    }
    return markdown_table(rows, columns)


def _kinds_row(topic: str, count: Counter[str]) -> dict[str, str]:
    claims = count.total() - count["lever"]
    share = (count["evidence"] + count["calibrated"]) / claims if claims else 0.0
    known = f"{share:.0%}" if claims else "–"
    return {"topic": topic, **{kind: str(count[kind] or "–") for kind in KINDS}, "known": known}


def targets_table() -> str:
    """Return the figures that the model is fitted to."""
    rows = [
        {
            "what": target.label.en,
            "block": block,
            "reported": _reported(target.low, target.high),
            "error": f"{target.sd:g} ({target.scale})",
            "rows": ", ".join(target.evidence),
            "why": target.why,
        }
        for block in BLOCKS
        for target in block_file(block).targets
    ]
    columns = {
        "what": "figure",
        "block": "part",
        "reported": "reported",
        "error": "error (scale)",
        "rows": "rows",
        "why": "how sure",
    }
    return markdown_table(rows, columns)


def _reported(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def held_out_table() -> str:
    """Return the figures that no fit has seen, and those that cannot be compared."""
    rows = [
        {"what": held.label.en, "low": _reported(held.low, held.high), "rows": ", ".join(held.evidence)}
        for held in held_out_file().held_out
    ]
    rows += [
        {"what": other.label.en, "low": f"not comparable: {other.why.en}", "rows": ", ".join(other.evidence)}
        for other in held_out_file().not_comparable
    ]
    return markdown_table(rows, {"what": "figure", "low": "reported", "rows": "rows"})


def flips_table() -> str:
    """Return what flips each conclusion, assumption by assumption, and the conclusions that nothing flips."""
    found = stored(CONCLUDED)
    rows = [
        {
            "assumed": FITTED_ALONE if name == POSTERIOR_SET else set_name(name, "en"),
            "conclusion": each.conclusion.sentence.en,
            "holds": f"{percent(each.shares[name], 'en', 0)} of {n} draws: {_verdict(each.shares[name])}",
        }
        for name, n in found.sizes.items()
        for each in found.tried
        if name in flips(each)
    ]
    rows += [
        {
            "assumed": f"`{one.parameter}`, low or high",
            "conclusion": each.conclusion.sentence.en,
            "holds": f"{percent(one.low, 'en', 0)} of draws where low, {percent(one.high, 'en', 0)} if high",
        }
        for each in found.tried
        for one in each.hangs_on
    ]
    rows += [
        {"assumed": NOTHING_TRIED, "conclusion": each.conclusion.sentence.en, "holds": IN_NEARLY_ALL}
        for each in found.tried
        if not flips(each) and not each.hangs_on
    ]
    return markdown_table(rows, {"assumed": "flipped by", "conclusion": "conclusion", "holds": "holds in"})


def _verdict(share: float) -> str:
    return "the opposite" if share <= REVERSED else "open"


def figures_used() -> str:
    """Return every row of the evidence table that something rests on."""
    used = _by_row()
    return _figures_table(row for row in figures().to_dict("records") if row["id"] in used)


def figures_unused() -> str:
    """Return the rows on which nothing rests, with what they say."""
    used = _by_row()
    rows = [row for row in figures().to_dict("records") if row["id"] not in used]
    columns = {"id": "row", "quantity": "figure", "quality": "quality", "cited": "source"}
    return markdown_table(({**row, "cited": _source(row)} for row in rows), columns)


def quality_by_use() -> str:
    """Return how many figures of each quality are used in which way."""
    quality = dict(zip(figures()["id"], figures()["quality"], strict=True))
    rows = []
    for way in (VALUE, REASON, DATE, FIT, HELD_OUT, CHECK):
        ids = {use.row for use in uses() if use.way == way}
        count = Counter(quality[row] for row in ids)
        rows.append({"way": way, "n": str(len(ids)), **{each: str(count[each]) for each in QUALITIES}})
    unused = Counter(level for row, level in quality.items() if row not in _by_row())
    rows.append(
        {"way": "not used", "n": str(unused.total()), **{each: str(unused[each]) for each in QUALITIES}}
    )
    return markdown_table(rows, {"way": "used as", "n": "figures", **{each: each for each in QUALITIES}})


def _figures_table(rows: Iterable[dict[str, str]]) -> str:
    used = _by_row()
    columns = {
        "id": "row",
        "figure": "figure",
        "where": "when and where",
        "quality": "how sure",
        "for": "what for",
        "cited": "source",
    }
    shown = (
        {
            **row,
            "figure": f"{row['quantity']}: {_value(row)}",
            "where": ", ".join(filter(None, (row["date"], row["place"]))),
            "for": _what_for(used[row["id"]]),
            "cited": _source(row),
        }
        for row in rows
    )
    return markdown_table(shown, columns)


def _value(row: dict[str, str]) -> str:
    ends = {row["low"], row["high"]} - {""}
    spread = f" ({row['low']} to {row['high']})" if len(ends) > 1 else ""
    return f"{row['value']}{spread} {row['unit']}".strip()


def _source(row: dict[str, str]) -> str:
    return f"[{row['source']}]({row['url']})" if row["url"].startswith("http") else row["source"]


def _what_for(of_row: Sequence[Use]) -> str:
    ways: dict[str, list[str]] = defaultdict(list)
    for use in of_row:
        ways[use.way].append(use.what)
    return "; ".join(f"{way}: {', '.join(dict.fromkeys(what))}" for way, what in ways.items())


EVIDENCE: dict[str, Callable[[], str]] = {
    "parameter_kinds": parameter_kinds,
    "quality_by_use": quality_by_use,
    "fitting_targets": targets_table,
    "held_out": held_out_table,
    "flips": flips_table,
    "figures_used": figures_used,
    "figures_unused": figures_unused,
}
