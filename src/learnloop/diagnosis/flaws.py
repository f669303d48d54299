"""Questions that tell the wrong way round, and prerequisites that the answers contradict."""

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, norm

from learnloop.diagnosis.beliefs import Floats, Places
from learnloop.diagnosis.settings import SkillModelSettings

_LEVEL_ANSWERS = 5
"""A student's level is drawn to the mean as if by so many more answers; a share on one skill
as if by two."""
_OWN_ANSWERS = 2
FEWEST_UNRELATED = 3
"""Skills that have nothing to do with a prerequisite, to hold it against."""


def flagged(p: Floats, settings: SkillModelSettings) -> NDArray[np.bool_]:
    """Which of many p-values stand out (Benjamini and Hochberg 1995); NaN never does."""
    p = np.asarray(p, dtype=float)
    found, known = np.zeros(len(p), bool), ~np.isnan(p)
    if known.any():
        found[known] = false_discovery_control(p[known]) <= settings.false_discovery_rate
    return found


def surprises(answers: pd.DataFrame) -> pd.DataFrame:
    """Adds `surprise`: the answer (1 or 0) less the share of all who had the item right."""
    right = answers["correct"].astype(float)
    usual = right.groupby(answers["content_id"]).transform("mean")
    rows = answers.copy()
    rows["surprise"] = right - usual
    return rows


def item_discrimination(answers: pd.DataFrame, settings: SkillModelSettings) -> pd.DataFrame:
    """Correlation of each item with the rest: do those who know more get it right?

    A student's first answer to the item counts; the rest is the student's mean surprise on
    all other items. Fisher's z gives interval and p.

    Args:
        answers: `Attempts`, in order.
        settings: least students, and the rate of false alarms.

    Returns:
        One row per item with enough students: `content_id`, `skill_id`, `students`,
        `share`, `correlation`, `low`, `high`, `p` (one-sided, that it is below 0 by chance)
        and `wrong_way`.
    """
    rows = surprises(answers)
    by_student = rows.groupby("student_id")["surprise"].agg(["sum", "size"])
    first = rows.groupby(["student_id", "content_id"], sort=False).agg(
        skill_id=("skill_id", "first"),
        correct=("correct", "first"),
        own=("surprise", "sum"),
        count=("surprise", "size"),
    )
    first = first.reset_index()
    total = by_student.reindex(first["student_id"])
    others = total["size"].to_numpy() - first["count"].to_numpy()
    level = (total["sum"].to_numpy() - first["own"].to_numpy()) / (others + _LEVEL_ANSWERS)
    first = first.assign(level=level, right=first["correct"].astype(float))[others > 0]
    groups = first.groupby("content_id")
    table: pd.DataFrame = groups.agg(
        skill_id=("skill_id", "first"), students=("right", "size"), share=("right", "mean")
    )
    product = (first["right"] * first["level"]).groupby(first["content_id"]).mean()
    covariance = product - table["share"] * groups["level"].mean()
    spread = groups["right"].std(ddof=0) * groups["level"].std(ddof=0)
    table["correlation"] = (covariance / spread.where(spread > 0)).clip(-0.999, 0.999)
    table = table[(table["students"] >= settings.fewest_students)].dropna().reset_index()
    z = np.arctanh(table["correlation"].to_numpy())
    error = 1 / np.sqrt(table["students"].to_numpy() - 3)
    table = table.assign(
        low=np.tanh(z - 1.96 * error), high=np.tanh(z + 1.96 * error), p=norm.cdf(z / error)
    )
    return table.assign(wrong_way=flagged(table["p"].to_numpy(), settings))


