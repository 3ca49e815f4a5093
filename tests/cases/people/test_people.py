"""People in cases: sealed, read field by field, changed without a trace of what was written. Rules C9a, C13, C15."""

from datetime import date
from typing import Any

import asyncpg
import pytest

from beatbook.contracts.actor import Actor, Grant
from beatbook.kit.sealing import Unreadable
from services.cases.files.queries import Entered, enter
from services.cases.files.rules import Action, Field, Kind
from services.cases.people import queries
from services.cases.people.commands import add
from services.cases.people.rules import GUARDED, age_on
from services.cases.people.schemas import PersonCreate
from tests.cases.conftest import NOW, Call
from tests.cases.people.conftest import ANA, ARBEN, Opened


async def trail(database: asyncpg.Connection, case_id: object) -> list[str]:
    return [row["entry"] for row in await database.fetch("select entry from audit_entries where chain = $1", case_id)]


async def test_a_person_is_named_read_and_changed(opened: Opened, call: Call) -> None:
    case = await opened()
    made = await call("POST", f"/v1/cases/{case.file.id}/people", ARBEN)
    assert made.status_code == 201, made.text
    assert made.headers["Cache-Control"] == "no-store"
    person = made.json()
    assert {name: person[name] for name in ARBEN} == ARBEN
    assert person["withheld"] == []
    path = f"/v1/cases/{case.file.id}/people/{person['id']}"
    changed = await call("PATCH", path, {"mail": None, "family_names": "Gashi"}, version=1)
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    read = (await call("GET", path)).json()
    assert (read["mail"], read["family_names"], read["given_names"]) == (None, "Gashi", "Arben")
    assert (await call("GET", f"/v1/cases/{case.file.id}/people")).json()["items"] == [read]
    assert (await call("PATCH", path, {"mail": None}, version=1)).status_code == 412
    assert (await call("PATCH", path, {"mail": None})).status_code == 428


