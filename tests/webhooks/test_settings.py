"""What the webhooks service is told: the key under which partners' secrets lie, and what it was before."""

from typing import Any

import pytest
from pydantic import ValidationError

from beatbook.kit.ids import new_id
from beatbook.runtime.applications import refuse_without_secrets
from beatbook.runtime.refusal import Refusal
from services.webhooks.app import service
from services.webhooks.endpoints.sealing import Seal
from services.webhooks.settings import WebhooksSettings

pytestmark = pytest.mark.pure
KEY = "k" * 32


def settings(**more: Any) -> WebhooksSettings:
    return WebhooksSettings(jwks="keys", database_url="postgresql://nowhere", feed_secret="the log's own", **more)


def test_secrets_sealed_before_there_was_a_key_of_its_own_stay_readable() -> None:
    endpoint = new_id()
    sealed = Seal(settings(internal_secret=KEY).sealing_key()).close("whsec_1", endpoint)
    assert Seal(settings(webhook_key=KEY).sealing_key()).open(sealed, endpoint) == "whsec_1"
    assert Seal(settings(internal_secret=KEY).sealing_key()).open(sealed, endpoint) == "whsec_1"


def test_the_key_of_its_own_comes_first_and_one_must_be_there() -> None:
    assert settings(webhook_key="w" * 32, internal_secret=KEY).sealing_key() != settings(webhook_key=KEY).sealing_key()
    with pytest.raises(ValidationError) as missing:
        settings()
    assert [error["loc"] for error in missing.value.errors()] == [("webhook_key",)]


def test_a_worker_without_the_secret_of_a_log_it_reads_is_refused() -> None:
    with pytest.raises(Refusal, match="BEATBOOK_FORUM_FEED_SECRET"):
        refuse_without_secrets(service, settings(webhook_key=KEY))
    refuse_without_secrets(service, settings(webhook_key=KEY, role="api"))
    refuse_without_secrets(
        service, settings(webhook_key=KEY, forum_feed_secret="the forum's", cases_feed_secret="the cases'")
    )
