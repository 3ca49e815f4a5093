"""Loading the rules of programmes. Rule C8."""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import select

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import ProgrammeLoaded
from beatbook.kit.crypto import canonical_json, sha256_hex
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.events import emit
from beatbook.kit.ids import new_id
from services.cases.programmes import queries, rules
from services.cases.programmes.schemas import ProgrammeLoad
from services.cases.programmes.tables import Programme


async def load_programme(session: AsyncSession, actor: Actor, now: datetime, request: ProgrammeLoad) -> Programme:
    """Add a version of a programme; the same one again changes nothing, and none is ever changed. Rule C8."""
    wanted = request.rules
    if not rules.may_load(actor, request.area):
        raise Forbidden("Rules are loaded for a country, by an administrator of the whole of it.", rule="C8")
    if found := rules.flaws(wanted):
        raise Refused("These rules cannot be loaded.", code="rules-flawed", rule="C8", unmet=found)
    content = wanted.model_dump(mode="json")
    sha256 = sha256_hex(canonical_json(content))
    await _one_at_a_time(session, request.area, wanted.code)
    same = select(Programme).where(
        Programme.area == request.area, Programme.code == wanted.code, Programme.version == wanted.version
    )
    if (there := (await session.exec(same)).first()) is not None:
        if there.sha256 == sha256:
            return there
        raise Conflict(
            "This version was loaded with other content, and cases may have been decided under it. Give the changed "
            "rules the next version number.",
            code="version-taken",
            rule="C8",
        )
    newest = await queries.newest(session, request.area, wanted.code)
    if newest is not None and newest.version > wanted.version:
        raise Conflict(
            f"Version {newest.version} is loaded: a new one has a higher number.", code="version-old", rule="C8"
        )
    programme = Programme(
        id=new_id(),
        area=request.area,
        code=wanted.code,
        version=wanted.version,
        kind=wanted.kind,
        valid_from=wanted.valid_from,
        valid_to=wanted.valid_to,
        rules=content,
        sha256=sha256,
        loaded_at=now,
        loaded_by=actor.subject,
    )
    session.add(programme)
    event = ProgrammeLoaded(
        programme_id=programme.id,
        area=programme.area,
        code=programme.code,
        rules_version=programme.version,
        kind=programme.kind,
        valid_from=programme.valid_from,
        valid_to=programme.valid_to,
    )
    await emit(session, event, subject=programme.id, area=programme.area, actor=actor, at=now)
    return programme


async def _one_at_a_time(session: AsyncSession, area: str, code: str) -> None:
    """Two who load versions of one programme at once do so one after the other."""
    lock = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))").bindparams(name=f"programme {area} {code}")
    await (await session.connection()).execute(lock)
