"""A real mail server on this machine that keeps what it gets, refuses whom it is told to, and can be away."""

from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from icalendar import Calendar, Event

from beatbook.runtime.ports import free_port


@dataclass
class Mailbox:
    """What arrived; `answers` maps an address to the reply its RCPT gets."""

    answers: dict[str, str] = field(default_factory=dict)
    arrived: list[EmailMessage] = field(default_factory=list)
    port: int = field(default_factory=free_port)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if (answer := self.answers.get(address)) is not None:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.arrived.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=default)))
        return "250 OK"

    def open(self) -> Controller:
        """Start the server; stop it when done."""
        controller = Controller(self, hostname="127.0.0.1", port=self.port)
        controller.start()
        return controller

    def entries(self, address: str) -> list[tuple[str, int, Event]]:
        """Method, sequence and event of each mail to an address, in order."""
        found = []
        for mail in self.arrived:
            if mail["To"] == address:
                (attached,) = mail.iter_attachments()
                calendar = Calendar.from_ical(attached.get_content())
                (event,) = calendar.walk("VEVENT")
                found.append((str(calendar["method"]), int(event["sequence"]), event))
        return found
