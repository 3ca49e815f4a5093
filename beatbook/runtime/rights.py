"""Who may do what at the broker: an account for each service, walled off, and in it a user of few rights. ADR 0013.

An account is a subject space of its own. What passes from one to another is exported by name to the account that needs
it; so neither a stray reply subject nor a stream with odd sources reaches what is another's, as it would beside it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from beatbook.contracts.envelope import SUBJECT_PREFIX
from beatbook.kit.broker import STREAM_MAX_BYTES, api_prefix, inbox_prefix, stream_name, wake_subject
from beatbook.kit.service import Service
from beatbook.runtime.nats import user_of

Block = dict[str, Any]

GATEWAY, OPERATOR = "gateway", "operator"
MOST_STORED = STREAM_MAX_BYTES + (1 << 30)
"""Bytes that one account may keep, which the server reserves for it: its stream's bound, and some more."""
OWNER_CALLS = ("STREAM.INFO", "STREAM.CREATE", "STREAM.UPDATE", "STREAM.PURGE", "STREAM.MSG.GET")
"""What a service asks of JetStream about its own stream; to delete it is not among them."""
READER_CALLS = {"STREAM.INFO": "", "STREAM.MSG.GET": "", "CONSUMER.CREATE": "", "CONSUMER.MSG.NEXT": ".*"}
"""What a reader asks of JetStream about another's stream, and what follows the stream's name in the call's subject."""


@dataclass(frozen=True)
class Part:
    """A process as the broker knows it: whether it publishes, whose streams it reads, whose events it hears live."""

    name: str
    publishes: bool = True
    reads: Sequence[str] = ()
    follows: Sequence[str] = ()


def parts_of(services: Iterable[Service], followed: Sequence[str]) -> list[Part]:
    """The parts that services and the gateway are, from what they declare."""
    parts = [Part(service.name, reads=service.sources) for service in services]
    return [*parts, Part(GATEWAY, publishes=False, follows=followed)]


def accounts(parts: Sequence[Part], passwords: Mapping[str, str]) -> dict[str, Block]:
    """The broker's accounts, in nats-server's own words; passwords by part, and the operator's.

    A service publishes its own events and hints and asks about its own stream. It may ask for the streams it reads, and
    hears nothing but the answers and the hints. The gateway publishes nothing, and hears the events it follows.
    """
    return {account(part.name): _account(part, parts, passwords) for part in parts}


def account(part: str) -> str:
    """The name of a part's account."""
    return part.upper()


def operator_of(part: str) -> str:
    """The user with which an operator does in a part's account what no process may, such as moving its stream."""
    return f"{OPERATOR}_{part}"


def _account(part: Part, parts: Sequence[Part], passwords: Mapping[str, str]) -> Block:
    rights = {"publish": {"allow": _publishes(part)}, "subscribe": {"allow": _hears(part)}}
    if not part.publishes:
        rights["publish"] = {"deny": [">"]}
    block: Block = {"users": [{"user": user_of(part.name), "password": passwords[part.name], "permissions": rights}]}
    if part.publishes:
        block["users"].append({"user": operator_of(part.name), "password": passwords[OPERATOR]})
        block["jetstream"] = {"max_streams": 1, "max_store": MOST_STORED}
    block["exports"] = [*_calls_let_in(part, parts), *_events_let_out(part, parts)]
    block["imports"] = [*_calls_let_out(part), *_events_let_in(part)]
    return {name: value for name, value in block.items() if value}


def _publishes(part: Part) -> list[str]:
    own = [f"{SUBJECT_PREFIX}.{part.name}.>", wake_subject(part.name)]
    asked = [f"{api_prefix(None)}.{call}.{stream_name(part.name)}" for call in OWNER_CALLS]
    return own + asked + [subject for source in part.reads for subject in _calls(source, api_prefix(source))]


def _hears(part: Part) -> list[str]:
    if not part.publishes:
        return [f"{SUBJECT_PREFIX}.*.*.*.>"] if part.follows else []
    return [f"{inbox_prefix(part.name)}.>", wake_subject(part.name)]


def _calls(source: str, prefix: str) -> list[str]:
    return [f"{prefix}.{call}.{stream_name(source)}{rest}" for call, rest in READER_CALLS.items()]


def _calls_let_in(part: Part, parts: Sequence[Part]) -> list[Block]:
    readers = [account(reader.name) for reader in parts if part.name in reader.reads]
    let_in = [{"service": subject, "accounts": readers} for subject in _calls(part.name, api_prefix(None))]
    for export, call in zip(let_in, READER_CALLS, strict=True):
        if call == "CONSUMER.MSG.NEXT":
            export["response_type"] = "stream"
    return let_in if readers else []


def _calls_let_out(part: Part) -> list[Block]:
    return [
        {"service": {"account": account(source), "subject": there}, "to": here}
        for source in part.reads
        for here, there in zip(_calls(source, api_prefix(source)), _calls(source, api_prefix(None)), strict=True)
    ]


def _events_let_out(part: Part, parts: Sequence[Part]) -> list[Block]:
    followers = [account(follower.name) for follower in parts if part.name in follower.follows]
    return [{"stream": f"{SUBJECT_PREFIX}.{part.name}.>", "accounts": followers}] if followers else []


def _events_let_in(part: Part) -> list[Block]:
    return [
        {"stream": {"account": account(source), "subject": f"{SUBJECT_PREFIX}.{source}.>"}} for source in part.follows
    ]


def written_out(made: Mapping[str, Block], comment: str) -> str:
    """Accounts as a file that nats-server includes; a password that begins with a dollar names a variable there."""
    lines = [f"# {line}".rstrip() for line in comment.splitlines()] + ["accounts {"]
    for name, block in made.items():
        lines.append(f"  {name} {{")
        for key, value in block.items():
            if isinstance(value, list):
                lines += [f"    {key}: [", *(f"      {_inline(item)}" for item in value), "    ]"]
            else:
                lines.append(f"    {key}: {_inline(value)}")
        lines.append("  }")
    return "\n".join([*lines, "}", ""])


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str) and value.startswith("$") and value[1:].replace("_", "").isalnum():
        return value
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value)
