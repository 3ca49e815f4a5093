"""What strangers and mistakes send: each gets a clear answer, nothing happens, nothing is echoed back. Rule X4."""

import asyncio
import base64
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.forum.conftest import COUNCIL, COUNTRY, DECISION, MAPPING, Api, World, collection, meeting

JSON = {"Content-Type": "application/json"}


async def raw(api: Api, path: str, content: bytes, **headers: str) -> Any:
    sent = JSON | {"Authorization": api.tokens("admin@XK"), "If-Match": "*"} | headers
    return await api.http.post(f"/v1{path}", content=content, headers=sent)


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["detail"]
    assert document["code"]
    return document


NO_IMPORTS = [
    b"",
    b"lon,lat\n1,2",
    b"[]",
    b'{"type":"FeatureCollection","features":[]}',
    b'{"mapping":{"code":"code"},"collections":[]}',
    b'{"mapping":{"code":"code"},"collections":[{"type":"Feature","geometry":null,"properties":{}}]}',
    b'{"mapping":{"code":"code"},"collections":[{"type":"FeatureCollection"}]}',
    b'{"mapping":{"code":"code"},"collections":[{"type":"FeatureCollection","features":{}}]}',
    b'{"mapping":{"code":"code","colour":"x"},"collections":[{"type":"FeatureCollection","features":[]}]}',
    b'{"mapping":{"code":"code"},"root":{"code":"...","name":"x"},"collections":[{"type":"FeatureCollection","features":[]}]}',
    b'{"mapping":{"code":"code"},"valid_from":"9999-12-31","collections":[{"type":"FeatureCollection","features":[]}]}',
    b'{"mapping":{"code":"co\\u0000de"},"collections":[{"type":"FeatureCollection","features":[]}]}',
    b'{"mapping":{"code":"code"},"collections":[{"type":"FeatureCollection","features":[NaN]}]}',
    b'{"mapping":{"code":"code"},"collections":[{"type":"FeatureCollection","features":[1e999]}]}',
    b'{"mapping":{"code":"\\ud800"},"collections":[{"type":"FeatureCollection","features":[]}]}',
    b"\xff\xfe",
]


async def test_what_is_no_import_is_refused_whole(country: Api, subtests: pytest.Subtests) -> None:
    for content in NO_IMPORTS:
        with subtests.test(f"content={content!s:.60}"):
            before = await country.fingerprint()
            problem(await raw(country, "/areas/imports", content), 422)
            assert await country.fingerprint() == before


async def test_each_wrong_feature_is_refused_by_itself(country: Api) -> None:
    wrong = [1, None, "x", [], {}, {"type": "Feature", "properties": [1]}, {"type": "Feature", "geometry": 3}]
    request = {"mapping": MAPPING, "collections": [collection(*wrong)]}
    report = await country.ok("POST", "/areas/imports", request)
    assert [item["feature"] for item in report["refused"]] == list(range(len(wrong)))


WRONG_BODIES = [
    ("/forums", COUNCIL | {"colour": "red"}),
    ("/forums", COUNCIL | {"name": "N\0"}),
    ("/forums", COUNCIL | {"name": "x" * 201}),
    ("/forums", COUNCIL | {"area": "xk.pri"}),
    ("/forums", COUNCIL | {"area": "XK.PRI.A.B"}),
    ("/forums", COUNCIL | {"interval_days": 10**30}),
    ("/forums", COUNCIL | {"interval_days": "often"}),
    ("/forums/{forum}/meetings", meeting() | {"starts_at": "2026-03-01T17:00:00"}),
    ("/forums/{forum}/meetings", meeting() | {"starts_at": "0001-01-01T00:00:00+14:00"}),
    ("/forums/{forum}/meetings", meeting() | {"starts_at": "9999-12-31T23:00:00-12:00"}),
    ("/forums/{forum}/meetings", meeting() | {"topics": [{"title": "t", "secret": True}]}),
    ("/forums/{forum}/members", {"name": "A", "sector": "ngo", "term_start": "9999-01-01"}),
    ("/meetings/{planned}/hold", {"held_at": "2026-03-14T17:00:00Z", "public": [{"count": -1}]}),
    ("/meetings/{planned}/hold", {"held_at": "2026-03-14T17:00:00Z", "public": [{"count": 1, "name": "Ana"}]}),
    ("/meetings/{planned}/call-off", {"state": "held", "reason": "x"}),
    ("/meetings/{held}/decisions", DECISION | {"due_on": "9999-12-31"}),
    ("/meetings/{held}/decisions", DECISION | {"votes": {"for": 1, "against": 0, "maybe": 1}}),
    ("/meetings/{held}/minutes", {"items": []}),
]


