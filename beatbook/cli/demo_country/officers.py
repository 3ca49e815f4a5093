"""Sending what the police work on, as the officers, the oversight body and the partner agency would. Rules C2, C8-C20.

What is written in a case is answered once only, so an interrupted load finds each case in the list of its kind: a kind
has one case in an area at most.
"""

from datetime import date
from typing import Any

from beatbook.cli.demo_country import casework
from beatbook.cli.demo_country.calls import NOBODY, Calls
from beatbook.cli.demo_country.casework import Body, Diversion, Referral


async def load_casework(calls: Calls, officer: str, partner: str, oversight: str, today: date) -> None:
    """Send everything. Agencies and programmes are the administrator's, whose token `calls` bears."""
    police, agency, overseer = (calls.named(token) for token in (officer, partner, oversight))
    await _flag(police)
    for number, reading in enumerate(casework.readings(today)):
        await police.post("cases", "/v1/tension-readings", reading, purpose=f"reading {number}")
    programme = {"area": "XD", "rules": casework.programme()}
    await calls.post("cases", "/v1/programmes", programme, purpose="programme")
    for diversion in casework.diversions(today):
        await _divert(police, diversion, today)
    await calls.post("cases", "/v1/agencies", casework.agency(), purpose="agency")
    memoranda = f"/v1/agencies/{casework.AGENCY}/memoranda"
    await calls.post("cases", memoranda, casework.memorandum(today), purpose="memorandum")
    for referral in casework.referrals(today):
        await _refer(police, agency, referral, today)
    await _support(police, today)
    await _complain(calls, overseer)
    await _declare(police, today)


async def _open(calls: Calls, kind: str, body: Body) -> str:
    """Open the case of a kind in its area, or find it there; its address."""
    area = body["area"]
    await calls.post("cases", f"/v1/{kind}", body, purpose=f"{kind} {area}")
    (opened,) = (await calls.get("cases", f"/v1/{kind}", area=area))["items"]
    return f"/v1/{kind}/{opened['id']}"


async def _name(calls: Calls, address: str, person: Body) -> str:
    """Name a person in a case; their id."""
    case = address.rpartition("/")[2]
    await calls.post("cases", f"/v1/cases/{case}/people", person, purpose=f"{person['role']} in {case}")
    named = (await calls.get("cases", f"/v1/cases/{case}/people"))["items"]
    return next(str(each["id"]) for each in named if each["role"] == person["role"])


async def _flag(police: Calls) -> None:
    """Note that the first incident of an area was a hate crime."""
    (incident,) = (await police.get("cases", "/v1/incidents", area=casework.HATE_CRIME_AREA, limit=1))["items"]
    address = f"/v1/incidents/{incident['id']}/hate-crime"
    for part, body in (
        ("perceptions", casework.PERCEPTION),
        ("indicators", casework.INDICATORS),
        ("classifications", casework.CLASSIFICATION),
    ):
        await police.post("cases", f"{address}/{part}", body, purpose=f"hate crime {part}", change=True)


async def _divert(police: Calls, diversion: Diversion, today: date) -> None:
    address = await _open(police, "diversions", diversion.body)
    responsible, guardian = [await _name(police, address, person) for person in diversion.people]

    async def add(path: str, body: Any, about: str) -> Any:
        return await police.post("cases", address + path, body, purpose=f"{about} {address}", change=True)

    if (await police.get("cases", address))["state"] == "referred":
        await police.change("PUT", "cases", f"{address}/assessment", casework.assessment(responsible))
    for state in ("assessed", "offered"):
        await add("/steps", {"to": state}, state)
    for capacity, person in (("responsible", responsible), ("guardian", guardian)):
        consent = {"capacity": capacity, "purpose": "measure", "form": "written", "given_on": today.isoformat()}
        await add("/consents", consent | {"person_id": person}, f"consent of {capacity}")
    for number, term in enumerate(diversion.terms):
        await add("/agreement/terms", term, f"term {number}")
    for state in ("agreed", "under_way"):
        await add("/steps", {"to": state}, state)
    if diversion.is_done:
        settled = {"state": "done", "settled_on": today.isoformat()}
        for number, term in enumerate((await police.get("cases", f"{address}/agreement"))["terms"]):
            await add(f"/agreement/terms/{term['id']}/settle", settled, f"end of term {number}")
        await add("/steps", {"to": "completed"}, "completed")


async def _refer(police: Calls, agency: Calls, referral: Referral, today: date) -> None:
    address = await _open(police, "referrals", referral.body)
    received = address.replace("/referrals/", "/received-referrals/")
    steps: list[tuple[Calls, str, Body | None]] = [
        (police, f"{address}/consents", referral.consent),
        (police, f"{address}/send", {"answer_by": casework.answer_by(today)}),
        (agency, f"{received}/answer", {"to": "accepted"}),
    ]
    if referral.is_withdrawn:
        steps.append((police, f"{address}/consents/person/withdraw", None))
    else:
        steps.append((agency, f"{received}/answer", {"to": "in_progress"}))
    for number, (who, path, body) in enumerate(steps):
        await who.post("cases", path, body, purpose=f"step {number} {address}", change=True)


async def _support(police: Calls, today: date) -> None:
    address = await _open(police, "victims", casework.VICTIM)
    person = await _name(police, address, casework.VICTIM_PERSON)
    if (await police.get("cases", address))["person_id"] is None:
        await police.change("PATCH", "cases", address, {"person_id": person})
    await police.post("cases", f"{address}/assessments", casework.VICTIM_NEEDS, purpose="victim's needs")
    await police.post("cases", f"{address}/promises", casework.promise(today), purpose="promise")


async def _complain(calls: Calls, overseer: Calls) -> None:
    """Complain without a name; the oversight body says that it has come."""
    await calls.post("cases", "/v1/complaints", casework.COMPLAINT, purpose="complaint", token=NOBODY)
    (complaint,) = (await overseer.get("cases", "/v1/complaints", area=casework.COMPLAINT["area"]))["items"]
    address = f"/v1/complaints/{complaint['id']}/move"
    await overseer.post("cases", address, {"to": "acknowledged"}, purpose="complaint acknowledged", change=True)


async def _declare(police: Calls, today: date) -> None:
    address = await _open(police, "critical-incidents", casework.CRITICAL)
    for part, body in (
        ("impacts", casework.impact(today)),
        ("risks", casework.RISK),
        ("decisions", casework.DECISION),
    ):
        await police.post("cases", f"{address}/{part}", body, purpose=f"critical {part}")
