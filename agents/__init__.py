"""Agents as windows on the columns: what can be opened, read, selected and grouped in a simulated world.

Counties, villages and social workers are registered with the model, as in any Mesa model; households,
children and desks are windows made when somebody looks. None of them holds a number of its own: every
attribute reads the columns with which the model computes, so it can neither be stale nor disagree. The
monthly step knows nothing of them.
"""

from agents.child import Child, Need
from agents.column import GoneError
from agents.county import County
from agents.desk import Desk
from agents.household import Household
from agents.social_worker import SocialWorker
from agents.village import Village

__all__ = ["Child", "County", "Desk", "GoneError", "Household", "Need", "SocialWorker", "Village"]
