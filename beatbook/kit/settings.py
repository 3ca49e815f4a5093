"""What a process is told from outside: by environment in a cluster, by the supervisor on a laptop."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class HttpSettings(BaseSettings):
    """What every process that answers HTTP needs, the gateway too."""

    model_config = SettingsConfigDict(env_prefix="BEATBOOK_", extra="ignore")

    host: str = "127.0.0.1"
    port: int = 8000
    nats_url: str = "nats://127.0.0.1:4222"
    nats_accounts: Literal["own", "shared"] = "shared"
    """Whether each service has an account of its own at the broker, walled off from the others', or all share one."""
    jwks: str
    """A JWKS document: an https URL, or a file's path."""
    issuer: str = "beatbook-embedded"
    token_audience: str = "beatbook"  # noqa: S105 - a name, no secret
    forum_url: str = "http://127.0.0.1:8001"
    cases_url: str = "http://127.0.0.1:8002"
    kpi_url: str = "http://127.0.0.1:8003"
    handover_url: str = "http://127.0.0.1:8004"
    webhooks_url: str = "http://127.0.0.1:8005"
    embedded: bool = False
    """On a laptop: partners' endpoints may be on this machine, and cookies need no TLS."""
    log_file: Path | None = None
    """Where the JSON log goes; standard output when not given."""
    trace_sampling: float = 0.05
    """Share of requests that are traced, 0 to 1."""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/?#\s]+$")
    """Where readers reach the gateway, such as https://safety.example: feeds and calendars name it. What a request
    was sent to when not given, which a proxy may hide."""
    trusted_proxies: str = "127.0.0.1"
    """Addresses and networks, separated by commas, whose X-Forwarded-For says who calls: proxies, and the gateway."""
    request_timeout: float = 30.0
    """Seconds after which a request whose answer has not begun is answered 503 and broken off."""

    def account(self, process: str) -> str | None:
        """The broker account of a process; None when all share one."""
        return process if self.nats_accounts == "own" else None

    def url_of(self, service: str) -> str:
        """The base URL of a service by its name."""
        return str(getattr(self, f"{service}_url"))


class ServiceSettings(HttpSettings):
    """What a service with a database needs besides."""

    role: Literal["all", "api", "worker"] = "all"
    database_url: str
    """`postgresql://user:password@host:port/database`"""
    pool_size: int = 5
    """Connections that requests keep open; four more are opened and closed when many come at once."""
    stream_max_bytes: int = Field(default=4 << 30, ge=16 << 20)
    """Bytes that the service's stream may hold; when it is full its older half goes, which the log still has.

    The service's account at the broker has to allow them: `runtime/rights.py` allows a little more than the default.
    """
    feed_secret: SecretStr = Field(min_length=8)
    """The bearer with which other services read this one's event log; only those that read it are told."""
    forum_feed_secret: SecretStr | None = None
    """The bearer of another service's log: given to those that read it."""
    cases_feed_secret: SecretStr | None = None
    kpi_feed_secret: SecretStr | None = None
    handover_feed_secret: SecretStr | None = None
    webhooks_feed_secret: SecretStr | None = None

    def feed_secret_of(self, source: str) -> str | None:
        """The bearer with which this service reads another's log; None when it was given none."""
        secret: SecretStr | None = getattr(self, f"{source}_feed_secret", None)
        return None if secret is None else secret.get_secret_value()
