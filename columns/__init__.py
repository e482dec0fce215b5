"""The ground floor: typed columns, bit packing, keyed random draws and the state hash.

Nothing here knows what a village or a child is for; it only says how they are laid out in memory and how
a random number is derived from a key. It imports nothing from the rest of the project.
"""
