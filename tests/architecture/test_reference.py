"""The reference documents are what the code would make of itself."""

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from beatbook.cli import event_documents, reference
from beatbook.contracts.catalogue import EVENTS
from beatbook.contracts.envelope import EVERYONE, STAFF, Event, cloudevent_headers
from beatbook.runtime.databases import SERVICES
from beatbook.runtime.refusal import Refusal

pytestmark = pytest.mark.pure

ROOT = Path(__file__).parents[2]
EACH_EVENT = pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)


def test_nothing_has_drifted() -> None:
    assert reference.drift(ROOT) == [], "run `beatbook reference write`"


def test_drift_is_named(tmp_path: Path) -> None:
    runner = CliRunner()
    for command in ("release", "write"):
        assert runner.invoke(reference.app, [command, "--project", str(tmp_path)]).exit_code == 0
    assert runner.invoke(reference.app, ["check", "--project", str(tmp_path)]).exit_code == 0
    (tmp_path / "docs/reference/openapi/kpi.json").write_text("{}")
    (tmp_path / "docs/reference/events.md").unlink()
    (tmp_path / "docs/reference/stray.md").touch()
    answer = runner.invoke(reference.app, ["check", "--project", str(tmp_path)])
    assert isinstance(answer.exception, Refusal)
    *faults, advice = str(answer.exception).splitlines()
    assert faults == [
        "docs/reference/events.md is missing",
        "docs/reference/openapi/kpi.json has drifted",
        "docs/reference/stray.md is left over",
    ]
    assert "beatbook reference write" in advice
    assert runner.invoke(reference.app, ["write", "--project", str(tmp_path)]).exit_code == 0
    assert reference.drift(tmp_path) == []


@pytest.mark.parametrize("service", SERVICES)
def test_openapi_has_every_path_under_v1(service: str) -> None:
    document = json.loads((ROOT / f"docs/reference/openapi/{service}.json").read_text())
    assert document["openapi"].startswith("3.1")
    assert document["paths"]
    assert all(path.startswith("/v1/") for path in document["paths"])


@EACH_EVENT
def test_event_schemas_are_schemas_and_let_fields_be_added(kind: type[Event]) -> None:
    schema = json.loads((ROOT / f"docs/reference/events/{kind.wire_type()}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"].keys() == kind.model_fields.keys()
    assert schema.get("additionalProperties", True) is True
    assert schema["x-subject"] == f"beatbook.{kind.service}.{kind.aggregate}.{kind.verb}.{{area}}"


@pytest.mark.parametrize("traceparent", [None, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])
def test_the_envelope_is_what_is_sent(traceparent: str | None) -> None:
    headers = cloudevent_headers(
        id="01890a5d-ac96-774b-bcce-b302099a8057",
        type=next(iter(EVENTS)),
        source="/beatbook/forum",
        subject="01890a5d-ac96-774b-bcce-b302099a8057",
        area="XK.PRI",
        time="2026-03-01T12:00:00+00:00",
        actor="public",
        position=1,
        traceparent=traceparent,
    )
    schema = event_documents.envelope_schema()
    jsonschema.validate(headers, schema, jsonschema.Draft202012Validator)
    assert headers.keys() <= schema["properties"].keys()


@EACH_EVENT
def test_the_catalogue_tells_each_event_and_its_audience(kind: type[Event]) -> None:
    _, _, rest = (ROOT / "docs/reference/events.md").read_text().partition(f"### {kind.__name__}\n")
    entry = rest.partition("### ")[0]
    assert kind.wire_type() in entry
    assert f"audience: {({EVERYONE: 'everyone', STAFF: 'staff'}).get(kind.audience, '')}" in entry
    assert all(f"| `{name}` |" in entry for name in kind.model_fields)
