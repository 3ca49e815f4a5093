"""Tokens that were found good are remembered no longer than they may be."""

from datetime import timedelta

import pytest

from beatbook.contracts.actor import Grant
from beatbook.kit import auth
from beatbook.kit.errors import Unauthenticated
from beatbook.kit.settings import HttpSettings
from beatbook.runtime.instance import Instance
from beatbook.runtime.tokens import ensure_keys, issue_token


@pytest.fixture
def issuer(tmp_path):
    instance = Instance(tmp_path)
    ensure_keys(instance)
    return instance


@pytest.fixture
def keys(issuer):
    return auth.Keys(HttpSettings(jwks=str(issuer.jwks)))


def _token(issuer, lifetime=timedelta(hours=1)):
    return issue_token(issuer, [Grant.parse("admin@XK")], subject="tester", lifetime=lifetime)


async def test_a_token_read_again_speaks_for_the_same(keys, issuer, monkeypatch):
    token = _token(issuer)
    first = await keys.read(token)
    monkeypatch.setattr(auth.jwt, "decode", None)
    assert await keys.read(token) == first


async def test_a_token_that_expires_is_refused_though_it_was_read_before(keys, issuer, eventually):
    token = _token(issuer, timedelta(seconds=2))
    await keys.read(token)

    async def expired():
        try:
            await keys.read(token)
        except Unauthenticated as error:
            return "expired" in str(error.detail)
        return False

    assert await eventually(expired)


async def test_a_token_of_a_key_that_was_withdrawn_is_refused_once_the_keys_are_read_anew(keys, issuer, monkeypatch):
    token = _token(issuer)
    await keys.read(token)
    issuer.signing_key.unlink()
    ensure_keys(issuer)
    await keys.read(token)
    monkeypatch.setattr(auth, "KEYS_LAST_SECONDS", 0)
    monkeypatch.setattr(auth, "REREAD_AFTER_SECONDS", 0)
    with pytest.raises(Unauthenticated, match="not signed by a key"):
        await keys.read(token)


async def test_only_so_many_tokens_are_remembered(keys, issuer, monkeypatch):
    monkeypatch.setattr(auth, "TOKENS_REMEMBERED", 3)
    for days in range(1, 10):
        await keys.read(_token(issuer, timedelta(days=days)))
    assert len(keys._remembered) <= 3
