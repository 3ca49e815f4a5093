"""What the register of areas publishes."""

from datetime import date
from typing import Any

from beatbook.contracts.areas import AreaCode, Tier
from beatbook.contracts.envelope import EVERYONE, Event


class AreaRegistered(Event, service="forum", aggregate="area", verb="registered", audience=EVERYONE):
    """An area entered the register, or its entry was replaced by a re-import: the whole entry as it now stands.

    `population` counts residents (None: unknown); `boundary` is a GeoJSON geometry in WGS 84. Rules A2, A3.
    """

    code: AreaCode
    tier: Tier
    names: dict[str, str]
    external_codes: dict[str, str]
    population: int | None
    boundary: dict[str, Any] | None
    valid_from: date


class AreaClosed(Event, service="forum", aggregate="area", verb="closed", audience=EVERYONE):
    """An area ceased to be valid; `successors` took its place. Rules A2a, A3."""

    code: AreaCode
    closed_on: date
    successors: list[AreaCode]
