"""Exports: public columns for everyone, the rest for those inside, seats for those who keep them."""

from tests.forum.access.matrix import INSIDERS, MANAGERS, Part

OF_INSIDERS = ("meetings.csv", "attendance.csv", "decisions.xlsx", "concerns.csv")

PART = Part(
    public=(
        "/forums/{forum}/exports", "/forums/{forum}/exports/meetings.csv", "/forums/{forum}/exports/decisions.csv",
        "/forums/{forum}/exports/concerns.csv",
    ),
    readers={
        **{f"/forums/{{forum}}/exports/{name}?audience=inside": INSIDERS for name in OF_INSIDERS},
        "/forums/{forum}/exports/members.csv?audience=inside": MANAGERS,
    },
)  # fmt: skip
