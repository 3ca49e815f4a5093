"""The walls of the house: who may import whom, how long a file gets, and what no file is called."""

import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

from beatbook.runtime.databases import SERVICES

pytestmark = pytest.mark.pure

ROOT = Path(__file__).parents[2]
PACKAGES = ("beatbook", "services", "gateway", "tests", "benchmarks")
LONGEST = 300
LONG_FOR_A_REASON = {"tests/webhooks/test_sender.py": "one sender against one receiver, which all its tests share"}
"""Files that may be longer, each with the reason."""
NAMELESS = {"service", "utils", "util", "helpers", "helper", "common", "manager", "misc", "tools"}
"""Names that say nothing of what is inside. `kit/service.py` is what a service is made of."""
NAMED_WELL = {"beatbook/kit/service.py"}


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def test_imports_keep_to_the_walls() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    checked = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_files_stay_short() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in sources()}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {
        name: lengths[name] for name in LONG_FOR_A_REASON
    }, "split by noun, or give the reason here"


def test_files_are_named_for_what_is_inside() -> None:
    named = {str(path.relative_to(ROOT)) for path in sources() if path.stem in NAMELESS or path.parent.name in NAMELESS}
    assert named == NAMED_WELL


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_an_exhaustive_contract(service: str) -> None:
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter")
    contract = contracts[f"importlinter:contract:{service}"]
    assert contract["containers"].split() == [f"services.{service}"]
    assert contract.getboolean("exhaustive")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "services").rglob("rules.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_rules_have_their_source(path: Path) -> None:
    """Each file of rules names at least one rule of the domain. House style."""
    text = path.read_text()
    assert "Rule " in text or "Rules " in text
