"""Archives: the open part for everyone, all of the record for those who keep it."""

from tests.forum.access.matrix import MANAGERS, Part

PART = Part(
    public=("/archive-keys", "/forums/{forum}/archive"),
    readers={"/forums/{forum}/archive?audience=inside": MANAGERS},
)