async def test_a_body_that_is_not_as_it_should_be(world: World, subtests: pytest.Subtests) -> None:
    for path, body in WRONG_BODIES:
        with subtests.test(f"{path!s:.40}, {body!s:.40}"):
            before = await world.api.fingerprint()
            answer = await world.api("POST", path.format(**vars(world)), body)
            document = problem(answer, 422)
            assert "red" not in document["detail"]
            assert await world.api.fingerprint() == before


async def test_a_body_too_large_is_refused(country: Api) -> None:
    before = await country.fingerprint()
    assert "1048576 bytes" in problem(await raw(country, "/forums", b'"' + b"x" * (1 << 20) + b'"'), 413)["detail"]
    problem(await raw(country, "/areas/imports", b" " * (33 << 20)), 413)
    assert await country.fingerprint() == before


@pytest.mark.parametrize("path", ["/areas", "/forums", "/meetings", "/minutes", "/decisions"])
async def test_a_cursor_that_no_page_gave_out(country: Api, path: str) -> None:
    for cursor in ("%00", "AAAA", "!", "bm9uZQ==x", "/w", "9" * 201):
        problem(await country.http.get(f"/v1{path}?after={cursor}"), 422)
    if path != "/areas":
        problem(await country.http.get(f"/v1{path}?after=bm9uZQ"), 422)


async def test_a_cursor_without_a_time_zone(country: Api) -> None:
    cursor = base64.urlsafe_b64encode(b"0001-01-01T00:00:00 00000000-0000-0000-0000-000000000000").decode()
    assert (await country.http.get(f"/v1/meetings?after={cursor}")).status_code in {200, 422}


@pytest.mark.parametrize("path", ["/meetings", "/minutes", "/decisions"])
async def test_a_question_that_cannot_be_asked(country: Api, path: str) -> None:
    for query in ("limit=0", "limit=101", "limit=x", "area=xk", "area=XK%00", "state=gone", "forum=1"):
        problem(await country.http.get(f"/v1{path}?{query}"), 422)


async def test_an_address_that_is_none(country: Api) -> None:
    for path in ("/forums/1", "/meetings/x", "/minutes/-", "/decisions/%20", "/areas/xk"):
        problem(await country("GET", path, as_=None), 422)
    for kind in ("forums", "meetings", "minutes", "decisions"):
        problem(await country("GET", f"/{kind}/01890000-0000-7000-8000-000000000000"), 404)


def forged(**claims: Any) -> str:
    key = Ed25519PrivateKey.generate()
    body = {"iss": "beatbook-embedded", "aud": "beatbook", "sub": "x", "exp": 4_000_000_000, "grants": ["admin@XK"]}
    return jwt.encode(body | claims, key, algorithm="EdDSA", headers={"kid": "nobody"})


async def test_a_token_that_is_not_to_be_trusted(country: Api) -> None:
    before = await country.fingerprint()
    expired = country.tokens("admin@XK", lifetime=timedelta(seconds=-60))
    unsigned = jwt.encode({"sub": "x", "grants": ["admin@XK"]}, None, algorithm="none")
    for header in (
        f"Bearer {forged()}",
        f"Bearer {unsigned}",
        expired,
        "Bearer ",
        "Bearer a.b.c",
        "Basic YTpi",
        country.tokens("admin@XK")[:-4] + "AAAA",
    ):
        for method, path in (("GET", "/forums"), ("POST", "/forums")):
            answer = await country.http.request(
                method, f"/v1{path}", json=COUNCIL if method == "POST" else None, headers={"Authorization": header}
            )
            problem(answer, 401)
            assert "WWW-Authenticate" in answer.headers
    assert await country.fingerprint() == before


async def test_a_grant_for_another_municipality_does_nothing(world: World) -> None:
    api = world.api
    before = await api.fingerprint()
    for grants in ("council@XK.PEC", "admin@XK.PEC", "council@XK.PRI.DARDANIA", "admin@AL", "council@XK.PR"):
        problem(await api("POST", "/forums", COUNCIL, as_=grants), 403)
        problem(await api("PATCH", f"/meetings/{world.planned}", {"place": "x"}, as_=grants), 403)
        problem(await api("PATCH", f"/meetings/{world.closed_planned}", {"place": "x"}, as_=grants), 404)
        problem(
            await api("POST", f"/decisions/{world.closed_decision}/close", {"outcome": "withdrawn"}, as_=grants), 404
        )
    assert await api.fingerprint() == before


