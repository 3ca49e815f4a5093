"""Reads of who sits and who comes: whole for those inside, under disclosure control for everyone else. Rules F5, K8."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlmodel import col, or_, select

from beatbook.contracts.actor import Actor
from beatbook.kit import disclosure
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden
from services.forum.areas.queries import area_by_code
from services.forum.areas.tables import Area
from services.forum.forums.queries import forum_by_id
from services.forum.forums.rules import may_see_inside
from services.forum.forums.tables import Forum
from services.forum.meetings.rules import Attendance, MeetingState
from services.forum.meetings.tables import AttendanceMark, Meeting
from services.forum.members.queries import roles_on
from services.forum.members.rules import SeatKind, SeatRole
from services.forum.members.tables import Member
from services.forum.representation import rules, wording
from services.forum.representation.rules import Comparison, Dimension, Fewer, People, Population
from services.forum.representation.schemas import CellView, ComparisonView, RepresentationView, SampleView

NOTES = [
    "Observers are not counted. Bodies count for their sector; sex, age and minority group are those of persons.",
    "Youth are people of 18 to 29, among those of 18 and over.",
    "A minority group is what people stated themselves; who said nothing is counted as not of it.",
    "Attendance counts who comes twice twice, so no test is made of it.",
]


@dataclass(frozen=True)
class Sample:
    """People, and what they are called in a sentence."""

    people: Sequence[People]
    of: str

    @property
    def tested(self) -> bool:
        """Whether an exact test makes sense: of seats, where each person counts once."""
        return self.of == "seats"


def population_of(area: Area) -> Population:
    """What the register holds of an area's residents."""
    return Population(
        [(band["sex"], band["age_band"], band["count"]) for band in area.population_bands],
        {group["group"]: group["share"] for group in area.minority_groups},
    )


async def representation(
    session: AsyncSession, actor: Actor, forum_id: UUID, *, on: date | None, today: date
) -> RepresentationView:
    """Who sits and who comes, compared with who lives there; raises `Forbidden` for a day asked for from outside."""
    forum = await forum_by_id(session, forum_id)
    area = await area_by_code(session, forum.area)
    inside = may_see_inside(actor, forum.area)
    if on is not None and not inside:
        raise Forbidden("A day of your own choice is for those inside the forum; leave it out.", rule="K8")
    as_of = (on or today) if inside else rules.day_of_quarter(today)
    end = datetime.combine(as_of + timedelta(days=1), time(), UTC)
    recorded_by = None if inside or forum.created_at >= end else end
    seated = await _seated(session, forum, as_of, recorded_by)
    meetings, came = await _came(session, forum, end, public_only=not inside)
    persons = [_person(member) for member in seated if member.kind is SeatKind.PERSON]
    population = population_of(area)
    show = _full if inside else _controlled
    under = None if inside else rules.withheld_under(actor, forum.area)
    enough = meetings if inside else meetings == rules.MEETINGS
    return RepresentationView(
        forum_id=forum.id,
        area=forum.area,
        as_of=as_of,
        detail="full" if inside else "controlled",
        withheld_under=under,
        members=show(Sample(persons, "seats"), population, forum, under),
        bodies=len(seated) - len(persons) if inside else None,
        meetings=meetings,
        attendance=show(Sample(came, "attendances"), population, forum, under) if enough else None,
        sectors_absent=rules.sectors_absent(member.sector for member in seated),
        groups_absent=rules.groups_absent(persons, population) if inside else None,
        notes=NOTES,
    )


def _person(member: Member) -> People:
    return People(member.sex, member.age_band, member.minority_group, 1)


async def _seated(session: AsyncSession, forum: Forum, on: date, recorded_by: datetime | None) -> list[Member]:
    """The seats of a day but observers'; with `recorded_by`, none that was recorded later."""
    statement = select(Member).where(
        Member.forum_id == forum.id,
        Member.term_start <= on,
        or_(col(Member.term_end).is_(None), col(Member.term_end) >= on),
    )
    if recorded_by is not None:
        statement = statement.where(Member.seated_at < recorded_by)
    members = (await session.exec(statement)).all()
    roles = await roles_on(session, members, on)
    return [member for member in members if roles.get(member.id, member.role) is not SeatRole.OBSERVER]


async def _came(
    session: AsyncSession, forum: Forum, before: datetime, *, public_only: bool
) -> tuple[int, list[People]]:  # fmt: skip
    """How many of the last meetings held there are, at most `MEETINGS`, and who came to them."""
    statement = (
        select(Meeting)
        .where(Meeting.forum_id == forum.id, Meeting.state == MeetingState.HELD, col(Meeting.held_at) < before)
        .order_by(col(Meeting.held_at).desc(), col(Meeting.id).desc())
        .limit(rules.MEETINGS)
    )
    if public_only:
        statement = statement.where(col(Meeting.public))
    held = (await session.exec(statement)).all()
    marks = (
        select(Member)
        .join(AttendanceMark, col(AttendanceMark.member_id) == Member.id)
        .where(
            col(AttendanceMark.meeting_id).in_([meeting.id for meeting in held]),
            AttendanceMark.status == Attendance.PRESENT,
            Member.kind == SeatKind.PERSON,
        )
    )
    came = [_person(member) for member in (await session.exec(marks)).all()]
    came += [
        People(group.get("sex"), group.get("age_band"), group.get("minority_group"), group["count"])
        for meeting in held
        for group in meeting.public_counts
    ]
    return len(held), came


