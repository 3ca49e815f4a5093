"""An Atom feed: what was published and what became of decisions. Rule F20. Source: RFC 4287."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from gateway.web.public.ical import plain

ATOM = "http://www.w3.org/2005/Atom"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class Entry:
    """One piece of news; `part` tells apart what is said of one thing."""

    about: UUID
    part: str
    title: str
    at: datetime
    page: str
    summary: str
    author: str

    @property
    def id(self) -> str:
        """The same for ever, in every feed and language."""
        return uuid5(self.about, self.part).urn


@dataclass(frozen=True)
class Feed:
    """A feed and where it is."""

    id: UUID
    title: str
    lang: str
    address: str
    page: str
    author: str
    begun: datetime
    """When there was nothing to tell yet."""


def atom(feed: Feed, entries: Sequence[Entry]) -> bytes:
    """The document; the newest entry first."""
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed", {XML_LANG: feed.lang})
    _say(root, "id", feed.id.urn)
    _say(root, "title", feed.title)
    _say(root, "updated", _moment(max((entry.at for entry in entries), default=feed.begun)))
    _person(root, feed.author)
    _link(root, "self", feed.address, "application/atom+xml")
    _link(root, "alternate", feed.page, "text/html")
    for entry in entries:
        made = ET.SubElement(root, f"{{{ATOM}}}entry")
        _say(made, "id", entry.id)
        _say(made, "title", entry.title)
        _say(made, "updated", _moment(entry.at))
        _say(made, "published", _moment(entry.at))
        _person(made, entry.author)
        _link(made, "alternate", entry.page, "text/html")
        _say(made, "summary", entry.summary)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _say(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}{name}").text = plain(text)


def _person(parent: ET.Element, name: str) -> None:
    _say(ET.SubElement(parent, f"{{{ATOM}}}author"), "name", name)


def _link(parent: ET.Element, relation: str, address: str, media_type: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}link", {"rel": relation, "type": media_type, "href": address})


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
