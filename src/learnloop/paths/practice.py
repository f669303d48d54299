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
                primary skill, the first, is taught), `type`, `duration_s` > 0. Leave out
                what a student may not see.
            skill_ids: the skills in the order of the arrays; items of others are ignored.
            settings: the paces.

        Raises:
            DataError: an item has no duration above 0, or is of a type without a pace
                or of no skill.
        """
        minutes = items["duration_s"].to_numpy(float) / 60
        pace = items["type"].map({kind.value: pace for kind, pace in settings.paces.items()})
        _refuse(items, ~(np.isfinite(minutes) & (minutes > 0)), "duration_s")
        _refuse(items, pace.isna().to_numpy(), "type")
        _refuse(items, (items["skill_ids"].map(len) == 0).to_numpy(bool), "skill_ids")
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


def _refuse(items: pd.DataFrame, wrong: NDArray[np.bool_], column: str) -> None:
    if wrong.any():
        first = items[wrong].iloc[0]
        raise DataError(
            f"'{first['content_id']}' has the {column} {first[column]!r}: nothing can be "
            "expected of it.",
            column=column,
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
