"""Reads what a classroom says of its items, so that no policy has to doubt it."""

import math
import operator
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from learnloop.content.schema import ContentType
from learnloop.errors import DataError

LOGITS_PER_LEVEL = 0.5
"""What one level of an author's guess says on average about the difficulty of a question:
authors are right about the order and often a level off, so less than the levels' spread.
The regression of difficulty on that guess has the slope 0.55 on the simulated campus."""


@dataclass(frozen=True)
class LessonItem:
    """What a policy is told of an item; `None` is what the classroom does not know."""

    content_id: str | int
    """As the classroom gave it, which is what a policy answers with."""
    skill_ids: tuple[str, ...]
    """At least one, the primary one first."""
    question: bool = True
    """Whether it asks for an answer; a video or a text does not."""
    minutes: float | None = None
    """How long it is expected to take."""
    difficulty: float | None = None
    """Logits above (harder) or below the mean question of its skill's course."""

    @property
    def key(self) -> str:
        """What it is looked up by: the id as text, as outcomes may tell it."""
        return str(self.content_id)


def items_of(items: pd.DataFrame | Iterable[Mapping[str, Any]]) -> list[LessonItem]:
    """The items of a table, or of its rows.

    Raises:
        DataError: `learnloop.recommend.teaching.Lesson.of` says when.
    """
    if not isinstance(items, pd.DataFrame | Iterable):
        raise DataError(f"'{items}' is no table and no list of items.", file="items")
    table = items if isinstance(items, pd.DataFrame) else pd.DataFrame(list(items))
    if not len(table):
        raise DataError(
            "there is no item.", file="items", remedy="Give at least one that can be chosen."
        )
    for column in ("content_id", "skill_ids"):
        if column not in table:
            raise DataError("there is no such column.", file="items", column=column)
    read = [_item(row, place) for place, row in enumerate(table.to_dict("records"), start=1)]
    seen: set[str] = set()
    for place, item in enumerate(read, start=1):
        if item.key in seen:
            raise _wrong(f"'{item.key}' is named twice.", "content_id", [place])
        seen.add(item.key)
    return read


def finite(
    value: Any, name: str, least: float = -math.inf, most: float = math.inf
) -> float | None:
    """The number; `None` where it is missing or not finite.

    Args:
        value: what was told.
        name: of the field.
        least: it may be.
        most: it may be.

    Raises:
        DataError: it is no number at all, or not from `least` to `most`.
    """
    try:
        if isinstance(value, str):
            raise TypeError
        number = math.nan if value is None or pd.isna(value) else float(value)
    except (TypeError, ValueError):
        raise DataError(
            f"{name} is {value!r}, which is no number; None says that it is not known."
        ) from None
    if not math.isfinite(number):
        return None
    if not least <= number <= most:
        raise DataError(f"{name} is {value!r}; it goes from {least:g} to {most:g}.")
    return number


def right_of(correct: Any) -> bool | None:
    """Whether an answer was right; `None` where nothing was asked or it is not known.

    Raises:
        DataError: it is neither true nor false.
    """
    number = finite(correct, "correct")
    endless = isinstance(correct, float) and math.isinf(correct)
    if endless or number not in (None, 0.0, 1.0):
        raise DataError(f"correct is {correct!r}; it is True, False, or None: nothing asked.")
    return None if number is None else bool(number)


def generator(seed: int) -> np.random.Generator:
    """The draws of a seed.

    Raises:
        DataError: it is no whole number from 0 up.
    """
    try:
        return np.random.default_rng(operator.index(seed))
    except (TypeError, ValueError):
        raise DataError(f"the seed is {seed!r}; it must be a whole number from 0 up.") from None


def ids_of(value: Any, column: str, rows: Sequence[int | str] = ()) -> tuple[str, ...]:
    """Skill ids as text.

    Raises:
        DataError: it is no list (text is none), or an id in it is missing.
    """
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise _wrong(f"'{value}' is no list of skills.", column, rows, "Write ['skill'].")
    ids = list(value)
    if not all(map(_is_named, ids)):
        raise _wrong(f"{ids} names a skill that is no id.", column, rows)
    return tuple(map(str, ids))


def _item(row: Mapping[Any, Any], place: int) -> LessonItem:
    if not _is_named(row["content_id"]):
        raise _wrong(f"'{row['content_id']}' is no id.", "content_id", [place])
    skills = ids_of(row["skill_ids"], "skill_ids", [place])
    if not skills:
        raise _wrong(f"'{row['content_id']}' has no skill.", "skill_ids", [place])

    def number(column: str) -> float | None:
        least, most = (1, 5) if column == "author_difficulty" else (-math.inf, math.inf)
        try:
            return finite(row.get(column), column, least, most)
        except DataError as found:
            raise _wrong(found.problem, column, [place]) from None

    seconds, authored = number("duration_s"), number("author_difficulty")
    difficulty = number("difficulty")
    if difficulty is None and authored is not None:
        difficulty = LOGITS_PER_LEVEL * (authored - 3)
    return LessonItem(
        content_id=row["content_id"],
        skill_ids=skills,
        question=_asks(row, place),
        minutes=seconds / 60 if seconds is not None and seconds > 0 else None,
        difficulty=difficulty,
    )


def _asks(row: Mapping[Any, Any], place: int) -> bool:
    kind = row.get("type")
    if not _is_named(kind):
        return True
    if kind not in [*ContentType]:
        raise _wrong(
            f"'{row['content_id']}' is of the unknown type '{kind}'.",
            "type",
            [place],
            f"Known are {', '.join(ContentType)}.",
        )
    return bool(kind == ContentType.ASSESSMENT)


def _is_named(value: Any) -> bool:
    if not isinstance(value, Hashable):
        return False
    return value != "" and not pd.isna(value)  # type: ignore[call-overload]


def _wrong(
    problem: str, column: str, rows: Sequence[int | str], remedy: str | None = None
) -> DataError:
    file = column if column in ("objective", "prerequisites") else "items"
    return DataError(problem, file=file, column=column, rows=rows, remedy=remedy)
