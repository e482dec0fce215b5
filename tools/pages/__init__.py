"""Tables of documents that are printed from what the code declares.

A page is written by hand; between two marks in it stands a table that ``python -m tools.pages`` prints::

    <!-- table: entities -->
    …
    <!-- end of table -->

A test prints every table again and compares.
"""
