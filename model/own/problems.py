"""A problem in a table: where it stands is a sheet, a row and a column."""

from dataclasses import dataclass

from model.own.columns import sheets
from model.problems import Problem
from model.text import text


@dataclass(frozen=True)
class CellProblem(Problem):
    """What is wrong with a cell, a column or a table, and how to mend it.

    Attributes
    ----------
    sheet : str
        Key of the table, or the name of a sheet that is not known.
    row : int
        As a spreadsheet counts it, from 1; 0 where the whole column or table is meant.
    column : str
        Key of the column, or what stands in its head; empty where the row or table is meant.
    """

    sheet: str = ""
    row: int = 0
    column: str = ""

    def place(self, language: str = "en") -> str:
        """Return where it is, as a reader would look for it."""
        parts = [self.file]
        known = sheets().get(self.sheet)
        if self.sheet:
            name = known.label.in_language(language) if known else self.sheet
            parts.append(text("places.where.sheet", language, sheet=name))
        if self.row:
            parts.append(text("places.where.row", language, row=self.row))
        if self.column:
            declared = known.columns.get(self.column) if known else None
            name = declared.label.in_language(language) if declared else self.column
            parts.append(text("places.where.column", language, column=name))
        return text("places.where.join", language).join(part for part in parts if part)

    def said(self, language: str = "en") -> str:
        """Return what is wrong and how to mend it, without the place."""
        return Problem(self.code, self.values).text(language)

    def text(self, language: str = "en") -> str:
        """Return place and message."""
        place = self.place(language)
        message = self.said(language)
        return text("problem.in_file", language, file=place, message=message) if place else message
