"""A study goes on where it was, gives up what is surely worse, and mixes nothing."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from learnloop.errors import ModelError
from learnloop.tuning.space import Dimension, Values
from learnloop.tuning.study import State, Study, Trial

HARDNESS = (0.0, 0.02, -0.01, 0.03, -0.02)
"""Folds differ, and by the same for all."""
SPACE = {
    "x": Dimension(low=0.0, high=1.0),
    "units": Dimension(low=1, high=64, log=True),
    "form": Dimension(choices=(["a"], ["a", "b"])),
}


class Settings(BaseModel):
    x: float = 0.90625
    units: int = 8
    form: list[str] = ["a", "b"]


def study(folder: Path, name: str = "one", seed: int = 3) -> Study:
    return Study(
        folder / "studies" / "toy.db",
        name,
        SPACE,
        Settings(),
        folds=len(HARDNESS),
        seed=seed,
        p_value=0.15,
    )


def scores(values: Values) -> Iterator[float]:
    """Best at x = 0.3."""
    for hardness in HARDNESS:
        yield 0.8 + hardness - (values["x"] - 0.3) ** 2


def quiet(trial: Trial) -> None:
    """Tells nobody."""


def ended(of: Study) -> list[tuple[State, Values, tuple[float, ...]]]:
    """All that counts of the trials, in order."""
    return [
        (trial.state, trial.tried, trial.folds)
        for trial in of.trials
        if trial.state is not State.INTERRUPTED
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Twenty trials without interruption."""
    made = study(tmp_path_factory.mktemp("whole"))
    made.run(20, scores, quiet)
    return made


def test_the_present_values_come_first_and_to_the_last_digit(whole: Study) -> None:
    first = whole.trials[0]
    assert first.tried == {"x": 0.90625, "units": 8, "form": ["a", "b"]}
    assert first.score == pytest.approx(0.8 + sum(HARDNESS) / 5 - (0.90625 - 0.3) ** 2)


def test_it_comes_near_the_best_there_is(whole: Study) -> None:
    best = whole.best()
    assert best is not None
    assert best.tried["x"] == pytest.approx(0.3, abs=0.06)
    assert best.score == max(t.score for t in whole.trials if t.state is State.FINISHED)
    importances = whole.importances()
    assert set(importances) == set(SPACE)
    assert max(importances, key=lambda path: importances[path]) == "x"


def test_what_is_worse_on_every_fold_is_given_up_after_three(whole: Study) -> None:
    """Chance alone makes three of three worse in one of eight cases: less than .15."""
    distances = [abs(trial.tried["x"] - 0.3) for trial in whole.trials]
    pruned = 0
    for place in range(1, len(distances)):
        trial, nearest = whole.trials[place], min(distances[:place])
        if distances[place] < nearest:
            assert (trial.state, len(trial.folds)) == (State.FINISHED, 5)
        elif distances[place] ** 2 > nearest**2 + 0.001:
            assert (trial.state, len(trial.folds)) == (State.PRUNED, 3)
            pruned += 1
    assert pruned > 5


def test_a_pruned_trial_is_scored_as_if_it_had_seen_all_folds(whole: Study) -> None:
    scores, mean = whole.scores(), sum(HARDNESS) / len(HARDNESS)
    assert len(scores) == len(whole.trials)
    for trial in whole.trials:
        truth = 0.8 + mean - (trial.tried["x"] - 0.3) ** 2
        assert scores[trial.number] == pytest.approx(truth)


def test_an_interrupted_study_goes_on_as_if_it_had_not_been(
    whole: Study, tmp_path: Path
) -> None:
    seen = 0

    def interrupted(values: Values) -> Iterator[float]:
        nonlocal seen
        for score in scores(values):
            seen += 1
            if seen == 60:
                raise KeyboardInterrupt
            yield score

    first = study(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        first.run(20, interrupted, quiet)
    so_far = first.ended()
    assert 5 < so_far < 20
    again = study(tmp_path)
    again.run(20, scores, quiet)
    assert [trial.state for trial in again.trials].count(State.INTERRUPTED) == 1
    assert again.ended() == 20
    assert ended(again) == ended(whole)


KILLED = """
import os, signal, sys
sys.path.insert(0, {folder!r})
from pathlib import Path
import test_study as here

def killed(values):
    for place, score in enumerate(here.scores(values)):
        if here_study.ended() == {after} and place == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        yield score

here_study = here.study(Path({where!r}))
here_study.run(20, killed, here.quiet)
"""


@pytest.mark.parametrize("after", [0, 12])
def test_a_killed_study_loses_no_trial(whole: Study, tmp_path: Path, after: int) -> None:
    script = KILLED.format(folder=str(Path(__file__).parent), where=str(tmp_path), after=after)
    done = subprocess.run([sys.executable, "-c", script], check=False)  # noqa: S603
    assert done.returncode == -signal.SIGKILL
    again = study(tmp_path)
    assert again.ended() == after
    again.run(20, scores, quiet)
    assert ended(again) == ended(whole)


def test_a_study_that_has_all_its_trials_asks_for_no_more(tmp_path: Path) -> None:
    asked = []

    def counted(values: Values) -> Iterator[float]:
        asked.append(values)
        yield from scores(values)

    study(tmp_path).run(4, counted, quiet)
    study(tmp_path).run(4, counted, quiet)
    assert len(asked) == 4
    study(tmp_path).run(6, counted, quiet)
    assert len(asked) == 6


def test_another_name_is_another_study_in_the_same_file(tmp_path: Path) -> None:
    study(tmp_path).run(3, scores, quiet)
    other = study(tmp_path, name="of other data")
    assert other.trials == []
    other.run(2, scores, quiet)
    assert study(tmp_path).ended() == 3


def test_a_model_that_cannot_be_fitted_counts_as_failed(tmp_path: Path) -> None:
    def refusing(values: Values) -> Iterator[float]:
        if values["units"] > 8:
            raise ModelError("too wide")
        yield from scores(values)

    tried = study(tmp_path)
    tried.run(12, refusing, quiet)
    states = {trial.state for trial in tried.trials if trial.tried["units"] > 8}
    assert states == {State.FAILED}
    assert len(tried.trials) == tried.ended() == 12


def test_a_file_that_holds_no_studies_is_named(tmp_path: Path) -> None:
    file = tmp_path / "studies" / "toy.db"
    file.parent.mkdir()
    file.write_text("garbage" * 1000)
    with pytest.raises(ModelError, match=r"toy\.db cannot be read as a file of studies"):
        study(tmp_path)
