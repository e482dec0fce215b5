"""Reading guides: what a page has its readers type, and where its links lead."""

import re
import shlex

from tests.test_architecture import ROOT

GUIDE = ROOT / "docs" / "guide"


def page_text(page):
    """The text of a page of the guide."""
    return (GUIDE / page).read_text(encoding="utf-8")


def blocks(page, language):
    """The fenced blocks in a language, in their order."""
    return re.findall(rf"```{language}\n(.*?)```", page_text(page), re.DOTALL)


def commands(page):
    """The commands of a page, in their order."""
    return [
        line.removeprefix("python run.py ")
        for block in blocks(page, "console")
        for line in block.splitlines()
    ]


def words_of(line, changes):
    """The words of a command, some of them replaced by what is smaller."""
    return [changes.get(word, word) for word in shlex.split(line)]


def broken_links(path):
    """Links of a page of the repository, and paths that it names, that lead nowhere."""
    words = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    linked = [path.parent / target for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", words)]
    named = [ROOT / target for target in re.findall(r"`((?:docs|model|data|tests|tools)/[\w./-]*)`", words)]
    return [target for target in (*linked, *named) if not target.exists()]
