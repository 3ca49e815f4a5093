"""Problem-solving cases of Xandovia, each as far as it has come. Rule C4."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True)
class Problem:
    """A case: how it was opened, what was written in it, and the phase it stands in."""

    body: dict[str, Any]
    phase: str
    parts: dict[str, dict[str, Any]]
    """What is written in each phase, by the part's name."""
    review: dict[str, str]
    """What a review of the plan found, held while the case was in response."""


def _statement(similarity: str, harm: str, expectation: str) -> dict[str, str]:
    return {"similarity": similarity, "harm": harm, "expectation": expectation}


def _found(known: str, weakness: str, source: str) -> dict[str, str]:
    return {"known": known, "weakness": weakness, "source": source}


def _side(known: str, weakness: str, source: str, controller: dict[str, str]) -> dict[str, Any]:
    return {**_found(known, weakness, source), "controller": controller}


def problems(today: date) -> list[Problem]:
    """Five cases, one in each phase."""
    analysis = {
        "offender": _side(
            "Groups of five to ten young men, mostly from outside the quarter.",
            "Nobody they know sees them there after ten.",
            "Patrol notes, talk with the youth worker",
            _found("Bar staff know the regulars.", "They do not turn anyone away.", "Talk with two landlords"),
        ),
        "target": _side(
            "Residents above the bars, and passers-by.",
            "They stopped calling, because nothing came of it.",
            "Door to door, 41 households",
            _found("A residents' watch that ended last year.", "Nobody to call on.", "Residents' association"),
        ),
        "place": _side(
            "A square with four bars, one lamp and no lavatory.",
            "Bars close at the same minute, and the last bus has gone.",
            "Site visit with public works",
            _found("Public works owns the square.", "No one there after five.", "Site visit with public works"),
        ),
        "causes": ["All bars close at the same time", "No bus after midnight"],
        "data_holders": ["Bus company", "Municipal works", "Ambulance service"],
    }
    plan: dict[str, Any] = {
        "working_group": [
            {"office": "Municipal safety council"},
            {"office": "Bus company", "agency": "alderport-buses"},
            {"office": "Public works", "agency": "public-works"},
        ],
        "objectives": [
            {
                "text": "Fewer reports of noise and fights on the square",
                "indicator": "incidents_per_10000",
                "unit": "incidents for 10,000 residents",
                "baseline": 38.0,
                "target": 25.0,
                "due_on": (today + timedelta(days=120)).isoformat(),
            }
        ],
        "tasks": [
            _task("Agree on staggered closing times", "Municipal safety council", today + timedelta(days=20), "done"),
            _task("Run a night bus on Fridays and Saturdays", "Bus company", today + timedelta(days=30), "done"),
        ],
        "reviews_on": [(today + timedelta(days=60)).isoformat()],
    }
    assessment = {
        "verdict": "reduced",
        "evidence": "Reports on the square fell by a third against the two quarters before; around it nothing rose.",
        "keep": "The night bus and the staggered closing times.",
        "change": "Foot patrol on Sundays is not needed.",
        "next_step": "Count again after the summer.",
        "measures": [
            {
                "objective": 0,
                "counts": {
                    "treated": {"before": 120, "after": 81},
                    "comparison": {"before": 88, "after": 91},
                    "ring": {"before": 40, "after": 37},
                },
            }
        ],
    }
    review = {
        "held_on": today.isoformat(),
        "finding": "The night bus runs and is full; two of four bars keep to the closing times.",
    }
    parts: dict[str, dict[str, Any]] = {"analysis": analysis, "plan": plan, "assessment": assessment}
    spots = (
        ("XD.ALDERPORT.HARBOUR", "Fights and noise around Harbour Square", "0801", "closed"),
        ("XD.ALDERPORT.OLDTOWN", "Pickpockets on market days", "0502", "assessment"),
        ("XD.BRENNICK.STATION", "Drug selling at the bus station", "0601", "response"),
        ("XD.CORVALE.MARKET", "Broken bus shelters", "0504", "analysis"),
        ("XD.ESKERHOLM.FERRY", "Burglaries in summer houses", "0501", "scanning"),
    )
    open_plan = {
        **plan,
        "tasks": [*plan["tasks"], _task("Cut the hedges", "Public works", today + timedelta(days=45), "open")],
    }
    return [
        Problem(
            _body(area, title, category, today),
            phase,
            parts | ({"plan": open_plan} if phase == "response" else {}),
            review,
        )
        for area, title, category, phase in spots
    ]


def _task(text: str, owner: str, due_on: date, state: str) -> dict[str, str]:
    return {"text": text, "owner": owner, "due_on": due_on.isoformat(), "state": state}


def _body(area: str, title: str, category: str, today: date) -> dict[str, Any]:
    return {
        "area": area,
        "title": title,
        "category": category,
        "statement": _statement(
            "The same place, the same evenings, the same kind of act, month after month.",
            "People avoid the place after dark; some have moved away.",
            "They want the police to come before it starts, and to tell them what was done.",
        ),
        "consultations": [
            {
                "group": "Residents of the quarter",
                "method": "street briefing",
                "held_on": (today - timedelta(days=30)).isoformat(),
                "finding": "It is worst on the evenings before a free day.",
            }
        ],
        "team": ["community-officer", "social-worker"],
    }
