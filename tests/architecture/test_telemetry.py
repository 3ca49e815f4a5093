"""The table of metrics has what the code measures, and nothing else."""

import re

import pytest

from tests.architecture.test_reference import ROOT

pytestmark = pytest.mark.pure

MADE = re.compile(r'\.create_(observable_)?(\w+)\(\s*"(beatbook_\w+)"')


def test_every_metric_is_in_the_table() -> None:
    made = {
        f"{name}_total" if kind == "counter" else name
        for part in ("beatbook", "services", "gateway")
        for path in (ROOT / part).rglob("*.py")
        for _, kind, name in MADE.findall(path.read_text())
    }
    page = (ROOT / "docs/architecture/telemetry.md").read_text()
    told = set(re.findall(r"^\| `(beatbook_\w+)` \|", page, re.MULTILINE))
    assert told == made
    assert len(made) > 10
    assert set(re.findall(r"beatbook_\w+", page)) <= made
