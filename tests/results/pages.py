"""What tests of pages look for: addresses that a browser would fetch, scripts, the words shown."""

from html.parser import HTMLParser

FETCHING = {"src", "href", "data", "action", "poster", "srcset", "formaction", "cite", "background"}
VOID = {"meta", "br", "img", "link", "input", "hr", "image", "use", "path"}


class Page(HTMLParser):
    """Tags, addresses and words of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.addresses, self.words, self.scripts, self._open = [], [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self._open.append(tag)
        self.addresses += [
            (tag, name, value or "") for name, value in attributes if name.split(":")[-1] in FETCHING
        ]
        if tag in VOID:
            self._open.pop()

    def handle_endtag(self, tag):
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data):
        if "script" in self._open:
            self.scripts.append(data)
        elif "style" not in self._open and data.strip():
            self.words.append(data.strip())

    @property
    def text(self):
        return " ".join(self.words)


def outside_requests(html):
    """Whatever a browser would fetch from elsewhere when it opens the page."""
    page = Page(html)
    found = [entry for entry in page.addresses if not entry[2].startswith(("#", "data:"))]
    found += [tag for tag in page.tags if tag in {"link", "iframe", "object", "embed", "img", "base"}]
    asking = ("fetch(", "XMLHttpRequest", "EventSource", "import", "http:", "https:")
    found += [word for script in page.scripts for word in asking if word in script]
    css = html[html.index("<style>") : html.index("</style>")]
    found += [word for word in ("@import", "url(") if word in css]
    return found
