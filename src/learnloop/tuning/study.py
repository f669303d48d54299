"""A study on disk: what was tried, how it did, and what to try next. The adapter of Optuna.

Fold by fold a trial is held against the best one so far (Wilcoxon's signed ranks over the
folds that both have) and given up when it is surely worse.

What is tried next follows from the seed and from the trials that have ended, and from
nothing else: a study that was interrupted goes on exactly as if it had not been.
"""

import json
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from learnloop.errors import ModelError
from learnloop.tuning.space import Dimension, Space, Values, values_of

if TYPE_CHECKING:
    import optuna

DIGITS = 3
"""Of a number that a study proposes; more would say more than it knows."""

Scores = Callable[[Values], Iterable[float]]
"""Scores of the folds, in their order, of a model with these values; higher is better."""


class State(StrEnum):
    """How a trial ended."""

    FINISHED = "finished"
    PRUNED = "pruned"
    FAILED = "failed"
    """No model could be fitted with these values."""
    INTERRUPTED = "interrupted"
    """The process ended; the same values are tried again."""


@dataclass(frozen=True)
class Trial:
    """One set of values and what became of it."""

    number: int
    state: State
    tried: Values
    folds: tuple[float, ...]
    """Scores of the folds that were reached."""
    seconds: float

    @property
    def score(self) -> float:
        """Mean of `folds`; NaN where there is none."""
        return sum(self.folds) / len(self.folds) if self.folds else float("nan")


