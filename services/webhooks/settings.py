"""What the webhooks service is told from outside besides."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import Field, SecretStr, ValidationInfo, field_validator

from beatbook.kit.settings import ServiceSettings


class WebhooksSettings(ServiceSettings):
    """Settings of the webhooks service."""

    internal_secret: SecretStr | None = None
    """What the key was derived from where there was no `webhook_key`, and still is where there is none."""
    webhook_key: SecretStr | None = Field(default=None, min_length=32, validate_default=True)
    """From which the key is derived that endpoint secrets are encrypted under at rest, at least 32 characters.

    Whoever changes it makes the secrets unreadable, and partners have to rotate theirs.
    """

    @field_validator("webhook_key")
    @classmethod
    def _is_there(cls, value: SecretStr | None, others: ValidationInfo) -> SecretStr | None:
        if value is None and others.data.get("internal_secret") is None:
            raise ValueError("a key of 32 characters or more is needed, which is never changed")
        return value

    def sealing_key(self) -> bytes:
        """The 32-byte key that endpoint secrets are encrypted under."""
        source = self.webhook_key or self.internal_secret
        assert source is not None
        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"beatbook webhooks: endpoint secrets")
        return derivation.derive(source.get_secret_value().encode())
