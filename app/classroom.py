"""The hand-out for the classroom: all lessons and stories recorded, in one file that needs no server."""

import json
from functools import cache
from typing import Any

from app.jobs import Job, Work
from app.lessons import REPLICATIONS, Asked, Comparison, read_lessons
from app.limits import Limits
from app.takeaway import hand_out, recording
from app.work import comparison_work, life_data, run_work
from model.scenario import Scenario, make_scenario
from results.story import STORIES, run_pair, tell
from results.trace import without_worker


@cache
def classroom(limits: Limits) -> str:
    """Return the page with every lesson recorded; the runs take half a minute, once."""
    recordings: dict[str, dict[str, Any]] = {}
    comparisons = []
    first = scenario(Asked())
    recordings[first.content_hash] = recording(said(run_work(first, limits), limits))
    for lesson in read_lessons().values():
        if not isinstance(lesson, Comparison):
            continue
        pair = [scenario(lesson.first), scenario(lesson.second)]
        for each in pair:
            if each.content_hash not in recordings:
                recordings[each.content_hash] = recording(said(run_work(each, limits), limits))
        last = said(comparison_work(pair[0], pair[1], REPLICATIONS), limits)[-1]
        asked = {"first": lesson.first.model_dump(), "second": lesson.second.model_dump()}
        comparisons.append({**asked, "message": json.loads(last)})
    worlds = run_pair(first, without_worker(first))
    lives = [life_data(first, tell(worlds, story), story) for story in STORIES]
    return hand_out(list(recordings.values()), comparisons, lives, limits)


def scenario(asked: Asked) -> Scenario:
    """Return the scenario that a lesson asks for."""
    return make_scenario(**asked.model_dump())


def said(work: Work, limits: Limits) -> list[str]:
    """Do the work of a job at once and return what it says."""
    return list(work(Job("classroom", work, limits)))