def _full(sample: Sample, population: Population, forum: Forum, under: int | None) -> SampleView:  # noqa: ARG001 - as its sister
    comparisons = rules.compare(sample.people, population, forum.kind, tested=sample.tested)
    people = sum(entry.count for entry in sample.people)
    views = []
    for item in comparisons:
        cells = {name: disclosure.Cell(getattr(item, name)) for name in ("count", "known", "unknown")}
        views.append(_view(item, cells, item.fewer, wording.sentence(item, sample.of), figures=True))
    return SampleView(people=_cell(disclosure.Cell(people)), comparisons=views)


def _controlled(sample: Sample, population: Population, forum: Forum, under: int | None) -> SampleView:
    """Counts as they may leave the forum; where they may not, whether fewer are there than live there. Rule K8."""
    assert under is not None
    people = [
        replace(entry, sex=rules.shown_sex(entry.sex), age_band=rules.shown_age(entry.age_band))
        for entry in sample.people
    ]
    sample = replace(sample, people=people)
    comparisons = [item for item in rules.compare(sample.people, population, forum.kind, tested=sample.tested)
                   if item.dimension is not Dimension.MINORITY]  # fmt: skip
    comparisons.append(rules.all_minorities(sample.people, population, tested=sample.tested))
    together = comparisons[-1]
    tables = {dimension: disclosure.one_way(counts, under=under, total_known=True)
              for dimension, counts in rules.tables(sample.people).items()}  # fmt: skip
    if together.count < under:  # that nobody stated a group would say of the next who sits down that they did
        tables[Dimension.MINORITY] |= dict.fromkeys((rules.ANY_GROUP, rules.UNKNOWN), disclosure.SUPPRESSED)
    views = []
    for item in comparisons:
        table = tables[item.dimension]
        parts = [table[part] for part in rules.PARTS[item.dimension]]
        whole = all(part.value is not None for part in parts)
        known = disclosure.Cell(item.known) if whole else disclosure.SUPPRESSED
        cells = {"count": table[item.category], "known": known, "unknown": table[rules.UNKNOWN]}
        figures = all(cell.value is not None for cell in cells.values())
        if item.category == rules.OTHER_SEX and not figures:
            continue  # with the answer about the first sex it would leave one count only
        answer = item.fewer if figures else rules.public_answer(item, under)
        words = wording.sentence(item, sample.of) if figures else wording.public_sentence(item, answer, sample.of)
        views.append(_view(item, cells, answer, words, figures=figures))
    return SampleView(people=_cell(tables[Dimension.SEX][disclosure.TOTAL]), comparisons=views)


def _cell(cell: disclosure.Cell) -> CellView:
    return CellView(value=cell.value, status=cell.status)


def _view(
    item: Comparison, cells: Mapping[str, disclosure.Cell], fewer: Fewer, sentence: str, *, figures: bool
) -> ComparisonView:
    return ComparisonView(
        dimension=item.dimension,
        category=item.category,
        count=_cell(cells["count"]),
        known=_cell(cells["known"]),
        unknown=_cell(cells["unknown"]),
        expected_share=item.expected_share,
        share=item.share if figures else None,
        gap=item.gap if figures else None,
        p_value=item.p_value if figures else None,
        interval=item.interval if figures else None,
        fewer=fewer,
        sentence=sentence,
    )


async def absences(
    session: AsyncSession, forum_ids: Sequence[UUID], today: date
) -> list[tuple[UUID, str, list[str], int]]:
    """For each forum its area, the groups no member belongs to today, and how many members said nothing. Rule F5."""
    forums = select(Forum.id, Forum.area, Area).join(Area, col(Area.code) == Forum.area)
    rows = (await session.exec(forums.where(col(Forum.id).in_(forum_ids)).order_by(col(Forum.id)))).all()
    statement = select(Member.forum_id, Member.minority_group).where(
        col(Member.forum_id).in_(forum_ids),
        Member.kind == SeatKind.PERSON,
        Member.role != SeatRole.OBSERVER,
        Member.term_start <= today,
        or_(col(Member.term_end).is_(None), col(Member.term_end) >= today),
    )
    people: dict[UUID, list[People]] = {}
    for forum_id, group in (await session.exec(statement)).all():
        people.setdefault(forum_id, []).append(People(None, None, group, 1))
    found = []
    for forum_id, code, area in rows:
        seated = people.get(forum_id, [])
        silent = sum(entry.minority_group is None for entry in seated)
        absent = rules.groups_absent(seated, population_of(area)) if seated else []
        found.append((forum_id, code, absent, silent))
    return found
