"""Answer shapes of archives."""

from beatbook.kit.web import View


class KeyView(View):
    """A public key as a JSON Web Key (RFC 7517, RFC 8037)."""

    kty: str
    crv: str
    x: str
    alg: str
    use: str
    kid: str


class KeysView(View):
    """The keys with which archives are verified: the one in use first, then those that were."""

    keys: list[KeyView]
