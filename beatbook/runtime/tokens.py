"""Tokens that an embedded instance signs and accepts. Beyond one machine an OIDC issuer does this. ARCHITECTURE 6."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from beatbook.contracts.actor import Grant
from beatbook.runtime.instance import Instance, write_private
from beatbook.runtime.refusal import Refusal

ISSUER = "beatbook-embedded"
AUDIENCE = "beatbook"
LIFETIME = timedelta(days=7)


def ensure_keys(instance: Instance) -> None:
    """Make the instance's signing key and its JWKS document at the first start."""
    if not instance.signing_key.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_private(instance.signing_key, pem)
    public = _public_jwk(_signing_key(instance))
    write_private(instance.jwks, json.dumps({"keys": [public]}).encode())


def issue_token(
    instance: Instance,
    grants: Sequence[Grant],
    *,
    subject: str,
    agency: str | None = None,
    lifetime: timedelta = LIFETIME,
) -> str:
    """A bearer token of this instance; raises `Refusal` when the instance has never been started."""
    key = _signing_key(instance)
    now = datetime.now(UTC)
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "iat": now,
        "exp": now + lifetime,
        "grants": [str(grant) for grant in grants],
    }
    if agency is not None:
        claims["agency"] = agency
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": _public_jwk(key)["kid"]})


def _signing_key(instance: Instance) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(instance.signing_key.read_bytes(), password=None)
    except OSError as error:
        raise Refusal(
            f"{instance.directory} holds no Beatbook instance that you may use: "
            "start one with `beatbook up`, or name its directory with --data-dir."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Refusal(f"{instance.signing_key} is not an Ed25519 key: remove it, and start again for a new one.")
    return key


def _public_jwk(key: Ed25519PrivateKey) -> dict[str, Any]:
    jwk: dict[str, Any] = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**jwk, "alg": "EdDSA", "use": "sig", "kid": jwk["x"][:16]}
