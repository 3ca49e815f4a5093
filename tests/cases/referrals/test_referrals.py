"""Referrals over HTTP, from both sides. Rule C12."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from beatbook.contracts.actor import Role
from beatbook.kit.db import Database
from services.cases.base import CLOCK
from services.cases.referrals.expiry import expire_due
from services.cases.settings import CasesSettings
from tests.cases.conftest import NOW, Call
from tests.cases.referrals.conftest import ANA, ANSWER_BY, CONSENT, DRAFT, NGO, SHELTER, SUE, Do, Json


def received(referral: Json, part: str = "") -> str:
    return f"/v1/received-referrals/{referral['id']}{part}"


def ours(referral: Json, part: str = "") -> str:
    return f"/v1/referrals/{referral['id']}{part}"


async def events(database: asyncpg.Connection) -> list[tuple[str, dict[str, Any]]]:
    rows = await database.fetch("select type, data from events where type like '%.referral.%' order by seq")
    return [(row["type"].split(".")[-2], row["data"]) for row in rows]


async def clock(settings: CasesSettings, at: Any) -> None:
    kit = Database(settings)
    async with kit.sessions.begin() as session:
        assert not await expire_due(session, CLOCK, at)
    await kit.close()


async def test_from_draft_to_outcome(call: Call, do: Do, sent: Do, database: asyncpg.Connection) -> None:
    """A preview without identity, details after accepting, the outcome back, and no details any more."""
    referral = await sent()
    assert (referral["state"], referral["unmet"]) == ("requested", [])
    preview = await do("GET", received(referral), **NGO)
    assert preview["preview"] == {
        "service": "shelter", "area": "XK.PRI", "urgency": "urgent", "age": "14-15", "language": "sq",
        "categories": ["contact", "identity", "needs"],
    }  # fmt: skip
    assert (await call("GET", received(referral, "/details"), **NGO)).json()["code"] == "not-shared"
    assert (await call("GET", f"/v1/cases/{referral['id']}/people", **NGO)).status_code == 403
    taken = await do("POST", received(referral, "/answer"), {"to": "accepted"}, **NGO, version=preview["version"])
    assert taken["state"] == "accepted"
    details = await do("GET", received(referral, "/details"), **NGO)
    assert (details["needs"], "circumstances" in details) == (DRAFT["needs"], False)
    [person] = details["people"]
    assert (person["family_names"], person["telephone"]) == ("CANARY", "044 CONTACT")
    await do("POST", received(referral, "/answer"), {"to": "in_progress", "note": "NOTE of ours"}, **NGO)
    done = {"to": "completed", "outcome": "achieved", "note": "NOTE of theirs"}
    ended = await do("POST", received(referral, "/answer"), done, **NGO)
    assert (ended["state"], ended["outcome"], ended["preview"]) == ("completed", "achieved", None)
    for path in (received(referral, "/details"), f"/v1/cases/{referral['id']}/people"):
        assert (await call("GET", path, **NGO)).status_code in {403, 409}
    back = await do("GET", ours(referral), **ANA)
    assert [(step["side"], step["target"], step["note"]) for step in back["steps"]] == [
        ("referrer", "requested", None),
        ("recipient", "accepted", None),
        ("recipient", "in_progress", "NOTE of ours"),
        ("recipient", "completed", "NOTE of theirs"),
    ]
    told = await events(database)
    assert [(kind, data.get("target"), data.get("outcome")) for kind, data in told] == [
        ("requested", None, None),
        ("answered", "accepted", None),
        ("answered", "in_progress", None),
        ("answered", "completed", "achieved"),
    ]
    everything = str(await database.fetch("select * from events"))
    for secret in ("CANARY", "NEEDSTEXT", "CONTACT", "UNSENT", "NOTE"):
        assert secret not in everything


async def test_what_comes_of_it_is_in_the_case_it_came_from(call: Call, do: Do, sent: Do) -> None:
    """Its people are copied; who works on the case works on the referral; the partner is not told of the case."""
    origin = await sent()
    someone = (await do("GET", f"/v1/cases/{origin['id']}/people", **ANA))["items"][0]["id"]
    referral = await do("POST", "/v1/referrals", DRAFT | {"origin_case_id": origin["id"], "people": [someone]}, **ANA)
    assert (referral["origin_kind"], referral["origin_case_id"]) == ("referral", origin["id"])
    [copied] = (await do("GET", f"/v1/cases/{referral['id']}/people", **ANA))["items"]
    assert (copied["family_names"], copied["telephone"], copied["id"] == someone) == ("CANARY", "044 CONTACT", False)
    listed = await do("GET", f"/v1/referrals?origin_case_id={origin['id']}", **ANA)
    assert [item["id"] for item in listed["items"]] == [referral["id"]]
    ben = {"as_": ["officer@XK.PRI"], "subject": "ben"}
    refused = await call("POST", "/v1/referrals", DRAFT | {"origin_case_id": origin["id"]}, **ben)
    assert refused.status_code == 404
    assert str(origin["id"]) not in str(await do("GET", received(origin), **NGO)).replace(origin["id"], "", 1)


async def test_sending_lists_all_that_is_unmet(call: Call, do: Do, drafted: Do, database: asyncpg.Connection) -> None:
    referral = await do(
        "POST", "/v1/referrals", DRAFT | {"service": "housing", "categories": ["identity", "health"]}, **ANA
    )
    refused = await call("POST", ours(referral, "/send"), {"answer_by": NOW.isoformat()}, **ANA, version=1)
    assert (refused.status_code, refused.json()["code"]) == (422, "not-sendable")
    assert refused.json()["unmet"] == [
        "service: the agency does not offer housing",
        "memorandum: does not cover the service housing",
        "memorandum: does not cover the data category health",
        "consent: the person has not agreed",
        "consent: the guardian has not agreed",
        "health: write it, or leave it out of the categories",
        "people: name somebody in this case, whom identity or contact are of",
        "answer_by: a moment to come, at most 90 days away",
    ]
    assert refused.json()["unmet"][:-1] == (await do("GET", ours(referral), **ANA))["unmet"]
    assert (await call("GET", received(referral), **NGO)).status_code == 404
    assert await events(database) == []


async def test_a_named_duty_needs_no_consent(call: Call, do: Do, drafted: Do, sent: Do) -> None:
    unnamed = await drafted(basis="legal_duty")
    unmet = (await do("GET", ours(unnamed), **ANA))["unmet"]
    assert unmet == ["duty: name the legal duty and its reason"]
    half = await do("PATCH", ours(unnamed), {"duty": "court_order"}, **ANA)
    assert half["unmet"] == ["duty: name the legal duty and its reason"]
    referral = await sent(basis="legal_duty", duty="child_protection", duty_reason="Art. 12 REASON")
    assert (referral["duty_reason"], referral["consents"]) == ("Art. 12 REASON", [])
    refused = await call("POST", ours(referral, "/consents"), CONSENT, **ANA, version="*")
    assert refused.json()["code"] == "no-consent"


@pytest.mark.parametrize("stage", ["sent", "accepted"])
async def test_withdrawal_stops_all_at_once(
    call: Call, do: Do, sent: Do, accepted: Do, database: asyncpg.Connection, stage: str
) -> None:
    referral = await (sent if stage == "sent" else accepted)()
    withdrawn = await do("POST", ours(referral, "/consents/guardian/withdraw"), **ANA)
    assert (withdrawn["state"], withdrawn["ending"]) == ("cancelled", "consent_withdrawn")
    assert (await call("GET", received(referral, "/details"), **NGO)).status_code == 409
    assert (await call("GET", f"/v1/cases/{referral['id']}/people", **NGO)).status_code == 403
    seen = await do("GET", received(referral), **NGO)
    assert (seen["state"], seen["ending"], seen["preview"]) == ("cancelled", "consent_withdrawn", None)
    for to in ("accepted", "in_progress"):
        late = await call("POST", received(referral, "/answer"), {"to": to}, **NGO, version="*")
        assert late.json()["code"] == "wrong-state"
    assert (await events(database))[-1][0] == "withdrawn"
    again = await call("POST", ours(referral, "/consents/guardian/withdraw"), **ANA, version="*")
    assert again.json()["code"] == "no-consent"


async def test_agreeing_to_less_is_a_withdrawal(call: Call, do: Do, accepted: Do) -> None:
    """Rule C12: the newest version counts; as much as before goes on, and lasts as long as it says."""
    referral = await accepted()
    longer = await do("POST", ours(referral, "/consents"), CONSENT | {"until": "2026-12-01"}, **ANA)
    assert (longer["state"], longer["stands_until"]) == ("accepted", "2026-09-01T00:00:00Z")
    less = await do("POST", ours(referral, "/consents"), CONSENT | {"categories": ["needs"]}, **ANA)
    assert (less["state"], [one["number"] for one in less["consents"]]) == ("cancelled", [1, 2, 3, 1])
    assert (await call("GET", received(referral, "/details"), **NGO)).status_code == 409


async def test_unanswered_it_expires_once(
    do: Do, sent: Do, settings: CasesSettings, database: asyncpg.Connection
) -> None:  # fmt: skip
    referral = await sent()
    for at in (NOW, NOW + timedelta(days=3), NOW + timedelta(days=4)):
        await clock(settings, at)
    assert [kind for kind, _ in await events(database)] == ["requested", "expired"]
    seen = await do("GET", received(referral), **NGO)
    assert (seen["state"], seen["ending"]) == ("expired", "unanswered")


async def test_no_longer_than_consent_lasts_even_before_the_clock_comes(
    call: Call, do: Do, accepted: Do, settings: CasesSettings, database: asyncpg.Connection, client: Any, tokens: Any
) -> None:
    """Rule C12: consent ends at midnight; the details are closed at midnight, the referral ends at the next turn."""
    referral = await accepted()
    midnight = NOW.replace(month=9, day=1, hour=0)
    headers = {"Authorization": tokens("partner@XK.PRI", subject="ngo", agency="safe-house")}
    for at, status in ((midnight - timedelta(seconds=1), 200), (midnight, 409)):
        api = await client.of(settings, "cases", clock=lambda at=at: at)
        assert (await api.get(received(referral, "/details"), headers=headers)).status_code == status
        people = await api.get(f"/v1/cases/{referral['id']}/people", headers=headers)
        assert people.status_code == (200 if status == 200 else 403)
    await clock(settings, midnight)
    assert (await events(database))[-1][1]["reason"] == "consent_ended"


@pytest.mark.parametrize("covered", [False, True], ids=["alone", "another-covers"])
async def test_what_stood_on_a_memorandum_ends_with_it(
    call: Call, do: Do, accepted: Do, sent: Do, memorandum: Json, database: asyncpg.Connection, covered: bool
) -> None:
    referrals = [await accepted(), await sent()]
    path = "/v1/agencies/safe-house/memoranda"
    if covered:
        same = {name: memorandum[name] for name in ("services", "areas", "categories", "starts_on")}
        await do("POST", path, same | {"ends_on": "2026-06-30"}, **SUE)
    await do("POST", f"{path}/{memorandum['id']}/end", {"reason": "breached"}, **SUE)
    for referral in referrals:
        now = await do("GET", ours(referral), **ANA)
        if covered:
            assert (now["ending"], now["stands_until"]) == (None, "2026-07-01T00:00:00Z")
        else:
            assert (now["state"], now["ending"]) == ("expired", "memorandum_ended")
    details = await call("GET", received(referrals[0], "/details"), **NGO)
    assert details.status_code == (200 if covered else 409)


@pytest.mark.parametrize(
    "who",
    [
        NGO | {"agency": "others"},
        NGO | {"agency": None},
        NGO | {"as_": ["partner@XK.PEC"]},
        {"as_": ["officer@XK.PRI"], "subject": "ben"},
        {"as_": ["officer@XK.PRI", "forum_member@XK.PRI", "council@XK.PRI"], "subject": "ben"},
        *({"as_": [f"{role}@XK.PRI"], "subject": "someone"} for role in Role if role is not Role.SUPERVISOR),
    ],
    ids=str,
)
async def test_nobody_else_learns_of_it(call: Call, accepted: Do, who: Json) -> None:
    """Rules C12, C12a: an officer's seat in a forum is no part in a case."""
    referral = await accepted()
    for path in (ours(referral), received(referral), received(referral, "/details")):
        assert (await call("GET", path, **who)).status_code == 404
    for path, body in ((received(referral, "/answer"), {"to": "in_progress"}), (ours(referral, "/cancel"), {})):
        assert (await call("POST", path, body, **who, version="*")).status_code == 404
    for path in ("/v1/referrals", "/v1/received-referrals", "/v1/cases?kind=referral"):
        assert (await call("GET", path, **who)).json()["items"] == []


