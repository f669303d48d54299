"""How long a skill takes from where the student stands, and by which items.

    1 − mastery after an item = (1 − mastery before) · exp(−pace · minutes)

the exponential law of practice (Heathcote, Brown & Mewhort 2000), so that each item closes
a share of what is missing and a skill is reached once the items' pace · minutes sum to

    need = ln((1 − mastery) / (1 − mastered)).

Which items do that in the fewest minutes is a knapsack problem. It is solved for all needs
at once when the planner is made (dynamic programming over tenths of a minute, each item
rounded up), so that planning only looks up. The minutes told are those of the items as they
are; another set may be quicker, but by less than a tenth of a minute for each of its items.

All items of a skill are done before any is done again; done again, an item is taken to
teach as much as the first time.

A worked example: mastery .5, mastered .8, an interactive item of 15 minutes and a video of
20. The need is ln(.5 / .2) = .916; the interactive item brings .036 · 15 = .54, the video
.012 · 20 = .24, both .78. What is left, .136, either would close, the interactive item
sooner: 15 + 20 + 15 = 50 minutes.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.errors import DataError
from learnloop.paths.settings import PathSettings

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

TENTHS = 10
MOST_ITEMS = 62
"""Of one skill, those that teach most per minute: sets of items are bits of an integer."""
MOST_SECONDS = 86_400
"""A day: the work of making a planner grows with the minutes of the items."""
APART = 1000.0
"""Keeps the skills apart in one sorted array: more than any gain that is looked up."""
CLOSE = 1e-6
"""A need that is closed but for this is closed."""


@dataclass(frozen=True)
class Practice:
    """The best sets of items of every skill.

    The options of skill k are the places `start[k]` to `start[k + 1]`: each the fewest
    tenths of a minute, rounded up item by item, in which so much can be learned, ascending
    in gain. A skill without items has none.

    Attributes:
        start: shape (skills + 1,).
        gain: pace · minutes, summed over the option's items.
        minutes: that they take.
        items: bits, the place of an item within the skill's `content_ids`.
        content_ids: items of each skill, the one that teaches most per minute first.
        fallback: pace of a skill without items, per minute.
    """

    start: Places
    gain: Floats
    minutes: Floats
    items: NDArray[np.int64]
    content_ids: tuple[tuple[str, ...], ...]
    fallback: float

    @classmethod
    def of(
        cls, items: pd.DataFrame, skill_ids: tuple[str, ...], settings: PathSettings
    ) -> Self:
        """Solves the knapsack of every skill.

        Args:
            items: one row per content item: `content_id`, `skill_ids` (list; only the
                primary skill, the first, is taught), `type`, `duration_s` above 0 and up
                to MOST_SECONDS. Leave out what a student may not see.
            skill_ids: the skills in the order of the arrays.
            settings: the paces.

        Raises:
            DataError: a column is missing; an item has no id or that of another, is of no
                list of skills, of a skill that is not among `skill_ids` or of a type
                without a pace, or has no such duration.
        """
        paces = {kind.value: pace for kind, pace in settings.paces.items()}
        _check(items, skill_ids, paces)
        minutes = pd.to_numeric(items["duration_s"]).to_numpy(float) / 60
        pace = items["type"].map(paces)
        taught = pd.DataFrame(
            {
                "skill": items["skill_ids"].map(lambda ids: str(ids[0])),
                "content_id": items["content_id"].astype(str),
                "pace": pace.astype(float),
                "tenths": np.ceil(minutes * TENTHS - 1e-9).astype(int),
                "minutes": minutes,
            }
        ).sort_values(["pace", "content_id"], ascending=[False, True])
        of_skill = dict(list(taught.groupby("skill", sort=False)))
        fronts = [
            _front(of_skill[skill].head(MOST_ITEMS)) if skill in of_skill else _NOTHING
            for skill in skill_ids
        ]
        sizes = [len(front[0]) for front in fronts]
        return cls(
            start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp),
            gain=np.concatenate([front[0] for front in fronts]),
            minutes=np.concatenate([front[1] for front in fronts]),
            items=np.concatenate([front[2] for front in fronts]),
            content_ids=tuple(front[3] for front in fronts),
            fallback=settings.pace_without_items,
        )

    @cached_property
    def _sorted(self) -> Floats:
        """The gains of all skills, one skill above the other."""
        skill = np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))
        return np.asarray(skill * APART + np.minimum(self.gain, APART / 2))

    def minutes_to(self, skill: Places, need: Floats) -> tuple[Floats, Floats, Places]:
        """The fewest minutes that close `need`, but for a tenth for each item in a quicker set.

        Args:
            skill: places of skills.
            need: of each, above 0.

        Returns:
            Minutes; how often all items are done before the last, partial round; and the
            option of that round, −1 where there is none. Where a skill's items cannot
            close the need at once they are done again, as if they taught as much as the
            first time.
        """
        first, last = self.start[skill], self.start[skill + 1] - 1
        if not len(self.gain):
            return need / self.fallback, np.zeros(len(need)), np.full(len(need), -1)
        has = last >= first
        whole = np.where(has, self.gain[last], need)
        rounds = np.maximum(np.ceil((need - CLOSE) / whole) - 1, 0)
        rest = need - rounds * whole
        option = np.searchsorted(self._sorted, skill * APART + rest - CLOSE)
        option = np.minimum(option, last)
        by_items = np.where(has, rounds * self.minutes[last] + self.minutes[option], 0.0)
        minutes = np.where(has, by_items, need / self.fallback)
        return minutes, rounds, np.where(has, option, -1)

    def chosen(self, skill: int, option: int) -> tuple[str, ...]:
        """The items of an option, the one that teaches most per minute first."""
        if option < 0:
            return ()
        bits = int(self.items[option])
        ids = self.content_ids[skill]
        return tuple(name for place, name in enumerate(ids) if bits >> place & 1)


def _check(items: pd.DataFrame, skill_ids: Iterable[str], paces: Container[str]) -> None:
    """Refuses, by id and row, items that `Practice.of` cannot take."""
    for column in ("content_id", "skill_ids", "type", "duration_s"):
        if column not in items:
            raise DataError("there is no such column.", file="items", column=column)
    ids, lists, kinds = items["content_id"], items["skill_ids"], items["type"]
    known = set(skill_ids)
    seconds = pd.to_numeric(items["duration_s"], errors="coerce")
    _refuse(items, ids.isna(), "content_id", "an id")
    _refuse(items, ids.astype(str).duplicated(), "content_id", "named once")
    listed = [isinstance(one, list | tuple | np.ndarray) and len(one) > 0 for one in lists]
    _refuse(items, ~np.array(listed, bool), "skill_ids", "a list that names a skill")
    own = [str(one[0]) in known for one in lists]
    _refuse(items, ~np.array(own, bool), "skill_ids", "of a skill of the curriculum first")
    typed = [isinstance(kind, str) and kind in paces for kind in kinds]
    _refuse(items, ~np.array(typed, bool), "type", "one with a pace in the settings")
    timed = (seconds > 0) & (seconds <= MOST_SECONDS)
    _refuse(items, ~timed, "duration_s", f"above 0 and at most {MOST_SECONDS} seconds")


def _refuse(
    items: pd.DataFrame, wrong: "pd.Series | NDArray[np.bool_]", column: str, wanted: str
) -> None:
    places = np.flatnonzero(np.asarray(wrong, dtype=bool))
    if len(places):
        first = items.iloc[places[0]]
        raise DataError(
            f"'{first['content_id']}' has the {column} {first[column]!r}; it must be {wanted}.",
            file="items",
            column=column,
            rows=[str(label) for label in items.index[places]],
        )


_NOTHING: tuple[Floats, Floats, NDArray[np.int64], tuple[str, ...]] = (
    np.zeros(0),
    np.zeros(0),
    np.zeros(0, np.int64),
    (),
)


def _front(
    items: pd.DataFrame,
) -> tuple[Floats, Floats, NDArray[np.int64], tuple[str, ...]]:
    """The sets of items that no other set beats in both gain and minutes rounded up."""
    tenths = items["tenths"].to_numpy()
    gains = (items["pace"] * items["minutes"]).to_numpy()
    best = np.zeros(int(tenths.sum()) + 1)
    chosen = np.zeros(len(best), np.int64)
    for place, (cost, gain) in enumerate(zip(tenths, gains, strict=True)):
        with_it = best[:-cost] + gain
        better = np.flatnonzero(with_it > best[cost:] + 1e-12)
        with_bits = chosen[better] | np.int64(1 << place)
        best[better + cost], chosen[better + cost] = with_it[better], with_bits
    kept = np.flatnonzero(np.diff(best, prepend=0.0) > 1e-12)
    bits = chosen[kept, None] >> np.arange(len(items)) & 1
    exact = bits @ items["minutes"].to_numpy()
    return best[kept], exact, chosen[kept], tuple(items["content_id"])
