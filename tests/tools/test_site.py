"""The site: every document has its place in it, and what it is built from asks nobody for anything."""

import ast
import re

import pytest

from tests.guide.pages import broken_links
from tests.test_architecture import LAYERS, ROOT
from tools.site.contents import DOCUMENTED, PARTS, index, lay_out, modules, package_page, parts
from tools.site.search import split

pytestmark = pytest.mark.docs
PAGES = [page for pages in parts().values() for page in pages]
SITE = ROOT / "tools" / "site"


def test_every_document_has_one_place(monkeypatch):
    documents = {path.relative_to(ROOT).with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert documents <= set(PAGES)
    assert len(PAGES) == len(set(PAGES))
    monkeypatch.setattr("tools.site.contents.PARTS", {"Guides": PARTS["Guides"]})
    assert set(parts()["More"]) == documents - set(PARTS["Guides"])
    assert all((ROOT / f"{page}.md").is_file() for page in PAGES)


def test_chinese_pages_are_listed_apart():
    assert {page for page in PAGES if page.endswith(".zh")} == set(PARTS["中文"])


def test_the_reference_holds_every_module():
    assert set(DOCUMENTED) == set(LAYERS) - {"app"}
    for package in DOCUMENTED:
        page = package_page(package)
        assert all(f"automodule:: {name}\n" in page for name in modules(package))


def test_the_first_page_is_the_readme_and_leads_everywhere(tmp_path):
    lay_out(tmp_path)
    first = (tmp_path / "index.md").read_text(encoding="utf-8")
    assert first == index()
    assert first.startswith((ROOT / "README.md").read_text(encoding="utf-8"))
    for page in (*PAGES, *(f"reference/{package}" for package in DOCUMENTED)):
        assert f"\n{page}\n" in first
        assert (tmp_path / f"{page}.md").is_file()
    assert not list(tmp_path.rglob("*.py"))


def test_nothing_comes_from_elsewhere():
    for path in (SITE / "conf.py", SITE / "static" / "site.css"):
        assert "://" not in path.read_text(encoding="utf-8")
    settings = ast.unparse(ast.parse((SITE / "conf.py").read_text(encoding="utf-8")))
    assert re.search(r"html_theme = 'furo'", settings)


@pytest.mark.parametrize("page", ["README", *PAGES])
def test_links_lead_somewhere(page):
    assert broken_links(ROOT / f"{page}.md") == []


def test_the_search_cuts_chinese_into_pairs_and_leaves_words_of_english():
    found = split("留守儿童，户籍 hukou_2010 in 村")
    assert found == ["留守", "守儿", "儿童", "户籍", "hukou_2010", "in", "村"]
    assert split("县civil事务") == ["县", "civil", "事务"]