class Study:
    """A search in `space` that outlives its process; one process at a time may run it."""

    def __init__(
        self,
        file: Path,
        name: str,
        space: Space,
        settings: BaseModel,
        *,
        folds: int,
        seed: int,
        p_value: float,
    ) -> None:
        """Opens the study, or begins it.

        Args:
            file: SQLite database; made if missing, may hold other studies too.
            name: of the study. Whoever changes what the scores follow from (data, code,
                folds) must change the name: trials under one name are comparable.
            space: what may change.
            settings: the present ones; their values are the first trial.
            folds: scores of a trial that is not given up.
            seed: of the proposals.
            p_value: below it a trial is given up.

        Raises:
            ModelError: `file` is there and holds no studies.
        """
        import optuna
        from sqlalchemy.exc import DatabaseError

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        file.parent.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            pruner = optuna.pruners.WilcoxonPruner(p_threshold=p_value)
        try:
            self._study = optuna.create_study(
                storage=f"sqlite:///{file}",
                study_name=name,
                direction="maximize",
                pruner=pruner,
                load_if_exists=True,
            )
        except DatabaseError as error:
            raise ModelError(
                f"{file} cannot be read as a file of studies: {error.orig}. Move it away; the "
                "search then begins anew."
            ) from None
        self._space, self._folds, self._seed = space, folds, seed
        self._present = values_of(settings, space)
        self._distributions = {
            path: _distribution(dimension, self._present[path])
            for path, dimension in space.items()
        }

    @property
    def trials(self) -> list[Trial]:
        """All that have ended, in order."""
        return [
            self._told(trial) for trial in self._study.get_trials() if trial.state.is_finished()
        ]

    def ended(self) -> int:
        """How many count: all but the interrupted."""
        return sum(trial.state is not State.INTERRUPTED for trial in self.trials)

    def best(self) -> Trial | None:
        """The finished trial with the highest score, the earlier one of equals."""
        finished = [trial for trial in self.trials if trial.state is State.FINISHED]
        return max(finished, key=lambda trial: trial.score, default=None)

    def run(self, trials: int, scores: Scores, tell: Callable[[Trial], None]) -> None:
        """Goes on until `trials` have ended, those of earlier runs included.

        Args:
            trials: finished, pruned and failed ones together.
            scores: judges values; what it raises beside ModelError ends the run, and the
                trial counts as interrupted.
            tell: called after each trial.
        """
        import optuna

        self._close_interrupted()
        self._ask_for_present()
        for ended in range(self.ended(), trials):
            self._study.sampler = optuna.samplers.TPESampler(seed=self._seed + ended)
            trial = self._study.ask(self._distributions)
            tell(self._told(self._judge(trial, scores)))

    def scores(self) -> dict[int, float]:
        """Scores over all folds by number, of the finished and of the pruned.

        Folds differ, and a pruned trial saw the first few: it is taken to be as far from
        the best one as it is on those.
        """
        best = self.best()
        if best is None:
            return {}
        found = {}
        for trial in self.trials:
            if trial.state is State.FINISHED:
                found[trial.number] = trial.score
            elif trial.state is State.PRUNED:
                reached = best.folds[: len(trial.folds)]
                found[trial.number] = best.score - sum(reached) / len(reached) + trial.score
        return found

    def importances(self) -> dict[str, float]:
        """Share of each parameter in how much scores differ (fANOVA, Hutter et al. 2014).

        Empty while there are fewer than two `scores`, or all are equal.
        """
        import optuna

        scores = self.scores()
        if len(set(scores.values())) < 2:
            return {}
        judged = optuna.create_study(direction="maximize")
        for trial in self._study.get_trials():
            if trial.number in scores:
                judged.add_trial(
                    optuna.trial.create_trial(
                        params=trial.params,
                        distributions=trial.distributions,
                        value=scores[trial.number],
                    )
                )
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=self._seed)
        return optuna.importance.get_param_importances(judged, evaluator=evaluator)

    def _judge(self, trial: "optuna.Trial", scores: Scores) -> "optuna.trial.FrozenTrial":
        import optuna

        told: list[float] = []
        try:
            for fold, score in enumerate(scores(self._values(trial.params))):
                trial.report(score, fold)
                told.append(score)
                if fold + 1 < self._folds and trial.should_prune():
                    return self._study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        except ModelError as error:
            trial.set_user_attr("error", str(error))
            return self._study.tell(trial, state=optuna.trial.TrialState.FAIL)
        return self._study.tell(trial, sum(told) / len(told))

    def _close_interrupted(self) -> None:
        """Only one process runs a study: what still runs when it begins is dead."""
        from optuna.trial import TrialState

        for trial in self._study.get_trials(states=(TrialState.RUNNING,)):
            self._study.tell(trial.number, state=TrialState.FAIL)

    def _ask_for_present(self) -> None:
        """Puts the present values first in the queue, unless they are there or were judged."""
        from optuna.trial import TrialState

        present = {path: self._coded(path, value) for path, value in self._present.items()}
        known = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.WAITING)
        for trial in self._study.get_trials(states=known):
            if present in (trial.params, trial.system_attrs.get("fixed_params")):
                return
        self._study.enqueue_trial(present)

    def _told(self, trial: "optuna.trial.FrozenTrial") -> Trial:
        from optuna.trial import TrialState

        state = {TrialState.COMPLETE: State.FINISHED, TrialState.PRUNED: State.PRUNED}.get(
            trial.state,
            State.FAILED if "error" in trial.user_attrs else State.INTERRUPTED,
        )
        took = trial.duration
        return Trial(
            number=trial.number,
            state=state,
            tried=self._values(trial.params),
            folds=tuple(
                trial.intermediate_values[k] for k in sorted(trial.intermediate_values)
            ),
            seconds=took.total_seconds() if took else 0.0,
        )

    def _values(self, params: dict[str, Any]) -> Values:
        """As settings take them, from what Optuna keeps."""
        return {
            path: json.loads(value)
            if self._space[path].choices
            else value
            if value == self._present[path]
            else _rounded(value)
            for path, value in params.items()
        }

    def _coded(self, path: str, value: Any) -> Any:
        """The other way round: Optuna keeps choices as text, so that they may be lists."""
        choices = self._space[path].choices
        return json.dumps(choices[choices.index(value)]) if choices else value


def _distribution(dimension: Dimension, present: Any) -> Any:
    import optuna

    if dimension.choices:
        return optuna.distributions.CategoricalDistribution(
            [json.dumps(choice) for choice in dimension.choices]
        )
    low, high = dimension.ends
    if isinstance(present, int):
        return optuna.distributions.IntDistribution(low, high, log=dimension.log)
    return optuna.distributions.FloatDistribution(low, high, log=dimension.log)


def _rounded(value: float) -> float:
    return value if isinstance(value, int) else float(f"{value:.{DIGITS}g}")
