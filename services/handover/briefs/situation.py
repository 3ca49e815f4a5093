"""The situation in about ten plain lines, and the warning signals. Words only: the figures come from the sections."""

from collections.abc import Sequence
from datetime import datetime

from services.handover.assignments.rules import Gap
from services.handover.briefs.rules import QUIET, Trend, gone_quiet, promises_fail
from services.handover.briefs.schemas import (
    AreaFacts,
    ForumFacts,
    ForumsSection,
    IndicatorSeries,
    ProblemsSection,
    PromisesSection,
    WarningSignal,
)


def warning_signals(
    area: AreaFacts, forums: Sequence[ForumFacts], gaps: Sequence[Gap], now: datetime
) -> list[WarningSignal]:  # fmt: skip
    """What to look into first: advisors' gaps, then forums gone quiet or behind with their promises. Rules F17, H1."""
    found = [WarningSignal(code=gap.code, rule=gap.rule, area=area.code, forum_id=None, text=gap.text) for gap in gaps]
    for forum in forums:
        if gone_quiet(forum.last_held_at, forum.founded_at, now):
            since = _day(forum.last_held_at) if forum.last_held_at else f"it was founded on {_day(forum.founded_at)}"
            text = f"{forum.name}: no meeting since {since}, more than {QUIET.days} days ago."
            found.append(_of_forum("no-meeting", forum, text))
        if promises_fail(forum.open_decisions, forum.overdue_decisions):
            text = (
                f"{forum.name}: {forum.overdue_decisions} of {_count(forum.open_decisions, 'open decision')} overdue."
            )
            found.append(_of_forum("decisions-overdue", forum, text))
    return found


def _of_forum(code: str, forum: ForumFacts, text: str) -> WarningSignal:
    return WarningSignal(code=code, rule="F17", area=forum.area, forum_id=forum.forum_id, text=text)


def situation(
    area: AreaFacts,
    forums: ForumsSection,
    promises: PromisesSection,
    problems: ProblemsSection,
    indicators: Sequence[IndicatorSeries],
    warnings: Sequence[WarningSignal],
) -> list[str]:
    """About ten lines that an advisor can say aloud on the first day. Rule H8."""
    return [
        _area(area),
        *_forums(forums),
        *_promises(promises),
        _problems(problems),
        _incidents(problems),
        *_trends(indicators),
        f"{_count(len(warnings), 'warning signal')} to look into." if warnings else "No warning signal stands.",
    ]


def _area(area: AreaFacts) -> str:
    people = f"{area.population:,} residents" if area.population is not None else "an unknown number of residents"
    below = f" and {_count(area.areas_below, 'area')} below it" if area.areas_below else ""
    return f"{area.name} ({area.code}) is a {area.tier.value} area with {people}{below}."


def _forums(forums: ForumsSection) -> list[str]:
    if not forums.total:
        return ["No forum has been founded here yet."]
    line = f"{_count(forums.total, 'forum')} here; {_count(forums.meetings_held, 'meeting')} held so far"
    last = f", the last on {_day(forums.last_held_at)}." if forums.last_held_at else "."
    return [line + last, f"Published minutes of {_count(forums.minutes_published, 'meeting')}."]


def _promises(promises: PromisesSection) -> list[str]:
    if not promises.open and not promises.delivered:
        return ["No decision is open, and none has been delivered yet."]
    oldest = max((each.age_days for each in promises.decisions if each.age_days is not None), default=None)
    waits = f"; the oldest of those listed has waited {_count(oldest, 'day')}" if oldest is not None else ""
    kept = f"{_count(promises.delivered, 'decision')} delivered"
    if promises.delivered_with_due_date:
        kept += f"; {promises.delivered_on_time} of {promises.delivered_with_due_date} with a due date on time"
    return [f"{_count(promises.open, 'open decision')}, {promises.overdue} overdue{waits}.", f"{kept}."]


def _problems(problems: ProblemsSection) -> str:
    closed = sum(each.problems for each in problems.by_phase if each.phase == "closed")
    being_worked_on = [each for each in problems.by_phase if each.phase != "closed" and each.problems]
    if not being_worked_on:
        return f"No problem-solving case is open; {closed} closed."
    total = sum(each.problems for each in being_worked_on)
    listed = ", ".join(f"{each.problems} in {each.phase}" for each in being_worked_on)
    return f"{_count(total, 'open problem-solving case')}: {listed}; {closed} closed."


def _incidents(problems: ProblemsSection) -> str:
    months = problems.incidents_by_month
    if not months:
        return "No incident has been recorded."
    latest, total = months[-1], sum(month.incidents for month in months)
    return (
        f"{_count(total, 'incident')} in the {_count(len(months), 'month')} up to {latest.month:%B %Y}, "
        f"{latest.incidents} of them in that month."
    )


def _trends(indicators: Sequence[IndicatorSeries]) -> list[str]:
    moving = [each for each in indicators if each.trend in {Trend.RISING, Trend.FALLING}]
    if not moving:
        return []
    listed = ", ".join(f"{each.indicator.replace('_', ' ')} {each.trend.value}" for each in moving)
    return [f"Over the latest months: {listed}. A rising count can also mean rising trust."]


def _day(moment: datetime) -> str:
    """`5 March 2026`."""
    return f"{moment.day} {moment:%B %Y}"


def _count(number: int, noun: str) -> str:
    """`1 forum`, `2 forums`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
