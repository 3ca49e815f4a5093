"""Trust levels of areas."""

from tests.forum.access.matrix import Change, Part

PART = Part(
    changes={
        "note a trust level": Change(
            "POST",
            "/areas/XK.PRI/trust-levels",
            {"level": "low", "measured_on": "2026-03-01", "source": "Survey of residents"},
        ),
    },
    public=("/areas/XK.PRI/trust-levels",),
)
