"""Chromium, driven over its DevTools protocol: a fresh profile, nothing resolved but this machine."""

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import websockets

PROGRAM = shutil.which("chromium", path="/usr/bin")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


@dataclass
class Tab:
    """A page in the browser: `asked` lists every address it asked for, `complaints` what its console reports."""

    connection: websockets.ClientConnection
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _number: int = 0
    _answers: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    _loaded: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        """Take in what the browser says, until it ends."""
        with contextlib.suppress(websockets.ConnectionClosed):
            async for text in self.connection:
                self._hear(json.loads(text))

    def _hear(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._answers.pop(message["id"]).set_result(message)
        elif message["method"] == "Network.requestWillBeSent":
            self.asked.append(message["params"]["request"]["url"])
        elif message["method"] == "Page.loadEventFired":
            self._loaded.set()
        elif message["method"] == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
            entry = message["params"]["entry"]
            self.complaints.append(f"{entry['text']} {entry.get('url', '')}")
        elif message["method"] == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(message["params"]["exceptionDetails"])[:500])

    async def command(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command and give its result."""
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        await self.connection.send(json.dumps({"id": self._number, "method": method, "params": params}))
        message = await asyncio.wait_for(answer, 30)
        assert "error" not in message, message
        found: dict[str, Any] = message["result"]
        return found

    async def open(self, url: str) -> None:
        """Go to an address and wait until it has loaded."""
        self._loaded.clear()
        await self.command("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), 30)

    async def value(self, expression: str) -> Any:
        """What a script's expression gives in the page."""
        result = await self.command("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    async def until(self, expression: str, patience: float = 20) -> Any:
        """Wait until a script's expression is truthy."""
        deadline = asyncio.get_running_loop().time() + patience
        while not (found := await self.value(expression)):
            assert asyncio.get_running_loop().time() < deadline, f"never true: {expression}"
            await asyncio.sleep(0.05)
        return found

    async def press(self, key: str) -> None:
        """Press a key."""
        for kind in ("keyDown", "keyUp"):
            await self.command(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=_CODES[key]
            )


_CODES = {"Tab": 9, "Enter": 13}


@contextlib.asynccontextmanager
async def tab(profile: Path) -> AsyncIterator[Tab]:
    """A browser with one tab, ended with the test."""
    assert PROGRAM is not None
    browser = await asyncio.create_subprocess_exec(
        PROGRAM,
        *FLAGS,
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        port, path = await _address(profile, lambda: browser.returncode is None)
        async with websockets.connect(f"ws://127.0.0.1:{port}{path}", max_size=None) as control:
            await control.send(json.dumps({"id": 1, "method": "Target.getTargets"}))
            targets = json.loads(await control.recv())["result"]["targetInfos"]
            target = next(item["targetId"] for item in targets if item["type"] == "page")
            async with websockets.connect(f"ws://127.0.0.1:{port}/devtools/page/{target}", max_size=None) as page:
                ours = Tab(page)
                listening = asyncio.create_task(ours.listen())
                for domain in ("Page", "Network", "Runtime", "Log"):
                    await ours.command(f"{domain}.enable")
                yield ours
                await control.send(json.dumps({"id": 2, "method": "Browser.close"}))
            await listening
    finally:
        with contextlib.suppress(ProcessLookupError):
            browser.kill()
        await browser.wait()


async def _address(profile: Path, alive: Callable[[], bool]) -> tuple[int, str]:
    """Where the browser listens, as it writes into its profile."""
    note = profile / "DevToolsActivePort"
    for _ in range(600):
        if note.exists() and len(lines := note.read_text().splitlines()) == 2:
            return int(lines[0]), lines[1]
        assert alive(), "the browser ended at once"
        await asyncio.sleep(0.05)
    raise AssertionError("the browser never told its address")
