"""The partner guide's own code, run. Rule W2."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.webhooks.deliveries.rules import TIMEOUT, message
from services.webhooks.deliveries.signing import signed_headers
from services.webhooks.endpoints.rules import MOST_ENDPOINTS, OFFERED
from services.webhooks.endpoints.sealing import new_secret

pytestmark = pytest.mark.pure

GUIDE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
SECRET = new_secret()
BODY = message("minutes.published", datetime.now(UTC), {"area": "XK.PRI"})


def functions() -> dict[str, object]:
    namespace: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL):
        exec(block, namespace)
    return namespace


@pytest.mark.parametrize("name", ["read", "read_by_hand"])
def test_both_ways_verify_and_refuse(name):
    read = functions()[name]
    now = datetime.now(UTC)
    headers = signed_headers([new_secret(), SECRET], UUID(int=1), now, BODY)
    assert read(SECRET, headers, BODY.encode())["data"] == {"area": "XK.PRI"}
    assert read(new_secret(), headers, BODY.encode()) is None
    assert read(SECRET, headers, BODY.encode() + b" ") is None
    assert read(SECRET, headers | {"webhook-id": "another"}, BODY.encode()) is None
    assert read(SECRET, {}, BODY.encode()) is None
    assert read(SECRET, headers | {"webhook-signature": "garbage"}, BODY.encode()) is None
    old = signed_headers([SECRET], UUID(int=1), now - timedelta(minutes=6), BODY)
    assert read(SECRET, old, BODY.encode()) is None


def test_the_guide_names_what_is_offered():
    for kind in OFFERED:
        assert f"| `{kind}` |" in GUIDE
    assert f"at most {MOST_ENDPOINTS} endpoints" in GUIDE
    assert TIMEOUT.total_seconds() == 10
