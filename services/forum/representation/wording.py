"""Comparisons in plain words. Pure. Rules F5, K8."""

from services.forum.representation.rules import ANY_GROUP, CHANCE, YOUTH, Comparison, Dimension, Fewer

NOUNS = {"female": "women", "male": "men", YOUTH: "people of 18 to 29", ANY_GROUP: "people of minority groups"}


def sentence(comparison: Comparison, of: str) -> str:
    """The comparison in plain words; `of` is `seats` or `attendances`. Rule F5."""
    who = NOUNS.get(comparison.category, f"people who say they belong to {comparison.category}")
    by = "held by" if of == "seats" else "by"
    if not comparison.known:
        return f"Of none of the {of} it is known whether they are {by} {who}."
    stated = comparison.dimension is Dimension.MINORITY and comparison.unknown
    verb = "is" if comparison.count == 1 else "are"
    text = f"{'At least ' if stated else ''}{comparison.count} of {comparison.known} {of} {verb} {by} {who}"
    if stated and not comparison.count:
        text = f"None of {comparison.known} {of} is known to be {by} {who}"
    if comparison.expected_share is None:
        text += "; the register does not hold how many live there"
    else:
        expected = comparison.known * comparison.expected_share
        text += f"; {_number(expected)} would be expected"
        if comparison.p_value is not None and abs(expected - comparison.count) >= 0.05:
            text += f"; a gap this large {'could be' if comparison.p_value >= CHANCE else 'is hardly'} chance"
    if comparison.unknown:
        text += f"; of {comparison.unknown} {'of them' if stated else 'more'} it is not known"
    return text + "."


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


PUBLIC_WORDS = {
    Fewer.YES: "Fewer {of} are {by} {who} than live there.",
    Fewer.NO: "Not fewer {of} are {by} {who} than live there.",
    Fewer.CANNOT_SAY: "Whether fewer {of} are {by} {who} than live there can't be said: too few, or not known.",
}


def public_sentence(comparison: Comparison, answer: Fewer, of: str) -> str:
    """What is said publicly, without a count. Rules F5, K8."""
    by = "held by" if of == "seats" else "by"
    return PUBLIC_WORDS[answer].format(of=of, by=by, who=NOUNS[comparison.category])
