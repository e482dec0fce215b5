"""Two runs side by side: the first month, phase, county, child and column in which they differ, in words.

``python -m tools.differ --help`` is the command; tests use :func:`tools.differ.lockstep.lockstep`.
"""
