"""Referral desks: a place and a service with minutes of its own, and cases that wait."""

from typing import Any

from agents.column import Real, Unregistered, Whole
from columns.state import DESK

PLACES = COUNTY, TOWNSHIP, VILLAGE = ("county", "township", "village")


class Desk(Unregistered, dtype=DESK):
    """The desk of one service in one place.

    Parameters
    ----------
    model : ScaleUpModel
    service : int
        Column of the service.
    place : int
        Row of the county, township or village, whichever has desks for the service.
    """

    table = "desks"

    base_minutes = Real("Staff time a month before levers and plans", "minutes")
    extra_minutes = Real("Added by a plan that follows the backlog or money", "minutes a month")
    offered_minutes = Whole("Offered this month", "minutes", field="offered")
    used_minutes = Whole("Used this month", "minutes", field="used")
    queue = Whole("Cases waiting at the end of the month")
    queue_minutes = Whole("What these cases will take", "minutes")

    def __init__(self, model: Any, service: int, place: int) -> None:
        services, state = model.scenario.services, model.state
        self.service: str = services.names[service]
        self.office: str = services[service].office
        self.place: str = services[service].desk
        self.place_row = int(place)
        offices = {COUNTY: 0, TOWNSHIP: len(state.counties)}
        if self.place == VILLAGE:
            row = (len(state.counties) + len(state.townships)) * len(services) + place
        else:
            row = (offices[self.place] + place) * len(services) + service
        super().__init__(model, row)

    def __repr__(self) -> str:
        return (
            f"<Desk for {self.service}, {self.place} {self.place_row}: {self.queue} waiting, "
            f"{self.used_minutes} of {self.offered_minutes} minutes used>"
        )
