"""How good the lists are: what students then began, calibration, gain, and exposure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from learnloop.errors import DataError
from learnloop.evaluation import bootstrap, expected_calibration_error, mean
from learnloop.recommend.catalogue import TYPES, Catalogue
from learnloop.recommend.learners import Bools, Floats, Ints, Learners
from learnloop.recommend.listing import Lists
from learnloop.recommend.outcomes import newly_begun, taken_up
from learnloop.recommend.ranking import best_lists
from learnloop.recommend.recommender import ContentRecommender
from learnloop.recommend.scoring import Scored
from learnloop.recommend.standing import Begun

RECOMMENDER = "recommender"
BASELINES = {
    "popularity": "most begun within the last 14 days by training students of the course",
    "popularity_all_time": "most begun by all training students",
    "popularity_in_course": "most begun by training students of the course",
    "popularity_in_class": "most begun in the student's class, drawn towards the course",
    "curriculum_order": "next in the course from the furthest skill begun",
    "random_order": "drawn by chance: the floor",
}
"""What each baseline is; all rank the same candidates as the recommender."""


def ndcg(relevant: Bools, ideal: Ints) -> Floats:
    """Normalised discounted cumulative gain of each list, in [0, 1].

    DCG = sum of 1 / log2(rank + 1) over the relevant items in the list, divided by the
    DCG of a list that begins with all of them (Järvelin & Kekäläinen 2002). 1 means
    that no better list exists.

    Args:
        relevant: (N, k) whether the item at each rank is relevant.
        ideal: (N,) relevant items of the student, in the list or not, at least 1.

    Example:
        >>> ndcg(np.array([[False, True, False]]), np.array([1])).round(3).tolist()
        [0.631]
    """
    discount = 1 / np.log2(np.arange(relevant.shape[1]) + 2)
    best = np.cumsum(discount)[np.minimum(ideal, relevant.shape[1]) - 1]
    return np.asarray((relevant * discount).sum(axis=1) / best)


def recall(relevant: Bools, ideal: Ints) -> Floats:
    """Share of each student's relevant items that the list holds, in [0, 1]."""
    return np.asarray(relevant.sum(axis=1) / ideal)


@dataclass(frozen=True)
class Judgement:
    """Lists beside what the students then did."""

    lists: dict[str, pd.DataFrame]
    """By method: one row per student who began something new: student_id, ndcg, recall,
    predicted_gain (mean over the list's items; the model's own expectation)."""
    shown: dict[str, pd.DataFrame]
    """By method: one row per place of a list: student_id, item (position in the catalogue)."""
    candidates: pd.DataFrame
    """One row per candidate: student_id, probability, taken."""
    reachable: float
    """Share of newly begun items that the rules allowed at all."""


def judge(model: ContentRecommender, examples: pd.DataFrame) -> Judgement:
    """Makes every method's lists from the same candidates and judges them.

    Args:
        model: fitted; must never have seen these students.
        examples: `LearnerSnapshots` with what the students then took up.

    Raises:
        DataError: nobody began anything new.
    """
    lists: dict[str, list[pd.DataFrame]] = {}
    shown: dict[str, list[pd.DataFrame]] = {}
    candidates = []
    chance = np.random.default_rng(model.settings.seed)
    begun = reachable = 0
    for part, made in model.lists(examples):
        scored = made.scored
        new = newly_begun(part, model.catalogue)
        begun += int(new.sum())
        reachable += int(new[scored.row, scored.item].sum())
        candidates.append(_outcomes(part, scored, model.catalogue))
        students = part["student_id"].to_numpy()
        for name, places in _rivals(model, made, chance):
            held = places >= 0
            padded = np.append(scored.item, 0)[places]
            lists.setdefault(name, []).append(_worth(part, scored, places, padded, new))
            whose = students[np.nonzero(held)[0]]
            places_held = pd.DataFrame({"student_id": whose, "item": padded[held]})
            shown.setdefault(name, []).append(places_held)
    if not begun:
        raise DataError(
            "nobody began anything new after the decision: there is nothing to judge by.",
            file="recommender_examples",
            column="taken",
            remedy="Give more students, or a log that reaches further.",
        )
    return Judgement(
        lists={name: pd.concat(each, ignore_index=True) for name, each in lists.items()},
        shown={name: pd.concat(each, ignore_index=True) for name, each in shown.items()},
        candidates=pd.concat(candidates, ignore_index=True),
        reachable=reachable / begun,
    )


def _rivals(
    model: ContentRecommender, made: Lists, chance: np.random.Generator
) -> Iterator[tuple[str, Ints]]:
    """The recommender's and each baseline's lists, as positions among the candidates."""
    popularity = model.fitted.context.popularity
    learners, row, item = made.learners, made.scored.row, made.scored.item
    scores = {
        "popularity": popularity.recent[item],
        "popularity_all_time": popularity.overall[item],
        "popularity_in_course": popularity.course[item],
        "popularity_in_class": popularity.for_students(learners, row, item),
        "curriculum_order": curriculum_order(learners, model.catalogue, row, item),
        "random_order": chance.random(len(row)),
    }
    yield RECOMMENDER, made.place
    kinds, length = model.catalogue.kind[item], model.settings.list_length
    for name, values in scores.items():
        yield name, best_lists(row, values, kinds, len(learners), length, 1.0)


def curriculum_order(learners: Learners, catalogue: Catalogue, row: Ints, item: Ints) -> Floats:
    """Higher for what comes earlier, from the furthest skill begun on; what is behind last."""
    _, furthest = Begun.of(learners, catalogue).positions(catalogue, len(learners))
    ahead = catalogue.position[catalogue.primary[item]] - furthest[row, catalogue.course[item]]
    return np.asarray(np.where(ahead >= 0, 1 / (1 + np.abs(ahead)), ahead))


