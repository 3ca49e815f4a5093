"""The small country of the gateway's tests, for its public face."""

from tests.gateway.conftest import country

__all__ = ["country"]
