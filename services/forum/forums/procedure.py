"""A starting text of rules of procedure, in plain words: a proposal that local people change and adopt. Rule F4."""

COMMON = """Rules of procedure of {name}

1. What we are for
{purpose}

2. Who sits here
Each seat is for a sector or a group of the area, and for a term with a beginning and an end. We look once a
year at who lives here and who sits here, and invite those who are missing. Women, young people and minorities
have seats of their own right.

3. The chair
We choose a chair whom all parts of the community accept. The chair is not from the police. If nobody can be
found at first, an officer may chair for at most twelve months, and the day on which this ends is written down
when it begins.

4. When and where we meet
We meet at least every {interval_days} days. Meetings are announced {notice_days} days ahead with their
topics. About personal safety we meet by day and where people live; about what divides us, in a neutral place.
Whoever needs an interpreter gets one.

5. Emergency meetings
After a critical incident the chair can call a meeting at short notice. The call says which incident it is
about.

6. The agenda
It opens with the minutes of the last meeting and with every decision that is still open. Anyone of the area
can ask for a topic.

7. How we decide
We look for agreement, then for a compromise. Only then do we vote. A majority does not overrule a group that
is specially affected without the chair saying why in writing, and its dissent is recorded in its own words.

8. What we promise each other
We listen, speak one after the other and speak of things, not of people. Whoever breaks this is asked to stop
by the chair.

9. Minutes
Minutes are written, circulated, approved by the chair or the next meeting, and published. They name no member
of the public. What has to stay closed is marked so, with the reason. Published minutes are not rewritten: a
correction is added to them.

10. What becomes of decisions
Each decision has an owner and a day. It comes back on every agenda until it was delivered, declined with a
reason and another way, or withdrawn.

11. Concerns
Anyone can raise a concern, with or without a name. Within {triage_days} days we say what becomes of it.
{more}
12. Changing these rules
They are changed at a meeting that was told of the change beforehand. Each version is kept.
"""

GENERAL = (
    "We bring together residents, the police and the services of the area, to find out what makes people unsafe and "
    "to mend it together."
)
PURPOSES = {
    "community_advisory_board": GENERAL + " We say what the neighbourhood needs, and hear what was done.",
    "community_safety_council": GENERAL + " We take up what the neighbourhoods below pass on, and answer them.",
    "core_implementation_group": (
        "We guide community policing in the country by what the areas measure and report, and mend what hinders them."
    ),
    "steering_committee": (
        "We agree on the aims and means of community policing in the country, and look at what was reached."
    ),
    "thematic": "We work on one subject with those who know it best and report to our general forum.",
    "youth": "We are young people who say what safety means to us and report to our general forum.",
    "women_only": "We are women who speak of safety among ourselves and report to our general forum.",
}
REPORTING = """
Our results go onto the next agenda of the general forum. They are told without saying who said what.
"""


def proposed_rules(kind: str, name: str, *, interval_days: int, notice_days: int, triage_days: int) -> str:
    """The text for a forum of a kind, with what it agreed on (days) filled in.

    Rule F4. Source: GP, organizing public forums.
    """
    return COMMON.format(
        name=name,
        purpose=PURPOSES[kind],
        interval_days=interval_days,
        notice_days=notice_days,
        triage_days=triage_days,
        more=REPORTING if kind in {"thematic", "youth", "women_only"} else "",
    )