async def test_each_side_keeps_to_its_own(call: Call, do: Do, accepted: Do) -> None:
    """The recipient never reads the referrer's side, nor who works on it; the referrer does not answer for it."""
    referral = await accepted()
    assert (await call("GET", ours(referral), **NGO)).status_code == 403
    for part, body in (("/cancel", {}), ("/send", {"answer_by": ANSWER_BY}), ("/consents", CONSENT),
                       ("/consents/guardian/withdraw", None)):  # fmt: skip
        assert (await call("POST", ours(referral, part), body, **NGO, version="*")).status_code == 403
    assert (await call("PATCH", ours(referral), {"needs": "x"}, **NGO, version="*")).status_code == 403
    assert (await call("POST", f"/v1/cases/{referral['id']}/people", {"role": "other"}, **NGO)).status_code in {
        403,
        422,
    }
    for path in ("/v1/referrals", "/v1/cases?kind=referral"):
        assert (await do("GET", path, **NGO))["items"] == []
    assert len((await do("GET", "/v1/received-referrals?state=accepted", **NGO))["items"]) == 1
    for who in (ANA, SUE):
        answer = await call("POST", received(referral, "/answer"), {"to": "in_progress"}, **who, version="*")
        assert answer.status_code == 403
    assert (await do("GET", ours(referral), **ANA))["state"] == "accepted"


