"""One more answer: how long until all of a student's masteries are known anew.

    python -m benchmarks latency --train train.tsv --test test.tsv

The model is fitted as `python -m benchmarks mastery` fits it. Then the answers that follow a
short and a very long history are taken in one by one (`MasteryPredictor.learn`), and after each
all skills are asked for anew (`masteries`), one student at a time as a service does. The state
goes through bytes and back in between, which is timed apart.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.mastery.compare import bank_and_fit
from benchmarks.mastery.reading import runs_of
from benchmarks.result import Result, Scores, measured, positive
from learnloop.evaluation import Estimate, bootstrap
from learnloop.mastery import MasteryPredictor
from learnloop.mastery.stored_state import from_bytes, to_bytes

SHORT, LONG = 10, 10_000
"""Answers that a student has given before the clock starts."""
TIMED = 100
"""Answers of each student that are timed after each history."""
REPLAYED = 1_000
"""Answers that are gone through again to predict one, where no state is kept."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The files, as `mastery` takes them."""
    parser.add_argument("--train", type=Path, required=True, help="answers to learn from")
    parser.add_argument("--test", type=Path, help="of other students; not for pyKT's folds")
    parser.add_argument(
        "--students", type=positive, default=20, help="whose answers are timed (default 20)"
    )


def run(options: argparse.Namespace) -> Result:
    """Fits, then times.

    Raises:
        DataError: the file is not what it should be.
    """
    run = next(runs_of(options.train, options.test, 1))
    attempts = run.data.attempts
    with measured() as cost:
        bank, refit, settings = bank_and_fit(run)
        model = MasteryPredictor(bank, settings).fit(attempts, refit)
    rng = np.random.default_rng(0)
    drawn = [
        attempts.iloc[rng.integers(len(attempts), size=LONG + TIMED)]
        for _ in range(options.students)
    ]
    short, long = (_after(history, model, drawn) for history in (SHORT, LONG))
    return Result(
        scores={
            **_percentiles("answer_ms", long["wall"]),
            **_percentiles("answer_cpu_ms", long["cpu"]),
            **_percentiles("answer_cpu_ms_short_history", short["cpu"]),
            **_percentiles("bytes_ms", long["bytes"]),
            "state_bytes": Estimate(
                *(float(f(long["size"])) for f in (np.max, np.min, np.max))
            ),
        },
        baselines={"without a state": _percentiles("answer_cpu_ms", _anew(model, drawn))},
        cost=cost,
        rows=sum(map(len, long["cpu"])),
        notes=[
            f"{TIMED} answers of each of {options.students} students after {LONG} others "
            f"(short history: {SHORT}), drawn from the file; {len(model.skills)} skills; "
            "one thread; percentiles over answers, intervals by student.",
            "answer_ms: one answer taken in and the masteries of all skills asked for, by the "
            "clock, other work on the machine included; answer_cpu_ms: its CPU time; bytes_ms: "
            "the student's state to bytes and back; state_bytes: the largest.",
            f"Without a state: the last {REPLAYED} answers are replayed to predict the next.",
        ],
    )


def _after(
    history: int, model: MasteryPredictor, drawn: list[pd.DataFrame]
) -> dict[str, list[list[float]]]:
    """By student, milliseconds and bytes of each timed answer."""
    found: dict[str, list[list[float]]] = {
        name: [] for name in ("wall", "cpu", "bytes", "size")
    }
    never, version = pd.Series([pd.NaT], dtype="datetime64[us, UTC]"), model.version
    for answers in drawn:
        for values in found.values():
            values.append([])
        state = model.new_student()
        given = answers[["content_id", "skill_id", "correct"]].head(history + TIMED)
        for row, (item, skill, correct) in enumerate(given.itertuples(index=False, name=None)):
            started, cpu = time.perf_counter(), time.thread_time()
            model.learn(state, item, skill, bool(correct), None)
            if row < history:
                continue
            model.masteries(state, never)
            found["cpu"][-1].append(1e3 * (time.thread_time() - cpu))
            found["wall"][-1].append(1e3 * (time.perf_counter() - started))
            started = time.perf_counter()
            stored = to_bytes(state, version)
            state = from_bytes(stored, version)
            found["bytes"][-1].append(1e3 * (time.perf_counter() - started))
            found["size"][-1].append(len(stored))
    return found


def _anew(model: MasteryPredictor, drawn: list[pd.DataFrame]) -> list[list[float]]:
    """Milliseconds of predicting a student's next answer from the answers before it."""
    spent = []
    for answers in drawn:
        known = answers.head(REPLAYED + 1).assign(
            student_id="one", position=np.arange(REPLAYED + 1)
        )
        started = time.thread_time()
        model.predict(known)
        spent.append([1e3 * (time.thread_time() - started)])
    return spent


def _percentiles(name: str, values: list[list[float]]) -> Scores:
    """The median and the 99th percentile, with intervals by student."""
    students = np.repeat(np.arange(len(values)), [len(own) for own in values])
    flat = np.concatenate([np.asarray(own, dtype=float) for own in values])

    def at(quantile: float) -> Estimate:
        return bootstrap(
            lambda ms, weight: float(np.quantile(np.repeat(ms, weight.astype(int)), quantile)),
            flat,
            students=students,
        )

    return {f"{name}_p50": at(0.5), f"{name}_p99": at(0.99)}
