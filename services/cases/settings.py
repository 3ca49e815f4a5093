"""What the cases service is told from outside besides."""

from functools import cached_property

from pydantic import Field, SecretStr, field_validator

from beatbook.kit.settings import ServiceSettings

SHORTEST = 32


class CasesSettings(ServiceSettings):
    """Settings of the cases service."""

    case_keys: SecretStr
    """Secrets of at least 32 characters, parted by commas, that the keys of cases are encrypted under (Rule C13).

    The first is in use. Those after it only open what was encrypted under them: to change the secret, put a new one
    before it, and take the old one away when nothing needs it any more.
    """
    name_index_key: SecretStr = Field(min_length=SHORTEST)
    """The secret of the blind index by which names are found (Rule C13)."""

    @field_validator("case_keys")
    @classmethod
    def _long_enough(cls, keys: SecretStr) -> SecretStr:
        if not all(len(secret) >= SHORTEST for secret in _parted(keys)):
            raise ValueError(f"each secret has at least {SHORTEST} characters")
        return keys

    @cached_property
    def key_secrets(self) -> list[str]:
        """The secrets of the key-encryption keys, the one in use first."""
        return _parted(self.case_keys)


def _parted(keys: SecretStr) -> list[str]:
    return [secret.strip() for secret in keys.get_secret_value().split(",")]
