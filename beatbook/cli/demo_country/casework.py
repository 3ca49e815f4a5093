"""What the police of Xandovia and its partners work on: bodies ready to be sent. Everybody is invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Body = Mapping[str, Any]

AGENCY = "safe-harbour"
PROGRAMME = "xandovia-agreement"
HATE_CRIME_AREA = "XD.ESKERHOLM.QUARRY"
TENSE_AREA = "XD.ESKERHOLM.FERRY"
COMPLAINT = {
    "area": "XD.BRENNICK.CASTLE",
    "matter": "incivility",
    "text": "I asked the officer at the gate for his number, and was laughed at in front of my children.",
    "wish": "A word of apology, and that the number is worn where it can be read.",
}
PERCEPTION = {"perceived_by": "victim", "motivations": ["racism_xenophobia"]}
INDICATORS = {"indicators": ["words_or_symbols", "place_or_time"]}
CLASSIFICATION = {"classification": "suspected"}


@dataclass(frozen=True)
class Diversion:
    """A diversion case: how it was opened, who is named in it, what is agreed, and whether all of it is done."""

    body: Body
    people: tuple[Body, Body]
    """Who is responsible, and the guardian."""
    terms: tuple[Body, ...]
    is_done: bool


@dataclass(frozen=True)
class Referral:
    """A referral to the agency: draft and consent; withdrawn, or under way."""

    body: Body
    consent: Body
    is_withdrawn: bool


def programme() -> dict[str, Any]:
    """The rules of a programme: an example, and nobody's law."""
    return {
        "code": PROGRAMME,
        "version": 1,
        "is_example": True,
        "kind": "agreement",
        "title": {"en": "Agreement with young people of Xandovia (example, not law)"},
        "statutory_basis": "EXAMPLE, NOT LAW. Xandovia is invented, and so is this.",
        "note": "Conversations, an apology, repair, work of at most 20 hours.",
        "valid_from": "2020-01-01",
        "valid_to": None,
        "juvenile": True,
        "min_age": 12,
        "max_age": 17,
        "offences": {"within": ["0502", "0504", "0801"], "out": ["05021"]},
        "responsibility_accepted": True,
        "supervision_agreed": False,
        "consents": [{"who": "guardian", "under_age": 16}],
        "previous_diversions": 1,
        "terms": ["conversation", "learning", "apology", "compensation", "repair", "work"],
        "limits": {"hours": 20, "weeks": 26, "fee": 0, "compensation": 90000, "currency": "EUR"},
        "warning_days": 7,
        "record_months": {"completed": 15, "breached": 36, "returned": 12, "declined": 6},
    }


def assessment(person_id: str) -> dict[str, Any]:
    """What was found before a diversion is offered."""
    return {
        "programme": PROGRAMME,
        "person_id": person_id,
        "domestic_violence": False,
        "gender_based_violence": False,
        "responsibility_accepted": True,
        "previous_diversions": 0,
        "text": "Owns up to it, and is sorry for the work it made.",
    }


def diversions(today: date) -> list[Diversion]:
    """One under way, one completed; both under 16, so the guardian consents as well."""
    apology = {"kind": "apology", "text": "Say sorry to the bus company", "due_on": _day(today, 30)}
    work = {"kind": "work", "text": "Paint the shelters with public works", "hours": 6, "due_on": _day(today, 60)}
    return [
        _diversion(today, "XD.CORVALE.MARKET", "Miro", "Vinterov", (apology, work), is_done=False),
        _diversion(today, "XD.DUNMERE.LAKESIDE", "Fenka", "Tverdan", (apology,), is_done=True),
    ]


def _diversion(
    today: date, area: str, given: str, family: str, terms: tuple[Body, ...], *, is_done: bool
) -> Diversion:  # fmt: skip
    body = {
        "area": area,
        "offence": "0504",
        "act_on": _day(today, -40),
        "referred_by": "police",
        "domestic_violence": False,
        "gender_based_violence": False,
        "text": "Broke a pane of the bus shelter on a dare; came to the station with a parent the day after.",
    }
    responsible = {
        "role": "responsible",
        "given_names": given,
        "family_names": family,
        "born_on": today.replace(year=today.year - 14, day=1).isoformat(),
    }
    return Diversion(body, (responsible, {"role": "guardian", "given_names": "Nadja", "family_names": family}), terms,
                     is_done)  # fmt: skip


