"""What was published of minutes: everyone's, and of published versions only. Rule F20."""

from tests.forum.access.matrix import Part

PART = Part(public=("/minutes-versions", "/minutes-versions?area=XK.PRI", "/minutes-versions?forum={forum}"))
