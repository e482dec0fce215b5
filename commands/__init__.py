"""The commands of ``run.py``, a module per kind: each parses, calls what does the work, and prints.

Modules here import nothing heavy at their top, so that ``--help`` answers at once: what a command needs is
imported in it. A new module is named in `MODULES`.
"""

MODULES = (
    "listing", "simulating", "experimenting", "sensing", "deciding", "calibrating", "places", "tracing",
    "applying", "reporting",
)  # fmt: skip
"""In the order in which ``--help`` lists their commands."""
