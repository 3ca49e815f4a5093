"""What the chaos tests share: a `beatbook up` of a test file's own."""

from collections.abc import Iterator

import pytest

from tests.chaos.site import Site, open_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = open_site(tmp_path_factory.mktemp("site"))
    yield made
    made.close()
