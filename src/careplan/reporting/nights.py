"""What a target on a mean makes of nights.

Comes in: a report. Goes out: a sentence. Left out: shares in time (simulation, staffing say what nights do to those).
"""

from __future__ import annotations

import math

from careplan.metrics.report import Report
from careplan.planning.nights import NIGHT_FROM, NIGHT_TO
from careplan.reporting.figures import goal_within, is_night
from careplan.reporting.targets import pictured_score
from careplan.reporting.words import duration, percent


def mean_night_sentence(report: Report) -> str:
    """Return how long answers to questions of the night take against those of the day, where the main target has a
    mean; else nothing.
    """
    score = pictured_score(report.scorecard)
    night = is_night(report.first.periods)
    if score is None or score.goal.unit != "s" or not night.any() or night.all():
        return ""
    number, goal = report.scorecard.index(score), score.goal
    at_night, share = goal_within(report, number, night)
    by_day, _ = goal_within(report, number, ~night)
    if not share > 0.0005 or math.isnan(by_day.value):
        return ""
    text = (
        f"{goal.whole or goal.name}: {percent(share, 0)} of the answers are to questions of the night "
        f"({NIGHT_FROM:02}:00-{NIGHT_TO:02}:00) and take {duration(at_night.value * goal.scale)} on average, against "
        f"{duration(by_day.value * goal.scale)} for the others."
    )
    if score.holds and at_night.value > 1.02 and by_day.value <= 1:
        text += f" So the {duration(goal.scale)} over the {goal.over} is met by letting nights wait."
    return text
