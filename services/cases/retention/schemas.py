"""Request and answer shapes of retention."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from beatbook.kit.web import StrictModel, View
from services.cases.files.rules import Kind
from services.cases.retention.rules import HoldCode


class HoldIn(StrictModel):
    """A legal hold: it stays until it is released."""

    code: HoldCode


class ExpungeIn(StrictModel):
    """Why a case is to be made unreadable for good."""

    reason: Literal["court_order", "data_subject", "opened_in_error", "consent_withdrawn"]


class HoldView(View):
    """A hold that was placed, and when it was released."""

    code: HoldCode
    placed_at: AwareDatetime
    placed_by: str
    released_at: AwareDatetime | None
    released_by: str | None


class RetentionView(View):
    """How long a case is kept: a hold in force stops its end.

    `keep_until` is the last day, null until the clock has worked it out, within the hour after the case was closed.
    """

    id: UUID
    kind: Kind
    closed_at: AwareDatetime | None
    outcome: str | None
    keep_until: date | None
    hold: HoldCode | None
    holds: list[HoldView]
    expunged_at: AwareDatetime | None
    version: int = Field(validation_alias="retention_version")
