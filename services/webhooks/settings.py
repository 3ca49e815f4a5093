"""What the webhooks service is told from outside besides."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import Field, SecretStr

from beatbook.kit.settings import ServiceSettings


class WebhooksSettings(ServiceSettings):
    """Settings of the webhooks service."""

    webhook_key: SecretStr | None = Field(default=None, min_length=32)
    """From which the key is derived that endpoint secrets are encrypted under at rest, at least 32 characters.

    Without it they are under a key derived from `internal_secret`; whoever changes the one in use makes the secrets
    unreadable, and partners have to rotate theirs.
    """

    def sealing_key(self) -> bytes:
        """The 32-byte key that endpoint secrets are encrypted under."""
        source = self.webhook_key or self.internal_secret
        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"beatbook webhooks: endpoint secrets")
        return derivation.derive(source.get_secret_value().encode())
