"""Every event there is, by wire type: what a reader decodes with and what the reference is generated from."""

from beatbook.contracts import cases, forum, handover, kpi, webhooks
from beatbook.contracts.envelope import Event, registry

EVENTS: dict[str, type[Event]] = registry(vars(forum), vars(cases), vars(kpi), vars(handover), vars(webhooks))
PUBLISHERS: tuple[str, ...] = ("forum", "cases", "kpi", "handover", "webhooks")
