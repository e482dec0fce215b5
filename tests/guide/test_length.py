"""Every guide for a role is read, and what it has one type is typed, within ten minutes at a plain pace.

That leaves five of a quarter of an hour for the machine; how long it took is measured by hand and stands in
the guides, since a test that fails on a slow day tells nothing.
"""

import re

import pytest

from tests.guide.pages import page_text

pytestmark = pytest.mark.docs

WORDS_PER_MINUTE, CHARACTERS_PER_MINUTE = 180, 300
"""Of careful reading, below what adults read on average."""
MINUTES_PER_LINE = 1 / 12
"""Of a command or of code, which is there to be copied."""
MOST_MINUTES = 10


def reading_minutes(page):
    """How long a page takes: its words, its Chinese characters, the lines of its blocks."""
    text = page_text(page)
    lines = [
        line for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL) for line in block.splitlines()
    ]
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    words = len(re.findall(r"[A-Za-z0-9'\u2019-]+", prose)) / WORDS_PER_MINUTE
    return (
        words
        + len(re.findall(r"[\u4e00-\u9fff]", prose)) / CHARACTERS_PER_MINUTE
        + len(lines) * MINUTES_PER_LINE
    )


@pytest.mark.parametrize(
    "page", ["planner.md", "planner.zh.md", "researcher.md", "trainer.md", "trainer.zh.md", "mesa.md"]
)
def test_guides_take_less_than_a_quarter_of_an_hour(page):
    assert 1 < reading_minutes(page) < MOST_MINUTES


def test_the_measure_counts_words_characters_and_lines(monkeypatch):
    text = "one two " * 90 + "字" * 300 + "\n```console\na\nb\nc\n```\n"
    monkeypatch.setattr("tests.guide.test_length.page_text", lambda page: text)
    assert reading_minutes("any.md") == pytest.approx(1 + 1 + 0.25)
