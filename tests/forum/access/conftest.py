"""What the tests of access share: each part of the matrix, and the ids of a world made for it."""

from dataclasses import fields

import pytest

from tests.forum.access.matrix import Part, parts
from tests.forum.conftest import World


@pytest.fixture(params=parts().values(), ids=parts().keys())
def part(request: pytest.FixtureRequest) -> Part:
    found: Part = request.param
    return found


@pytest.fixture
async def ids(world: World, part: Part) -> dict[str, str]:
    """The world's ids, and the part's own."""
    found = {field.name: getattr(world, field.name) for field in fields(world) if field.name != "api"}
    return found | (await part.prepare(world) if part.prepare else {})
