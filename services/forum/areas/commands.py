"""Changes of the register."""

from datetime import datetime

import anyio.to_thread
from sqlmodel import col, func, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import lineage, parent_of
from beatbook.contracts.forum import AreaClosed, AreaRegistered
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.errors import Conflict, Forbidden, Invalid, Refused
from beatbook.kit.events import Fact, emit, emit_many
from beatbook.kit.web import ExpectedVersion
from services.forum.areas import queries, rules
from services.forum.areas.schemas import AreaClose, AreaPatch, ImportIn, ImportReport, RefusalView
from services.forum.areas.tables import Area


async def import_areas(session: AsyncSession, actor: Actor, now: datetime, request: ImportIn) -> ImportReport:
    """Register what the features describe, all of it but those refused, in one transaction. Rule A3.

    One import at a time: two of the same areas at once would both find them missing.
    """
    if not actor.areas_as(rules.EDITORS):
        raise Forbidden("To import areas you need an admin grant for their country.", rule="A3")
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended("areas", 0))))
    try:
        plan = await anyio.to_thread.run_sync(
            rules.plan_import,
            [collection.features for collection in request.collections],
            rules.PropertyMapping(**request.mapping.model_dump()),
            rules.Root(request.root.code, request.root.name) if request.root else None,
            await queries.codes_by_source(session),
        )
    except ValueError as error:
        raise Invalid(f"The root's code cannot be used: {error}.") from error
    roots = sorted({entry.code.partition(".")[0] for entry in plan.entries})
    if any(not rules.may_edit_register(actor, entry.code) for entry in plan.entries):
        raise Forbidden(f"To import areas of {', '.join(roots)} you need an admin grant there.", rule="A3")
    report = ImportReport(
        roots=roots,
        registered=0,
        revised=0,
        unchanged=0,
        refused=[RefusalView.model_validate(refusal) for refusal in plan.refused],
    )
    codes = {code for entry in plan.entries for code in lineage(entry.code)}
    rows = await session.exec(select(Area).where(col(Area.code).in_(codes)).with_for_update())
    existing = {area.code: area for area in rows}
    closed = {code for code, area in existing.items() if area.valid_to is not None}
    facts: list[Fact] = []
    for entry in plan.entries:
        area = existing.get(entry.code)
        if shut := closed.intersection(lineage(entry.code)):
            report.refused += _closed_refusals(entry, min(shut))
            continue
        if area is None:
            area = _new_area(entry, request, now)
            session.add(area)
            report.registered += 1
        elif _revise(area, entry):
            report.revised += 1
        else:
            report.unchanged += 1
            continue
        facts.append(Fact(_registered(area), rules.area_id(area.code), area.code))
    await session.flush()
    report.refused.sort(key=lambda refusal: (refusal.collection, refusal.feature))
    await emit_many(await driver_connection(session), facts, actor=actor.subject, at=now, session=session)
    return report


def _new_area(entry: rules.Entry, request: ImportIn, now: datetime) -> Area:
    return Area(
        code=entry.code,
        tier=entry.tier,
        parent=parent_of(entry.code),
        source_code=entry.source_code,
        names={"und": entry.name},
        external_codes={"source": entry.source_code},
        languages=[],
        population=entry.population,
        population_bands=[],
        minority_groups=[],
        boundary=entry.boundary,
        valid_from=request.valid_from or now.date(),
        successors=[],
    )


def _revise(area: Area, entry: rules.Entry) -> bool:
    """Take over what an import says newly; whether anything changed. What the import doesn't know stays."""
    fresh = {
        "names": area.names | {"und": entry.name},
        "population": area.population if entry.population is None else entry.population,
        "boundary": entry.boundary or area.boundary,
    }
    changed = {name: value for name, value in fresh.items() if getattr(area, name) != value}
    for name, value in changed.items():
        setattr(area, name, value)
    area.version += bool(changed)
    return bool(changed)


def _closed_refusals(entry: rules.Entry, shut: str) -> list[RefusalView]:
    """The refusal of a feature that is closed or lies in a closed area; none for a root, which no feature describes."""
    if entry.found_at is None:
        return []
    collection, feature = entry.found_at
    detail = f"{shut} is closed; a closed area is not changed any more, nor anything in it."
    return [RefusalView(collection=collection, feature=feature, code=entry.source_code, reason="closed", detail=detail)]


def _registered(area: Area) -> AreaRegistered:
    return AreaRegistered(
        code=area.code,
        tier=area.tier,
        names=area.names,
        external_codes=area.external_codes,
        population=area.population,
        boundary=area.boundary,
        valid_from=area.valid_from,
    )


async def change_area(
    session: AsyncSession, actor: Actor, now: datetime, code: str, expected: ExpectedVersion, request: AreaPatch
) -> Area:
    """Change names, codes, languages or population by hand. Rule A2."""
    area = await queries.area_by_code(session, code, locked=True)
    if not rules.may_edit_register(actor, code):
        raise Forbidden("To change an area you need an admin grant there.")
    expected.check(area.version)
    if area.valid_to is not None:
        raise Conflict(f"{code} was closed on {area.valid_to}; a closed area is not changed any more.", rule="A3")
    for name, value in request.model_dump(exclude_unset=True, mode="json").items():
        if value is not None or name == "population":
            setattr(area, name, value)
    area.version += 1
    await emit(session, _registered(area), subject=rules.area_id(code), area=code, actor=actor, at=now)
    return area


async def close_area(
    session: AsyncSession, actor: Actor, now: datetime, code: str, expected: ExpectedVersion, request: AreaClose
) -> Area:
    """Close an area and name its successors; an area is never deleted. Rules A2a, A3."""
    area = await queries.area_by_code(session, code, locked=True)
    if not rules.may_edit_register(actor, code):
        raise Forbidden("To close an area you need an admin grant there.")
    expected.check(area.version)
    if area.valid_to is not None:
        raise Conflict(f"{code} was closed on {area.valid_to}.", rule="A3")
    if request.closed_on < area.valid_from:
        raise Refused(f"{code} is valid from {area.valid_from}; it can't be closed before.", rule="A2a")
    if request.closed_on > now.date():
        raise Refused("closed_on lies in the future: close the area when it has ceased to be valid.", rule="A2a")
    if still_open := await queries.open_children(session, code):
        raise Conflict(f"Areas within {code} are open: close them first.", rule="A3", unmet=still_open[:20])
    open_areas = await queries.list_areas(
        session,
        within=None,
        parent=None,
        tier=None,
        codes=request.successors,
        after=None,
        limit=len(request.successors) + 1,
    )
    known = {item.code for item in open_areas if item.valid_to is None} - {code}
    if unknown := sorted(set(request.successors) - known):
        raise Refused("Every successor must be another open area of the register.", rule="A2a", unmet=unknown)
    area.valid_to, area.successors = request.closed_on, request.successors
    area.version += 1
    event = AreaClosed(code=code, closed_on=request.closed_on, successors=request.successors)
    await emit(session, event, subject=rules.area_id(code), area=code, actor=actor, at=now)
    return area
