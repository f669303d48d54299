"""Titles of content items, in the words in which teachers announce them."""

from learnloop.content.schema import ContentType

_PATTERNS = {
    ContentType.VIDEO: (
        "{name}: the idea in pictures",
        "{name}, worked through with {situation}",
    ),
    ContentType.TEXT: (
        "{name}: what it means and why it works",
        "Case study: {situation}",
    ),
    ContentType.INTERACTIVE: (
        "Explore {situation}",
        "{name}: build it yourself",
    ),
    ContentType.ASSESSMENT: (
        "{name}: warm-up question",
        "{name}: can you do it for {situation}?",
        "{name}: find the mistake",
        "{name}: two steps in one",
        "{name}: challenge question",
    ),
}


def title_of(name: str, situation: str, kind: ContentType, number: int) -> str:
    """The title of the `number`-th item (0-based) of a type about a skill.

    Example:
        >>> title_of("Slope", "a wheelchair ramp", ContentType.INTERACTIVE, 0)
        'Explore a wheelchair ramp'
    """
    patterns = _PATTERNS[kind]
    return patterns[number % len(patterns)].format(name=name, situation=situation)
