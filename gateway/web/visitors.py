"""Who looks at a page: the token in the cookie, or nobody in particular."""

from dataclasses import dataclass

from starlette.requests import Request

from beatbook.kit.auth import Keys
from beatbook.kit.errors import Unauthenticated
from gateway.callers import ANYONE, COOKIE, caller_of_token
from gateway.context import Caller, Context, Machinery


@dataclass(frozen=True)
class Visitor:
    """A page's reader; `expired` says that a cookie came whose token is not accepted any more."""

    caller: Caller
    expired: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether the visitor brought a good token."""
        return self.caller.bearer is not None


async def visitor_of(request: Request) -> Visitor:
    """The visitor; a bad token makes an unsigned visitor, who still sees what is public."""
    token = request.cookies.get(COOKIE)
    if not token:
        return Visitor(ANYONE)
    keys: Keys = request.app.state.machinery.keys
    try:
        return Visitor(await caller_of_token(keys, token))
    except Unauthenticated:
        return Visitor(ANYONE, expired=True)


def context_of(request: Request, visitor: Visitor) -> Context:
    """The context of a page's queries."""
    machinery: Machinery = request.app.state.machinery
    return Context(machinery, visitor.caller)
