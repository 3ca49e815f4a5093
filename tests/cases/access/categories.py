"""Tables from local categories to the ICCS: codes and their names, which anyone may read."""

from tests.cases.access.matrix import ABOVE, Op, Part, split
from tests.cases.access.world import World

TABLE = {"title": "Canary table", "categories": {"Bike theft": "0502"}}


async def prepare(world: World) -> dict[str, str]:
    """A table of the country."""
    await world.make("PUT", "/category-tables/local?area=XK", TABLE, as_="admin@XK")
    return {}


WHO = split("administrator", "administrator of the country", lambda actor: actor.grants[0].area == ABOVE)
EDITOR = "administrator of the country, in the team"

PART = Part(
    prepare=prepare,
    who=split("administrator, in the team", EDITOR, lambda actor: actor.grants[0].area == ABOVE, WHO),
    ops={
        "see the tables": Op("GET", "/category-tables?area=XK", finds="Canary table"),
        "read one": Op("GET", "/category-tables/local?area=XK"),
        "add a version": Op("PUT", "/category-tables/local?area=XK", TABLE | {"title": "Another"}),
    },
)