CHANGES = [
    ("PATCH", "/areas/XK.PEC", {"population": 9}),
    ("POST", "/areas/XK.PEC/close", {"closed_on": "2026-03-15"}),
    ("PATCH", "/forums/{forum}", {"name": "New"}),
    ("PATCH", "/forums/{forum}/members/{member}", {"role": "observer"}),
    ("PATCH", "/meetings/{planned}", {"place": "x"}),
    ("POST", "/meetings/{planned}/hold", {"held_at": "2026-03-14T17:00:00Z"}),
    ("POST", "/meetings/{planned}/call-off", {"state": "cancelled", "reason": "r"}),
    ("PATCH", "/minutes/{draft}", {"items": [{"heading": "h"}]}),
    ("POST", "/minutes/{draft}/circulate", None),
    ("POST", "/minutes/{published}/correct", {"items": [{"heading": "h"}], "reason": "r"}),
    ("POST", "/decisions/{decision}/close", {"outcome": "withdrawn", "reason": "r"}),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
async def test_a_change_names_the_version_it_starts_from(world: World, method: str, path: str, body: Any) -> None:
    api, path = world.api, path.format(**vars(world))
    before = await api.fingerprint()
    problem(await api(method, path, body, version=None), 428)
    problem(await api(method, path, body, version=77), 412)
    problem(await api(method, path, body, version="nonsense"), 412)
    assert await api.fingerprint() == before
    assert (await api(method, path, body)).status_code == 200
    assert await api.fingerprint() != before


async def test_the_same_key_and_body_get_the_same_answer_and_one_effect(country: Api) -> None:
    first = await country("POST", "/forums", COUNCIL, key="k1")
    before = await country.fingerprint()
    again = await country("POST", "/forums", COUNCIL, key="k1")
    assert (again.status_code, again.json(), again.headers["ETag"]) == (201, first.json(), first.headers["ETag"])
    assert again.headers["Idempotency-Replayed"] == "true"
    other = problem(await country("POST", "/forums", COUNCIL | {"name": "Other"}, key="k1"), 422)
    assert other["code"] == "idempotency-key-reused"
    problem(await country("POST", "/areas/imports", {"mapping": MAPPING, "collections": [COUNTRY]}, key="k1"), 422)
    assert await country.fingerprint() == before
    someone = await country("POST", "/forums", COUNCIL, key="k1", as_="council@XK")
    assert someone.json()["id"] != first.json()["id"]


async def test_an_answer_is_not_given_again_to_who_lost_or_never_had_the_right(country: Api) -> None:
    key = {"Idempotency-Key": "k9"}
    had = {"Authorization": country.tokens("council@XK.PRI", subject="one and the same")}
    lost = {"Authorization": country.tokens("council@XK.PEC", subject="one and the same")}
    first = await country.http.post("/v1/forums", json=COUNCIL, headers=key | had)
    assert first.status_code == 201
    before = await country.fingerprint()
    problem(await country.http.post("/v1/forums", json=COUNCIL, headers=key | lost), 403)
    assert await country.fingerprint() == before


async def test_two_at_once_with_one_key_have_one_effect(country: Api) -> None:
    answers = await asyncio.gather(*(country("POST", "/forums", COUNCIL, key="k2") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 3
    assert len((await country.ok("GET", "/forums"))["items"]) == 1


async def test_two_at_once_with_one_key_and_different_bodies(country: Api) -> None:
    bodies = [COUNCIL | {"name": f"Council {n}"} for n in range(3)]
    answers = await asyncio.gather(*(country("POST", "/forums", body, key="k3") for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]
    assert len((await country.ok("GET", "/forums"))["items"]) == 1


async def test_a_refusal_leaves_its_key_free(country: Api) -> None:
    problem(await country("POST", "/forums", COUNCIL | {"area": "XK"}, key="k4"), 422)
    assert (await country("POST", "/forums", COUNCIL, key="k4")).status_code == 201


@pytest.mark.parametrize("key", ["x" * 201, "\t", "a\x7f"])
async def test_a_key_that_is_none(country: Api, key: str) -> None:
    problem(await country("POST", "/forums", COUNCIL, key=key), 422)


async def test_two_changes_from_one_version_one_wins(world: World) -> None:
    answers = await asyncio.gather(
        *(world.api("PATCH", f"/meetings/{world.planned}", {"place": f"Place {n}"}, version=1) for n in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]


async def test_two_sets_of_minutes_at_once_one_is_written(world: World) -> None:
    await world.api.ok("POST", f"/meetings/{world.planned}/hold", {"held_at": "2026-03-14T17:00:00Z"})
    body = {"items": [{"heading": "h"}]}
    answers = await asyncio.gather(*(world.api("POST", f"/meetings/{world.planned}/minutes", body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_a_token_for_a_subject_that_cannot_be_written_is_refused(country: Api) -> None:
    for subject in ("a\0b", "a" * 201, ""):
        header = {"Authorization": country.tokens("admin@XK", subject=subject)}
        answer = await country.http.get("/v1/forums", headers=header)
        assert answer.status_code == 401, subject
