"""Founding from a template by tier and kind. Rules F1, F4."""

from datetime import datetime
from itertools import pairwise

import pytest
from dateutil.rrule import rrulestr

from beatbook.contracts.areas import Tier
from services.forum.forums.procedure import proposed_rules
from services.forum.forums.rules import SPECIAL_KINDS, TIER_OF_KIND, ForumKind, template_obstacle
from services.forum.forums.shipped import TEMPLATES, Template
from services.forum.meetings.rules import Purpose
from services.forum.meetings.schemas import MeetingCreate
from services.forum.members.rules import Sector
from services.forum.series.rules import parse_recurrence
from tests.forum.conftest import Api, meeting

BOARD = {
    "area": "XK.PRI.DARDANIA",
    "kind": "community_advisory_board",
    "name": "Board {of} Dardania",
    "template": "community_advisory_board-neighbourhood",
}
each = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)


@pytest.mark.pure
def test_rule_f1_each_kind_has_a_template_at_each_of_its_tiers() -> None:
    wanted = {(tier, kind) for kind, tier in TIER_OF_KIND.items()}
    wanted |= {(tier, kind) for kind in SPECIAL_KINDS for tier in Tier}
    assert {(template.tier, template.kind) for template in TEMPLATES.values()} == wanted


@pytest.mark.pure
@each
def test_a_template_suggests_what_the_service_takes(template: Template) -> None:
    assert {Sector(sector) for sector in template.sectors} >= {Sector.POLICE} or template.kind in SPECIAL_KINDS
    purposes = [Purpose(purpose) for purpose in template.purposes]
    topics = [vars(topic) for topic in template.topics]
    body = {"purpose": purposes[0], "topics": topics, "starts_at": "2026-04-01T10:00:00Z"}
    assert MeetingCreate.model_validate(body | {"duration_minutes": template.duration_minutes}).topics


@pytest.mark.pure
@each
def test_the_suggested_rhythm_keeps_the_suggested_interval(template: Template) -> None:
    """Rule F7: a series by the template is never advised that its interval passed."""
    first = next(iter(rrulestr(template.rrule, dtstart=datetime(2026, 1, 1, 18))))  # noqa: DTZ001 - a clock's time
    starts = list(parse_recurrence(template.rrule, first, "UTC").starts_until(first.replace(year=2034)))
    assert max((after - before).days for before, after in pairwise(starts)) < template.interval_days


@pytest.mark.pure
@pytest.mark.parametrize("kind", ForumKind)
def test_rule_f4_the_proposed_rules_say_what_was_agreed(kind: ForumKind) -> None:
    text = proposed_rules(kind, "Us {and} them", interval_days=41, notice_days=5, triage_days=17)
    assert {"Us {and} them", "41 days", "5 days", "17 days"} <= {
        part for part in ("Us {and} them", "41 days", "5 days", "17 days") if part in text
    }
    assert ("general forum" in text) is (kind in SPECIAL_KINDS)
    assert "not from the police" in text


@pytest.mark.pure
def test_rule_f1_a_template_is_for_its_tier_and_kind() -> None:
    of = (Tier.MUNICIPAL, ForumKind.YOUTH)
    assert template_obstacle(of, ForumKind.YOUTH, "XK.PRI") is None
    assert template_obstacle(of, ForumKind.YOUTH, "XK") is not None
    assert template_obstacle(of, ForumKind.THEMATIC, "XK.PRI") is not None
    assert template_obstacle(None, ForumKind.YOUTH, "XK.PRI") is not None


async def test_templates_are_listed_by_tier_and_kind(country: Api) -> None:
    assert len(await country.ok("GET", "/forum-templates", as_=None)) == len(TEMPLATES)
    found = await country.ok("GET", "/forum-templates", as_=None, tier="municipal", kind="youth")
    assert [template["code"] for template in found] == ["youth-municipal"]
    assert found[0] == found[0] | {"interval_days": 75, "purposes": ["problem_solving"]}
    assert "(name)" in found[0]["rules_text"]
    assert await country.ok("GET", "/forum-templates", tier="national", kind="community_advisory_board") == []
    assert (await country("GET", "/forum-templates", tier="world")).status_code == 422


async def test_rule_f4_a_template_proposes_rules_and_adopts_none(country: Api) -> None:
    founded = await country.ok("POST", "/forums", BOARD | {"triage_days": 9})
    forum = f"/forums/{founded['id']}"
    wanted = {
        "interval_days": 45,
        "triage_days": 9,
        "notice_days": 7,
        "rules_version": 0,
        "template": BOARD["template"],
    }
    assert founded == founded | wanted
    proposal = await country.ok("GET", f"{forum}/rules-of-procedure/proposal", as_="officer@XK.PRI")
    assert "Rules of procedure of Board {of} Dardania" in proposal["text"]
    assert "Within 9 days" in proposal["text"]
    assert (await country("GET", f"{forum}/rules-of-procedure/proposal", as_=None)).status_code == 404
    planned = await country.ok("POST", f"{forum}/meetings", meeting())
    held = {"held_at": "2026-03-01T17:00:00Z"}
    assert (await country("POST", f"/meetings/{planned['id']}/hold", held)).json()["code"] == "not-holdable"
    adopted = await country.ok("POST", f"{forum}/rules-of-procedure", {"adopted_on": "2026-02-28"})
    assert (adopted["number"], adopted["text"]) == (1, proposal["text"])
    assert (await country("GET", f"{forum}/rules-of-procedure/proposal")).status_code == 404
    again = await country("POST", f"{forum}/rules-of-procedure", {"adopted_on": "2026-02-28"})
    assert (again.status_code, again.json()["code"]) == (422, "no-proposal")
    await country.ok("POST", f"/meetings/{planned['id']}/hold", held)


async def test_rule_f4_a_forum_may_adopt_other_rules_than_those_proposed(country: Api) -> None:
    forum = f"/forums/{(await country.ok('POST', '/forums', BOARD))['id']}"
    body = {"text": "We meet when we like.", "adopted_on": "2026-02-28"}
    assert (await country.ok("POST", f"{forum}/rules-of-procedure", body))["text"] == body["text"]
    assert (await country("GET", f"{forum}/rules-of-procedure/proposal")).status_code == 404


async def test_rule_f1_a_wrong_template_is_refused(country: Api) -> None:
    before = await country.fingerprint()
    for template in ("community_safety_council-municipal", "nothing", "x" * 101, ""):
        assert (await country("POST", "/forums", BOARD | {"template": template})).status_code == 422
    assert await country.fingerprint() == before
