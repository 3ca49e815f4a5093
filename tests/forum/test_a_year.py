"""A secretary's whole year, through the API alone: one council, from its founding to the report of its year.

Only the clock is ours. It moves from step to step; the timers run at each step, as a worker would run them, and mails
go to a real mail server.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from beatbook.kit.crypto import canonical_json, sha256_hex
from beatbook.kit.db import Database
from beatbook.kit.timers import WorkerContext
from services.forum.invitations.sending import Postbox, send_due
from services.forum.timers import TIMERS
from tests.forum.conftest import Api
from tests.forum.mailbox import Mailbox

SEATS = [
    {"name": "Ana Krasniqi", "sector": "ngo", "role": "chair", "sex": "female"},
    {"name": "Blerim Hoxha", "sector": "police", "sex": "male"},
    {"name": "Drita Berisha", "sector": "womens_organisation", "sex": "female"},
    {"name": "Municipal office", "kind": "body", "organisation": "Municipality", "sector": "administration",
     "role": "secretary"},
]  # fmt: skip
WATCH = {
    "kind": "neighbourhood_watch", "name": "Dardania watch", "aim": "Neighbours look out for one another",
    "area": "XK.PRI.DARDANIA", "partners": [{"name": "Tenants' union", "sector": "resident"}],
}  # fmt: skip
TEMPLATE = "community_safety_council-municipal"
TEXTS = {"en": {"title": "The lamps", "claim": "No lamp is ever mended", "facts": "Seven of nine are lit"}}
SOURCES = [{"title": "Public works, report", "url": "https://works.example/lamps"}]


class Secretary:
    """The council's secretary: a council's token, and a calendar."""

    def __init__(self, api: Api, worker: WorkerContext, box: Mailbox) -> None:
        self.api, self.worker, self.box, self.forum = api, worker, box, ""

    async def on(self, day: str, hour: int = 9) -> None:
        """Go to a day of the year, and have the timers run then."""
        self.api.now = datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)
        for timer in TIMERS:
            await timer.run(self.worker)
        await send_due(self.worker, Postbox(self.worker.settings))  # type: ignore[arg-type]

    async def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return await self.api.ok("POST", path.format(forum=self.forum), body, as_="council@XK.PRI", **more)

    async def get(self, path: str, as_: str | None = "council@XK.PRI", **query: Any) -> Any:
        return await self.api.ok("GET", path.format(forum=self.forum), as_=as_, **query)

    async def patch(self, path: str, body: Any) -> Any:
        return await self.api.ok("PATCH", path, body, as_="council@XK.PRI")

    async def agenda(self, meeting: str, as_: str | None = "council@XK.PRI") -> list[tuple[str, str]]:
        items = (await self.get(f"/meetings/{meeting}/agenda", as_))["items"]
        return [(item["kind"], item["title"]) for item in items]

    async def advised(self) -> set[str]:
        """Codes of what the forum is reminded of now."""
        return {item["code"] for item in (await self.get("/forums/{forum}/advisories", state="open"))["items"]}

    async def minutes(self, meeting: str, items: list[dict[str, Any]], approved_in: str | None = None) -> Any:
        """Write, circulate, have approved and publish a meeting's minutes."""
        minutes = (await self.post(f"/meetings/{meeting}/minutes", {"items": items, "language": "en"}))["id"]
        await self.post(f"/minutes/{minutes}/circulate")
        by = {"by": "next_meeting", "meeting_id": approved_in} if approved_in else {"by": "chair"}
        await self.post(f"/minutes/{minutes}/approve", by)
        return await self.post(f"/minutes/{minutes}/publish")


@pytest.fixture
async def secretary(country: Api) -> AsyncIterator[Secretary]:
    """Before the year begins: the register knows the country, its languages and who lives there."""
    area = {"languages": ["en", "sq"], "minority_groups": [{"group": "Roma", "share": 0.05}]}
    await country.ok("PATCH", "/areas/XK.PRI", area)
    box = Mailbox()
    smtp = {
        "smtp_host": "127.0.0.1",
        "smtp_port": box.port,
        "smtp_security": "none",
        "mail_sender": "council@xk.example",
    }
    settings = country.settings.model_copy(update=smtp)
    database = Database(settings)
    server = box.open()
    yield Secretary(country, WorkerContext(database, settings, lambda: country.now), box)
    server.stop()
    await database.close()


