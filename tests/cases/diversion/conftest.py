"""A diversion case walked through over HTTP, its version followed; and a clock that the tests set."""

import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from beatbook.kit.settings import ServiceSettings
from tests.cases.conftest import NOW

TODAY = NOW.date()
OFFICER, SUPERVISOR = ("officer@XK.PRI",), ("supervisor@XK.PRI",)


def example(name: str, **changes: Any) -> dict[str, Any]:
    """A shipped example's rules, changed."""
    text = Path(f"docs/programmes/example-{name}.json").read_text(encoding="utf-8")
    return {field: value for field, value in (json.loads(text) | changes).items() if field != "$schema"}


class Watch:
    """The time it is, for application and tests alike."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: int) -> None:
        self.now += timedelta(**by)

    @property
    def today(self) -> date:
        return self.now.date()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def api(
    client: Any, settings: ServiceSettings, database: asyncpg.Connection, watch: Watch
) -> httpx.AsyncClient:  # fmt: skip
    api: httpx.AsyncClient = await client.of(settings, "cases", clock=watch)
    return api


@pytest.fixture
async def as_clock(database: asyncpg.Connection) -> asyncpg.Connection:
    """The database as the service's own clock sees it: past row-level security."""
    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    return database


class Walk:
    """One case, and who walks it: an officer unless told otherwise."""

    def __init__(self, call: Any, case: dict[str, Any], people: dict[str, str]) -> None:
        self._call, self.id, self.people, self.version = call, case["id"], people, case["version"]
        self.path = f"/v1/diversions/{self.id}"

    async def send(
        self,
        method: str,
        part: str,
        body: object = None,
        *,
        as_: Any = OFFICER,
        subject: str = "ana",
        free: bool = False,
    ) -> httpx.Response:
        """Send to a part of the case, with the version last seen unless `free`."""
        version = None if free or method == "GET" else self.version
        answer: httpx.Response = await self._call(
            method, self.path + part, body, as_=as_, subject=subject, version=version
        )
        if "etag" in answer.headers:
            self.version = int(answer.headers["etag"].strip('"'))
        return answer

    async def does(self, method: str, part: str, body: object = None, **more: Any) -> Any:
        """The same for what has to succeed."""
        answer = await self.send(method, part, body, **more)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def refused(self, method: str, part: str, body: object = None, **more: Any) -> list[str]:
        """The places of all that is unmet, of what has to be refused."""
        answer = await self.send(method, part, body, **more)
        assert answer.status_code == 422, answer.text
        return [item.partition(":")[0] for item in answer.json()["unmet"]]

    async def step(self, to: str, **more: Any) -> Any:
        as_ = {"as_": SUPERVISOR, "subject": "sue"} if to == "breached" else {}
        return await self.does("POST", "/steps", {"to": to, **more}, **as_)

    async def assess(self, programme: str, **changes: Any) -> Any:
        found = {
            "programme": programme, "person_id": self.people["responsible"], "domestic_violence": False,
            "gender_based_violence": False, "responsibility_accepted": True, "previous_diversions": 0,
        }  # fmt: skip
        return await self.does("PUT", "/assessment", found | changes)

    async def consent(self, capacity: str, purpose: str = "measure") -> str:
        """Record a consent; its id."""
        body = {"capacity": capacity, "purpose": purpose, "form": "written", "given_on": "2026-03-01",
                "person_id": self.people.get(capacity)}  # fmt: skip
        consents: list[dict[str, str]] = (await self.does("POST", "/consents", body))["consents"]
        return consents[-1]["id"]

    async def term(self, kind: str, due_on: date, **more: Any) -> str:
        """Set a term; its id."""
        body = {"kind": kind, "text": "what is to be done", "due_on": due_on.isoformat(), **more}
        terms: list[dict[str, str]] = (await self.does("POST", "/agreement/terms", body))["terms"]
        return terms[-1]["id"]


Open = Callable[..., Awaitable[Walk]]


@pytest.fixture
def load(call: Any) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def load(name: str, **changes: Any) -> dict[str, Any]:
        body = {"area": "XK", "rules": example(name, **changes)}
        answer = await call("POST", "/v1/programmes", body, as_=["admin@XK"])
        assert answer.status_code == 201, answer.text
        loaded: dict[str, Any] = answer.json()
        return loaded

    return load


@pytest.fixture
def opened(call: Any) -> Open:
    """Open a case of an act on 1 March 2026, by somebody born on 10 May 2011 unless told otherwise."""

    async def opened(born_on: str | None = "2011-05-10", **changes: Any) -> Walk:
        body = {
            "area": "XK.PRI.DARDANIA", "offence": "0504", "act_on": "2026-03-01", "referred_by": "police",
            "domestic_violence": False, "gender_based_violence": False, "text": "Sprayed the school's wall.",
        }  # fmt: skip
        answer = await call("POST", "/v1/diversions", body | changes, as_=OFFICER)
        assert answer.status_code == 201, answer.text
        people = {}
        more_of = {"responsible": {"born_on": born_on}, "guardian": {}, "victim": {"telephone": "+383 44 555 666"}}
        for role, more in more_of.items():
            named = {"role": role, "given_names": f"{role} one", "mail": f"{role}@example.org", **more}
            added = await call("POST", f"/v1/cases/{answer.json()['id']}/people", named, as_=OFFICER)
            assert added.status_code == 201, added.text
            people[role] = added.json()["id"]
        return Walk(call, answer.json(), people)

    return opened
