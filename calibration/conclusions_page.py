"""The page and the picture of conclusions: where each holds, and what flips it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from calibration.conclusions import (
    CHECK_SET,
    OTHERS_SET,
    POSTERIOR_SET,
    REVERSED,
    Concluded,
    Hanging,
    Sizes,
    Tried,
    conclude,
    conclusions_file,
    flips,
    set_name,
    store,
)
from calibration.validation_page import table, write_page
from calibration.words import label_of
from experiments.executors import open_pool
from experiments.running import compile_once
from model.text import text
from results.memory import world_megabytes
from results.progress import bar
from results.style import (
    INK,
    PAPER,
    READABLE_CONTRAST,
    WIDE,
    Picture,
    broken,
    contrast,
    house_style,
    new_figure,
)
from results.wording import listing, percent

PICTURE = "conclusions"
ROW_HEIGHT, HEADROOM = 0.42, 0.95
HEAD_LETTERS, SENTENCE_LETTERS = {"en": 16, "zh": 8}, {"en": 42, "zh": 20}


def write_conclusions(
    posterior: Path, out: Path, *, page: Path | None = None, sizes: Sizes | None = None,
    workers: int | None = None, language: str = "en",
) -> list[Path]:  # fmt: skip
    """Try all conclusions in a folder, or go on with it; write page, numbers, picture; return their paths."""
    compile_once()
    megabytes = world_megabytes(conclusions_file().worlds[CHECK_SET])
    with open_pool(workers, "", megabytes) as pool, bar("conclusions") as progress:
        found = conclude(posterior, out, pool, sizes, progress)
    path = page or out / "conclusions.md"
    images = path.parent / "images"
    images.mkdir(parents=True, exist_ok=True)
    with house_style():
        made = picture(found, language)
    numbers = store(found, path.with_suffix(".json"))
    return [write_page(path, lines(found, language)), numbers, *made.save(images)]


def lines(found: Concluded, language: str) -> list[str]:
    """Return the lines of the page in Markdown."""
    everywhere = [each for each in found.tried if not flips(each)]
    n = found.sizes.get(CHECK_SET, 0)
    checked = text("conclusions.checked" if n else "conclusions.not_checked", language, n=n)
    made = [f"# {text('conclusions.title', language)}", ""]
    made += [
        text(
            "conclusions.made", language, posterior=found.sizes[POSTERIOR_SET],
            others=found.sizes[OTHERS_SET],
            check=checked,
            structure=found.sizes[next(iter(conclusions_file().structures))],
        ),
        "",
        text("conclusions.short", language, n=len(found.tried), held=len(everywhere)),
        "",
        f"![](images/{PICTURE}.png)",
        "",
        *table(("conclusion", "flips"), _rows(found, language), language),
        "",
        f"## {text('conclusions.shares', language)}",
        "",
        text("conclusions.how", language),
        "",
    ]  # fmt: skip
    heads = [f"{set_name(name, language)} ({n})" for name, n in found.sizes.items()]
    titles = [text("validation.column.conclusion", language), *heads]
    made += [_line(titles), _line(["---"] * len(titles))]
    for each in found.tried:
        shares = [_share(each.shares.get(name), language) for name in found.sizes]
        made.append(_line([each.conclusion.sentence.in_language(language), *shares]))
    return made


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _share(value: float | None, language: str) -> str:
    return "–" if value is None else percent(value, language, 0)


def _rows(found: Concluded, language: str) -> Iterator[Sequence[str]]:
    for each in found.tried:
        sides = {"reversed": [n for n in flips(each) if each.shares[n] <= REVERSED]}
        sides["open"] = [name for name in flips(each) if name not in sides["reversed"]]
        said = [
            text(
                f"conclusions.{side}",
                language,
                names=listing([_with_share(found, each, n, language) for n in names], language),
            )
            for side, names in sides.items()
            if names
        ]
        said += [hanging_line(one, language) for one in each.hangs_on]
        told = text("conclusions.semicolon", language).join(said)
        yield each.conclusion.sentence.in_language(language), told or text("conclusions.none", language)


def _with_share(found: Concluded, each: Tried, name: str, language: str) -> str:
    share = _share(each.shares[name], language)
    return text("conclusions.set", language, name=set_name(name, language), share=share, n=found.sizes[name])


def hanging_line(each: Hanging, language: str) -> str:
    """Say on which number a conclusion hangs."""
    return text(
        "conclusions.hangs", language, parameter=label_of(each.parameter, language),
        low=percent(each.low, language, 0), high=percent(each.high, language, 0),
    )  # fmt: skip


def picture(found: Concluded, language: str) -> Picture:
    """Draw the share of draws in which each conclusion holds, by set."""
    names = list(found.sizes)
    shares = np.array([[each.shares.get(name, np.nan) for name in names] for each in found.tried])
    figure = new_figure(WIDE, ROW_HEIGHT * len(shares) + HEADROOM)
    axes: Any = figure.subplots()
    fields = axes.imshow(shares, cmap="RdYlBu", vmin=0.0, vmax=1.0, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        if np.isfinite(share):
            is_dark = contrast(fields.to_rgba(share)[:3]) >= READABLE_CONTRAST
            colour = PAPER if is_dark else INK
            axes.text(
                column, row, percent(share, language, 0), ha="center", va="center", size=7, color=colour
            )
    axes.set_xticks(range(len(names)))
    heads = [broken(set_name(name, language), language, HEAD_LETTERS[language]) for name in names]
    axes.set_xticklabels(heads, size=6)
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(shares)))
    sentences = [each.conclusion.sentence.in_language(language) for each in found.tried]
    letters = SENTENCE_LETTERS[language]
    axes.set_yticklabels([broken(sentence, language, letters) for sentence in sentences], size=6.5)
    axes.grid(visible=False)
    everywhere = sum(not flips(each) for each in found.tried)
    caption = text("conclusions.caption", language, n=len(shares), held=everywhere)
    return Picture(PICTURE, figure, caption, language)