def prerequisite_support(
    answers: pd.DataFrame,
    prerequisites: pd.DataFrame,
    courses: pd.Series,
    settings: SkillModelSettings,
) -> pd.DataFrame:
    """Do those who can do the prerequisite better do the skill better?

    A student's mean surprise on the skill is regressed on that on the other skill, beside the
    student's level on all else in the course and anywhere. As much as that says of skills
    that have nothing to do with each other (neither leads to the other) is what students
    have in common; what a prerequisite says beyond is `beyond`: how much more of the skill is
    right where all of the prerequisite is right rather than none.

    Args:
        answers: `Attempts`.
        prerequisites: `skill_id`, `requires_skill_id`; acyclic.
        courses: `course_id` by skill.
        settings: least students, the margin and the rate of false alarms.

    Returns:
        One row per prerequisite: `skill_id`, `requires_skill_id`, `students` who answered on
        both, `with_it` and `without_it` (share correct on the skill of those above and below
        the mean on the prerequisite; null of a side with too few students), `beyond`, `low`,
        `high` and `verdict`: ``supported``, ``contradicted`` or ``not enough data``.
    """
    skills = sorted(courses.index)
    sums, counts = _by_skill(surprises(answers), skills)
    share = _by_skill(answers.assign(surprise=answers["correct"].astype(float)), skills)[0]
    course = courses.reindex(skills).to_numpy()
    place = {skill: number for number, skill in enumerate(skills)}
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(skills)
    edges = prerequisites[["requires_skill_id", "skill_id"]].itertuples(index=False)
    graph.add_edges_from((str(needed), str(skill)) for needed, skill in edges)
    found = []
    for skill, group in prerequisites.groupby("skill_id"):
        number = place[str(skill)]
        related = {place[n] for n in nx.ancestors(graph, skill) | nx.descendants(graph, skill)}
        same = course == course[number]
        apart = set(np.flatnonzero(same).tolist()) - related - {number}
        noise = [_slope(sums, counts, same, number, other, settings) for other in sorted(apart)]
        for needed in group["requires_skill_id"]:
            slope = _slope(sums, counts, same, number, place[needed], settings)
            sides = _sides(sums, counts, share, number, place[needed], settings)
            found.append((skill, needed, *sides, *_beyond(slope, noise)))
    columns = ["skill_id", "requires_skill_id", "students", "with_it", "without_it"]
    table = pd.DataFrame(found, columns=[*columns, "beyond", "error"])
    table = table.assign(
        low=table["beyond"] - 1.96 * table["error"],
        high=table["beyond"] + 1.96 * table["error"],
    )
    z = (table["beyond"] / table["error"]).to_numpy(float)
    below = ((table["beyond"] - settings.margin) / table["error"]).to_numpy(float)
    supported, contradicted = flagged(norm.sf(z), settings), flagged(norm.cdf(below), settings)
    verdict = np.where(contradicted, "contradicted", "not enough data")
    verdict = np.where(supported, "supported", verdict)
    return table.drop(columns="error").assign(verdict=verdict)


def _by_skill(rows: pd.DataFrame, skills: list[str]) -> tuple[Floats, Floats]:
    """Sums of surprises and counts of answers, each of shape (students, skills)."""
    student, names = pd.factorize(rows["student_id"])
    skill = pd.Index(skills).get_indexer(pd.Index(rows["skill_id"]))
    sums = np.zeros((len(names), len(skills)))
    counts = np.zeros_like(sums)
    np.add.at(sums, (student, skill), rows["surprise"].to_numpy(float))
    np.add.at(counts, (student, skill), 1.0)
    return sums, counts


def _slope(
    sums: Floats,
    counts: Floats,
    course: NDArray[np.bool_],
    skill: int,
    other: int,
    settings: SkillModelSettings,
) -> tuple[float, float] | None:
    """Slope on `other` and its variance (White 1980); ``None`` with too few students."""
    both = np.flatnonzero((counts[:, skill] > 0) & (counts[:, other] > 0))
    if len(both) < settings.fewest_students:
        return None
    levels = [_level(sums, counts, both, among, skill, other) for among in (course, None)]
    own = sums[both, other] / (counts[both, other] + _OWN_ANSWERS)
    design = np.column_stack([np.ones(len(both)), *levels, own])
    outcome = sums[both, skill] / counts[both, skill]
    weight = counts[both, skill] / (counts[both, skill] + _OWN_ANSWERS + 1)
    inverse = np.linalg.pinv((design.T * weight) @ design)
    weights = inverse @ (design.T @ (weight * outcome))
    left = weight * (outcome - design @ weights)
    spread = inverse @ ((design.T * left**2) @ design) @ inverse
    return float(weights[-1]), float(max(spread[-1, -1], 1e-9))


def _level(
    sums: Floats,
    counts: Floats,
    students: Places,
    among: NDArray[np.bool_] | None,
    skill: int,
    other: int,
) -> Floats:
    """Mean surprise on all skills, or on those of `among`, but the two; drawn to 0."""
    chosen = np.ones(sums.shape[1]) if among is None else among.astype(float)
    chosen[[skill, other]] = 0.0
    total, number = sums[students] @ chosen, counts[students] @ chosen
    return np.asarray(total / (number + _LEVEL_ANSWERS))


def _beyond(
    slope: tuple[float, float] | None, noise: list[tuple[float, float] | None]
) -> tuple[float, float]:
    """The slope less that of unrelated skills, and the standard error of the difference."""
    heard = [pair for pair in noise if pair is not None]
    if slope is None or len(heard) < FEWEST_UNRELATED:
        return float("nan"), float("nan")
    values, variances = np.array(heard).T
    between = max(0.0, float(values.var(ddof=1) - variances.mean()))
    centre_variance = (between + variances.mean()) / len(values)
    return float(slope[0] - values.mean()), float(np.sqrt(slope[1] + between + centre_variance))


def _sides(
    sums: Floats,
    counts: Floats,
    share: Floats,
    skill: int,
    other: int,
    settings: SkillModelSettings,
) -> tuple[int, float, float]:
    """Students with both, and the share correct on the skill above and below on the other;
    NaN of a side with too few students."""
    both = (counts[:, skill] > 0) & (counts[:, other] > 0)
    above = sums[:, other] >= 0
    shares = [
        float(share[side, skill].sum() / counts[side, skill].sum())
        if side.sum() >= settings.fewest_students
        else np.nan
        for side in (both & above, both & ~above)
    ]
    return int(both.sum()), shares[0], shares[1]
