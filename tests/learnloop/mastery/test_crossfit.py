"""Out of fold: nothing that a student is judged by has seen the student's answers."""

import numpy as np
import pandas as pd

from learnloop.mastery.crossfit import (
    fit_predictor,
    out_of_fold_masteries,
    with_unseen_difficulty,
)
from learnloop.mastery.items import ITEM_INPUTS
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


def test_difficulties_of_a_training_student_do_not_know_the_students_answers() -> None:
    attempts, _ = classroom(12, seed=21)
    own = (
        attempts["student_id"]
        == attempts.loc[attempts["split"] == "train", "student_id"].iloc[0]
    )
    before, after = (
        with_unseen_difficulty(table, bank(), share_wrong, folds=3)[list(ITEM_INPUTS)]
        for table in (attempts, flip(attempts, own))
    )
    pd.testing.assert_frame_equal(before[own], after[own], check_exact=True)
    assert not before[~own].equals(after[~own])


def test_students_of_other_splits_get_the_bank_as_it_is() -> None:
    attempts, _ = classroom(12, seed=21)
    held = attempts["split"] == "validation"
    found = with_unseen_difficulty(attempts, bank(), share_wrong, folds=3)
    _, expected = bank().look_up(attempts["content_id"], attempts["skill_id"])
    np.testing.assert_array_equal(
        found.loc[held, list(ITEM_INPUTS)].to_numpy(), expected[held.to_numpy()]
    )


def test_mastery_of_a_training_student_comes_from_a_model_that_never_saw_the_fold() -> None:
    attempts, _ = classroom(40, seed=22)
    names = attempts.drop_duplicates("student_id")[["student_id", "split"]]
    as_of = pd.Series(START + pd.Timedelta(days=9), index=names.index)
    moments = names.assign(as_of=as_of.astype("datetime64[us, UTC]"))
    model = fit_predictor(attempts, bank(), share_wrong, QUICK)
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
