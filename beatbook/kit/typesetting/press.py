"""Setting data in type: a process for each file."""

import asyncio
import contextlib
import sys
from pathlib import Path

SECONDS = 25.0


class NotSet(Exception):
    """The file was not made: it took too long, too much memory, or the template does not fit the data."""


async def set_type(template: Path, data: bytes) -> bytes:
    """The PDF of a template and of JSON that has a `timestamp`; raises `NotSet`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        "beatbook.kit.typesetting.process",
        str(template),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        made, _ = await asyncio.wait_for(process.communicate(data), SECONDS)
    except TimeoutError as error:
        raise NotSet from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode != 0 or not made.startswith(b"%PDF-"):
        raise NotSet
    return made
