"""The page of a validation, written by the command: figures, tables, and where the model misses, in words."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from calibration.checks import ENOUGH_EFFECTIVE
from calibration.held_out import held_out_file
from calibration.predictive import HISTORY, NO_MANDATE
from calibration.validating import GREATEST, Structure, Validated, Verdict
from calibration.words import amount, label_of
from experiments.files import replacing
from model.text import text
from results.wording import listing, number, percent, whole

SHOWN_MONTHS = ("2014-11", "2015-05", "2017-05", "2019-02", "2021-12")
LAST = SHOWN_MONTHS[-1]
SMALL_SHARE, FEW = 1.0, 0.1


def page(found: Validated, language: str, images: str) -> list[str]:
    """Return the lines of the page in Markdown.

    Parameters
    ----------
    images
        Folder of the pictures, as the page sees it.
    """
    blocks = found.provenance["blocks"]
    lines = [f"# {text('validation.title', language)}", "", made_line(found, language), ""]
    lines += [short_line(found, language), ""]
    failed = [
        text(f"calibration.gate.{gate['name']}", language)
        for entry in blocks.values()
        for gate in entry["gates"]
        if not gate["passed"]
    ]
    if failed:
        names = listing(list(dict.fromkeys(failed)), language)
        lines += [text("validation.gates_failed", language, names=names), ""]
    lines += [f"![]({images}/validation_paths.png)", ""]
    lines += section("figures", language)
    lines += [text("validation.figures", language), "", f"![]({images}/validation_verdicts.png)", ""]
    lines += [*verdict_table(found.verdicts, language), "", *misses(found, language)]
    lines += [*not_comparable(language), *section("whole", language)]
    lines += [text("validation.whole", language), "", *whole_table(found.whole, language), ""]
    lines += [*structures(found, language), *left_out(found, language), *doubled(found, language)]
    return lines


def section(name: str, language: str) -> list[str]:
    """Return a heading."""
    return [f"## {text(f'validation.head.{name}', language)}", ""]


def table(heads: Sequence[str], rows: Iterator[Sequence[str]], language: str) -> list[str]:
    """Return a Markdown table."""
    names = [text(f"validation.column.{head}", language) if head.isidentifier() else head for head in heads]
    return [_row(names), _row(["---"] * len(names)), *(_row(row) for row in rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def made_line(found: Validated, language: str) -> str:
    """Say what the page rests on."""
    rollout, service = (found.provenance["blocks"][name] for name in ("rollout", "service"))
    return text(
        "validation.made", language, bank=whole(rollout["bank_rows"] + sum(rollout["wave_rows"])),
        service=whole(service["bank_rows"] + sum(service["wave_rows"])),
        effective=number(rollout["effective"][-1], language),
        effective_service=number(service["effective"][-1], language), wanted=ENOUGH_EFFECTIVE,
        paths=found.n_paths, whole=found.n_whole,
    )  # fmt: skip


def short_line(found: Validated, language: str) -> str:
    """Say how many hold-outs are met, and which are missed."""
    held = [each for each in found.verdicts if not each.fitted]
    missed = [each.label.in_language(language) for each in held if not each.covered]
    key = "validation.missed" if missed else "validation.missed.none"
    said = text(key, language, names=listing(missed, language))
    return text("validation.short", language, n=len(held), covered=len(held) - len(missed), missed=said)


def verdict_table(verdicts: Sequence[Verdict], language: str) -> list[str]:
    """Return a row for every published figure."""
    heads = ("figure", "evidence", "seen", "reported", "prior", "posterior", "covered", "sharpness")

    def rows() -> Iterator[Sequence[str]]:
        for each in verdicts:
            yield (
                each.label.in_language(language), " ".join(each.evidence),
                text("validation.seen" if each.fitted else "validation.unseen", language),
                span((each.low, each.high), language), span(each.prior, language),
                span(each.posterior, language), yes(each.covered, language), amount(each.sharpness, language),
            )  # fmt: skip

    return table(heads, rows(), language)


def misses(found: Validated, language: str) -> list[str]:
    """Return a section on the figures that are not met; nothing if there are none."""
    missed = [each for each in found.verdicts if not each.covered]
    if not missed:
        return []
    lines = section("misses", language)
    for each in missed:
        side = "above" if each.posterior[0] > each.high else "below"
        lines.append(
            text(
                f"validation.miss.{side}", language, name=each.label.in_language(language),
                after=span(each.posterior, language), reported=span((each.low, each.high), language),
            )
        )  # fmt: skip
    return [*lines, ""]


def not_comparable(language: str) -> list[str]:
    """Return a section on figures without a counterpart."""
    colon = text("page.colon", language)
    lines = [
        f"- **{each.label.in_language(language)}** ({' '.join(each.evidence)})"
        f"{colon}{each.why.in_language(language)}"
        for each in held_out_file().not_comparable
    ]
    return [*section("not_comparable", language), *lines, ""]


def whole_table(verdicts: Sequence[Verdict], language: str) -> list[str]:
    """Return outputs of the pilot in the pilot villages alone and in their whole counties."""

    def rows() -> Iterator[Sequence[str]]:
        for each in verdicts:
            yield (
                each.label.in_language(language), span((each.low, each.high), language),
                span(each.prior, language), span(each.posterior, language), yes(each.covered, language),
            )  # fmt: skip

    return table(("figure", "reported", "alone", "whole", "covered"), rows(), language)


def structures(found: Validated, language: str) -> list[str]:
    """Return the section on the world without the mandate and on other structures."""
    named = {each.name: each for each in found.structures}
    history, without = named[HISTORY], named[NO_MANDATE]

    def rows() -> Iterator[Sequence[str]]:
        for each in found.structures:
            shown = [span(each.villages[month], language) for month in SHOWN_MONTHS]
            yield (text(f"validation.structure.{each.name}", language), *shown, amount(each.misfit, language))

    lines = [
        text(
            "validation.no_mandate", language, villages=_last(without, language),
            history=_last(history, language),
        ),
        "",
        text("validation.structures", language, misfit=amount(history.misfit, language)),
        "",
        *table(("structure", *SHOWN_MONTHS, "misfit"), rows(), language),
        "",
        text(
            "validation.staged", language, effective=number(found.staged.effective, language),
            misfit=amount(found.staged.misfit, language), prior=span(found.staged.prior, language),
            after=span(found.staged.posterior, language),
        ),
        "",
        text("validation.greatest", language, misfit=amount(named[GREATEST].misfit, language)),
        "",
    ]  # fmt: skip
    return [*section("structures", language), *lines]


def _last(each: Structure, language: str) -> str:
    return span(each.villages[LAST], language)


def left_out(found: Validated, language: str) -> list[str]:
    """Return the section on targets predicted from the others."""

    def rows() -> Iterator[Sequence[str]]:
        for each in found.left_out:
            yield (
                each.label.in_language(language), span((each.low, each.high), language),
                span(each.predicted, language), amount(each.effective, language),
                yes(each.covered, language),
            )  # fmt: skip

    covered = sum(each.covered for each in found.left_out)
    return [
        *section("left_out", language),
        text("validation.left_out", language, covered=covered, n=len(found.left_out)),
        "",
        *table(("figure", "reported", "predicted", "effective", "covered"), rows(), language),
        "",
    ]


def doubled(found: Validated, language: str) -> list[str]:
    """Return the section on wider priors."""
    wider = found.doubled

    def rows() -> Iterator[Sequence[str]]:
        for name, (first, second) in wider.medians.items():
            before, after = (percent(max(each, 0.0), language, 0) for each in wider.learnt[name])
            yield label_of(name, language), amount(first, language), amount(second, language), before, after

    return [
        *section("doubled", language),
        text(
            "validation.doubled", language, effective=number(wider.effective, language),
            misfit=amount(wider.misfit, language),
        ),
        "",
        *table(("parameter", "median", "median_doubled", "learnt", "learnt_doubled"), rows(), language),
    ]  # fmt: skip


def yes(is_so: bool, language: str) -> str:
    """Write yes or no."""
    return text("validation.yes" if is_so else "validation.no", language)


def span(ends: Sequence[float], language: str) -> str:
    """Write the ends of a range; shares as percentages."""
    low, high = (
        percent(value, language, 1 if ends[-1] > FEW else 2)
        if abs(ends[-1]) <= SMALL_SHARE
        else number(value, language)
        for value in (ends[0], ends[-1])
    )
    return low if low == high else f"{low}–{high}"


def write_page(path: Path, lines: Sequence[str]) -> Path:
    """Write the page."""
    with replacing(path) as beside:
        beside.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return path
