"""GraphQL over WebSocket, by the graphql-transport-ws protocol only. Rule G3."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from beatbook.kit.auth import bearer
from beatbook.kit.errors import Unauthenticated, Unavailable
from gateway.callers import ANYONE, caller_of, caller_of_token
from gateway.context import Context
from gateway.schema import Schema

OPERATIONS_PER_SOCKET = 20


class Sockets(GraphQL[Context, None]):
    """The socket end of the schema; another site's page cannot open one, for its Origin is checked."""

    def __init__(self, schema: Schema) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            max_subscriptions_per_connection=OPERATIONS_PER_SOCKET,
        )

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002 - Strawberry's signature
        """The context until the first message: the caller of the handshake's header or cookie is found then."""
        context = Context(request.app.state.machinery, ANYONE)
        context.handshake = request
        return context

    async def on_ws_connect(self, context: Context) -> Any:
        """Find the caller: a token in the first message goes before the handshake's; a bad one closes the socket."""
        assert context.handshake is not None
        keys = context.machinery.keys
        try:
            token = _token(context.connection_params)
            context.caller = await caller_of_token(keys, token) if token else await caller_of(keys, context.handshake)
        except (Unauthenticated, Unavailable) as problem:
            raise ConnectionRejectionError from problem
        return {}

    def encode_json(self, data: object) -> str:
        """JSON as text, which the protocol asks for."""
        return orjson.dumps(data).decode()


def _token(payload: object) -> str | None:
    """The token of a connection_init payload: `{"token": ...}` or `{"Authorization": "Bearer ..."}`."""
    if not isinstance(payload, dict):
        return None
    header = payload.get("Authorization") or payload.get("authorization")
    token = payload.get("token")
    if isinstance(header, str):
        return bearer(header)
    return token if isinstance(token, str) else None
