"""What each part of the mastery model is worth: the network without it, on held-out students.

The students who judge are half of the validation students of the training file; the other
half say when training stops. Test files are not read.
"""

import numpy as np

from benchmarks.mastery.compare import DRAWS, bank_and_fit
from benchmarks.mastery.reading import Run
from learnloop.evaluation import Estimate, bootstrap, ranked_auc
from learnloop.mastery.crossfit import folds_of, unseen_inputs
from learnloop.mastery.inputs import INPUTS, inputs_of
from learnloop.mastery.state import JOINT_INPUTS, SKILL_INPUTS, STUDENT_INPUTS
from learnloop.mastery.training import Table, train

LATEST = tuple(
    name for name in SKILL_INPUTS if name.startswith(("skill_answer_", "skill_streak"))
)
WITHOUT = {
    "nothing": (),
    "traits": JOINT_INPUTS,
    "averages of the student": STUDENT_INPUTS,
    "all of the skill": SKILL_INPUTS,
    "the latest answers on the skill": LATEST,
    "what is particular to a skill": (),
}
"""Names of variants and the inputs that they do not see."""


def ablations(run: Run) -> dict[str, dict[str, float]]:
    """The AUC of each variant, and how far it stays behind the whole model.

    Returns:
        By what is left out: `auc` and `behind` (with `low` and `high`, the same draws of
        students for both).
    """
    bank, fit_items, settings = bank_and_fit(run)
    attempts = run.data.attempts
    learned = attempts[attempts["split"] == "train"]
    held = attempts[attempts["split"] == "validation"].reset_index(drop=True)
    taught = unseen_inputs(learned, bank, fit_items, settings)
    inputs, histories = inputs_of(held, bank.with_traits(learned, settings))
    asked: Table = (inputs, histories.answers.skill, histories.answers.correct)
    students = held["student_id"].iloc[histories.source].reset_index(drop=True)
    judge = folds_of(students, 2, "ablations") == 0
    unknown = len(bank.skills)
    logits = {}
    for name, hidden in WITHOUT.items():
        skills = name != "what is particular to a skill"
        shown, stopping, judged = (
            _without(table, hidden, None if skills else unknown)
            for table in (taught, _rows(asked, ~judge), _rows(asked, judge))
        )
        network = train(shown, stopping, unknown + 1, settings)
        logits[name] = network.logits(judged[0], judged[1])
    correct, names = asked[2][judge], students[judge].to_numpy(str)
    ranks = {name: np.unique(values, return_inverse=True)[1] for name, values in logits.items()}
    return {
        name: {
            "auc": ranked_auc(correct, rank),
            **_behind(correct, ranks["nothing"], rank, names),
        }
        for name, rank in ranks.items()
    }


def _behind(
    correct: np.ndarray, whole: np.ndarray, part: np.ndarray, students: np.ndarray
) -> dict[str, float]:
    def lead(y: np.ndarray, a: np.ndarray, b: np.ndarray, w: np.ndarray) -> float:
        return ranked_auc(y, a, w) - ranked_auc(y, b, w)

    found: Estimate = bootstrap(lead, correct, whole, part, students=students, draws=DRAWS)
    return {"behind": found.value, "low": found.low, "high": found.high}


def _without(table: Table, hidden: tuple[str, ...], skill: int | None) -> Table:
    inputs = table[0].copy()
    inputs[:, [INPUTS.index(name) for name in hidden]] = 0.0
    return inputs, table[1] if skill is None else np.full_like(table[1], skill), table[2]


def _rows(table: Table, kept: np.ndarray) -> Table:
    return table[0][kept], table[1][kept], table[2][kept]
