"""The README's tour really runs, against the demo country as a user starts it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from beatbook.runtime.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 240.0


def tour() -> str:
    """The commands between the tour's heading and the next."""
    text = (ROOT / "README.md").read_text()
    found = re.search(r"## A tour.*?```bash\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_tour_runs(tmp_path: Path) -> None:
    port = free_port()
    ready = tmp_path / "ready.json"
    beatbook = [sys.executable, "-c", "from beatbook.cli.main import app; app()"]
    environment = {**os.environ, "BEATBOOK_DATA_DIR": str(tmp_path / "data")}
    up = subprocess.Popen(
        [*beatbook, "up", "--demo", "--port", str(port), "--ready-file", str(ready)], env=environment, cwd=tmp_path
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not ready.exists():
            assert up.poll() is None, "beatbook up ended"
            assert time.monotonic() < deadline, "the demo was not loaded in time"
            time.sleep(0.1)
        assert json.loads(ready.read_text())["country"] == "XD"
        (tmp_path / ".venv").symlink_to(Path(sys.prefix))
        commands = re.sub(r"127\.0\.0\.1:80(\d\d)", lambda at: f"127.0.0.1:{port + int(at[1])}", tour())
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout + run.stderr
        said = run.stdout.splitlines()
        for word in ("held", "open", "circulated", "approved", "published", "<!doctype html>", "0 parked."):
            assert word in said, run.stdout
        assert not [line for line in said if line.startswith(('{"type":"urn', '{"errors"'))], run.stdout
        shown = next(line for line in said if '"state":"published"' in line)
        assert "harbour are repaired" in shown
        assert "Not for the public" not in shown
        assert any('"secret":"whsec_' in line for line in said)
        assert any(line.startswith("facts:") and line.endswith("equal") for line in said)
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(60)
