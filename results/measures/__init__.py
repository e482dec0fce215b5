"""Outcome measures: pure functions from arrays to numbers, with no engine behind them.

One file per idea; `catalogue` declares each measure once (name, label, unit, formula, parts), and the column
documentation, report labels and ``docs/measures.md`` come from there.
"""
