"""How commands speak to a running installation: which address, with whose token, and what refusals look like."""

import http.client
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from beatbook.contracts.actor import Grant, Role
from beatbook.runtime.instance import Instance, data_directory
from beatbook.runtime.refusal import Refusal
from beatbook.runtime.tokens import issue_token

TOKEN_VARIABLE = "BEATBOOK_TOKEN"  # noqa: S105 - a variable's name
ATTEMPTS = 5
TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """What a service answered: the JSON body and the version to change it from."""

    body: Any
    etag: str | None


@dataclass
class Client:
    """A caller of one installation's services."""

    urls: Mapping[str, str]
    """Base URLs by service, those that are known."""
    token: str | None
    _connections: dict[str, http.client.HTTPConnection] = field(default_factory=dict)

    def knows(self, service: str) -> bool:
        """Whether the service's address is known."""
        return service in self.urls

    def get(self, service: str, path: str, **query: object) -> Any:
        """Read a resource; raises `Refusal`."""
        asked = {name: value for name, value in query.items() if value is not None}
        return self.call(service, "GET", f"{path}?{urlencode(asked)}" if asked else path).body

    def pages(self, service: str, path: str, **query: object) -> Iterator[Any]:
        """Every item of a list, page by page; raises `Refusal`."""
        after = None
        while True:
            page = self.get(service, path, after=after, limit=100, **query)
            yield from page["items"]
            after = page["next"]
            if after is None:
                return

    def post(self, service: str, path: str, body: object) -> Any:
        """Send a command; raises `Refusal`."""
        return self.call(service, "POST", path, body).body

    def call(
        self, service: str, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request; a service that is busy is asked again. Raises `Refusal` with what the service says to mend."""
        content = None if body is None else json.dumps(body).encode()
        sent = {"Accept": "application/json", **(headers or {})}
        if content is not None:
            sent["Content-Type"] = "application/json"
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        for attempt in range(ATTEMPTS):
            status, received, etag = self._exchange(service, method, path, content, sent)
            if status != http.client.SERVICE_UNAVAILABLE:
                break
            time.sleep(0.5 * 2**attempt)
        if status >= 400:
            raise Refusal(explain(received, status))
        return Answer(json.loads(received) if received else None, etag)

    def _exchange(
        self, service: str, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes, str | None]:
        connection = self._connections.get(service) or self._connect(service)
        try:
            connection.request(method, path, content, dict(headers))
            response = connection.getresponse()
            return response.status, response.read(), response.headers.get("ETag")
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Refusal(
                f"The {service} service at {self.urls[service]} does not answer ({type(error).__name__}): "
                "is it running? Start it with `beatbook up`, then repeat the command."
            ) from error

    def download(self, service: str, path: str, file: IO[bytes]) -> None:
        """Write an answer into a file, piece by piece; raises `Refusal`."""
        connection = self._connections.get(service) or self._connect(service)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            if response.status >= 400:
                raise Refusal(explain(response.read(), response.status))
            while piece := response.read(1 << 16):
                file.write(piece)
        except http.client.HTTPException as error:
            connection.close()
            raise Refusal(f"The {service} service broke off ({type(error).__name__}): repeat the command.") from error

    def _connect(self, service: str) -> http.client.HTTPConnection:
        parts = urlsplit(self.urls[service])
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = self._connections[service] = kind(parts.netloc, timeout=TIMEOUT_SECONDS)
        return connection

    def close(self) -> None:
        """Close every connection."""
        for connection in self._connections.values():
            connection.close()


def explain(content: bytes, status: int) -> str:
    """A problem document as sentences: what is wrong, what to mend, and everything that is unmet."""
    try:
        problem = json.loads(content)
        lines = [str(problem.get("detail") or problem.get("title") or f"Refused with status {status}.")]
        lines += [f"  - {unmet}" for unmet in problem.get("unmet", ())]
    except (ValueError, AttributeError):
        return f"Refused with status {status}, without a reason."
    return "\n".join(lines)


def open_client(*, service: str, url: str | None, token: str | None, data_dir: Path | None, area: str) -> Client:
    """A client for commands on `service`: at `url`, or wherever the instance of the data directory listens.

    Without a token (option or BEATBOOK_TOKEN) the instance's key signs one that administers `area`. Raises `Refusal`.
    """
    instance = Instance(data_directory(data_dir))
    urls = {service: _checked(url)} if url else running_urls(instance)
    token = token or os.environ.get(TOKEN_VARIABLE)
    if token is None:
        token = issue_token(instance, [Grant(role=Role.ADMIN, area=area)], subject="command line")
    return Client(urls, token)


def open_forum_client(forum: UUID, *, url: str | None, token: str | None, data_dir: Path | None) -> Client:
    """A client for a forum's records; without a token, one that administers the forum's area. Raises `Refusal`."""
    anyone = Client(service_urls("forum", url, data_dir), None)
    try:
        area = anyone.get("forum", f"/v1/forums/{forum}")["area"]
    finally:
        anyone.close()
    return open_client(service="forum", url=url, token=token, data_dir=data_dir, area=area)


def service_urls(service: str, url: str | None, data_dir: Path | None) -> Mapping[str, str]:
    """Where a service listens: at `url`, or where the instance of the data directory says. Raises `Refusal`."""
    return {service: _checked(url)} if url else running_urls(Instance(data_directory(data_dir)))


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
        raise Refusal("--url is a service's base URL, such as http://127.0.0.1:8002.")
    return url


def running_urls(instance: Instance) -> dict[str, str]:
    """Base URLs of a running embedded instance, as it noted them in `instance.json`; raises `Refusal`."""
    try:
        noted = json.loads(instance.note.read_bytes())
    except (OSError, ValueError) as error:
        raise Refusal(
            f"{instance.directory} holds no running instance: start one with `beatbook up`, "
            "name its directory with --data-dir, or a service with --url and --token where the command takes them."
        ) from error
    return {name: value for name, value in noted.items() if isinstance(value, str) and value.startswith("http")}
