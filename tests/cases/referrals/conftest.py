"""An agency with a memorandum, and referrals to it at every stage."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.cases.conftest import NOW, Call

SHELTER = {
    "code": "safe-house", "name": "Safe House", "services": ["shelter"], "areas": ["XK.PRI"], "zone": "Europe/Belgrade",
}  # fmt: skip
MEMORANDUM = {
    "services": ["shelter"], "areas": ["XK.PRI"], "categories": ["identity", "contact", "needs"],
    "starts_on": "2026-01-01", "ends_on": "2026-12-31",
}  # fmt: skip
DRAFT = {
    "area": "XK.PRI.DARDANIA", "agency": "safe-house", "service": "shelter", "urgency": "urgent", "age": "14-15",
    "language": "sq", "categories": ["identity", "contact", "needs"], "needs": "A bed for two NEEDSTEXT",
    "circumstances": "UNSENT circumstances",
}  # fmt: skip
PERSON = {"role": "victim", "given_names": "Arta", "family_names": "CANARY", "telephone": "044 CONTACT"}
CONSENT = {
    "giver": "guardian", "purpose": "shelter", "recipient": "safe-house",
    "categories": ["identity", "contact", "needs"], "form": "written", "given_on": "2026-03-01", "until": "2026-08-31",
}  # fmt: skip
ANSWER_BY = (NOW + timedelta(days=3)).isoformat()
ANA: dict[str, Any] = {"as_": ["officer@XK.PRI"], "subject": "ana"}
NGO: dict[str, Any] = {"as_": ["partner@XK.PRI"], "subject": "ngo", "agency": "safe-house"}
SUE: dict[str, Any] = {"as_": ["supervisor@XK.PRI"], "subject": "sue"}

Json = dict[str, Any]
Do = Callable[..., Awaitable[Json]]


@pytest.fixture
def do(call: Call) -> Do:
    """Call and expect success: `await do("POST", path, body, **ANA)`; any version unless told."""

    async def send(method: str, path: str, body: object = None, **how: Any) -> Json:
        answer = await call(method, path, body, **{"version": "*"} | how)
        assert answer.is_success, answer.text
        return dict(answer.json())

    return send


@pytest.fixture
async def memorandum(do: Do) -> Json:
    await do("POST", "/v1/agencies", SHELTER, **SUE)
    return await do("POST", "/v1/agencies/safe-house/memoranda", MEMORANDUM, **SUE)


@pytest.fixture
def drafted(do: Do, memorandum: Json) -> Do:
    """A draft that lacks nothing; fields of `DRAFT` may be given otherwise."""

    async def make(**more: Any) -> Json:
        referral = await do("POST", "/v1/referrals", DRAFT | more, **ANA)
        await do("POST", f"/v1/cases/{referral['id']}/people", PERSON, **ANA)
        if referral["basis"] == "consent":
            for giver in ("guardian", "person"):
                path = f"/v1/referrals/{referral['id']}/consents"
                referral = await do("POST", path, CONSENT | {"giver": giver}, **ANA)
        return referral

    return make


@pytest.fixture
def sent(do: Do, drafted: Do) -> Do:
    async def make(**more: Any) -> Json:
        referral = await drafted(**more)
        return await do("POST", f"/v1/referrals/{referral['id']}/send", {"answer_by": ANSWER_BY}, **ANA)

    return make


@pytest.fixture
def accepted(do: Do, sent: Do) -> Do:
    async def make(**more: Any) -> Json:
        referral = await sent(**more)
        return await do("POST", f"/v1/received-referrals/{referral['id']}/answer", {"to": "accepted"}, **NGO)

    return make
