"""The one list of phases: the step, the table of times and the printed schedule come from it."""

from typing import NamedTuple


class Phase(NamedTuple):
    """One phase of the month; ``where`` is ``nation`` for what is serial, ``county`` for what is parallel."""

    name: str
    where: str
    en: str
    zh: str


NATION, COUNTY = "nation", "county"

PHASES = (
    Phase("apply_policy", NATION, "dated decisions come into force", "落实按期出台的政策"),
    Phase("spread_approach", NATION, "counties decide; posts and training seats are handed out",
          "各县决定是否推行，分配岗位和培训名额"),
    Phase("staff_posts", COUNTY, "recruit, train, supervise, leave, replace", "招募、培训、督导、离任、补充"),
    Phase("age_population", COUNTY, "births, birthdays, ageing out, moving in and away",
          "出生、长大、成年、迁入迁出"),
    Phase("arise_needs", COUNTY, "needs begin and end; families change and apply on their own",
          "需求产生与消失，家庭变化，家庭自行申请"),
    Phase("visit_households", COUNTY, "find, register, support", "入户走访：发现、登记、支持"),
    Phase("file_referrals", COUNTY, "gather papers and file, with or without help",
          "备齐材料并递交申请（自行或由儿童主任协助）"),
    Phase("serve_desks", COUNTY, "desks serve, refuse, review; families lose patience",
          "窗口受理、退回、复核；家庭等待或放弃"),
    Phase("learn", COUNTY, "motivation of workers follows their backlog", "儿童主任工作积极性随积压变化"),
    Phase("account_costs", NATION, "what it costs and who pays", "核算费用及承担方"),
    Phase("observe", NATION, "count, and publish what others may see next month", "统计并公布下月可见的成效"),
)  # fmt: skip
"""Phases in the order in which a month runs through them."""

NAMES = tuple(phase.name for phase in PHASES)