def agency() -> dict[str, Any]:
    """The partner agency: its code is the one in its token."""
    return {
        "code": AGENCY,
        "name": "Safe Harbour, support for victims",
        "services": ["psychosocial_support", "shelter", "victim_support"],
        "areas": ["XD"],
        "languages": ["en", "qaa"],
        "zone": "Atlantic/Azores",
        "hours": [{"day": "monday", "opens": "08:00", "closes": "16:00"}],
        "contact": {"mail": "desk@safe-harbour.example"},
    }


def memorandum(today: date) -> dict[str, Any]:
    """What may be sent to the agency: no health data."""
    return {
        "services": ["psychosocial_support", "victim_support"],
        "areas": ["XD"],
        "categories": ["circumstances", "contact", "identity", "needs"],
        "starts_on": _day(today, -200),
        "ends_on": _day(today, 530),
    }


def referrals(today: date) -> list[Referral]:
    """One that was accepted and is under way, one from which the person withdrew."""
    consent = {
        "giver": "person",
        "recipient": AGENCY,
        "categories": ["circumstances", "needs"],
        "form": "written",
        "given_on": _day(today, -2),
        "until": _day(today, 180),
    }
    drafts = (
        ("XD.BRENNICK.STATION", "victim_support", "Somebody to go along to the hearing.", False),
        ("XD.ALDERPORT.RIVERSIDE", "psychosocial_support", "Somebody to talk to, in the evening.", True),
    )
    return [
        Referral(
            {
                "area": area,
                "agency": AGENCY,
                "service": service,
                "age": "25-64",
                "language": "en",
                "categories": ["circumstances", "needs"],
                "needs": needs,
                "circumstances": "Robbed on the way home from work.",
            },
            consent | {"purpose": service},
            is_withdrawn,
        )
        for area, service, needs, is_withdrawn in drafts
    ]


def readings(today: date) -> list[dict[str, Any]]:
    """How tense the ferry landing was in the last four weeks: calm, uneasy, uneasy, high."""
    graded = (
        (3, "experienced", 1, "2", "C"),
        (2, "experienced", 2, "2", "B"),
        (1, "evidenced", 2, "1", "B"),
        (0, "evidenced", 4, "1", "A"),
    )
    return [
        {
            "area": TENSE_AREA,
            "read_on": _day(today, -7 * weeks),
            "indicator": indicator,
            "level": level,
            "source": source,
            "information": information,
        }
        for weeks, indicator, level, source, information in graded
    ]


VICTIM = {"area": "XD.ALDERPORT.UNIVERSITY"}
VICTIM_PERSON = {"role": "victim", "given_names": "Adela", "family_names": "Ostrovind", "languages": ["en"]}
VICTIM_NEEDS = {"needs": ["information", "emotional"], "words": "Wants to know whether the man is found, and by whom."}


def promise(today: date) -> dict[str, Any]:
    """What the victim was promised to hear."""
    return {"topic": "progress", "due_on": _day(today, 14)}


CRITICAL = {
    "area": "XD.ESKERHOLM.SALTMARSH",
    "title": "A young man was hurt while he was arrested",
    "concepts": {
        "effectiveness": "The recording of the arrest stops before he falls.",
        "significant_impact": "His family, and young people on both banks.",
        "confidence": "Of Velari families, who were told of a fall before anybody had looked into it.",
        "likelihood": "The recording is shared already, and a gathering is called for Sunday.",
    },
    "gold": "chief-officer",
    "silver": "community-officer",
}
RISK = {
    "risk": "The gathering on Sunday meets one from the other bank.",
    "mitigations": ["Talk to both on Friday", "Stewards of their own"],
    "likelihood": 3,
    "impact": 4,
    "owner": "community-officer",
}
DECISION = {
    "decision": "The oversight body is told today, and looks into it.",
    "rationale": "Nobody believes the police to look into their own.",
    "options": ["Look into it ourselves first", "Tell the oversight body today"],
}
COMMUNITY = {
    "area": "XD.ESKERHOLM.SALTMARSH",
    "community": "Velari families on the marsh side",
    "effect": "high",
    "concerns": ["That it is hushed up"],
    "actions": ["The chief goes to see the family with the mediator"],
}


def impact(today: date) -> dict[str, Any]:
    """The first assessment of what it does to the community."""
    return {"communities": [COMMUNITY], "review_due_at": f"{_day(today, 7)}T12:00:00Z"}


def answer_by(today: date) -> str:
    """Until when the agency answers."""
    return f"{_day(today, 14)}T12:00:00Z"


def _day(today: date, ahead: int) -> str:
    return (today + timedelta(days=ahead)).isoformat()
