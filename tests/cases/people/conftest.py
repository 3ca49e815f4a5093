"""People's fixtures: a case that an officer, Ana, opened and works on."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from beatbook.contracts.actor import Actor, Grant
from beatbook.kit.sealing import KeyRing
from services.cases.files.commands import Opening, open_file
from services.cases.files.queries import Entered
from services.cases.files.rules import Kind
from services.cases.people.names import NameIndex
from services.cases.settings import CasesSettings
from tests.cases.conftest import NOW, Sessions

ANA = Actor(subject="ana", grants=(Grant.parse("officer@XK"),))
ARBEN: dict[str, Any] = {
    "role": "responsible",
    "given_names": "Arben",
    "family_names": "Krasniqi",
    "other_names": ["Beni"],
    "born_on": "2010-02-28",
    "sex": "male",
    "languages": ["sq", "sr"],
    "address": "Rruga B 7, Prishtinë",
    "telephone": "+383 44 123 456",
    "mail": "arben@example.org",
    "guardian_of": [],
}
Opened = Callable[..., Awaitable[Entered]]


@pytest.fixture
def names(settings: CasesSettings) -> NameIndex:
    return NameIndex(settings.name_secrets)


@pytest.fixture
def opened(sessions: Sessions, vault: KeyRing) -> Opened:
    async def make(who: Actor = ANA, **opening: Any) -> Entered:
        async with sessions(who) as session:
            said = {"kind": Kind.PROBLEM, "area": "XK.PRI"} | opening
            return await open_file(session, who, NOW, vault, Opening(**said))

    return make
