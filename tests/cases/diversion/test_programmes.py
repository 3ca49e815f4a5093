"""Programmes as data: files are checked, versions are kept, and never changed. Rule C8."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from jsonschema import Draft202012Validator

from beatbook.contracts.actor import Role
from services.cases.programmes.rules import ProgrammeRules, flaws, read_rules, schema

EXAMPLES = sorted(Path("docs/programmes").glob("*.json"))
HALT = json.loads(Path("docs/programmes/example-halt-agreement.json").read_text(encoding="utf-8"))
ADMIN = ["admin@XK"]


def changed(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in (HALT | changes).items() if name != "$schema"}


@pytest.mark.pure
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_shipped_examples_are_fit_and_say_what_they_are(path: Path) -> None:
    rules, amiss = read_rules(path.read_bytes())
    assert amiss == []
    assert rules is not None
    assert rules.is_example
    assert "EXAMPLE, NOT LAW" in rules.statutory_basis
    Draft202012Validator(schema()).validate(json.loads(path.read_text(encoding="utf-8")))
    assert len({example.stem for example in EXAMPLES}) >= 3


@pytest.mark.pure
@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"min_age": 16, "max_age": 14}, "min_age"),
        ({"min_age": 10}, "min_age"),
        ({"max_age": 18}, "max_age"),
        ({"valid_to": "2019-01-01"}, "valid_to"),
        ({"kind": "juvenile_caution", "juvenile": False}, "juvenile"),
        ({"responsibility_accepted": False}, "responsibility_accepted"),
        ({"offences": {"within": ["0502"], "out": ["0601"]}}, "offences.out.0"),
        ({"offences": {"within": ["9999"]}}, "offences.within.0"),
        ({"consents": [{"who": "responsible"}]}, "consents.0"),
        ({"consents": [{"who": "guardian"}, {"who": "guardian", "under_age": 16}]}, "consents"),
        ({"terms": ["work", "work"]}, "terms"),
        ({"kind": "mediation"}, "terms"),
        ({"colour": "red"}, "colour"),
        ({"record_months": {"completed": 12}}, "record_months.breached"),
    ],
)
def test_a_flaw_is_named_by_its_place(changes: dict[str, Any], where: str) -> None:
    rules, amiss = read_rules(json.dumps(changed(**changes)))
    assert rules is None
    assert where in [fault.partition(":")[0] for fault in amiss]


@pytest.mark.pure
def test_all_flaws_are_told_at_once() -> None:
    rules = ProgrammeRules.model_validate(changed(max_age=40, terms=["work", "work"], valid_to="2019-01-01"))
    assert [flaw.partition(":")[0] for flaw in flaws(rules)] == ["valid_to", "max_age", "terms"]
    assert read_rules(b"{")[1][0].startswith("no JSON")


async def load(call: Any, rules: dict[str, Any], as_: list[str] = ADMIN, area: str = "XK") -> Any:
    return await call("POST", "/v1/programmes", {"area": area, "rules": rules}, as_=as_)


async def test_a_version_is_loaded_once_and_never_changed(call: Any, database: asyncpg.Connection) -> None:
    first = await load(call, changed())
    assert first.status_code == 201
    assert (await load(call, changed())).json() == first.json()
    other = await load(call, changed(max_age=16))
    assert (other.status_code, other.json()["code"]) == (409, "version-taken")
    third = (await load(call, changed(version=3, max_age=16))).json()
    assert (await load(call, changed(version=2))).json()["code"] == "version-old"
    listed = (await call("GET", "/v1/programmes?area=XK.PRI", as_=[])).json()["items"]
    assert [item["rules"]["version"] for item in listed] == [1, 3]
    assert (await call("GET", f"/v1/programmes/{third['id']}")).json()["rules"]["max_age"] == 16
    assert await database.fetchval("select count(*) from events where type like '%programme.loaded%'") == 2
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.execute("update programmes set rules = '{}'")


async def test_flawed_rules_are_refused_with_every_flaw(call: Any) -> None:
    answer = (await load(call, changed(max_age=40, terms=["work", "work"]))).json()
    assert (answer["rule"], len(answer["unmet"])) == ("C8", 2)
    assert (await load(call, changed(min_age=3))).json()["errors"][0]["field"] == "rules.min_age"
    assert (await call("GET", "/v1/programmes/schema", as_=[])).json() == schema()


async def test_nobody_else_loads_rules(call: Any, database: asyncpg.Connection, subtests: pytest.Subtests) -> None:
    for grant in (*(f"{role}@XK" for role in Role if role not in {Role.PUBLIC, Role.ADMIN}), "admin@AL"):
        with subtests.test(grant):
            assert (await load(call, changed(), as_=[grant])).status_code == 403
    assert (await load(call, changed(), as_=["admin@XK"], area="XK.PRI")).status_code == 403
    assert await database.fetchval("select count(*) from programmes") == 0
