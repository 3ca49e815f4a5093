"""The scan, by the clock: what the log brought is counted, looked at, and proposed where it is significant. Rule C3."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from beatbook.contracts.cases import PatternLapsed, PatternProposed
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.events import Fact, emit_many
from beatbook.kit.ids import new_id
from beatbook.kit.timers import WorkerContext
from services.cases.base import CLOCK
from services.cases.patterns.counting import take
from services.cases.patterns.finding import proposable
from services.cases.patterns.looking import look
from services.cases.patterns.rules import Finding, Grain, Horizon, State, common_area, is_silenced

EVENTS_A_TURN = 5000
TURNS = 20
"""Before other timers have their turn: a long import is followed in several runs."""

_BY_INDEX = """
    select set_config(name, 'off', true)
    from unnest(array['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) as name
"""
"""All that a turn asks is by key. Of tables that an import is filling the planner knows too little to see that, and
joins every incident of a family with every place."""
_COMMIT = "select set_config('synchronous_commit', $1, true)"
"""What is counted can be counted again from the log; what is told in it can't be taken back."""
_SETTLED = "update pattern_scans set is_due = false where is_due returning country"
_RELATED = """
    select id, family, places, state, case_open, evidence_position, kind, place_id, band, grain, span, window_until,
           observed
    from pattern_proposals
    where country = $1 and (state = 'open' or (places && $2::bigint[] and state <> 'lapsed'))
    order by id desc
"""
_AREAS = "select id, area from pattern_places where id = any($1)"
_SINCE = """
    select count(*) from pattern_sightings
    where place_id = any($1) and family = $2 and grain = $3 and bucket >= $4 and position > $5
          and $6 in ('any', part, weekday || '-' || part)
"""
_PROPOSE = """
    insert into pattern_proposals (
        id, country, area, kind, place_id, places, family, band, grain, span, past_from, window_from, window_until,
        observed, expected, p_value, q_value, hypotheses, evidence_position, evidence_as_of, state, case_open,
        proposed_at, version)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 'open', false,
            $20, 1)
"""
_MEND = """
    update pattern_proposals
    set area = $3, kind = $4, place_id = $5, places = $6, family = $7, band = $8, grain = $9, span = $10,
        past_from = $11, window_from = $12, window_until = $13, observed = $14, expected = $15, p_value = $16,
        q_value = $17, hypotheses = $18, evidence_position = $19, evidence_as_of = $20, version = version + 1
    where id = $1 and country = $2 and state = 'open'
"""
_LAPSE = """
    update pattern_proposals set state = 'lapsed', ended_at = $2, version = version + 1
    where id = any($1) and state = 'open' returning id, area
"""


@dataclass(frozen=True)
class _Scan:
    """A country's proposals being brought up to date: as of when, how far in the log, over how many hypotheses."""

    session: AsyncSession
    db: asyncpg.Connection
    country: str
    now: datetime
    position: int
    reach: dict[Grain, Horizon]
    hypotheses: int


async def scan_all(context: WorkerContext) -> None:
    """Follow the log to its end, or as far as a run goes. Twice or by two at once it counts nothing twice. Rule C3."""
    for _ in range(TURNS):
        async with context.database.sessions.begin() as session:
            if await scan(session, context.clock()) < EVENTS_A_TURN:
                return


async def scan(session: AsyncSession, now: datetime) -> int:
    """One turn: count what is new, test what it touched, settle the proposals; returns how many events were read.

    The cursor is locked first, so that turns follow one another. Proposals wait until the log's end is reached: half
    of an import is no evidence.
    """
    db = await driver_connection(session)
    await db.execute(_BY_INDEX)
    await db.execute(_COMMIT, "off")
    read, position, touched = await take(db, EVENTS_A_TURN)
    for country, changes in sorted(touched.items()):
        await look(db, country, changes)
    if read < EVENTS_A_TURN:
        for row in await db.fetch(_SETTLED):
            chosen, reach, hypotheses = await proposable(db, row["country"])
            await _settle(_Scan(session, db, row["country"], now, position, reach, hypotheses), chosen)
    return read


async def _settle(turn: _Scan, chosen: Sequence[Finding]) -> None:
    """Have what is proposed be what is significant: propose, mend the evidence of what stands, let the rest lapse."""
    places = sorted({place for lead in chosen for place in lead.places})
    related = await turn.db.fetch(_RELATED, turn.country, places)
    areas = {row["id"]: row["area"] for row in await turn.db.fetch(_AREAS, places)}
    standing: set[UUID] = set()
    facts: list[Fact] = []
    for lead in chosen:
        alike = [row for row in related if row["family"] == lead.family and lead.places & set(row["places"])]
        area = common_area(areas[place] for place in lead.places)
        same = next((row for row in alike if row["state"] == State.OPEN and row["id"] not in standing), None)
        if same is not None:
            standing.add(same["id"])
            if _differs(same, lead, turn.reach[lead.grain]):
                await turn.db.execute(_MEND, *_row(turn, same["id"], area, lead))
        elif not await _silenced(turn, lead, [row for row in alike if row["state"] != State.OPEN]):
            proposal_id = new_id()
            await turn.db.execute(_PROPOSE, *_row(turn, proposal_id, area, lead))
            facts.append(Fact(_proposed(turn, proposal_id, area, lead), proposal_id, area))
    gone = [row["id"] for row in related if row["state"] == State.OPEN and row["id"] not in standing]
    facts += [
        Fact(PatternLapsed(proposal_id=row["id"], area=row["area"]), row["id"], row["area"])
        for row in await turn.db.fetch(_LAPSE, gone, turn.now)
    ]
    if facts:
        await turn.db.execute(_COMMIT, "on")
    await emit_many(turn.db, facts, actor=CLOCK.subject, at=turn.now, session=turn.session)


def _differs(row: asyncpg.Record, lead: Finding, horizon: Horizon) -> bool:
    """Whether other incidents speak for it now; a margin that moved a little is no other evidence."""
    known = tuple(row[name] for name in ("kind", "place_id", "band", "grain", "span", "observed", "window_until"))
    return known != (lead.kind, lead.place_id, lead.band, lead.grain, lead.span, lead.observed, horizon.end())


async def _silenced(turn: _Scan, lead: Finding, decided: Sequence[asyncpg.Record]) -> bool:
    """Whether one of those decided on before, of which the latest is first, still answers this. Rule C3."""
    return any([await _answers(turn, lead, row) for row in decided])


async def _answers(turn: _Scan, lead: Finding, row: asyncpg.Record) -> bool:
    start = turn.reach[lead.grain].start(lead.span)
    since = await turn.db.fetchval(
        _SINCE, list(lead.places), lead.family, lead.grain.value, start, row["evidence_position"], lead.band
    )
    return is_silenced(State(row["state"]), case_open=row["case_open"], new_incidents=since)


def _row(turn: _Scan, proposal_id: UUID, area: str, lead: Finding) -> Sequence[object]:
    horizon = turn.reach[lead.grain]
    return (
        proposal_id, turn.country, area, lead.kind.value, lead.place_id, sorted(lead.places), lead.family, lead.band,
        lead.grain.value, lead.span.value, horizon.earliest, horizon.start(lead.span), horizon.end(), lead.observed,
        lead.expected, lead.p_value, lead.q_value, turn.hypotheses, turn.position, turn.now,
    )  # fmt: skip


def _proposed(turn: _Scan, proposal_id: UUID, area: str, lead: Finding) -> PatternProposed:
    horizon = turn.reach[lead.grain]
    return PatternProposed(
        proposal_id=proposal_id,
        area=area,
        kind=lead.kind.value,
        family=lead.family,
        band=lead.band,
        window_from=horizon.start(lead.span),
        window_until=horizon.end(),
        observed=lead.observed,
        hypotheses=turn.hypotheses,
        p_value=lead.p_value,
        q_value=lead.q_value,
    )
