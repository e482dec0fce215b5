"""The engine and its peers, each in a process of its own that measures one stretch of months when asked.

A contender is a module that is run with the number of villages, children per village, months of warm-up and
months to measure. It answers each line on its standard input with a line of JSON: see :mod:`serving`.
"""
