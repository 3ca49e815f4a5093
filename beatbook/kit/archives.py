"""A signed archive: files in a zip, a manifest with the hash of each, and a signature over the manifest.

The signature is a JSON Web Signature with detached, unencoded payload (RFC 7515, RFC 7797) by Ed25519 (RFC 8037): what
is signed is the header, a full stop, and the manifest's bytes. The same files give the same bytes.
"""

import base64
import binascii
import hashlib
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from beatbook.kit.crypto import canonical_json, sha256_hex

MANIFEST, SIGNATURE = "manifest.json", "manifest.jws"
MOST_MANIFEST = 64 << 20
MOST_UNSIGNED = 256 << 20
"""Bytes that are unpacked to say which files were changed, when the signature says already that something is wrong."""
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Every file's time in the zip: its earliest, for a real one would make the same record other bytes."""
_CHUNK = 1 << 20
_UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError)
"""What `zipfile` raises for what is damaged, encrypted, or packed in a way it does not know."""


class SigningKey:
    """An Ed25519 key, made from a secret; its id is the thumbprint of its public half (RFC 7638)."""

    def __init__(self, secret: str) -> None:
        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"beatbook archives: signatures")
        self._private = Ed25519PrivateKey.from_private_bytes(derivation.derive(secret.encode()))
        self.public = jwk(_url64(self._private.public_key().public_bytes_raw()))

    def sign(self, payload: bytes) -> str:
        """The payload's detached signature."""
        header = {"alg": "EdDSA", "b64": False, "crit": ["b64"], "kid": self.public["kid"]}
        protected = _url64(canonical_json(header))
        return f"{protected}..{_url64(self._private.sign(protected.encode() + b'.' + payload))}"


def jwk(x: str) -> dict[str, str]:
    """A public key as a JSON Web Key, with its thumbprint as its id; `x` is the key in base64url."""
    own = {"crv": "Ed25519", "kty": "OKP", "x": x}
    return {**own, "alg": "EdDSA", "use": "sig", "kid": _url64(hashlib.sha256(canonical_json(own)).digest())}


class ArchiveWriter:
    """Writes an archive, file by file, and its manifest last."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w")
        self._files: list[dict[str, Any]] = []

    @contextmanager
    def member(self, path: str) -> Iterator[Callable[[bytes], None]]:
        """A file of the archive, to be written piece by piece."""
        digest, size = hashlib.sha256(), 0

        with self._zip.open(_entry(path), "w") as target:

            def write(piece: bytes) -> None:
                nonlocal size
                target.write(piece)
                digest.update(piece)
                size += len(piece)

            yield write
        self._files.append({"path": path, "bytes": size, "sha256": digest.hexdigest()})

    def close(self, about: Mapping[str, Any], key: SigningKey) -> None:
        """Write the manifest, which says `about` and names each file, and its signature."""
        files = sorted(self._files, key=lambda file: str(file["path"]))
        manifest = canonical_json({**about, "files": files})
        for path, content in ((MANIFEST, manifest), (SIGNATURE, key.sign(manifest).encode())):
            self._zip.writestr(_entry(path), content)
        self._zip.close()


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _MOMENT)
    entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
    return entry


def verify(file: IO[bytes], keys: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any] | None, list[str]]:
    """What an archive's manifest says, and everything that is wrong: nothing when it is as it was signed.

    `keys` are the signer's public keys, the former ones too, as JSON Web Keys.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            return _verify(archive, keys)
    except _UNREADABLE as error:
        return None, [f"The file is no archive that can be read: {type(error).__name__}."]


def _verify(archive: zipfile.ZipFile, keys: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any] | None, list[str]]:
    names = Counter(archive.namelist())
    wrong = [f"{name}: is there twice." for name, count in sorted(names.items()) if count > 1]
    parts = {}
    for name in (MANIFEST, SIGNATURE):
        parts[name] = _content(archive, name)
        if parts[name] is None:
            wrong.append(f"{name}: was removed, or is damaged.")
    manifest, signature = parts[MANIFEST], parts[SIGNATURE]
    if manifest is None:
        return None, wrong
    fault = None if signature is None else _signature_fault(manifest, signature, keys)
    if fault is not None:
        wrong.append(f"{SIGNATURE}: {fault}")
    try:
        said: dict[str, Any] = json.loads(manifest)
        listed = {str(entry["path"]): (int(entry["bytes"]), str(entry["sha256"])) for entry in said["files"]}
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None, [*wrong, f"{MANIFEST}: is no manifest."]
    if (fault or signature is None) and sum(size for size, _ in listed.values()) > MOST_UNSIGNED:
        return said, [*wrong, f"{MANIFEST}: is not signed and names very much, so its files were not looked at."]
    for path, (size, sha256) in listed.items():
        if path not in names:
            wrong.append(f"{path}: was removed.")
        elif not _is_whole(archive, path, size, sha256):
            wrong.append(f"{path}: was changed.")
    added = sorted(set(names) - set(listed) - {MANIFEST, SIGNATURE})
    return said, wrong + [f"{name}: was added." for name in added]


def _signature_fault(manifest: bytes, signature: bytes, keys: Sequence[Mapping[str, Any]]) -> str | None:
    try:
        protected, payload, value = signature.decode("ascii").split(".")
        header = json.loads(_bytes64(protected))
        found = [key for key in keys if key.get("kid") == header.get("kid")]
        if payload or header.get("alg") != "EdDSA" or header.get("b64") is not False or header.get("crit") != ["b64"]:
            return "is no detached EdDSA signature."
        if not found:
            return "is by a key that is none of those given."
        public = Ed25519PublicKey.from_public_bytes(_bytes64(str(found[0]["x"])))
        public.verify(_bytes64(value), protected.encode() + b"." + manifest)
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return "is no detached EdDSA signature."
    except InvalidSignature:
        return "does not belong to this manifest."
    return None


def _content(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """A small file's content; None when it is not there, damaged or too large."""
    try:
        if archive.getinfo(name).file_size > MOST_MANIFEST:
            return None
        return archive.read(name)
    except (KeyError, *_UNREADABLE):
        return None


def _is_whole(archive: zipfile.ZipFile, path: str, size: int, sha256: str) -> bool:
    digest, read = hashlib.sha256(), 0
    try:
        with archive.open(path) as member:
            while piece := member.read(_CHUNK):
                read += len(piece)
                if read > size:
                    return False
                digest.update(piece)
    except _UNREADABLE:
        return False
    return read == size and digest.hexdigest() == sha256


def chain_faults(versions: Iterator[Mapping[str, Any]], name: str) -> list[str]:
    """What is wrong in chains of versions: each carries the hash of its content, which names the hash before it.

    A version has `number`, `sha256`, `content` with `previous_sha256`, and the id of what it is a version of in `name`;
    the versions of one thing follow one another.
    """
    wrong: list[str] = []
    thing, number, previous = None, 0, None
    for version in versions:
        if version.get(name) != thing:
            thing, number, previous = version.get(name), 0, None
        number += 1
        content = version.get("content")
        where = f"{thing} version {version.get('number')}"
        if not isinstance(content, Mapping) or sha256_hex(canonical_json(content)) != version.get("sha256"):
            wrong.append(f"{where}: its hash is not that of its content.")
        elif version.get("number") != number or content.get("previous_sha256") != previous:
            wrong.append(f"{where}: does not follow on the version before.")
        previous = version.get("sha256")
    return wrong


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes64(text: str) -> bytes:
    """Decode base64url strictly, so that no other text stands for the same bytes; raises `ValueError`."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if _url64(data) != text:
        raise ValueError("not canonical base64url")
    return data