def _worth(
    part: pd.DataFrame, scored: Scored, places: Ints, items: Ints, new: Bools
) -> pd.DataFrame:
    held = places >= 0
    relevant = held & np.take_along_axis(new, items, axis=1)
    gains = np.where(held, np.append(scored.parts.gain, 0.0)[places], 0.0).sum(axis=1)
    ideal = new.sum(axis=1)
    active = ideal > 0
    return pd.DataFrame(
        {
            "student_id": part["student_id"].to_numpy()[active],
            "ndcg": ndcg(relevant[active], ideal[active]),
            "recall": recall(relevant[active], ideal[active]),
            "predicted_gain": (gains / np.maximum(held.sum(axis=1), 1))[active],
        }
    )


def _outcomes(part: pd.DataFrame, scored: Scored, catalogue: Catalogue) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "student_id": part["student_id"].to_numpy()[scored.row],
            "probability": scored.probability,
            "taken": taken_up(part, catalogue)[scored.row, scored.item],
        }
    )


def listed_outcomes(recommendations: pd.DataFrame, examples: pd.DataFrame) -> pd.DataFrame:
    """What became of what students were shown: student_id, probability, taken.

    Args:
        recommendations: `Recommendations`.
        examples: `LearnerSnapshots`, with what the same students then took up.
    """
    keys = ["student_id", "as_of", "content_id"]
    taken = examples[["student_id", "as_of", "taken"]].explode("taken").dropna()
    taken = taken.rename(columns={"taken": "content_id"}).assign(taken=True)
    found = recommendations[[*keys, "probability"]].merge(taken, on=keys, how="left")
    return found.assign(taken=found["taken"].eq(True)).drop(columns=keys[1:])


def report(
    judgement: Judgement,
    listed: pd.DataFrame,
    catalogue: Catalogue,
    length: int = 10,
    draws: int = 300,
) -> dict[str, Any]:
    """Metrics of the recommender and its baselines, ready for JSON.

    Args:
        judgement: of students never seen in fitting.
        listed: `listed_outcomes`, of these and of any others never seen in fitting.
        catalogue: of the items.
        length: of the lists, named in ``ndcg@10`` and its like.
        draws: bootstrap samples; intervals are over students.

    Returns:
        `headline`, `rows` (candidates), `students`, `scores`, `baselines`, `truth`
        (empty), `coverage` and `exposure` by method, and `notes`. `ece` is over what
        students were shown, `ece_candidates` over all that they could have been shown;
        ``predicted_gain@10`` is the mastery that the model itself expects of a list's
        items; ``…_over_popularity`` are paired differences.
    """
    found = {name: _intervals(table, length, draws) for name, table in judgement.lists.items()}
    scores = found.pop(RECOMMENDER)
    scores["ece"] = _ece(listed, draws)
    scores["ece_candidates"] = _ece(judgement.candidates, draws)
    own = judgement.lists[RECOMMENDER]
    for name in ("popularity", "curriculum_order"):
        rival = judgement.lists[name]
        more = own[["student_id"]].assign(
            **{
                f"{column}_over_{name}": own[column] - rival[column]
                for column in ("ndcg", "predicted_gain")
            }
        )
        scores |= _intervals(more, length, draws)
    items = {name: made["item"].to_numpy() for name, made in judgement.shown.items()}
    return {
        "headline": f"ndcg@{length}",
        "rows": len(judgement.candidates),
        "students": len(own),
        "scores": scores,
        "baselines": found,
        "truth": {},
        "coverage": {
            name: coverage(shown, len(catalogue.content_ids)) for name, shown in items.items()
        },
        "exposure": {name: exposure(shown, catalogue) for name, shown in items.items()},
        "notes": [
            "Relevant is what the student began within the horizon and had never touched;"
            " students who began nothing new have no NDCG and are left out.",
            f"{judgement.reachable:.0%} of what was begun was open under the rules"
            " (enrolment, age rating, prerequisites); the rest counts as missed.",
            f"ece is over the {len(listed)} listed items of"
            f" {listed['student_id'].nunique()} students never seen in fitting,"
            " active or not; ece_candidates over all items open to the test students.",
            f"predicted_gain@{length} is the model's own expectation, no measured learning.",
            *(f"{name}: {meaning}, same candidates." for name, meaning in BASELINES.items()),
        ],
    }


def _intervals(table: pd.DataFrame, length: int, draws: int) -> dict[str, dict[str, float]]:
    """Mean of each column but student_id, with its interval over students."""
    students = table["student_id"].to_numpy()
    return {
        f"{column}@{length}": bootstrap(
            mean, table[column].to_numpy(), students=students, draws=draws
        ).as_dict()
        for column in table.columns.drop("student_id")
    }


def _ece(table: pd.DataFrame, draws: int) -> dict[str, float]:
    return bootstrap(
        expected_calibration_error,
        table["taken"].to_numpy(),
        table["probability"].to_numpy(),
        students=table["student_id"].to_numpy(),
        draws=draws,
    ).as_dict()


def coverage(shown: Ints, items: int) -> float:
    """Share of all items that stand in at least one list."""
    return len(np.unique(shown)) / items


def exposure(shown: Ints, catalogue: Catalogue) -> dict[str, float]:
    """Share of the lists' places that each content type has."""
    count = np.bincount(catalogue.kind[shown], minlength=len(TYPES))
    return {kind: float(n / max(len(shown), 1)) for kind, n in zip(TYPES, count, strict=True)}