async def test_a_secretary_s_year(secretary: Secretary) -> None:
    year, api = secretary, secretary.api

    # January: the council is founded from a template, agrees on its rules, takes its seats and plans the year.
    await year.on("2026-01-05")
    founded = {"area": "XK.PRI", "kind": "community_safety_council", "name": "Council", "interval_days": 92,
               "time_zone": "Europe/Belgrade", "languages": ["en", "sq"], "template": TEMPLATE}  # fmt: skip
    council = await year.post("/forums", founded)
    year.forum = council["id"]
    assert (council["interval_days"], council["triage_days"], council["rules_version"]) == (92, 14, 0)  # F1
    early = {"purpose": "accountability", "starts_at": "2026-01-05T08:00:00Z"}
    meeting = (await year.post("/forums/{forum}/meetings", early))["id"]
    refused = await api("POST", f"/meetings/{meeting}/hold", {"held_at": "2026-01-05T08:00:00Z"})
    assert (refused.status_code, "written rules" in refused.text) == (422, True)  # F4
    await year.post(f"/meetings/{meeting}/call-off", {"state": "cancelled", "reason": "We have no rules yet"})
    proposed = (await year.get("/forums/{forum}/rules-of-procedure/proposal"))["text"]
    adopted = await year.post("/forums/{forum}/rules-of-procedure", {"adopted_on": "2026-01-05"})
    assert (adopted["number"], adopted["text"]) == (1, proposed)
    seats = [await year.post("/forums/{forum}/members", seat | {"term_start": "2026-01-05"}) for seat in SEATS]
    police_chair = SEATS[1] | {"role": "co_chair", "term_start": "2026-01-05"}
    assert (await api("POST", f"/forums/{year.forum}/members", police_chair)).json()["rule"] == "F3"
    pattern = {"purposes": ["problem_solving"], "topics": [{"title": "Safety"}], "place": "School",
               "place_kind": "neutral"}  # fmt: skip
    quarterly = {
        "rrule": "FREQ=MONTHLY;INTERVAL=3;BYDAY=1TU",
        "starts_local": "2026-02-03T18:00:00",
        "meeting": pattern,
    }
    series = await year.post("/forums/{forum}/series", quarterly)
    planned = [item["meeting_id"] for item in (await year.get(f"/series/{series['id']}/meetings"))["items"]]
    first, second = sorted(planned)[:2]
    starts = [(await year.get(f"/meetings/{meeting}"))["starts_at"] for meeting in (first, second)]
    assert starts == ["2026-02-03T17:00:00Z", "2026-05-05T16:00:00Z"]  # six in the evening, winter and summer

    # February: everybody is invited, also by mail; the first meeting, with an open item and a closed one.
    await year.on("2026-01-20")
    address = {"email": "ana@xk.example"}
    await api.ok("PUT", f"/forums/{year.forum}/members/{seats[0]['id']}/address", address, version=0)
    assert (await year.post(f"/meetings/{first}/invitations", {}))["invited"] == len(SEATS)
    await year.post(f"/meetings/{first}/agenda/items", {"title": "Street lamps"})
    await year.on("2026-01-21")
    ((method, _, entry),) = year.box.entries("ana@xk.example")
    assert (method, str(entry["uid"]), len(year.box.arrived)) == ("REQUEST", first, 1)
    await year.on("2026-02-04")
    attendance = [{"member_id": seat["id"], "status": "present"} for seat in seats]
    visitors = [{"sex": "female", "count": 12}, {"sex": "male", "count": 9}]
    held = {"held_at": "2026-02-03T17:00:00Z", "attendance": attendance, "public": visitors,
            "highest_police_rank": "Station commander"}  # fmt: skip
    await year.post(f"/meetings/{first}/hold", held)
    repair = {"agenda_item": "Street lamps", "text": "Mend the lamps of the main street", "owner": "Public works",
              "owner_sector": "administration", "kind": "request_to_agency", "due_on": "2026-04-01"}  # fmt: skip
    lamps = (await year.post(f"/meetings/{first}/decisions", repair))["id"]
    items = [
        {"heading": "Street lamps", "text": "Two streets are dark."},
        {"heading": "A family", "text": "Secret: who needs help.", "closed": True},
    ]
    minutes = await year.minutes(first, items)
    shown = await year.get(f"/minutes/{minutes['id']}", None)
    assert [item["heading"] for item in shown["items"]] == ["Street lamps"]  # F11a

    # March: a concern without a name, answered; people asked where they are; a rumour put right.
    await year.on("2026-03-02")
    words = {"category": "lighting_and_surroundings", "text": "It is dark at the school gate", "wish": "A lamp"}
    receipt = (await api.ok("POST", f"/forums/{year.forum}/concerns/anonymous", words, as_=None))["receipt"]
    (concern,) = (await year.get("/concerns", forum=year.forum))["items"]
    answer = {"outcome": "answered", "words": "A lamp is ordered.", "organisation": "Public works"}
    await year.post(f"/concerns/{concern['id']}/triage", answer)
    followed = await api.ok("POST", "/concerns/follow", {"code": receipt}, as_=None)
    assert [step["words"] for step in followed["steps"]] == [None, "A lamp is ordered."]  # you said, we did
    talk = {"topic": "Evenings", "how": "women_only_talk", "held_on": "2026-03-01", "organisation": "Council",
            "role": "member", "asked": [{"group": "women", "people": 11}, {"minority_group": "Roma", "people": 4}],
            "findings": ["The park is avoided after dark"]}  # fmt: skip
    asked = (await year.post("/forums/{forum}/consultations", talk))["id"]
    finding = {"category": "lighting_and_surroundings", "text": "The park is avoided after dark"}
    raised = await year.post(f"/consultations/{asked}/findings/1/concern", finding)
    park = raised["findings"][0]["concern_id"]
    summary = {"summary": "People avoid the park.", "small_groups_unnamed": True}
    await year.post(f"/consultations/{asked}/publish", summary)
    told = await year.get(f"/consultations/{asked}", None)
    assert [group["group"] for group in told["asked"]] == ["women"]  # F21: a small group is not told of
    rumour = {"about": "decision", "about_id": lamps, "texts": TEXTS, "sources": SOURCES}
    notice = (await year.post("/forums/{forum}/corrections", rumour))["id"]
    published = await year.post(f"/corrections/{notice}/publish")
    assert [advisory["code"] for advisory in published["advisories"]] == ["language-missing"]
    both = {"texts": TEXTS | {"sq": TEXTS["en"]}, "sources": SOURCES, "reason": "In Albanian too"}
    assert (await year.post(f"/corrections/{notice}/revise", both))["revises"] == 1  # F16

    # April: nobody did anything about the lamps or the park; the software says so, and stops when it need not.
    await year.on("2026-04-20")
    assert {"decision-overdue", "triage-overdue"} & await year.advised()
    watch = (await year.post("/forums/{forum}/initiatives", WATCH))["id"]
    assert len((await api("POST", f"/initiatives/{watch}/start", {})).json()["unmet"]) == 3  # F18
    needed = {"written_rules": "We look and report.", "reporting_only": True,
              "supervisor": {"name": "Blerim Hoxha", "role": "Community officer"}}  # fmt: skip
    await year.patch(f"/initiatives/{watch}", needed)
    await year.post(f"/initiatives/{watch}/start", {})
    assert "Hoxha" not in str(await year.get(f"/initiatives/{watch}", None))

    # May: the second meeting's agenda has written itself.
    agenda = await year.agenda(second)
    kinds = [kind for kind, _ in agenda]
    assert kinds[:2] == ["last_minutes", "overdue_decision"]  # F9, F13
    assert ("consultation", "Consultation outside meetings: Evenings") in agenda
    assert ("topic", "Safety") in agenda
    assert "consultation" not in [kind for kind, _ in await year.agenda(second, None)]
    await year.on("2026-05-06")
    await year.post(f"/meetings/{second}/hold", held | {"held_at": "2026-05-05T16:00:00Z"})
    assert await year.agenda(second) == agenda  # kept as it stood
    delivered = {"outcome": "delivered", "evidence": "Photographs of nine lamps", "ended_on": "2026-05-05"}
    await year.post(f"/decisions/{lamps}/close", delivered)
    await year.post(f"/concerns/{park}/triage", {"outcome": "referred", "organisation": "Parks", "words": "Asked."})
    await year.on("2026-05-07")
    assert not {"decision-overdue", "triage-overdue"} & await year.advised()
    wrong = [{"heading": "Street lamps", "text": "Two streets were dark."}, items[1]]
    fixed = await year.post(f"/minutes/{minutes['id']}/correct", {"items": wrong, "reason": "They are lit now"})
    one, two = (await year.get(f"/minutes/{minutes['id']}/versions", None))["items"]
    assert (fixed["published"], two["content"]["previous_sha256"]) == (2, one["sha256"])  # F11
    assert one["content"]["items"][0]["text"] == "Two streets are dark."

    # Summer: two postponements in a row are a warning, on the next agenda with its questions, gone when they met.
    await year.on("2026-08-03")
    third = next(
        row["id"]
        for row in (await year.get("/forums/{forum}/meetings"))["items"]
        if row["starts_at"].startswith("2026-08-04")
    )
    for day in ("2026-08-11T16:00:00Z", "2026-08-18T16:00:00Z"):
        await year.post(f"/meetings/{third}/call-off", {"state": "postponed", "reason": "Heat"})
        await year.patch(f"/meetings/{third}", {"starts_at": day})
    signals = (await year.get("/forums/{forum}/signals"))["items"]
    assert "postponed-twice" in [signal["code"] for signal in signals if signal["cleared_at"] is None]  # F17
    assert "warning" in [kind for kind, _ in await year.agenda(third)]
    assert (await api("GET", f"/forums/{year.forum}/signals", as_=None)).status_code == 404
    await year.on("2026-08-19")
    await year.post(f"/meetings/{third}/hold", held | {"held_at": "2026-08-18T16:00:00Z"})
    await year.minutes(second, [{"heading": "Lamps", "text": "Lit."}], approved_in=third)
    signals = (await year.get("/forums/{forum}/signals"))["items"]
    assert "postponed-twice" not in [signal["code"] for signal in signals if signal["cleared_at"] is None]

    # December: what the year came to.
    await year.on("2026-12-15")
    report = {"happened_on": "2026-11-01", "reached": 120, "text": "Three streets take part"}
    await year.post(f"/initiatives/{watch}/reports", report)
    await year.post(f"/initiatives/{watch}/end", {"outcome": "achieved", "result": "It goes on by itself"})
    assert (await year.get(f"/initiatives/{watch}", None))["reached"] == 120
    delivery = await year.get("/forums/{forum}/delivery", None)
    assert (delivery["due"], delivery["delivery_rate"], delivery["on_time_rate"]) == (1, 1.0, 0.0)  # F13
    gaps = (await year.get("/forums/{forum}/consultations/gaps"))["gaps"]
    assert not {"women", "Roma"} & {gap["group"] or gap["minority_group"] for gap in gaps}
    assert "Roma" in (await year.get("/forums/{forum}/representation"))["groups_absent"]  # F5: asked, but with no seat
    assert "agreed-interval-passed" in await year.advised()  # F7: nobody met since August
    early = await api("POST", f"/forums/{year.forum}/reports/2026", {}, as_="council@XK.PRI")
    assert (early.status_code, early.json()["code"]) == (422, "not-adoptable")  # the year is not over
    await year.on("2027-01-06")
    assert "groups-not-consulted" in await year.advised()  # F21: a year, and most were not asked
    await year.post("/forums/{forum}/reports/2026", {"foreword": "Our first year."})
    report = await year.get("/forums/{forum}/reports/2026", None)
    told = report["content"]["sentences"]
    assert told[0] == "In 2026 the forum met 3 times; 1 meeting was called off."
    assert report["content"]["figures"]["decisions"]["delivered_late"] == 1
    assert report["sha256"] == sha256_hex(canonical_json(report["content"]))
    document = (await api("GET", f"/forums/{year.forum}/reports/2026/document", as_=None)).text
    assert document.startswith("# Council: report for 2026\n")
    rows = await api("GET", f"/forums/{year.forum}/exports/decisions.csv", as_="council@XK.PRI")
    assert (rows.status_code, "Mend the lamps" in rows.text) == (200, True)
    everything = str(await api.events()) + str(report) + document
    for path in ("/meetings", "/minutes", "/decisions", "/corrections", "/consultations", "/initiatives"):
        everything += str(await year.get(path, None))
    assert not any(word in everything for word in ("Secret", "Krasniqi", "Hoxha", "Berisha"))
