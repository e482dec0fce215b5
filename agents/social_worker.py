"""Social workers: whoever fills the post of a village now."""

from typing import Any

import numpy as np

from agents.column import GoneError, Registered
from agents.village import Village
from columns.layout import NO_MONTH, POST_ACTIVE, POST_DESIGNATED, POST_TRAINING

FILLED = (POST_DESIGNATED, POST_TRAINING, POST_ACTIVE)


class SocialWorker(Registered):
    """The person in a village's post, from the month of hiring until the post falls vacant.

    The model removes the agent when the person leaves; somebody else in the same post is another agent.
    Reading one who has left raises :class:`agents.column.GoneError`. A large village's post has two people,
    who share one agent as they share one record.
    """

    table = Village.table

    post = Village.post
    hired_month = Village.hired_month
    trained_month = Village.trained_month
    local = Village.local
    dedicated = Village.dedicated
    skill = Village.skill
    motivation = Village.motivation
    supervision = Village.supervision
    worker_minutes = Village.worker_minutes
    open_cases = Village.open_cases
    cases_in_hand = Village.cases_in_hand
    served_recently = Village.served_recently
    listed = Village.listed
    visits = Village.visits
    visit_budget = Village.visit_budget
    paper_minutes = Village.paper_minutes
    paper_share = Village.paper_share
    support_minutes = Village.support_minutes
    helped_served = Village.helped_served

    def __init__(self, model: Any, row: int) -> None:
        self.since = int(model.state.villages["hired_month"][row])
        super().__init__(model, row)

    def __repr__(self) -> str:
        return f"<SocialWorker of village {self.village.name} since month {self.since}>"

    def raw(self, field: str) -> Any:
        """Return what stands in a column, while the person is in the post.

        Raises
        ------
        GoneError
            If the person has left.
        """
        if int(super().raw("hired_month")) != self.since:
            raise GoneError(f"the worker of village {self.village.name} hired in month {self.since} has left")
        return super().raw(field)

    @property
    def village(self) -> Village:
        """The village of the post."""
        return self.model.roster.village(self.row)


def hired(villages: Any) -> np.ndarray:
    """Return the month in which each village's present worker came, NO_MONTH where the post is not filled."""
    return np.where(np.isin(villages["post"], FILLED), villages["hired_month"], NO_MONTH)
