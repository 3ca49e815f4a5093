"""The situation in about ten plain lines, and the warning signals. Words only: the figures come from the sections."""

from collections.abc import Sequence
from datetime import datetime

from services.handover.assignments.rules import Gap
from services.handover.briefs.rules import QUIET, Trend
from services.handover.briefs.schemas import (
    AreaFacts,
    ForumFacts,
    ForumsSection,
    IndicatorSeries,
    ProblemsSection,
    PromisesSection,
    StandingSignal,
    WarningSignal,
)

SIGNALS = {
    "attendance-fell": "fewer people come than did",
    "postponed-twice": "two meetings in a row were postponed",
    "police-rank-fell": "the police sends lower ranks than it did",
    "hostile-climate": "meetings have been hostile",
    "group-stopped-coming": "a group has stopped coming",
    "decisions-overdue": "more than a third of the open decisions are overdue",
}
"""The forum's warning signals in words, by code; a code that came later is told by itself. Rule F17."""


def warning_signals(
    area: AreaFacts, gaps: Sequence[Gap], signals: Sequence[StandingSignal]
) -> list[WarningSignal]:  # fmt: skip
    """What to look into first: advisors' gaps, then what stands in the forums' histories. Rules F17, H1."""
    found = [WarningSignal(code=gap.code, rule=gap.rule, area=area.code, forum_id=None, text=gap.text) for gap in gaps]
    return found + [_of_forum(signal) for signal in signals]


def _of_forum(signal: StandingSignal) -> WarningSignal:
    words = SIGNALS.get(signal.code, signal.code.replace("-", " "))
    return WarningSignal(
        code=signal.code,
        rule="F17",
        area=signal.area,
        forum_id=signal.forum_id,
        text=f"{signal.forum or 'A forum'}: {words} (since {_day(signal.raised_at)}).",
        link=signal.link,
    )


def situation(
    area: AreaFacts,
    forums: ForumsSection,
    quiet: Sequence[ForumFacts],
    promises: PromisesSection,
    problems: ProblemsSection,
    indicators: Sequence[IndicatorSeries],
    warnings: Sequence[WarningSignal],
) -> list[str]:
    """About ten lines that an advisor can say aloud on the first day. Rule H8."""
    return [
        _area(area),
        *_forums(forums),
        *_quiet(quiet),
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


def _quiet(quiet: Sequence[ForumFacts]) -> list[str]:
    """Forums gone quiet, three of them by name."""
    if not quiet:
        return []
    named = ", ".join(forum.name for forum in quiet[:3]) + (" and others" if len(quiet) > 3 else "")
    return [f"{_count(len(quiet), 'forum')} without a meeting for more than {QUIET.days} days: {named}."]


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
