"""Partners manage their endpoints. Rules W1, W2, W5, X4."""

import asyncpg
import pytest

from beatbook.contracts.actor import Role
from services.webhooks.endpoints.rules import MOST_ENDPOINTS

BODY = {"url": "https://hooks.example.org/beatbook", "event_types": ["minutes.published"], "areas": ["XK.PRI"]}


@pytest.fixture
async def settings(settings_for):
    return await settings_for("webhooks", role="api", embedded=False)


@pytest.fixture
async def http(client, settings):
    return await client.of(settings, "webhooks")


@pytest.fixture
async def db(settings):
    connection = await asyncpg.connect(settings.database_url)
    yield connection
    await connection.close()


async def test_a_partner_registers_an_endpoint(http, db, as_partner):
    answer = await http.post("/v1/endpoints", json=BODY, headers=as_partner())
    assert answer.status_code == 201, answer.text
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert made["secret"].startswith("whsec_")
    assert (made["agency"], made["state"], made["areas"]) == ("legal-aid-kosovo", "enabled", ["XK.PRI"])
    event = await db.fetchrow("select type, subject, area, data::text as data from events")
    assert event["type"] == "org.beatbook.webhooks.endpoint.registered.v1"
    assert (str(event["subject"]), event["area"]) == (made["id"], "XK.PRI")
    assert "hooks.example.org" not in event["data"]
    assert "whsec" not in event["data"]


async def test_the_secret_is_told_once_and_kept_sealed(http, db, as_partner):
    """Rule W2."""
    made = (await http.post("/v1/endpoints", json=BODY, headers=as_partner())).json()
    read = await http.get(f"/v1/endpoints/{made['id']}", headers=as_partner())
    listed = await http.get("/v1/endpoints", headers=as_partner())
    assert made["secret"] not in read.text + listed.text
    assert '"secret"' not in read.text + listed.text
    row = await db.fetchval("select endpoints::text from endpoints")
    kept = await db.fetchval("select secret from endpoints")
    assert made["secret"] not in row
    assert made["secret"].encode() not in kept


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://hooks.example.org/"},
        {"url": "https://127.0.0.1/"},
        {"url": "https://169.254.169.254/latest/meta-data/"},
        {"url": "https://[::1]/"},
        {"url": "https://2130706433/"},
        {"url": "https://0x7f.0.0.1/"},
        {"url": "https://name:word@hooks.example.org/"},
        {"url": "ftp://hooks.example.org/"},
        {"event_types": []},
        {"event_types": ["incident.recorded"]},
        {"areas": []},
        {"areas": ["xk"]},
        {"areas": ["XK.PRI.A.B"]},
        {"secret": "whsec_mine"},
        {"url": None},
    ],
)
async def test_bad_endpoints_are_refused(http, db, as_partner, change):
    """Rules W1, W5; bad input leaves nothing behind, and the answer doesn't repeat it."""
    answer = await http.post("/v1/endpoints", json=BODY | change, headers=as_partner())
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "name:word" not in answer.text
    assert await db.fetchval("select count(*) from endpoints") == 0
    assert await db.fetchval("select count(*) from events") == 0


async def test_a_bad_target_says_all_that_is_wrong(http, as_partner):
    answer = await http.post("/v1/endpoints", json=BODY | {"url": "http://u@10.0.0.1/#x"}, headers=as_partner())
    problem = answer.json()
    assert (problem["code"], problem["rule"], len(problem["unmet"])) == ("bad-target", "W5", 4)


async def test_an_agency_has_a_bounded_number_of_endpoints(http, db, as_partner):
    for n in range(MOST_ENDPOINTS):
        assert (
            await http.post("/v1/endpoints", json=BODY | {"url": f"{BODY['url']}/{n}"}, headers=as_partner())
        ).status_code == 201
    assert (await http.post("/v1/endpoints", json=BODY, headers=as_partner())).status_code == 409
    assert (await http.post("/v1/endpoints", json=BODY, headers=as_partner(agency="another"))).status_code == 201
    assert await db.fetchval("select count(*) from endpoints") == MOST_ENDPOINTS + 1


