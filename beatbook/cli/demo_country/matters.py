"""What the forums of Xandovia take up beside their meetings: bodies ready to be sent, and the steps that follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from beatbook.cli.demo_country.places import MINORITY

SERIES_AREA = "XD.ALDERPORT"
"""Where the council's coming meetings are planned by a rule of dates."""


@dataclass(frozen=True)
class Matter:
    """Something sent to `path`, and then each step, of a forum: that of `area`.

    In a path or body `{forum}` stands for the forum's id, `{seat}` for a member's, `{id}` for that of what was made.
    """

    area: str
    path: str
    body: Mapping[str, Any]
    steps: Sequence[tuple[str, Mapping[str, Any]]] = ()
    named: bool = True
    """Whether who sends it says who they are."""


def matters(today: date) -> list[Matter]:
    """Everything, as of a day: nothing of what is over lies ahead of it."""
    return [*_concerns(), *_answers(today), *_work(today), _series(today)]


def _concerns() -> list[Matter]:
    raised, nameless = "/v1/forums/{forum}/concerns", "/v1/forums/{forum}/concerns/anonymous"
    triage, escalate = "/v1/concerns/{id}/triage", "/v1/concerns/{id}/escalate"
    return [
        Matter("XD.BRENNICK.STATION", raised, {
            "category": "lighting_and_surroundings", "member_id": "{seat}", "place": "Underpass at the station",
            "text": "The underpass is dark from five o'clock on, and people walk round by the road.",
            "wish": "Lamps that are on before dusk.",
        }, [(triage, {"outcome": "answered", "organisation": "Municipal public works",
                      "words": "The clock of the lamps was set an hour earlier; they are checked each week."})]),
        Matter("XD.ALDERPORT.HARBOUR", raised, {
            "category": "road_safety", "member_id": "{seat}", "place": "Quay road",
            "text": "Lorries of the port cut through the quay road at school time.",
            "wish": "No lorries between half past seven and nine.",
        }, [(escalate, {"words": "Which way lorries take is decided for the whole town: the council is asked."})]),
        Matter("XD.CORVALE.MARKET", raised, {
            "category": "noise_and_nuisance", "member_id": "{seat}",
            "text": "Deliveries to the market begin at four in the morning.",
        }, [(triage, {"outcome": "referred", "organisation": "Market inspectorate",
                      "words": "The inspectorate sets the hours of delivery, and answers by the end of the month."})]),
        Matter("XD.ALDERPORT.OLDTOWN", nameless, {
            "category": "alcohol_and_drugs", "text": "Something is sold in the passage behind the chemist's at night.",
            "wish": "That somebody looks, and that we don't have to say who told.",
        }, named=False),
        Matter("XD.ESKERHOLM.FERRY", nameless, {
            "category": "tension_between_groups", "text": "Boys from both banks wait for each other after school.",
        }, named=False),
    ]  # fmt: skip


def _answers(today: date) -> list[Matter]:
    """What forums told, and what they asked."""
    asked = {"topic": "Evenings at the bus station", "how": "women_only_talk", "place": "Library",
             "held_on": (today - timedelta(days=20)).isoformat(), "organisation": "Women's centre of Corvale",
             "role": "counsellor",
             "asked": [{"group": "women", "people": 23}, {"minority_group": MINORITY, "people": 11}],
             "findings": ["The last bus is missed rather than waited for alone."]}  # fmt: skip
    finding = {"category": "disorder_in_public", "text": "Waiting alone for the last bus is avoided."}
    told = {"summary": "Those asked avoid the bus station after eight; they ask for light, and for somebody there."}
    rumour = {"title": "The school bus", "claim": "The school bus is to be given up to pay for patrols.",
              "facts": "The school bus runs as before: its budget is the school's, and was not touched."}  # fmt: skip
    budget = {"title": "Budget of the municipality", "url": "https://dunmere.example/budget"}
    return [
        Matter("XD.CORVALE", "/v1/forums/{forum}/consultations", asked, [
            ("/v1/consultations/{id}/findings/1/concern", finding), ("/v1/consultations/{id}/publish", told),
        ]),
        Matter("XD.DUNMERE", "/v1/forums/{forum}/corrections", {"texts": {"en": rumour}, "sources": [budget]}, [
            ("/v1/corrections/{id}/publish", {}),
        ]),
    ]  # fmt: skip


def _work(today: date) -> list[Matter]:
    """What is done together, learned, tried out; and who is posted where."""
    watch = {"kind": "neighbourhood_watch", "name": "Greenbank watch", "reporting_only": True,
             "aim": "Neighbours look out for one another, and call the police rather than act.",
             "written_rules": "We watch and call. We carry nothing, stop nobody, and go in twos.",
             "supervisor": {"name": "Jorun Havlund", "role": "Community officer"},
             "partners": [{"name": "Greenbank residents", "sector": "resident"}]}  # fmt: skip
    seen = {"happened_on": (today - timedelta(days=12)).isoformat(), "reached": 64, "text": "Two rounds a week."}
    days = (today - timedelta(days=60)).isoformat()
    training = {"area": "XD.ALDERPORT", "forum_id": "{forum}", "subject": "Chairing a meeting in which people disagree",
                "starts_on": days, "ends_on": days}  # fmt: skip
    came = {"trainers": 2, "trainers_trained": 1, "participants": [
        {"group": "members", "sex": "female", "count": 6}, {"group": "members", "sex": "male", "count": 5},
        {"group": "police", "count": 4}, {"group": "officials", "count": 3}]}  # fmt: skip
    began = (today - timedelta(days=400)).isoformat()
    short = {"kind": "community_officer", "reference": "4711", "starts_on": began,
             "ends_on": (today + timedelta(days=200)).isoformat()}  # fmt: skip
    return [
        Matter("XD.BRENNICK.GREENBANK", "/v1/forums/{forum}/initiatives", watch, [
            ("/v1/initiatives/{id}/start", {"on": (today - timedelta(days=40)).isoformat()}),
            ("/v1/initiatives/{id}/reports", seen),
        ]),
        Matter("XD.ALDERPORT", "/v1/trainings", training, [("/v1/trainings/{id}/hold", came)]),
        Matter("XD.ALDERPORT", "/v1/areas/XD.ALDERPORT/sites", {"role": "pilot", "starts_on": began}),
        Matter("XD.BRENNICK", "/v1/areas/XD.BRENNICK/sites", {"role": "control", "starts_on": began}),
        Matter("XD.ALDERPORT.HARBOUR", "/v1/areas/XD.ALDERPORT.HARBOUR/posts", short),
    ]  # fmt: skip


def _series(today: date) -> Matter:
    """Meetings on the second Wednesday of each month, the first at least ten days ahead."""
    first = today + timedelta(days=10)
    while first.weekday() != 2 or not 8 <= first.day <= 14:
        first += timedelta(days=1)
    pattern = {"purposes": ["problem_solving", "problem_solving", "accountability"], "place": "Town library",
               "place_kind": "neutral", "languages": ["en", "qaa"],
               "topics": [{"title": "What the neighbourhoods ask for"}]}  # fmt: skip
    body = {"rrule": "FREQ=MONTHLY;BYDAY=2WE", "starts_local": f"{first}T18:00:00", "meeting": pattern}
    return Matter(SERIES_AREA, "/v1/forums/{forum}/series", body)
