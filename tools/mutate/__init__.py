"""Small errors made on purpose in the kernels, to see whether the worlds that the tests compare would tell.

``make mutate`` draws a sample of all errors that cosmic-ray can make in onset, idle spells, visits, desks and
spread (a ``<`` becomes ``<=``, a 1 becomes a 2, a loop never runs), makes each in turn, runs small worlds
with it, uncompiled, and compares the state of every month. It writes ``docs/mutation.md``, with every error
that nothing told and why.
"""