async def test_pages(http, as_partner):
    for n in range(3):
        await http.post("/v1/endpoints", json=BODY | {"url": f"{BODY['url']}/{n}"}, headers=as_partner())
    first = (await http.get("/v1/endpoints?limit=2", headers=as_partner())).json()
    rest = (await http.get(f"/v1/endpoints?limit=2&after={first['next']}", headers=as_partner())).json()
    assert [item["url"][-1] for item in first["items"] + rest["items"]] == ["0", "1", "2"]
    assert rest["next"] is None


async def test_a_repeated_post_registers_once(http, db, as_partner):
    """Rule X4."""
    headers = as_partner(**{"Idempotency-Key": "k1"})
    answers = [await http.post("/v1/endpoints", json=BODY, headers=headers) for _ in range(2)]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert await db.fetchval("select count(*) from endpoints") == 1


async def test_a_change_needs_the_version_it_starts_from(http, as_partner):
    """Rule X4."""
    made = (await http.post("/v1/endpoints", json=BODY, headers=as_partner())).json()
    path = f"/v1/endpoints/{made['id']}"
    for method, where in (("PATCH", path), ("DELETE", path), ("POST", f"{path}/rotate")):
        body = {"json": {"enabled": False}} if method == "PATCH" else {}
        assert (await http.request(method, where, headers=as_partner(), **body)).status_code == 428
        stale = as_partner(**{"If-Match": '"7"'})
        assert (await http.request(method, where, headers=stale, **body)).status_code == 412
    assert (await http.get(path, headers=as_partner())).headers["etag"] == '"1"'


async def test_what_changes(http, db, as_partner):
    made = (await http.post("/v1/endpoints", json=BODY, headers=as_partner())).json()
    path = f"/v1/endpoints/{made['id']}"
    change = {"event_types": ["forum.founded", "minutes.published"], "areas": ["XK.GJI", "XK.PRI"], "enabled": False}
    answer = await http.patch(path, json=change, headers=as_partner(**{"If-Match": '"1"'}))
    assert answer.status_code == 200, answer.text
    changed = answer.json()
    assert (changed["event_types"], changed["areas"]) == (change["event_types"], change["areas"])
    assert (changed["state"], changed["disabled_reason"]) == ("disabled", "by_hand")
    assert (await http.post(f"{path}/ping", headers=as_partner())).status_code == 409
    enabled = await http.patch(path, json={"enabled": True}, headers=as_partner(**{"If-Match": '"2"'}))
    assert (enabled.json()["state"], enabled.json()["disabled_reason"]) == ("enabled", None)
    assert await db.fetchval("select resumed_at > created_at from endpoints")
    other_url = await http.patch(path, json={"url": "https://x.example/"}, headers=as_partner(**{"If-Match": '"3"'}))
    assert other_url.status_code == 422


async def test_a_deleted_endpoint_is_gone_with_its_secrets(http, db, as_partner):
    made = (await http.post("/v1/endpoints", json=BODY, headers=as_partner())).json()
    path = f"/v1/endpoints/{made['id']}"
    assert (await http.delete(path, headers=as_partner(**{"If-Match": '"1"'}))).status_code == 204
    assert (await http.get(path, headers=as_partner())).status_code == 404
    assert (await http.post(f"{path}/ping", headers=as_partner())).status_code == 404
    assert (await http.get("/v1/endpoints", headers=as_partner())).json()["items"] == []
    assert await db.fetchval("select secret from endpoints") == b""


async def test_a_second_ping_waits_for_the_first(http, as_partner):
    made = (await http.post("/v1/endpoints", json=BODY, headers=as_partner())).json()
    answers = [await http.post(f"/v1/endpoints/{made['id']}/ping", headers=as_partner()) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 409]


@pytest.mark.parametrize("role", [*Role, None])
async def test_only_a_partner_of_an_agency_registers(http, db, tokens, role):
    """Rule W1, for every role; and nobody without an agency."""
    authorization = {"Authorization": tokens(f"{role}@XK", agency="an-agency")} if role else {}
    answer = await http.post("/v1/endpoints", json=BODY, headers=authorization)
    if role is Role.PARTNER:
        assert answer.status_code == 201
        return
    assert answer.status_code == 403
    assert await db.fetchval("select count(*) from endpoints") == 0
    assert await db.fetchval("select count(*) from events") == 0


