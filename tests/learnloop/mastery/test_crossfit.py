"""Out of fold: nothing that a student is judged by has seen the student's answers."""

import numpy as np
import pandas as pd

from learnloop.mastery import MasteryPredictor
from learnloop.mastery.crossfit import folds_of, unseen_inputs
from learnloop.mastery.out_of_fold import out_of_fold_masteries
from learnloop.splits import fold_of

from .toys import QUICK, START, bank, classroom


def share_wrong(attempts: pd.DataFrame) -> pd.DataFrame:
    """Item difficulty by logit of the shrunk share of wrong answers."""
    items = attempts.groupby("content_id")["correct"].agg(["sum", "size"])
    wrong = (items["size"] - items["sum"] + 1) / (items["size"] + 2)
    return pd.DataFrame(
        {
            "content_id": items.index,
            "difficulty": np.log(wrong / (1 - wrong)).to_numpy(),
            "discrimination": 1.0,
            "attempts": items["size"].to_numpy(),
        }
    )


def flip(attempts: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    return attempts.assign(correct=attempts["correct"] ^ rows)


def test_inputs_of_a_training_student_do_not_know_the_students_later_answers() -> None:
    attempts, _ = classroom(12, seed=21)
    train = attempts[attempts["split"] == "train"]
    own = train["student_id"] == train["student_id"].iloc[0]
    late = own & (train["position"] >= 20)

    def inputs(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Of the student's answers up to the first changed one, and of other students."""
        found, _, _ = unseen_inputs(table, bank(), share_wrong, QUICK)
        fold = folds_of(table["student_id"], QUICK.difficulty_folds, "difficulty")
        dealt = np.concatenate(
            [table.index[fold == number].to_numpy() for number in np.unique(fold)]
        )
        ordered = pd.DataFrame(found, index=dealt).loc[table.index]
        before = own & (table["position"] <= 20)
        return ordered[before].to_numpy(), ordered[~own].to_numpy()

    (mine, others), (mine_after, others_after) = inputs(train), inputs(flip(train, late))
    np.testing.assert_array_equal(mine, mine_after)
    assert not np.array_equal(others, others_after)


def test_mastery_of_a_training_student_comes_from_a_model_that_never_saw_the_fold() -> None:
    attempts, _ = classroom(40, seed=22)
    names = attempts.drop_duplicates("student_id")[["student_id", "split"]]
    as_of = pd.Series(START + pd.Timedelta(days=9), index=names.index)
    moments = names.assign(as_of=as_of.astype("datetime64[us, UTC]"))
    model = MasteryPredictor(bank(), QUICK).fit(attempts, share_wrong)
    # later answers of every student of fold 0, who are asked before giving them
    fold = attempts["student_id"].map(lambda name: fold_of(name, QUICK.folds))
    taught = attempts["split"] == "train"
    late = taught & (fold == 0) & (attempts["occurred_at"] >= as_of.iloc[0])
    before, versions = out_of_fold_masteries(model, attempts, moments, share_wrong)
    after, _ = out_of_fold_masteries(model, flip(attempts, late), moments, share_wrong)
    mine = (moments["split"] == "train").to_numpy() & (
        moments["student_id"].map(lambda name: fold_of(name, QUICK.folds)) == 0
    ).to_numpy()
    np.testing.assert_array_equal(before[mine], after[mine])
    held = (moments["split"] != "train").to_numpy()
    assert set(np.array(versions)[held]) == {model.version}
    assert model.version not in set(np.array(versions)[~held])
    assert len(set(versions)) == 1 + QUICK.folds
