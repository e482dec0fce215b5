"""``python -m tools.pages``: print the tables of all pages anew."""

from model.reading import ROOT
from tools.pages.filling import filled, marked_pages

if __name__ == "__main__":
    for path in marked_pages():
        page = path.read_text(encoding="utf-8")
        if filled(page) != page:
            path.write_text(filled(page), encoding="utf-8")
            print(f"Written: {path.relative_to(ROOT)}")
