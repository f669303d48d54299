"""Processes that fit and judge, one thread each, and that may die without loss."""

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Generic, ParamSpec, Self, TypeVar

from learnloop.errors import LearnloopError

P = ParamSpec("P")
R = TypeVar("R")
LIVES = 3
"""How often in a row a process may die over one question before it is nobody's accident."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_work: Callable[..., Any] | None = None


class Workers(Generic[R]):
    """Processes that answer questions, all by the same function.

    A process that dies is replaced and its question asked again. All end when the process
    that began them does, however it ends.
    """

    def __init__(self, work: Callable[..., R], count: int) -> None:
        """Args:
        work: can be pickled; is sent to each process once, with all that it holds.
        count: of processes.
        """
        self._work, self._count = work, count
        self._pool = self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def answers(self, questions: Sequence[tuple[Any, ...]]) -> Iterator[R]:
        """The function's values, in the order of the questions, each as soon as known.

        Who stops asking half way leaves the other questions unanswered.

        Raises:
            LearnloopError: a process died three times over one question.
        """
        answered, lives = 0, LIVES
        while answered < len(questions):
            asked: list[Future[R]] = []
            try:
                for question in questions[answered:]:
                    asked.append(self._pool.submit(_answer, *question))
                for future in asked:
                    yield future.result()
                    answered, lives = answered + 1, LIVES
            except BrokenProcessPool:
                lives -= 1
                if not lives:
                    raise LearnloopError(
                        f"a worker process died {LIVES} times over the same fit, most likely "
                        "for want of memory. Run fewer at once with tuning.workers."
                    ) from None
                self._pool.shutdown()
                self._pool = self._begin()
            finally:
                for future in asked:
                    future.cancel()

    def _begin(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(
            self._count,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_prepare,
            initargs=(self._work,),
        )
        with _one_thread():
            pool.submit(os.getpid)
        return pool


def _prepare(work: Callable[..., Any]) -> None:
    """Runs first in each process."""
    global _work
    _work = work
    # What a fit notes of itself is of no use hundreds of times over.
    logging.disable(logging.INFO)
    # Ctrl-C reaches the whole group: a worker has nothing to say about it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _answer(*question: Any) -> Any:
    if _work is None:
        raise RuntimeError("the process was not prepared")
    return _work(*question)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes that begin meanwhile use one thread each: sums then have one order."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
