"""A real committee's records as a forum's, by the bulk import.

The data: 525 meetings of New York City Council's Committee on Public Safety, 1999 to 2026, with agenda items,
attendance and votes; members are codes (M001 ...). Public record. How each thing is read stands in the mapping.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from beatbook.cli.forum_mapping import read_forum_mapping
from beatbook.cli.forum_tables import Records, Row, read_tables

DATA = Path(__file__).parents[3] / "shared" / "data" / "nyc_council_public_safety"
MAPPING = Path(__file__).parents[2] / "docs" / "mappings" / "nyc_council_public_safety.toml"
AREA = "US.NYC"
NOW = datetime(2026, 9, 1, tzinfo=UTC)
"""The moment the data was taken, more or less: one meeting was still to come."""
BATCH = 40
COUNCIL = {"area": AREA, "kind": "community_safety_council", "name": "Committee on Public Safety", "interval_days": 31}
PLACE = {"type": "Feature", "properties": {"code": "NYC", "parent_code": "US", "name": "New York City"},
         "geometry": {"type": "Polygon", "coordinates": [
             [[-74.26, 40.49], [-73.7, 40.49], [-73.7, 40.92], [-74.26, 40.92], [-74.26, 40.49]]]}}  # fmt: skip


def read_committee() -> Records:
    """Everything on file: seats, then meetings, oldest first."""
    return read_tables(DATA, read_forum_mapping(MAPPING), NOW)


@dataclass
class Totals:
    """What became of all that was sent."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def add(self, report: dict[str, Any]) -> None:
        for kind, counts in report["counts"].items():
            self.counts.setdefault(kind, Counter()).update(counts)
        self.ids |= {row["external_id"]: row["id"] for row in report["rows"]}
        self.refused += report["refused"]


@dataclass
class Importer:
    """Sends a committee to a forum service."""

    http: httpx.AsyncClient
    token: str

    async def post(self, path: str, body: Any) -> Any:
        answer = await self.http.post(f"/v1{path}", json=body, headers={"Authorization": self.token}, timeout=60)
        assert answer.is_success, (path, answer.text)
        return answer.json()

    async def found(self) -> str:
        """The committee as a municipal safety council with its rules of procedure; its id."""
        await self.post(
            "/areas/imports",
            {
                "mapping": {"code": "code"},
                "root": {"code": "US", "name": "United States"},
                "collections": [{"type": "FeatureCollection", "features": [PLACE]}],
                "valid_from": "1999-01-01",
            },
        )
        forum = str((await self.post("/forums", COUNCIL))["id"])
        rules = {"text": "Rules of the Council", "adopted_on": "1999-10-01"}
        await self.post(f"/forums/{forum}/rules-of-procedure", rules)
        return forum

    async def send(self, forum: str, rows: Sequence[Row], *, source: str = "legistar.nyc") -> Totals:
        """Import rows, batch by batch."""
        totals = Totals()
        for first in range(0, len(rows), BATCH):
            batch = rows[first : first + BATCH]
            body = {"source": source, "rows": [row.fields for row in batch]}
            totals.add(await self.post(f"/forums/{forum}/imports", body))
        return totals
