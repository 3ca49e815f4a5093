"""`beatbook events`, as an operator runs it beside running services."""

import asyncio
import json

import asyncpg
import pytest
from typer.testing import CliRunner

from beatbook.cli.main import app
from beatbook.contracts.cases import IncidentRecorded
from beatbook.kit.clock import utc_now
from beatbook.kit.events import Fact, emit_many
from beatbook.kit.ids import new_id


@pytest.fixture
async def running(stack, eventually, postgres):
    """The services whose logs kpi reads, and kpi with three incidents counted, of which the second has no category."""
    started = await stack("forum", "cases", "kpi")
    facts = []
    for _ in range(3):
        id = new_id()
        event = IncidentRecorded(incident_id=id, area="XK.PRI", month=utc_now().date().replace(day=1), category="0501")
        facts.append(Fact(event, id, "XK.PRI"))
    log = await asyncpg.connect(postgres.as_admin(started["cases"].settings.database_url))
    async with log.transaction():
        await emit_many(log, facts, actor="tester", at=utc_now())
        await log.execute("update events set data = data - 'category' where seq = 2")  # as no service itself may
    await log.close()
    pool = await started["kpi"].app.state.database.pool()
    await eventually(lambda: pool.fetchval("select position = 3 from checkpoints where source = 'cases'"))
    return started


@pytest.fixture
def events(running):
    settings = running["kpi"].settings
    environment = {f"BEATBOOK_{name.upper()}": getattr(settings, name) for name in ("database_url", "nats_url", "jwks")}
    environment |= {f"BEATBOOK_{name.upper()}_URL": running[name].url for name in running}
    for name in ("feed_secret", "forum_feed_secret", "cases_feed_secret"):
        environment[f"BEATBOOK_{name.upper()}"] = getattr(settings, name).get_secret_value()

    async def run(*arguments):
        return await asyncio.to_thread(CliRunner().invoke, app, ["events", *arguments], env=environment)

    return run


async def test_an_operator_finds_skips_and_retries_what_is_parked(events):
    listed = await events("parked", "kpi", "--json")
    (event,) = json.loads(listed.output)
    assert (listed.exit_code, event["position"], event["error"]) == (0, 2, "breaks its contract at category")
    refused = await events("retry", "kpi")
    assert (refused.exit_code, "breaks its contract at category" in refused.output) == (1, True)
    assert (await events("skip", "kpi", event["id"], "--reason", " ", "--actor", "ana")).exit_code == 2
    skipped = await events("skip", "kpi", event["id"], "--reason", "no category", "--actor", "ana")
    assert (skipped.exit_code, "Now: beatbook events retry kpi" in skipped.output) == (0, True)
    assert "0 parked." in (await events("parked", "kpi")).output
    (given_up,) = json.loads((await events("skipped", "kpi", "--json")).output)
    assert (given_up["id"], given_up["reason"], given_up["skipped_by"]) == (event["id"], "no category", "ana")
    assert "ana: no category" in (await events("skipped", "kpi")).output
    again = await events("skip", "kpi", event["id"], "--reason", "no category", "--actor", "ana")
    assert (again.exit_code, "No event with this id is parked" in again.output) == (1, True)


async def test_an_operator_compares_and_rebuilds(events, running):
    assert (await events("reconcile", "kpi")).exit_code == 0
    pool = await running["kpi"].app.state.database.pool()
    await pool.execute("update facts set count = 7 where area = 'XK'")
    compared = await events("reconcile", "kpi")
    assert compared.exit_code == 1
    assert "facts [incidents XK " in compared.output
    rebuilt = await events("rebuild", "kpi", "--json")
    assert (rebuilt.exit_code, json.loads(rebuilt.stdout)["facts"]) == (0, 2)
    assert await pool.fetchval("select count from facts where area = 'XK'") == 2
    assert (await events("reconcile", "kpi")).exit_code == 0


@pytest.mark.parametrize("command", ["reconcile", "rebuild"])
async def test_what_fails_in_a_rebuild_is_told_without_its_values(events, running, postgres, command):
    """Rule X5: an operator's terminal is no place for what an event says."""
    log = await asyncpg.connect(postgres.as_admin(running["cases"].settings.database_url))
    await log.execute("""update events set data = data || '{"month": "Ana Krasniqi"}' where seq = 3""")
    await log.close()
    done = await events(command, "kpi")
    assert "parking event" in done.output
    assert "ValidationError" in done.output
    assert "Krasniqi" not in done.output


async def test_a_service_without_projections_is_refused(events):
    refused = await events("rebuild", "webhooks")
    assert (refused.exit_code, "keeps no projections" in refused.output) == (1, True)


def test_without_a_running_instance_it_says_what_to_do(tmp_path):
    refused = CliRunner().invoke(app, ["events", "parked", "kpi", "--data-dir", str(tmp_path)])
    assert (refused.exit_code, "beatbook up" in refused.output) == (1, True)
