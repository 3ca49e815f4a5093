"""HTTP to one service, as the caller: the token is passed on and no right is added. Rule G2."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import aiohttp
import orjson
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from beatbook.kit.errors import OutcomeUnknown, Problem, Unavailable
from beatbook.kit.tracing import current_traceparent
from gateway.allowance import Allowance

TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=2)
CONNECTIONS_PER_SERVICE = 32

T = TypeVar("T")
Params = Mapping[str, str | int | bool | Sequence[str] | None]


class Record(BaseModel):
    """What a service answers, read tolerantly: fields added later are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Listed(Record, Generic[T]):
    """One page of a service's list."""

    items: list[T]
    next: str | None = None


class UpstreamProblem(Problem):
    """A service's refusal, told on to the caller word for word."""

    def __init__(self, service: str, status: int, document: Mapping[str, Any], retry_after: str | None = None) -> None:
        super().__init__(
            str(document.get("detail") or document.get("title") or "The service refused this."),
            code=str(document.get("code") or f"http-{status}"),
            rule=document.get("rule"),
            unmet=document.get("unmet") or (),
            headers=None if retry_after is None else {"Retry-After": retry_after},
            service=service,
        )
        self.status, self.title = status, str(document.get("title") or self.title)


class Silent(Unavailable):
    """A service that does not answer, or not in the agreed shape."""

    def __init__(self, service: str, what: str = "does not answer just now") -> None:
        super().__init__(f"The {service} service {what}; what it holds is missing here. Try again shortly.")
        self.members = {"service": service}


class Unheard(Unavailable):
    """A service that did not answer a change which it may have made."""

    code, title = OutcomeUnknown.code, OutcomeUnknown.title

    def __init__(self, service: str) -> None:
        super().__init__(
            f"The {service} service did not answer this change. Send it again with the same key, and it takes effect "
            "once; if it had none, look first whether it took effect."
        )
        self.members = {"service": service}


_UNDONE = ("unavailable", "unexpected")
"""What a service says of a change that it did not make."""


class Upstream:
    """One service for one caller."""

    def __init__(
        self, session: aiohttp.ClientSession, service: str, base: str, bearer: str | None, allowance: Allowance
    ) -> None:
        self._session, self._service, self._base, self._bearer = session, service, base.rstrip("/"), bearer
        self._allowance = allowance

    async def read(self, shape: TypeAdapter[T], path: str, params: Params | None = None) -> T:
        """GET a resource; raises `UpstreamProblem`, `Silent`, or `Refused` when the operation made too many calls."""
        return self._shaped(shape, await self._call("GET", path, params=_flat(params or {})))

    async def change(
        self, shape: TypeAdapter[T], path: str, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> T:
        """POST a command; raises as `read` does, and `Unheard` when it may have taken effect all the same."""
        return self._shaped(shape, await self._call("POST", path, body=orjson.dumps(body), headers=headers or {}))

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        sent = {"Accept": "application/json", **(headers or {})}
        if self._bearer:
            sent["Authorization"] = f"Bearer {self._bearer}"
        if body is not None:
            sent["Content-Type"] = "application/json"
        if traceparent := current_traceparent(sampled=False):
            sent["traceparent"] = traceparent
        try:
            async with (
                self._allowance.call(),
                self._session.request(
                    method, self._base + "/v1" + path, params=params, data=body, headers=sent, timeout=TIMEOUT
                ) as response,
            ):
                content = await response.read()
                status, retry_after = response.status, response.headers.get("Retry-After")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:  # it was never sent
            raise Silent(self._service) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise (Silent if method == "GET" else Unheard)(self._service) from error
        if status >= 500:
            undone = method == "GET" or _document(content).get("code") in _UNDONE
            raise (Silent if undone else Unheard)(self._service)
        if status >= 300:
            raise UpstreamProblem(self._service, status, _document(content), retry_after)
        return content

    def _shaped(self, shape: TypeAdapter[T], content: bytes) -> T:
        try:
            return shape.validate_json(content)
        except ValidationError as error:
            raise Silent(self._service, "answers in a shape this gateway does not know") from error


def _flat(params: Params) -> list[tuple[str, str]]:
    """Query parameters as pairs: a sequence repeats its name, None is left out, booleans are lower case."""
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        if value is None:
            continue
        if isinstance(value, str | int):
            pairs.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
        else:
            pairs.extend((name, item) for item in value)
    return pairs


def _document(content: bytes) -> Mapping[str, Any]:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
