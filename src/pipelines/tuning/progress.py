"""Tells the person at the terminal how a search goes."""

from types import TracebackType
from typing import Self

import rich.progress
from rich.console import Console

from learnloop.errors import LearnloopError
from learnloop.tuning.study import State, Study, Trial


class Progress:
    """A line for each trial and a bar below them; says how to go on when interrupted."""

    def __init__(self, pipeline: str, headline: str, study: Study, trials: int) -> None:
        """Args:
        pipeline: its name.
        headline: what the scores are.
        study: may have ended trials already.
        trials: to end.
        """
        self._pipeline, self._headline = pipeline, headline
        self._study, self._trials = study, trials
        console = Console(highlight=False)
        self._bar = rich.progress.Progress(
            rich.progress.TextColumn("{task.description}"),
            rich.progress.BarColumn(),
            rich.progress.MofNCompleteColumn(),
            rich.progress.TextColumn("{task.fields[best]}"),
            rich.progress.TimeRemainingColumn(),
            console=console,
        )
        self._task = self._bar.add_task(
            pipeline, total=trials, completed=study.ended(), best=self._best()
        )

    def __enter__(self) -> Self:
        if ended := self._study.ended():
            self._bar.console.print(
                f"The study of these data and this code has ended {ended} trials already."
            )
        self._bar.start()
        return self

    def tell(self, trial: Trial) -> None:
        """One more trial has ended."""
        tried = trial.tried.items()
        changes = ", ".join(f"{path.rsplit('.', 1)[-1]} {value}" for path, value in tried)
        word = trial.state.value
        if trial.state is State.PRUNED:
            word = f"pruned after {len(trial.folds)} folds"
        score = f"{trial.score:.4f}" if trial.folds else "–"
        self._bar.console.print(
            f"trial {self._study.ended():3d}  {self._headline} {score}  {word}  "
            f"[dim]{changes}[/dim]"
        )
        self._bar.update(self._task, completed=self._study.ended(), best=self._best())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()
        if kind is KeyboardInterrupt:
            raise LearnloopError(
                f"interrupted after {self._study.ended()} of {self._trials} trials, which "
                "are kept. The same command goes on from there."
            ) from None

    def _best(self) -> str:
        pruned = sum(trial.state is State.PRUNED for trial in self._study.trials)
        best = self._study.best()
        score = f"best {self._headline} {best.score:.4f}, " if best else ""
        return f"{score}{pruned} pruned"
