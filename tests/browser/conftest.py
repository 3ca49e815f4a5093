"""A country behind the gateway, and Debian's Chromium in front of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.browser.chromium import PROGRAM, Tab, tab
from tests.gateway.conftest import country, whole_country

__all__ = ["country", "whole_country"]


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Tab]:
    if PROGRAM is None:
        pytest.skip("there is no /usr/bin/chromium here: apt-get install -y chromium")
    async with tab(tmp_path / "profile") as ours:
        yield ours
        outside = [url for url in ours.asked if not url.startswith(("http://127.0.0.1:", "data:", "about:", "blob:"))]
        assert outside == [], "a page asked another site for something"
        assert ours.complaints == []
