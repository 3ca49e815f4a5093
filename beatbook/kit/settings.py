"""What a process is told from outside: by environment in a cluster, by the supervisor on a laptop."""

from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class HttpSettings(BaseSettings):
    """What every process that answers HTTP needs, the gateway too."""

    model_config = SettingsConfigDict(env_prefix="BEATBOOK_", extra="ignore")

    host: str = "127.0.0.1"
    port: int = 8000
    nats_url: str = "nats://127.0.0.1:4222"
    jwks: str
    """A JWKS document: an https URL, or a file's path."""
    issuer: str = "beatbook-embedded"
    token_audience: str = "beatbook"  # noqa: S105 - a name, no secret
    internal_secret: SecretStr
    """The bearer with which services read each other's event logs."""
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
    request_timeout: float = 30.0
    """Seconds a request may take before it is given up."""
