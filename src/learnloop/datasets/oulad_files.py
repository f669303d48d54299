"""The files of the Open University Learning Analytics data, cell by cell as they are published.

Kuzilek, Hlosta & Zdrahal (2017), "Open University Learning Analytics dataset", Scientific
Data 4:170171. An empty cell and `?` (so the publisher writes a missing score) are null.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from learnloop.datasets import assistments_files
from learnloop.datasets.cells import read_cells
from learnloop.datasets.school_format import EXPECTED, Kind
from learnloop.errors import DataError

_EMPTY = ("", "?")
REMEDY = (
    "Set LEARNLOOP_DATA to a folder that holds oulad/ with the files of the Open University "
    "Learning Analytics data (Kuzilek et al. 2017)."
)


@dataclass(frozen=True)
class Column:
    """What the cells of one column are.

    Args:
        kind: how a cell is read.
        empty: whether a cell may be empty.
        words: the only words allowed; none given means any.
        low: least value allowed.
        high: greatest value allowed.
    """

    kind: Kind = "text"
    empty: bool = False
    words: tuple[str, ...] = ()
    low: float = float("-inf")
    high: float = float("inf")


DEPRIVATION = (
    *("0-10%", "10-20", "10-20%", "20-30%", "30-40%", "40-50%"),
    *("50-60%", "60-70%", "70-80%", "80-90%", "90-100%"),
)
"""Tenths of the index of multiple deprivation; the publisher left the sign off `10-20`."""

_PRESENTATION = {"code_module": Column(), "code_presentation": Column()}
_ENROLMENT = {**_PRESENTATION, "id_student": Column()}
_COUNT = Column("integer", low=0)
_YES_NO = Column("integer", low=0, high=1)

FILES: dict[str, dict[str, Column]] = {
    "courses.csv": {**_PRESENTATION, "module_presentation_length": Column("integer", low=1)},
    "assessments.csv": {
        **_PRESENTATION,
        "id_assessment": Column(),
        "assessment_type": Column(words=("TMA", "CMA", "Exam")),
        "date": Column("number", empty=True),
        "weight": Column("number", low=0, high=100),
    },
    "studentInfo.csv": {
        **_ENROLMENT,
        "gender": Column(words=("F", "M")),
        "highest_education": Column(),
        "imd_band": Column(empty=True, words=DEPRIVATION),
        "age_band": Column(words=("0-35", "35-55", "55<=")),
        "num_of_prev_attempts": _COUNT,
        "studied_credits": _COUNT,
        "disability": Column(words=("N", "Y")),
        "final_result": Column(words=("Pass", "Distinction", "Fail", "Withdrawn")),
    },
    "studentRegistration.csv": {
        **_ENROLMENT,
        "date_registration": Column("number", empty=True),
        "date_unregistration": Column("number", empty=True),
    },
    "studentAssessment.csv": {
        "id_assessment": Column(),
        "id_student": Column(),
        "date_submitted": Column("number"),
        "is_banked": _YES_NO,
        "score": Column("number", empty=True, low=0, high=100),
    },
    "vle_pre_course_clicks.csv": {
        **_ENROLMENT,
        "pre_course_clicks": _COUNT,
        "pre_course_interaction_rows": _COUNT,
    },
    "studentVle_sample_AAA_2013J.csv": {
        **_ENROLMENT,
        "id_site": Column(),
        "date": Column("integer"),
        "sum_click": _COUNT,
    },
}
"""The columns that are read of each file; `.csv.gz` is as good as `.csv`."""

KEYS: dict[str, tuple[str, ...]] = {
    "courses.csv": tuple(_PRESENTATION),
    "assessments.csv": ("id_assessment",),
    "studentInfo.csv": tuple(_ENROLMENT),
    "studentRegistration.csv": tuple(_ENROLMENT),
    "studentAssessment.csv": ("id_assessment", "id_student"),
    "vle_pre_course_clicks.csv": tuple(_ENROLMENT),
}
"""What no two rows of a file share."""


def is_there(folder: Path, name: str) -> bool:
    """Whether `folder` holds the file, packed or not."""
    return _path(folder, name) is not None


def _path(folder: Path, name: str) -> Path | None:
    return next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """One file, validated: text as str, numbers as float64, null where empty.

    The index is the line of the file, the header being line 1.

    Args:
        folder: where the file lies.
        name: one of `FILES`.

    Raises:
        DataError: the file or a column is missing, a row has too few or too many cells, a
            cell is not what `FILES` says, or two rows have the same key.
    """
    path = _path(folder, name)
    if path is None:
        raise DataError(f"there is no file '{folder / name}'.", remedy=REMEDY)
    cells = assistments_files.read_cells(path, tuple(FILES[name]), ",", REMEDY)
    table = pd.DataFrame(
        {column: _read(cells[column], said, name) for column, said in FILES[name].items()}
    )
    key = list(KEYS.get(name, ()))
    if key and table.duplicated(key).any():
        again = table.duplicated(key, keep=False)
        refuse(again, f"{int(again.sum())} rows share their {', '.join(key)}.", name, key[-1])
    return table


def _read(cells: pd.Series, said: Column, file: str) -> pd.Series:
    column = str(cells.name)
    text = cells.astype(object).mask(cells.isin(_EMPTY), None)
    values, bad = read_cells(text, said.kind)
    if not said.empty:
        refuse(text.isna(), "the cell is empty.", file, column)
    if said.words:
        bad |= values.notna() & ~values.isin(said.words)
        expected = f"one of {', '.join(said.words)}"
    elif said.kind == "text":
        expected = EXPECTED["text"]
    else:
        bad |= (values < said.low) | (values > said.high) | np.isinf(values)
        expected = f"{EXPECTED[said.kind]}{_range(said)}"
    if bad.any():
        refuse(bad, f"'{text[bad].iloc[0]}' is not {expected}.", file, column)
    return values


def _range(said: Column) -> str:
    if said.high < float("inf"):
        return f" from {said.low:g} to {said.high:g}"
    return f", at least {said.low:g}" if said.low > float("-inf") else ""


def refuse(wrong: "pd.Series[bool]", problem: str, file: str, column: str) -> None:
    """Raises the `DataError` that names the lines, where any is `wrong`; see `read_table`."""
    if wrong.any():
        lines = [int(line) for line in wrong.index[wrong]]
        raise DataError(problem, file=file, column=column, rows=lines)
