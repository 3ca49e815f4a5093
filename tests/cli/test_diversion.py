"""`beatbook diversion rules`, from a file to a version that is loaded. Rule C8."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from beatbook.cli.main import app

EXAMPLE = Path("docs/programmes/example-treatment.json")
Run = Callable[..., Awaitable[Result]]


@pytest.fixture
async def run(stack: Any, tokens: Callable[..., str]) -> Run:
    cases = (await stack("cases"))["cases"]

    async def run(file: Path, *arguments: str, grant: str = "admin@XK") -> Result:
        token = tokens(grant).removeprefix("Bearer ")
        command = ["diversion", "rules", "load", str(file), "--url", cases.url, "--token", token, *arguments]
        return await asyncio.to_thread(CliRunner().invoke, app, command)

    return run


def changed(folder: Path, **changes: Any) -> Path:
    file = folder / "rules.json"
    file.write_text(json.dumps(json.loads(EXAMPLE.read_text(encoding="utf-8")) | changes), encoding="utf-8")
    return file


@pytest.mark.pure
def test_a_file_is_checked_and_everything_amiss_is_said(tmp_path: Path) -> None:
    fit = CliRunner().invoke(app, ["diversion", "rules", "check", str(EXAMPLE)])
    assert (fit.exit_code, "example and not law" in fit.output) == (0, True)
    told = CliRunner().invoke(app, ["diversion", "rules", "check", str(EXAMPLE), "--json"])
    assert json.loads(told.output) == {"code": "example-treatment", "version": 1, "is_example": True}
    bad = changed(tmp_path, min_age=4, colour="red", version="one")
    refused = CliRunner().invoke(app, ["diversion", "rules", "check", str(bad)])
    assert refused.exit_code == 1
    for place in ("min_age: ", "colour: not a field here", "version: "):
        assert place in refused.output


async def test_a_version_is_loaded_once_and_then_stands(run: Run, tmp_path: Path) -> None:
    first = await run(EXAMPLE, "--area", "XK", "--json")
    assert first.exit_code == 0, first.output
    assert json.loads((await run(EXAMPLE, "--area", "XK", "--json")).output) == json.loads(first.output)
    other = await run(changed(tmp_path, min_age=21), "--area", "XK")
    assert (other.exit_code, "next version number" in other.output) == (1, True)
    assert (await run(EXAMPLE, "--area", "XK", grant="supervisor@XK")).exit_code == 1
    assert (await run(EXAMPLE, "--area", "kosovo!")).exit_code == 2
