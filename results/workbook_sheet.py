"""One sheet of a workbook, written from top to bottom: titles, heads, rows, formulas, charts."""

from collections.abc import Sequence
from typing import Any

from xlsxwriter import Workbook

from model.text import text
from results.style import BLUE, GREEN, MUTED, ORANGE, PURPLE, SKY, VERMILION, YELLOW

COLOURS = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, YELLOW, MUTED, "#b8c4ce", "#7a2e1d")
WORDS_ACROSS = 9
"""Columns over which a sentence runs."""
LETTERS_PER_LINE = {"en": 130, "zh": 70}
LINE_HEIGHT = 15.5


def make_formats(book: Workbook) -> dict[str, Any]:
    """Return the formats of cells by name."""
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bg_color": "#dcebf5", "text_wrap": True, "valign": "top"}),
        "note": book.add_format({"font_color": "#5b6670", "text_wrap": True, "valign": "top"}),
        "number": book.add_format({"num_format": "#,##0"}),
        "decimal": book.add_format({"num_format": "0.0"}),
        "fine": book.add_format({"num_format": "0.000"}),
        "plain": book.add_format({"num_format": "General"}),
        "share": book.add_format({"num_format": "0.0%"}),
        "points": book.add_format({"num_format": "+0.0;-0.0;0.0"}),
        "input": book.add_format({"num_format": "#,##0.##", "font_color": "#0000ff", "bg_color": "#fffbe6"}),
        "sum": book.add_format({"num_format": "#,##0", "bold": True, "top": 1}),
        "bold": book.add_format({"bold": True}),
    }


class Page:
    """A sheet with a place where the next row goes.

    A cell is a text, a number, a pair (number, format) or a triple (formula, format, value): the value stands
    in the file too, for programs that do not calculate.
    """

    def __init__(self, book: Workbook, formats: dict[str, Any], key: str, language: str) -> None:
        self.book, self.formats, self.language = book, formats, language
        self.name = text(f"workbook.{key}", language)
        self.sheet = book.add_worksheet(self.name)
        self.sheet.set_paper(9)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.line = 0
        """Rows written so far; also the number of the last one as a spreadsheet counts."""

    def title(self, title: str, note: str = "") -> None:
        """Write a title and a sentence below it."""
        self.sheet.write_string(self.line, 0, title, self.formats["title"])
        self.line += 1
        if note:
            self.words(note)
        self.gap()

    def words(self, sentence: str) -> None:
        """Write a sentence across the page."""
        self.sheet.merge_range(self.line, 0, self.line, WORDS_ACROSS, sentence, self.formats["note"])
        lines = -(-len(sentence) // LETTERS_PER_LINE[self.language])
        self.sheet.set_row(self.line, LINE_HEIGHT * lines)
        self.line += 1

    def gap(self) -> None:
        """Leave a row empty."""
        self.line += 1

    def widths(self, widths: Sequence[float]) -> None:
        """Set the widths of the first columns, in units of a digit's width."""
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def heads(self, heads: Sequence[str], widths: Sequence[float] = ()) -> int:
        """Write the heads of a table and return the number of rows written with them."""
        for column, head in enumerate(heads):
            self.sheet.write(self.line, column, head, self.formats["head"])
        self.widths(widths)
        self.line += 1
        return self.line

    def row(self, cells: Sequence[Any], style: str = "") -> None:
        """Write a row of cells; ``style`` overrides the formats of its numbers."""
        for column, cell in enumerate(cells):
            given = cell if isinstance(cell, tuple) else (cell, "plain" if not isinstance(cell, str) else "")
            form = self.formats.get(style or given[1])
            if len(given) > 2:
                self.sheet.write_formula(self.line, column, given[0], form, given[2])
            elif isinstance(given[0], str):
                if given[0]:
                    self.sheet.write_string(self.line, column, given[0], form)
            elif given[0] is not None and given[0] == given[0]:
                self.sheet.write_number(self.line, column, given[0], form)
        self.line += 1

    def filter(self, first: int, last: int, columns: int) -> None:
        """Offer filters on a table and keep its heads in sight."""
        self.sheet.autofilter(first, 0, last, columns - 1)
        self.sheet.freeze_panes(first + 1, 1)

    def chart(
        self,
        kind: str,
        title: str,
        first: int,
        last: int,
        series: Sequence[tuple[int, str]],
        at: tuple[int, int],
    ) -> None:
        """Draw columns of a table by year; ``series`` are (column, key of its name)."""
        options: dict[str, Any] = {"type": kind}
        chart = self.book.add_chart(options)
        for number, (column, key) in enumerate(series):
            chart.add_series(
                {
                    "name": text(f"workbook.{key}", self.language),
                    "categories": [self.name, first, 0, last - 1, 0],
                    "values": [self.name, first, column, last - 1, column],
                    "fill": {"color": COLOURS[number % len(COLOURS)]},
                    "gap": 60,
                }
            )
        self.place(chart, title, at)

    def place(self, chart: Any, title: str, at: tuple[int, int]) -> None:
        """Put a chart on the sheet with its title and a legend below."""
        chart.set_title({"name": text(f"workbook.{title}", self.language), "name_font": {"size": 11}})
        chart.set_legend({"position": "bottom"})
        chart.set_y_axis(
            {"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#dde2e6"}}}
        )
        chart.set_size({"width": 620, "height": 340})
        self.sheet.insert_chart(at[0], at[1], chart)
