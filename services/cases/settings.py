"""What the cases service is told from outside besides."""

from functools import cached_property
from pathlib import Path

from pydantic import SecretStr, field_validator

from beatbook.kit.settings import ServiceSettings

SHORTEST = 32


class CasesSettings(ServiceSettings):
    """Settings of the cases service."""

    case_keys: SecretStr
    """Secrets of at least 32 characters, parted by commas, that the keys of cases are encrypted under (Rule C13).

    The first is in use. Those after it only open what was encrypted under them: to change the secret, put a new one
    before it, and take the old one away when nothing needs it any more.
    """
    name_index_key: SecretStr
    """Secrets, in the same form, of the blind index by which names are found (Rule C13).

    By the first names are indexed, by all they are looked for: an old one can go when the index was made anew.
    """

    retention_rules: Path | None = None
    """A file that says how long cases are kept, by kind and outcome (Rule C16); Beatbook's own periods if none."""
    expunged_ledger: Path | None = None
    """Where the ledger of expunged cases is kept: beside the secrets, and in no backup of the database (Rule C16)."""

    @field_validator("case_keys", "name_index_key")
    @classmethod
    def _long_enough(cls, keys: SecretStr) -> SecretStr:
        if not all(len(secret) >= SHORTEST for secret in _parted(keys)):
            raise ValueError(f"each secret has at least {SHORTEST} characters")
        return keys

    @cached_property
    def key_secrets(self) -> list[str]:
        """The secrets of the key-encryption keys, the one in use first."""
        return _parted(self.case_keys)

    @cached_property
    def name_secrets(self) -> list[str]:
        """The secrets of the blind index of names, the one in use first."""
        return _parted(self.name_index_key)


def _parted(keys: SecretStr) -> list[str]:
    return [secret.strip() for secret in keys.get_secret_value().split(",")]
