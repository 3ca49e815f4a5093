"""Recurring patterns, proposed as problems."""

from tests.cases.access.matrix import Op, Part
from tests.cases.access.world import World

_PROPOSED = """
    insert into pattern_proposals (
        id, country, area, kind, place_id, places, family, band, grain, span, past_from, window_from, window_until,
        observed, expected, p_value, q_value, hypotheses, evidence_position, evidence_as_of, state, case_open,
        proposed_at, version)
    values (
        gen_random_uuid(), 'XK', 'XK.PRI', 'address', 99, '{99}', '0502', 'any', 'week', 'short', '2025-01-01',
        '2026-01-01', '2026-02-01', 9, 2, 0.001, 0.01, 100, 1, now(), 'open', false, now(), 1)
    returning id::text
"""
_SIGHTED = """
    with place as (
        insert into pattern_places (area, key, municipality, place) values ('XK.PRI', 'k', 'XK.PRI', 'Canary Lane')
        returning id
    )
    insert into pattern_sightings (incident_id, place_id, country, family, category, grain, bucket, day, position)
    select gen_random_uuid(), id, 'XK', '0502', '0502', 'week', '2026-01-05', '2026-01-06', 1 from place
"""


async def prepare(world: World) -> dict[str, str]:
    """A proposal, a place where something happened, and a case that the proposal could join."""
    await world.admin.execute(_SIGHTED)
    pattern, other, third = [await world.admin.fetchval(_PROPOSED) for _ in range(3)]
    return {"pattern": pattern, "other": other, "third": third, "case": await world.open_problem()}


PART = Part(
    prepare=prepare,
    canaries=("Canary",),
    ops={
        "find it in the list": Op("GET", "/patterns", finds="{pattern}"),
        "see repeat places": Op("GET", "/patterns/repeat-places?area=XK.PRI", finds="Canary Lane"),
        "read it": Op("GET", "/patterns/{pattern}"),
        "open a case from it": Op("POST", "/patterns/{pattern}/accept", {}),
        "have it join a case": Op("POST", "/patterns/{other}/merge", {"problem_id": "{case}"}, hides="case"),
        "dismiss it": Op("POST", "/patterns/{third}/dismiss", {"reason": "The yearly fair"}),
    },
)
