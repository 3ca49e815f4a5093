"""Representativeness, which everyone may read: whole for those inside, controlled for others."""

from tests.forum.access.matrix import Part

PART = Part(public=("/forums/{forum}/representation",))