async def test_a_partner_without_an_agency_registers_nothing(http, db, as_partner):
    assert (await http.post("/v1/endpoints", json=BODY, headers=as_partner(agency=None))).status_code == 403
    assert await db.fetchval("select count(*) from endpoints") == 0


async def test_a_partner_registers_within_its_grants_only(http, db, as_partner):
    """A grant for another municipality: a clear answer, nothing done."""
    for areas in (["XK.PRI"], ["XK.GJI", "XK.PRI"], ["XK"], ["XK.GJILAN"]):
        answer = await http.post("/v1/endpoints", json=BODY | {"areas": areas}, headers=as_partner("partner@XK.GJI"))
        assert (answer.status_code, answer.json()["code"]) == (403, "outside-grants")
    assert await db.fetchval("select count(*) from endpoints") == 0
    made = await http.post("/v1/endpoints", json=BODY | {"areas": ["XK.GJI"]}, headers=as_partner("partner@XK.GJI"))
    version = {"If-Match": '"1"'}
    path = f"/v1/endpoints/{made.json()['id']}"
    wider = await http.patch(path, json={"areas": ["XK"]}, headers=as_partner("partner@XK.GJI", **version))
    assert wider.status_code == 403
    assert await db.fetchval("select areas from endpoints") == ["XK.GJI"]


CALLS = [
    ("GET", "", None),
    ("GET", "/deliveries", None),
    ("PATCH", "", {"enabled": False}),
    ("POST", "/ping", None),
    ("POST", "/rotate", None),
    ("DELETE", "", None),
]


@pytest.mark.parametrize(
    "role", [*(role for role in Role if role is not Role.ADMIN), None, "other agency", "elsewhere"]
)
async def test_nobody_else_sees_or_changes_an_endpoint(http, db, tokens, as_partner, role):
    """Rule W1: for every role, the same 404 as for what doesn't exist; and nothing happened."""
    made = (await http.post("/v1/endpoints", json=BODY, headers=as_partner())).json()
    before = await db.fetchrow("select * from endpoints")
    grants, agency = {
        "other agency": (["partner@XK"], "another"),
        "elsewhere": (["partner@XK.GJI", "partner@XK.PRI.DARDANIA"], made["agency"]),
        Role.PARTNER: (["partner@XK"], None),
        None: ([], None),
    }.get(role, ([f"{role}@XK"], made["agency"]))
    authorization = {"Authorization": tokens(*grants, agency=agency)} if grants else {}
    headers = authorization | {"If-Match": '"1"'}
    for method, path, body in CALLS:
        answer = await http.request(method, f"/v1/endpoints/{made['id']}{path}", json=body, headers=headers)
        assert answer.status_code == 404, (method, path, answer.text)
    assert (await http.get("/v1/endpoints", headers=authorization)).json()["items"] == []
    assert await db.fetchrow("select * from endpoints") == before
    assert await db.fetchval("select count(*) from deliveries") == 0


async def test_an_administrator_disables_but_is_never_told_a_secret(http, db, tokens, as_partner):
    """Rules W1, W2."""
    made = (await http.post("/v1/endpoints", json=BODY, headers=as_partner())).json()
    path = f"/v1/endpoints/{made['id']}"
    admin = {"Authorization": tokens("admin@XK.PRI"), "If-Match": '"1"'}
    assert (await http.get(path, headers=admin)).status_code == 200
    assert (await http.post(f"{path}/rotate", headers=admin)).status_code == 403
    assert await db.fetchval("select previous_secret from endpoints") is None
    assert (await http.patch(path, json={"enabled": False}, headers=admin)).json()["state"] == "disabled"
    elsewhere = {"Authorization": tokens("admin@XK.GJI"), "If-Match": '"2"'}
    assert (await http.patch(path, json={"enabled": True}, headers=elsewhere)).status_code == 404
    assert await db.fetchval("select state from endpoints") == "disabled"
