"""The mastery benchmark: formats by their header, honest runs, clear refusals."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.__main__ import main
from benchmarks.mastery.compare import paired, scores_of
from benchmarks.mastery.reading import runs_of
from learnloop.errors import DataError


def answers(students: range, leak: bool = False) -> pd.DataFrame:
    """Twelve answers of each student to items of two skills; the able are more often right."""
    rng = np.random.default_rng(students.start)
    rows = []
    for student in students:
        ability = rng.normal()
        for _place in range(12):
            item = int(rng.integers(8))
            correct = int(rng.random() < 1 / (1 + np.exp(item / 2 - 2 - ability)))
            rows.append((student, item, 0, correct, item % 2))
            if leak and item == 3:
                rows.append((student, item, 0, correct, 7))
    columns = ["user_id", "item_id", "timestamp", "correct", "skill_id"]
    return pd.DataFrame(rows, columns=columns)


def tab_file(path: Path, students: range, leak: bool = False) -> Path:
    answers(students, leak).to_csv(path, sep="\t", index=False)
    return path


def fold_file(path: Path, folds: bool = True) -> Path:
    lines = [(number % 2, number, "1,2,1,-1", "0,1,1,-1") for number in range(12)]
    table = pd.DataFrame(lines, columns=["fold", "uid", "concepts", "responses"])
    (table if folds else table.drop(columns="fold")).to_csv(path, index=False)
    return path


def test_a_test_file_gives_a_run_per_seed_and_folds_a_run_each(tmp_path: Path) -> None:
    train = tab_file(tmp_path / "a.tsv", range(9))
    test = tab_file(tmp_path / "b.tsv", range(20, 24))
    by_seed = list(runs_of(train, test, 3))
    assert [(run.name, run.seed) for run in by_seed] == [(f"seed {n}", n) for n in range(3)]
    by_fold = list(runs_of(fold_file(tmp_path / "c.csv"), None, 3))
    assert [run.name for run in by_fold] == ["fold 0", "fold 1"]
    tested = [set(run.data.attempts.query("split == 'test'")["student_id"]) for run in by_fold]
    assert not tested[0] & tested[1]
    assert len(tested[0] | tested[1]) == 12


def test_rows_repeated_once_per_skill_are_collapsed_and_counted(tmp_path: Path) -> None:
    planted = tab_file(tmp_path / "a.tsv", range(9), leak=True)
    clean = answers(range(9))
    run = next(runs_of(planted, tab_file(tmp_path / "b.tsv", range(20, 24)), 1))
    assert run.data.leak.collapsed == int((clean["item_id"] == 3).sum())
    learned = run.data.attempts.query("split != 'test'")
    assert len(learned) == len(clean)
    assert set(learned.query("content_id == 'item-3'")["skill_id"]) == {"skill-1+skill-7"}


def test_a_tester_who_is_a_learner_under_another_id_is_named_and_can_be_left_out(
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng(3)
    right = rng.integers(0, 2, 30)
    learner = pd.DataFrame({"user_id": 900, "item_id": range(30), "timestamp": 0})
    learner = learner.assign(correct=right, skill_id=0)
    learned = pd.concat([answers(range(9)).assign(skill_id=0), learner])
    learned.to_csv(tmp_path / "a.tsv", sep="\t", index=False)
    tested = pd.concat(
        [learner.assign(user_id=901), learner.assign(user_id=902, correct=1 - right)]
    )
    tested.to_csv(tmp_path / "b.tsv", sep="\t", index=False)
    for drop, names in ((True, {"902"}), (False, {"901", "902"})):
        run = next(runs_of(tmp_path / "a.tsv", tmp_path / "b.tsv", 1, drop_copies=drop))
        assert set(run.data.attempts.query("split == 'test'")["student_id"]) == names
        assert run.copies[["student_id", "cohort"]].to_numpy().tolist() == [["901", "test"]]


@pytest.mark.parametrize(
    ("train", "test", "words"),
    [
        ("folds.csv", "tab.tsv", "not those of folds.csv"),
        ("tab.tsv", None, "no column 'fold'"),
        ("words.csv", None, "of no known kind"),
        ("absent.tsv", None, "there is no file"),
        ("tab.tsv", "tab.tsv", "who taught a model cannot test it"),
    ],
)
def test_files_that_cannot_be_compared_are_refused(
    tmp_path: Path, train: str, test: str | None, words: str
) -> None:
    tab_file(tmp_path / "tab.tsv", range(9))
    fold_file(tmp_path / "folds.csv")
    (tmp_path / "words.csv").write_text("to be,or not\n", encoding="utf-8")
    with pytest.raises(DataError, match=words):
        next(runs_of(tmp_path / train, tmp_path / test if test else None, 1))


def test_a_test_file_without_folds_is_read(tmp_path: Path) -> None:
    other = pd.read_csv(fold_file(tmp_path / "test.csv", folds=False)).assign(
        uid=lambda table: table["uid"] + 100
    )
    other.to_csv(tmp_path / "test.csv", index=False)
    run = next(runs_of(fold_file(tmp_path / "train.csv"), tmp_path / "test.csv", 1))
    assert run.data.attempts.query("split == 'test'")["student_id"].nunique() == 12


def test_auc_is_the_mean_of_runs_and_a_pair_shares_its_draws() -> None:
    # first run: perfect; second run: each wrong above each right
    table = pd.DataFrame(
        {
            "run": ["a"] * 4 + ["b"] * 4,
            "student_id": list("pqrspqrs"),
            "copied": False,
            "correct": [0, 1, 0, 1] * 2,
            "ours": [0.1, 0.9, 0.2, 0.8, 0.9, 0.1, 0.8, 0.2],
            "same": [0.1, 0.9, 0.2, 0.8, 0.9, 0.1, 0.8, 0.2],
        }
    )
    assert scores_of(table, "ours")["auc"].value == pytest.approx(0.5)
    assert scores_of(table[:4], "ours")["auc"].value == 1.0
    assert "auc_without_copies" not in scores_of(table, "ours")
    # .95 for p's wrong answer stands above both right ones: half of the pairs are in order
    misled = table[:4].assign(ours=[0.95, 0.9, 0.2, 0.8], copied=table["student_id"] == "p")
    assert scores_of(misled, "ours")["auc"].value == 0.5
    assert scores_of(misled, "ours")["auc_without_copies"].value == 1.0
    lead = paired(table, "same")
    assert (lead.value, lead.low, lead.high) == (0.0, 0.0, 0.0)


def test_the_command_prints_one_object_with_ours_and_the_peers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = tab_file(tmp_path / "a.tsv", range(60))
    test = tab_file(tmp_path / "b.tsv", range(100, 120))
    main(["mastery", "--train", str(train), "--test", str(test), "--seeds", "2"])
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == 20 * 12
    assert set(found["baselines"]) == {"Best-LR", "DKT"}
    assert set(found["scores"]) == {"auc", "auc_student_first", "ece"}
    assert found["scores"]["auc"]["low"] <= found["scores"]["auc"]["value"]
    assert found["cpu_seconds"] > 0
    assert set(found["auc_above"]) == {"Best-LR", "DKT"}


def test_each_fold_tests_once_and_counts_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["mastery", "--train", str(fold_file(tmp_path / "c.csv")), "--no-peers"])
    found = json.loads(capsys.readouterr().out)
    assert list(found["runs"]) == ["fold 0", "fold 1"]
    assert found["rows"] == 12 * 3


def test_a_mistake_in_a_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="Error: there is no file"):
        main(["mastery", "--train", str(tmp_path / "none.tsv")])


def refused(train: Path, test: Path | None, command: str = "mastery") -> str:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--train", str(train), *(["--test", str(test)] if test else [])])
    return str(stopped.value)


@pytest.mark.parametrize("command", ["mastery", "latency"])
def test_a_test_file_without_an_answer_is_refused_not_replaced(
    tmp_path: Path, command: str
) -> None:
    train, test = tab_file(tmp_path / "a.tsv", range(60)), tmp_path / "b.tsv"
    test.write_text("user_id\titem_id\ttimestamp\tcorrect\tskill_id\n", encoding="utf-8")
    assert refused(train, test, command).startswith("Error: b.tsv: the test file has no answer")
    assert refused(test, train, command).startswith("Error: b.tsv: the training file has no")


def test_padding_alone_is_no_answer(tmp_path: Path) -> None:
    test = tmp_path / "b.csv"
    test.write_text('uid,concepts,responses\n90,"-1,-1","-1,-1"\n', encoding="utf-8")
    said = refused(fold_file(tmp_path / "a.csv"), test)
    assert said.startswith("Error: the test file b.csv has no answer")


def test_one_fold_leaves_nobody_to_learn_from(tmp_path: Path) -> None:
    train = tmp_path / "a.csv"
    train.write_text('fold,uid,concepts,responses\n3,1,"1,2","0,1"\n', encoding="utf-8")
    assert "a.csv without fold 3 has no answer" in refused(train, None)


def test_a_column_that_is_there_twice_is_named(tmp_path: Path) -> None:
    train, test = tab_file(tmp_path / "a.tsv", range(9)), tmp_path / "b.tsv"
    twice = "user_id\titem_id\ttimestamp\tcorrect\tskill_id\tcorrect\n100\t1\t0\t1\t1\t0\n"
    test.write_text(twice, encoding="utf-8")
    assert refused(train, test).startswith("Error: b.tsv, column 'correct': two columns")


@pytest.mark.parametrize(
    ("learners", "kept", "words"),
    [
        (range(9), {"correct": 1}, "auc is null: of the answers that it is over, all 48 are"),
        (range(9), {"correct": 0}, "auc_student_first is null: of the answers"),
        (range(9), 1, "One test student"),
        (range(1), {}, "One training student"),
    ],
)  # fmt: skip
def test_what_few_answers_cannot_tell_is_said(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    learners: range,
    kept: dict[str, int] | int,
    words: str,
) -> None:
    train, test = tab_file(tmp_path / "a.tsv", learners), tmp_path / "b.tsv"
    tested = answers(range(100, 104))
    tested = tested.head(kept) if isinstance(kept, int) else tested.assign(**kept)
    tested.to_csv(test, sep="\t", index=False)
    main(["mastery", "--train", str(train), "--test", str(test), "--seeds", "1", "--no-peers"])
    said = json.loads(capsys.readouterr().out)
    assert words in " ".join(said["notes"])
    null = said["scores"]["auc"]["value"] is None
    assert null == any(note.startswith("auc is null") for note in said["notes"])
