"""The same world written by hand: Mesa agents, lists and dictionaries, and a look at every child every month.

It serves twice. With keyed draws it must have the state hash of the engine at the end of every month, so it
checks the engine's compiled, event-driven kernels. With Python's own generator it is what their speed is
measured against. See ``README.md`` for what it shares with the engine.
"""
