"""Facts kept from events: every tier at once, late ones mend their own month, rebuilt equals live. Rules K2, K12."""

import random

from beatbook.contracts.forum import AreaClosed
from beatbook.kit.applying import Applier, Behind
from beatbook.kit.rebuild import rebuild
from beatbook.kit.reconcile import reconcile
from services.kpi.app import service

FACTS = (
    "select measure, area, month::text, category, count from facts where count <> 0 order by 1, 2, 3, 4, counts_from"
)
ALL = {
    "facts": "select * from facts order by 1, 2, 3, 4, 5",
    "areas": "select * from areas order by 1",
    "decisions": "select * from decisions order by 1",
}


async def test_an_incident_counts_in_every_tier(kpi, make):
    await kpi.hear(make.incident("XK.PRI.DARDANIA"), make.incident("XK.PRI", category="0501"))
    assert await kpi.rows(FACTS) == [
        ("incidents", "XK", "2022-03-01", "0501", 1),
        ("incidents", "XK", "2022-03-01", "08041", 1),
        ("incidents", "XK.PRI", "2022-03-01", "0501", 1),
        ("incidents", "XK.PRI", "2022-03-01", "08041", 1),
        ("incidents", "XK.PRI.DARDANIA", "2022-03-01", "08041", 1),
    ]


async def test_a_late_incident_mends_its_own_month(kpi, make):
    await kpi.hear(make.incident("XK", "2022-03"), make.incident("XK", "2022-05"))
    await kpi.hear(make.incident("XK", "2022-03"))
    assert [row[2:] for row in await kpi.rows(FACTS)] == [("2022-03-01", "08041", 2), ("2022-05-01", "08041", 1)]


async def test_a_closed_meeting_is_in_no_figure(kpi, make):
    await kpi.hear(make.meeting("XK"), make.meeting("XK").model_copy(update={"public": False}))
    assert await kpi.rows(FACTS) == [("meetings_held", "XK", "2022-03-01", "", 1)]


async def test_a_decision_is_counted_as_it_ended(kpi, make):
    first, second, third, dateless = (*(make.decision("XK.PRI") for _ in range(3)), make.decision("XK.PRI", None))
    await kpi.hear(first, second, third, dateless)
    assert {(row[0], row[1], row[4]) for row in await kpi.rows(FACTS)} == {
        ("decisions_due", "XK", 3),
        ("decisions_due", "XK.PRI", 3),
    }
    await kpi.hear(make.closed(first, on_time=True), make.closed(second, "withdrawn"), make.closed(dateless))
    assert {(row[0], row[4]) for row in await kpi.rows(FACTS) if row[1] == "XK"} == {
        ("decisions_due", 1),
        ("decisions_on_time", 1),
    }
    assert await kpi.rows("select sum(count) from facts where measure = 'decisions_due' and area = 'XK'") == [(2,)]


async def test_a_decision_heard_of_again_with_another_date_moves(kpi, make):
    decision = make.decision("XK")
    await kpi.hear(decision, decision.model_copy(update={"due_on": decision.due_on.replace(month=5)}))
    assert await kpi.rows(FACTS) == [("decisions_due", "XK", "2022-05-01", "", 1)]


async def test_the_register_is_replicated_with_its_last_word(kpi, make):
    await kpi.hear(make.area("XK"), make.area("XK.PRI", 10), make.area("XK.PRI", 12))
    await kpi.hear(
        make.area("XK.PRI", 14),
        AreaClosed(code="XK.PRI", closed_on=make.area("XK").valid_from, successors=[]),
    )
    assert await kpi.rows("select code, tier, parent, name, population, valid_to::text from areas order by 1") == [
        ("XK", "national", None, "Xk", None, None),
        ("XK.PRI", "municipal", "XK", "Pri", 14, "2022-01-01"),
    ]


async def test_a_batch_delivered_twice_or_ahead_of_its_turn_is_refused(kpi, make):
    """Rule X1."""
    await kpi.hear(make.incident("XK"), make.incident("XK"))
    kpi.logs.append(make.incident("XK"), "XK")
    kpi.logs.append(make.incident("XK"), "XK")
    events = kpi.logs.held["cases"]
    db = await kpi.app.state.database.connect()
    for wrong in (events[:2], events[3:]):
        applier = Applier(service.consumers[1])
        await applier.start(db)
        try:
            await applier.apply(db, wrong)
        except Behind:
            continue
        raise AssertionError("applied what was not next")
    await db.close()
    await kpi.hear()
    assert [row[4] for row in await kpi.rows(FACTS)] == [4]


def _history(make):
    """Four hundred events of all kinds, in a shuffled but reproducible order."""
    chance = random.Random(4)
    areas = ["XK", "XK.PRI", "XK.PRI.A", "XK.PRI.B", "XK.PEJ", "XK.PEJ.A"]
    events = [make.area(code, chance.choice([None, 500, 20_000])) for code in areas]
    for _ in range(100):
        month = f"2022-{chance.randint(1, 11):02}"
        decision = make.decision(chance.choice(areas), chance.choice([None, f"{month}-28"]))
        events += [
            make.incident(chance.choice(areas), month, chance.choice(["0501", "08041"])),
            make.meeting(chance.choice(areas), f"{month}-10T18:00:00+00:00"),
            decision,
        ]
        if chance.random() < 0.7:
            outcome = chance.choice(["delivered", "declined", "withdrawn"])
            events.append(make.closed(decision, outcome, chance.choice([True, False])))
    return events


async def test_rebuilt_equals_live_whatever_the_batches_were(kpi, make):
    await kpi.hear(*_history(make), batch=7)
    live = {table: await kpi.rows(query) for table, query in ALL.items()}
    compared = await reconcile(service, kpi.app.state.database, kpi.logs)
    assert (compared.equal, compared.differences) == (True, [])
    await rebuild(service, kpi.app.state.database, kpi.logs)
    assert {table: await kpi.rows(query) for table, query in ALL.items()} == live


async def test_a_damaged_fact_is_named(kpi, make):
    await kpi.hear(*_history(make))
    await kpi.rows(
        "update facts set count = count + 1 where area = 'XK' and measure = 'meetings_held' and month = '2022-03-01'"
    )
    compared = await reconcile(service, kpi.app.state.database, kpi.logs)
    assert [(item.table, item.key, item.kind) for item in compared.differences] == [
        ("facts", "meetings_held XK 2022-03-01  -infinity", "different")
    ]