async def test_nothing_written_is_in_the_database(opened: Opened, call: Call, database: asyncpg.Connection) -> None:
    case = await opened()
    person = (await call("POST", f"/v1/cases/{case.file.id}/people", ARBEN)).json()
    path = f"/v1/cases/{case.file.id}/people/{person['id']}"
    await call("PATCH", path, {"family_names": "Gashi"}, version=1)
    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    everything = []
    for table in await database.fetch("select tablename from pg_tables where schemaname = 'public'"):
        rows = await database.fetch(f'select item::text from "{table["tablename"]}" as item')
        everything += [row["item"] for row in rows]
    for written in ("Arben", "Krasniqi", "Gashi", "Beni", "2010-02-28", "Rruga", "383 44", "arben@"):
        assert not [row for row in everything if written in row or written.encode().hex() in row]
    entries = await trail(database, case.file.id)
    assert '"fields":["family_names"]' in entries[-1]
    assert person["id"] in entries[-1]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"role": "witness"}, "nameless"),
        ({"role": "witness", "given_names": "A", "guardian_of": ["0198c0de-0000-7000-8000-000000000000"]},
         "unknown_person"),
        ({"role": "witness", "given_names": "A", "mail": "nobody"}, "invalid"),
        ({"role": "witness", "given_names": "A", "born_on": "2026-03-18"}, "born-when"),
        ({"role": "witness", "given_names": "A", "born_on": "1026-03-18"}, "born-when"),
    ],
)  # fmt: skip
async def test_what_is_refused(opened: Opened, call: Call, body: dict[str, Any], code: str) -> None:
    case = await opened()
    refused = await call("POST", f"/v1/cases/{case.file.id}/people", body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert (await call("GET", f"/v1/cases/{case.file.id}/people")).json()["items"] == []


async def test_a_guardian_answers_for_others_of_the_case(opened: Opened, call: Call) -> None:
    case = await opened()
    path = f"/v1/cases/{case.file.id}/people"
    child = (await call("POST", path, ARBEN)).json()["id"]
    guardian = await call("POST", path, {"role": "guardian", "given_names": "Vjosa", "guardian_of": [child]})
    assert guardian.json()["guardian_of"] == [child]
    themselves = {"guardian_of": [guardian.json()["id"]]}
    assert (await call("PATCH", f"{path}/{guardian.json()['id']}", themselves, version=1)).status_code == 422


async def test_who_has_no_part_learns_nothing(opened: Opened, call: Call) -> None:
    case = await opened()
    path = f"/v1/cases/{case.file.id}/people"
    person = (await call("POST", path, ARBEN)).json()["id"]
    for subject in ("ben", "root"):
        as_ = {"as_": ["admin@XK" if subject == "root" else "officer@XK"], "subject": subject}
        assert (await call("GET", path, **as_)).status_code == 404
        assert (await call("GET", f"{path}/{person}", **as_)).status_code == 404
        assert (await call("POST", path, ARBEN, **as_)).status_code == 404
        assert (await call("PATCH", f"{path}/{person}", {}, version=1, **as_)).status_code == 404
    other = await opened()
    assert (await call("GET", f"/v1/cases/{other.file.id}/people/{person}")).status_code == 404


async def test_a_recipient_reads_the_fields_that_are_shared(
    opened: Opened, sessions: Any, vault: Any, names: Any
) -> None:
    ngo = Actor(subject="ngo", grants=(Grant.parse("partner@XK"),), agency="safe-house")
    case = await opened(kind=Kind.REFERRAL, agency="safe-house")
    person = await named(sessions, vault, names, case, ARBEN | {"role": "victim"})
    for shared, readable in (
        ([], set()),
        ([Field.IDENTITY], {"given_names", "family_names", "other_names", "born_on", "sex", "languages"}),
        ([Field.CONTACT], set()),
        ([Field.VICTIM_CONTACT], {"address", "telephone", "mail"}),
    ):
        async with sessions(ngo) as session:
            entered = await enter(
                session, ngo, NOW, vault, case.file.id, Action.READ, Kind.REFERRAL, field=Field.SUMMARY
            )
            entered.file.shared = list(shared)
            view = queries.view(entered, person).model_dump(exclude_unset=True)
            assert GUARDED.keys() & view.keys() == readable
            assert set(view["withheld"]) == GUARDED.keys() - readable


async def named(sessions: Any, vault: Any, names: Any, case: Entered, body: dict[str, Any]) -> Any:
    async with sessions(ANA) as session:
        entered = await enter(session, ANA, NOW, vault, case.file.id, Action.WRITE, None)
        return await add(session, ANA, NOW, names, entered, PersonCreate.model_validate(body))


async def test_age_is_counted_in_whole_years(opened: Opened, sessions: Any, vault: Any, names: Any) -> None:
    case = await opened()
    person = await named(sessions, vault, names, case, ARBEN)
    unknown = await named(sessions, vault, names, case, {"role": "other", "given_names": "X"})
    async with sessions(ANA) as session:
        entered = await enter(session, ANA, NOW, vault, case.file.id, Action.READ, None)
        assert await queries.age_at(session, entered, person.id, date(2028, 2, 27)) == 17
        assert await queries.age_at(session, entered, person.id, date(2028, 2, 28)) == 18
        assert await queries.age_at(session, entered, unknown.id, date(2028, 2, 28)) is None
    leap = date(2008, 2, 29)
    assert [age_on(leap, day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2028, 2, 29))] == [17, 18, 20]


async def test_a_field_opens_at_its_own_person_only(opened: Opened, sessions: Any, vault: Any, names: Any) -> None:
    case = await opened()
    one, two = [await named(sessions, vault, names, case, ARBEN) for _ in range(2)]
    two.sealed_mail = one.sealed_mail
    assert queries.unsealed(case.key, one, "mail") == ARBEN["mail"]
    with pytest.raises(Unreadable):
        queries.unsealed(case.key, two, "mail")
