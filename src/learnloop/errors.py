"""The errors that Learnloop raises on purpose.

LearnloopError
├── DataError            an input breaks its contract; names file, column and rows
│   └── RejectionLimitError  more rows were quarantined than the configuration allows
├── ConsentError         data reached a place that its students did not consent to
├── PointInTimeError     a feature was asked for, or written, out of its time
└── ModelError           a model cannot be fitted, loaded or asked what it was asked

Each message says what was wrong, where, and what to do; the command line prints
it without a stack trace.
"""

from collections.abc import Sequence


class LearnloopError(Exception):
    """Base of every error that is meant to be read by a user."""


class DataError(LearnloopError):
    """An input breaks its contract.

    Args:
        problem: what is wrong, in one sentence, quoting the offending value.
        file: file or table in which it was found, or ``None`` when there is none.
        column: the column, or ``None`` when the whole row or file is meant.
        rows: 1-based line numbers (a header is line 1) or row ids; may be empty.
        remedy: what the user can do about it, or ``None`` when the problem says it.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        column: str | None = None,
        rows: Sequence[int | str] = (),
        remedy: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = file
        self.column = column
        self.rows = tuple(rows)
        self.remedy = remedy
        shown = ", ".join(str(row) for row in self.rows[:5])
        more = f" and {len(self.rows) - 5} more" if len(self.rows) > 5 else ""
        where = [
            part
            for part in (
                file,
                f"column '{column}'" if column else None,
                f"row {shown}{more}" if self.rows else None,
            )
            if part
        ]
        message = f"{', '.join(where)}: {problem}" if where else problem
        super().__init__(f"{message} {remedy}" if remedy else message)


class RejectionLimitError(DataError):
    """More rows were quarantined than the configuration allows."""


class ConsentError(LearnloopError):
    """Data reached a place that its students did not consent to."""


class PointInTimeError(LearnloopError):
    """A feature was asked for, or written, out of its time."""


class ModelError(LearnloopError):
    """A model cannot be fitted, loaded or asked what it was asked."""