async def test_an_agency_does_not_learn_how_long_a_case_is_kept_and_why(call: Call, do: Do, accepted: Do) -> None:
    """A hold tells of a court or an inquiry, and names who placed it."""
    path = f"/v1/cases/{(await accepted())['id']}"
    await do("PUT", f"{path}/hold", {"code": "court"}, **SUE)
    assert (await call("GET", f"{path}/retention", **NGO)).status_code == 403
    assert (await call("GET", f"{path}/retention", **ANA)).json()["hold"] == "court"


async def test_what_was_sent_stays_and_changes_start_from_what_was_read(call: Call, do: Do, sent: Do) -> None:
    referral = await sent()
    assert (await call("PATCH", ours(referral), {"needs": "x"}, **ANA, version="*")).json()["code"] == "wrong-state"
    assert (await call("POST", ours(referral, "/cancel"), {}, **ANA)).status_code == 428
    assert (await call("POST", ours(referral, "/cancel"), {}, **ANA, version=1)).status_code == 412
    flawed = await call("POST", received(referral, "/answer"), {"to": "rejected"}, **NGO, version="*")
    assert flawed.json()["unmet"] == ["reason: say why"]
    rejected = await do("POST", received(referral, "/answer"), {"to": "rejected", "reason": "no_capacity"}, **NGO)
    assert (rejected["state"], rejected["reason"]) == ("rejected", "no_capacity")


async def test_an_agency_that_is_not_active_is_sent_nothing(call: Call, do: Do, drafted: Do) -> None:
    referral = await drafted()
    await do("PATCH", f"/v1/agencies/{SHELTER['code']}", {"is_active": False}, **SUE)
    refused = await call("POST", ours(referral, "/send"), {"answer_by": ANSWER_BY}, **ANA, version="*")
    assert refused.json()["unmet"] == ["agency: none that is active has this code"]
