"""What the forum service is told from outside besides."""

from functools import cache
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, SecretStr, model_validator

from beatbook.kit.archives import SigningKey, jwk
from beatbook.kit.settings import ServiceSettings

_zones = cache(available_timezones)
"""Read from the disk at its first use."""


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("not a time zone of the IANA database, such as Europe/Belgrade")
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]

LOCAL_PART = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,63}){0,8}"
DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
ADDRESS = rf"^{LOCAL_PART}@{DOMAIN}$"
"""A mail address as nearly everybody has one: no quotes, comments, address literals or other scripts (RFC 5322)."""
EmailText = Annotated[str, Field(max_length=254, pattern=ADDRESS)]


class ForumSettings(ServiceSettings):
    """Settings of the forum service."""

    default_time_zone: ZoneName = "UTC"
    """The IANA time zone of a forum that is founded without one."""
    smtp_host: str = ""
    """The mail server that invitations go through; without one no mail is made."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls` encrypts after connecting and goes no further without; `tls` is encrypted from the start."""
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    mail_sender: EmailText | Literal[""] = ""
    """The address that mails come from."""

    archive_key: SecretStr | None = Field(default=None, min_length=32)
    """From which the key is derived that archives are signed with, at least 32 characters; without it there are none.

    Whoever changes it adds the public key that was in use (`x` of `/v1/archive-keys`) to the former ones.
    """
    archive_former_keys: str = ""
    """Public keys that were in use, so that older archives are still verified: `x` of each, parted by commas."""

    @property
    def sends_mail(self) -> bool:
        """Whether a mail server is set."""
        return bool(self.smtp_host)

    @model_validator(mode="after")
    def _has_a_sender(self) -> Self:
        if self.sends_mail and not self.mail_sender:
            raise ValueError("with a mail server (BEATBOOK_SMTP_HOST) a sender is needed: BEATBOOK_MAIL_SENDER")
        return self

    def signing_key(self) -> SigningKey | None:
        """The key that archives are signed with."""
        return None if self.archive_key is None else SigningKey(self.archive_key.get_secret_value())

    def archive_keys(self) -> list[dict[str, str]]:
        """The public keys with which archives are verified: the one in use first."""
        key = self.signing_key()
        former = [jwk(x.strip()) for x in self.archive_former_keys.split(",") if x.strip()]
        return [*([key.public] if key else []), *former]
