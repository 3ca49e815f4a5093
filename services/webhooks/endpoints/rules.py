"""Who may hear what, at which addresses. Pure. Rules W1, W2, W5."""

import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from beatbook.contracts.actor import Actor, Role
from beatbook.contracts.cases import ReferralCancelled, ReferralExpired, ReferralRequested, ReferralWithdrawn
from beatbook.contracts.envelope import Event
from beatbook.contracts.forum import (
    AreaClosed,
    AreaRegistered,
    ConsultationPublished,
    ConsultationWithdrawn,
    CorrectionPublished,
    CorrectionWithdrawn,
    ForumFounded,
    MinutesPublished,
    ReportAdopted,
)

MOST_ENDPOINTS = 20
"""Endpoints that one agency may have at a time."""
ROTATION = timedelta(hours=24)
"""How long both secrets sign after a rotation. Rule W2."""


class EventType(StrEnum):
    """What a partner may subscribe to: the forum's events whose existence is public knowledge, and what it is referred.

    Rules W1, C12.
    """

    MINUTES_PUBLISHED = "minutes.published"
    FORUM_FOUNDED = "forum.founded"
    AREA_REGISTERED = "area.registered"
    AREA_CLOSED = "area.closed"
    CORRECTION_PUBLISHED = "correction.published"
    CORRECTION_WITHDRAWN = "correction.withdrawn"
    CONSULTATION_PUBLISHED = "consultation.published"
    CONSULTATION_WITHDRAWN = "consultation.withdrawn"
    REPORT_ADOPTED = "report.adopted"
    REFERRAL_REQUESTED = "referral.requested"
    REFERRAL_CANCELLED = "referral.cancelled"
    REFERRAL_WITHDRAWN = "referral.withdrawn"
    REFERRAL_EXPIRED = "referral.expired"


OFFERED: Mapping[EventType, type[Event]] = {
    EventType.MINUTES_PUBLISHED: MinutesPublished,
    EventType.FORUM_FOUNDED: ForumFounded,
    EventType.AREA_REGISTERED: AreaRegistered,
    EventType.AREA_CLOSED: AreaClosed,
    EventType.CORRECTION_PUBLISHED: CorrectionPublished,
    EventType.CORRECTION_WITHDRAWN: CorrectionWithdrawn,
    EventType.CONSULTATION_PUBLISHED: ConsultationPublished,
    EventType.CONSULTATION_WITHDRAWN: ConsultationWithdrawn,
    EventType.REPORT_ADOPTED: ReportAdopted,
    EventType.REFERRAL_REQUESTED: ReferralRequested,
    EventType.REFERRAL_CANCELLED: ReferralCancelled,
    EventType.REFERRAL_WITHDRAWN: ReferralWithdrawn,
    EventType.REFERRAL_EXPIRED: ReferralExpired,
}


class EndpointState(StrEnum):
    """A disabled endpoint gets nothing until it is enabled; a deleted one is remembered for its attempts alone."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"


class DisabledReason(StrEnum):
    """Why an endpoint is disabled. Rule W3."""

    BY_HAND = "by_hand"
    FAILED_FOR_DAYS = "failed_for_days"
    GONE = "gone"


def may_register(actor: Actor) -> bool:
    """A partner whose token names its agency registers endpoints. ARCHITECTURE 6."""
    return actor.agency is not None and bool(actor.areas_as({Role.PARTNER}))


def may_manage(actor: Actor, agency: str, areas: Collection[str]) -> bool:
    """An agency's partner sees and manages its endpoints, an administrator those within its areas.

    Each needs a grant that covers every area of the endpoint. Rule W1.
    """
    return may_hold_secret(actor, agency, areas) or all(actor.may_as({Role.ADMIN}, area) for area in areas)


def may_hold_secret(actor: Actor, agency: str, areas: Collection[str]) -> bool:
    """Only the agency itself is ever told a secret: an administrator could otherwise sign in our name. Rule W2."""
    return actor.agency == agency and all(actor.may_as({Role.PARTNER}, area) for area in areas)


METADATA = frozenset({ip_address("168.63.129.16")})
"""Cloud metadata services at public addresses (Azure); the others are link-local or private."""
TRANSLATED = ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for the IPv4 address in their last 32 bits (RFC 6052)."""
TUNNELLED = (ip_network("2002::/16"), ip_network("2001::/32"), ip_network("64:ff9b:1::/48"))
"""6to4, Teredo and local translation: their inner address goes who knows where."""


def address_fault(address: IPv4Address | IPv6Address, *, embedded: bool) -> str | None:
    """Why nothing is ever sent to an IP address; None for a public one.

    On a laptop (embedded) loopback is allowed, so that a receiver can be tried there; nothing else is. Rule W5.
    """
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address_fault(address.ipv4_mapped, embedded=embedded)
        if address in TRANSLATED:
            return address_fault(IPv4Address(int(address) & 0xFFFFFFFF), embedded=False)
        if address.is_site_local or any(address in network for network in TUNNELLED):
            return "a local or tunnelled address"
    if address.is_loopback:
        return None if embedded else "a loopback address"
    if address.is_link_local or address in METADATA:
        return "a link-local or metadata address"
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return "a private or reserved address"
    return None


LONGEST_URL = 2000
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*\.?")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_LOCAL_NAMES = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home.arpa", "private", "corp")


def target_faults(url: str, *, embedded: bool) -> list[str]:
    """All that speaks against a URL as an endpoint, each with what to mend; empty when it will do.

    This looks at the text alone. A name may resolve to anything, so the address is looked at again at each connection.
    Rule W5.
    """
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return [f"url: at most {LONGEST_URL} printable ASCII characters, without spaces or backslashes"]
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ["url: not a URL such as https://hooks.example.org/beatbook"]
    faults = []
    if parts.scheme != "https" and not (embedded and parts.scheme == "http"):
        faults.append("url: use https")
    if "@" in parts.netloc:
        faults.append("url: leave name and password out of it; the signature tells that it is us")
    if parts.fragment:
        faults.append("url: leave out the part after #")
    if port == 0:
        faults.append("url: port 0 can't be connected to")
    if fault := _host_fault(host, bracketed="[" in parts.netloc, embedded=embedded):
        faults.append(f"url: {fault}")
    return faults


def _host_fault(host: str, *, bracketed: bool, embedded: bool) -> str | None:
    if not host:
        return "name a host"
    try:
        address = ip_address(host)
    except ValueError:
        return "not an IP address between the brackets" if bracketed else _name_fault(host, embedded=embedded)
    fault = address_fault(address, embedded=embedded)
    return fault and f"its host is {fault}; use one on the public internet"


def _name_fault(name: str, *, embedded: bool) -> str | None:
    """Names that only mean this machine or its neighbours, and numbers dressed as names (`0x7f.1`, `2130706433`)."""
    if not _NAME.fullmatch(name):
        return "its host is not a host name (write an international one in its xn-- form)"
    labels = name.rstrip(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return "its host is a number in disguise; use a name"
    bare = ".".join(labels)
    if bare == "localhost" and embedded:
        return None
    if len(labels) == 1 or any(bare == local or bare.endswith("." + local) for local in _LOCAL_NAMES):
        return "its host is a local name; use one on the public internet"
    return None
