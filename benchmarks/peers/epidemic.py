"""The epidemic that the peers run: susceptible, infected, recovered, with steps of a month.

It is slow enough to be under way in the measured months, or most agents would have nothing to do: an infected
agent infects .15 others a month and recovers after 12 months on average.
"""

INFECTIONS_PER_MONTH = 0.15
INFECTED_MONTHS, INFECTED_MONTHS_SD = 12.0, 3.0
INFECTED_AT_FIRST = 0.01
CONTACTS = 10
"""Of an agent in a month, in a network."""
SEED = 1
