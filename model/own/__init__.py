"""Places of the user's own: read from a workbook, checked, filled, kept, and turned into a world.

Nothing here is compiled or imported by what is, so an edit costs no compilation.
"""
