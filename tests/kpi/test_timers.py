"""Changed figures are published, each once, as they stand. Rule K2."""

from datetime import UTC, date, datetime

from beatbook.contracts.forum import AreaClosed
from services.kpi import timers
from services.kpi.timers import measured_id, notice_due, publish_changes

PUBLISHED = """
    select data->>'indicator', data->>'area', data->>'month', (data->>'numerator')::float, (data->>'value')::float
    from events order by seq
"""


async def test_changed_figures_are_published_once_for_every_tier(kpi, make):
    await kpi.hear(make.area("XK"), make.area("XK.PRI", 5000))
    await kpi.hear(make.incident("XK.PRI"))
    await kpi.hear(make.incident("XK.PRI"), make.meeting("XK.PRI"))
    await publish_changes(kpi.context())
    published = [
        ("incidents_per_10000", "XK", "2022-03-01", 2.0, 4.0),
        ("incidents_per_10000", "XK.PRI", "2022-03-01", 2.0, 4.0),
        ("meetings_held", "XK", "2022-03-01", 1.0, 1.0),
        ("meetings_held", "XK.PRI", "2022-03-01", 1.0, 1.0),
    ]
    assert await kpi.rows(PUBLISHED) == published
    await publish_changes(kpi.context())
    assert await kpi.rows(PUBLISHED) == published
    assert await kpi.rows("select distinct subject, area, actor from events where data->>'area' = 'XK' order by 1") == (
        sorted((measured_id(code, "XK"), "XK", "kpi") for code in ("incidents_per_10000", "meetings_held"))
    )


async def test_a_changed_population_publishes_the_rates_anew(kpi, make):
    await kpi.hear(make.area("XK"), make.area("XK.PRI", 5000), make.incident("XK.PRI"))
    await publish_changes(kpi.context())
    await kpi.hear(make.area("XK.PRI", 5000))
    await publish_changes(kpi.context())
    assert len(await kpi.rows(PUBLISHED)) == 2
    await kpi.hear(make.area("XK.PRI", 10_000))
    await publish_changes(kpi.context())
    assert [row[4] for row in await kpi.rows(PUBLISHED)] == [2.0, 2.0, 1.0, 1.0]


async def test_incidents_heard_of_before_their_area_get_their_rate_when_it_comes(kpi, make):
    await kpi.hear(make.incident("XK.PRI"))
    await publish_changes(kpi.context())
    assert [row[4] for row in await kpi.rows(PUBLISHED)] == [None, None]
    await kpi.hear(make.area("XK"), make.area("XK.PRI", 5000))
    await publish_changes(kpi.context())
    assert [row[4] for row in await kpi.rows(PUBLISHED)] == [None, None, 2.0, 2.0]


async def test_an_area_that_comes_without_population_is_left_out_above_it(kpi, make):
    await kpi.hear(make.area("XK"), make.area("XK.PRI", 5000), make.incident("XK.PRI"), make.incident("XK.PEJ"))
    await publish_changes(kpi.context())
    assert {row[1]: row[4] for row in await kpi.rows(PUBLISHED)} == {"XK": 4.0, "XK.PRI": 2.0, "XK.PEJ": None}
    await kpi.hear(make.area("XK.PEJ"))
    await publish_changes(kpi.context())
    assert {row[1]: row[4] for row in await kpi.rows(PUBLISHED)} == {"XK": 2.0, "XK.PRI": 2.0, "XK.PEJ": None}


async def test_a_closed_area_publishes_the_rates_above_it_anew(kpi, make):
    await kpi.hear(make.area("XK"), make.area("XK.PRI", 5000), make.area("XK.PEJ", 5000), make.incident("XK.PRI"))
    await publish_changes(kpi.context())
    await kpi.hear(AreaClosed(code="XK.PEJ", closed_on=date(2022, 12, 1), successors=["XK.PRI"]))
    await publish_changes(kpi.context())
    assert [row[1::3] for row in await kpi.rows(PUBLISHED)] == [("XK", 1.0), ("XK.PRI", 2.0), ("XK", 2.0)]


async def test_a_turn_is_bounded_and_the_next_one_goes_on(kpi, make, monkeypatch):
    monkeypatch.setattr(timers, "CELLS_A_TURN", 3)
    await kpi.hear(*(make.meeting("XK", f"2022-{month:02}-10T18:00:00+00:00") for month in range(1, 6)))
    await publish_changes(kpi.context())
    assert len(await kpi.rows(PUBLISHED)) == 3
    await publish_changes(kpi.context())
    assert sorted(row[2][5:7] for row in await kpi.rows(PUBLISHED)) == ["01", "02", "03", "04", "05"]


async def test_a_share_is_published_anew_when_a_decision_falls_due(kpi, make):
    """Rule F13."""
    await kpi.rows("update maturity set through = '2022-12-15'")
    await kpi.hear(make.area("XK"), make.decision("XK", "2022-12-15"))
    await publish_changes(kpi.context())
    await notice_due(kpi.context())
    await publish_changes(kpi.context())
    assert [row[4] for row in await kpi.rows(PUBLISHED)] == [None]
    kpi.app.state.clock = lambda: datetime(2022, 12, 16, tzinfo=UTC)
    await notice_due(kpi.context())
    await notice_due(kpi.context())
    await publish_changes(kpi.context())
    assert [row[4] for row in await kpi.rows(PUBLISHED)] == [None, 0.0]
