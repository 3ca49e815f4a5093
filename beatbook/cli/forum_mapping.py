"""Which column of another system's tables is what of a forum's records: a mapping file in TOML."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from beatbook.runtime.refusal import Refusal


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MembersMapping(_Table):
    """Seats of those whom the other tables name; nothing but their codes is known."""

    sector: str
    chair: str | None = None


class MeetingsMapping(_Table):
    """Which column of the table of meetings is what; `states` and the like turn values, `*` any other."""

    file: str
    external_id: str
    starts_at: str
    place: str | None = None
    languages: list[str] = Field(default_factory=list)
    state: str
    states: dict[str, str]
    reason: str | None = None
    without_reason: str = "No reason on file"
    minutes: str
    minutes_states: dict[str, str]
    purpose: str


class ItemsMapping(_Table):
    """Agenda items: texts are made of several columns, those that are not empty."""

    file: str
    external_id: str
    meeting: str
    heading: list[str]
    without_heading: str
    text: list[str]
    topic: str | None = None
    topic_title: str | None = None
    accountability: dict[str, str] = Field(default_factory=dict)


class AttendanceMapping(_Table):
    """Marks of attendance."""

    file: str
    meeting: str
    member: str
    status: str
    statuses: dict[str, str]


class VotesMapping(_Table):
    """Votes, which make a decision of an agenda item."""

    file: str
    item: str
    member: str
    vote: str
    votes: dict[str, str]
    agenda_item: list[str]
    decision: list[str]
    owner: str


class ForumMapping(_Table):
    """A mapping file: see docs/mappings/nyc_council_public_safety.toml."""

    source: str
    members: MembersMapping
    meetings: MeetingsMapping
    items: ItemsMapping | None = None
    attendance: AttendanceMapping | None = None
    votes: VotesMapping | None = None


def read_forum_mapping(path: Path) -> ForumMapping:
    """Read a mapping file; raises `Refusal` that names what is wrong in it."""
    try:
        return ForumMapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal(f"{path} is not TOML: {error}.") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise Refusal(f"{path} is not a mapping of a forum's records. {wrong}.") from error
