"""A signed archive: whatever is done to a file of it is found."""

import base64
import io
import time
import zipfile
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatbook.kit.archives import MANIFEST, SIGNATURE, ArchiveWriter, SigningKey, chain_faults, jwk, verify
from beatbook.kit.crypto import canonical_json, sha256_hex

pytestmark = pytest.mark.pure

KEY, OTHER = SigningKey("a secret of thirty-two characters"), SigningKey("another of thirty-two characters.")
FILES = {"a.jsonl": b'{"a":1}\n' * 50, "b.txt": b"b", "empty": b""}


def made(files: Mapping[str, bytes] = FILES, key: SigningKey = KEY) -> bytes:
    file = io.BytesIO()
    writer = ArchiveWriter(file)
    for path, content in files.items():
        with writer.member(path) as write:
            for start in range(0, len(content), 7):
                write(content[start : start + 7])
    writer.close({"of": "a test"}, key)
    return file.getvalue()


def contents(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files, as somebody would make it who changed them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def findings(archive: bytes, *keys: SigningKey) -> list[str]:
    return verify(io.BytesIO(archive), [key.public for key in keys or (KEY,)])[1]


def test_the_same_files_give_the_same_bytes_and_verify() -> None:
    archive = made()
    assert archive == made()
    manifest, wrong = verify(io.BytesIO(archive), [OTHER.public, KEY.public])
    assert (wrong, manifest and manifest["of"]) == ([], "a test")
    assert manifest is not None
    assert [file["path"] for file in manifest["files"]] == sorted(FILES)


@given(st.data())
def test_any_byte_changed_in_any_file_is_found(data: st.DataObject) -> None:
    files = contents(made())
    name = data.draw(st.sampled_from(sorted(name for name, content in files.items() if content)))
    position = data.draw(st.integers(0, len(files[name]) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = bytearray(files[name])
    changed[position] ^= flip
    assert findings(packed(files | {name: bytes(changed)}))


@given(st.sampled_from([*FILES, MANIFEST, SIGNATURE]))
def test_a_file_removed_is_found(name: str) -> None:
    files = contents(made())
    del files[name]
    assert any("removed" in finding for finding in findings(packed(files)))


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1), st.binary())
def test_a_file_added_is_found(name: str, content: bytes) -> None:
    assert findings(packed(contents(made()) | {f"more/{name}": content})) == [f"more/{name}: was added."]


def test_a_file_that_is_there_twice_is_found() -> None:
    file = io.BytesIO(made())
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("b.txt", b"c")
    assert "b.txt: is there twice." in findings(file.getvalue())


def test_a_wrong_signature_is_found() -> None:
    files = contents(made())
    forged = contents(made(FILES | {"b.txt": b"c"}, OTHER))
    assert findings(packed(forged)) == [f"{SIGNATURE}: is by a key that is none of those given."]
    assert findings(packed(forged | {SIGNATURE: files[SIGNATURE]})) == [
        f"{SIGNATURE}: does not belong to this manifest."]  # fmt: skip
    assert findings(made(), OTHER) == [f"{SIGNATURE}: is by a key that is none of those given."]
    pretended = {**OTHER.public, "kid": KEY.public["kid"]}
    assert verify(io.BytesIO(made()), [pretended])[1] == [f"{SIGNATURE}: does not belong to this manifest."]
    assert jwk(KEY.public["x"]) == KEY.public


@given(st.binary())
def test_anything_else_is_refused_and_nothing_breaks(content: bytes) -> None:
    assert findings(content)
    assert findings(packed({MANIFEST: content, SIGNATURE: content}))


@given(st.data())
def test_a_damaged_archive_never_passes_for_another(data: st.DataObject) -> None:
    """Whatever byte of the zip flips: it is found, or every file is still what was signed."""
    archive = bytearray(made())
    archive[data.draw(st.integers(0, len(archive) - 1))] ^= data.draw(st.integers(1, 255))
    if not findings(bytes(archive)):
        assert {name: content for name, content in contents(bytes(archive)).items() if name in FILES} == FILES


@pytest.mark.parametrize(
    "manifest", [b"[" * 200_000, b'{"files":[{"path":"a","bytes":1e999,"sha256":"x"}]}', b'{"files":[{"path":"a"}]}']
)
def test_no_manifest_breaks_what_reads_it(manifest: bytes) -> None:
    assert f"{MANIFEST}: is no manifest." in findings(packed({MANIFEST: manifest, SIGNATURE: b"x"}))
    deep = base64.urlsafe_b64encode(b"[" * 200_000).rstrip(b"=") + b"..AA"
    assert f"{SIGNATURE}: is no detached EdDSA signature." in findings(packed({MANIFEST: manifest, SIGNATURE: deep}))


def test_what_nobody_signed_is_not_unpacked_without_end() -> None:
    """A bomb of some kilobytes says of itself how much it holds; files are looked at as far as they may be honest."""
    manifest = b'{"files":[{"path":"a","bytes":10000000000000,"sha256":"x"}]}'
    wrong = findings(packed({MANIFEST: manifest, SIGNATURE: b"x", "a": b"1"}))
    assert wrong[-1].endswith("its files were not looked at.")
    assert findings(packed({MANIFEST: manifest, "a": b"1"}))[-1] == wrong[-1]


def test_many_files_take_no_long_time() -> None:
    """Twenty thousand took ten seconds, a million would have taken hours."""
    archive = packed({MANIFEST: b'{"files":[]}', SIGNATURE: b"x"} | {str(number): b"" for number in range(20_000)})
    began = time.process_time()
    assert len(findings(archive)) == 20_001
    assert time.process_time() - began < 5


def _chain(length: int) -> list[dict[str, object]]:
    versions: list[dict[str, object]] = []
    previous = None
    for number in range(1, length + 1):
        content = {"number": number, "previous_sha256": previous}
        previous = sha256_hex(canonical_json(content))
        versions.append({"minutes_id": "m", "number": number, "content": content, "sha256": previous})
    return versions


@given(st.integers(1, 5), st.integers(0, 4))
def test_a_broken_chain_is_found(length: int, at: int) -> None:
    assert chain_faults(iter([*_chain(length), *_chain(1)[:0]]), "minutes_id") == []
    at = at % length
    without = _chain(length)
    del without[at]
    assert bool(chain_faults(iter(without), "minutes_id")) == (at < length - 1)
    changed = _chain(length)
    changed[at] = {**changed[at], "content": {"number": at + 1, "previous_sha256": "0"}}
    assert chain_faults(iter(changed), "minutes_id")
