"""G5: colours that can be read: WCAG 2.2 AA in both schemes, shades that differ in lightness alone. Pure."""

import re
from itertools import pairwise

import pytest

from gateway.web.site import HERE

pytestmark = pytest.mark.pure

CSS = (HERE / "static" / "beatbook.css").read_text()


def colours(scheme: str) -> dict[str, str]:
    """The colours of a scheme, by name."""
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", blocks[0 if scheme == "light" else 1]))


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, as WCAG 2.2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(scheme: str) -> None:
    found = colours(scheme)
    for ink in ("ink", "muted", "accent", "warn"):
        for ground in ("paper", "surface", "note-paper"):
            assert contrast(found[ink], found[ground]) >= 4.5, (ink, ground)
    assert contrast(found["warn"], found["warn-paper"]) >= 4.5
    assert contrast(found["accent-ink"], found["accent"]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_shades_are_told_apart_by_lightness(scheme: str) -> None:
    """Whoever sees no colour still sees the order: each step changes luminance by a third or more."""
    found = colours(scheme)
    steps = [luminance(found[f"shade-{number}"]) for number in range(5)]
    ordered = sorted(steps, reverse=scheme == "light")
    assert steps == ordered
    for one, other in pairwise(steps):
        assert (max(one, other) + 0.05) / (min(one, other) + 0.05) >= 1.3


def test_nothing_is_placed_by_left_or_right() -> None:
    """Right-to-left pages come out mirrored: only logical properties are used."""
    assert (
        re.findall(r"(?:margin|padding|border)-(?:left|right)|[^-]\b(?:left|right):|text-align: (?:left|right)", CSS)
        == []
    )
