"""Turns simulated rows into the canonical event table, as Arrow columns."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from learnloop.events.schema import Device
from learnloop.simulation.curriculum import Curriculum
from learnloop.simulation.draws import Keys, words
from learnloop.simulation.items import Ints
from learnloop.simulation.people import TENANTS, People
from learnloop.simulation.rows import VERBS, Rows

TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("occurred_at", TIME),
        ("received_at", TIME),
        ("tenant_id", pa.string()),
        ("student_id", pa.string()),
        ("session_id", pa.string()),
        ("verb", pa.string()),
        ("content_id", pa.string()),
        ("skill_ids", pa.list_(pa.string())),
        ("correct", pa.bool_()),
        ("score", pa.float64()),
        ("duration_s", pa.float64()),
        ("progress", pa.float64()),
        ("hints_used", pa.int16()),
        ("device", pa.string()),
        ("source", pa.string()),
    ]
)
"""Columns of `learnloop.events.schema.Events` in Arrow's types."""

_HEX = np.frombuffer(
    "".join(f"{byte:02x}" for byte in range(256)).encode(), dtype="u1"
).reshape(256, 2)
_LATE_SHARE = 0.02
"""Share of events that reach the platform hours late: phones without a network (ours)."""


def _texts(characters: NDArray[np.uint8]) -> pa.Array:
    """Rows of ASCII bytes, shape (n, width), as an Arrow string column without a loop."""
    count, width = characters.shape
    starts = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(
        count, pa.py_buffer(starts), pa.py_buffer(np.ascontiguousarray(characters))
    )


def _hexadecimal(keys: Keys) -> NDArray[np.uint8]:
    """Big-endian hexadecimal digits of 64-bit words, shape (n, 16)."""
    digits = _HEX[keys.astype(">u8").view("u1").reshape(-1, 8)]
    return np.asarray(digits.reshape(-1, 16))


def uuids(high: Keys, low: Keys) -> pa.Array:
    """Version 4 UUIDs (RFC 9562) made of two random words each."""
    high = (high & np.uint64(0xFFFFFFFFFFFF0FFF)) | np.uint64(0x4000)
    low = (low & np.uint64(0x3FFFFFFFFFFFFFFF)) | np.uint64(0x8000000000000000)
    digits = np.concatenate([_hexadecimal(high), _hexadecimal(low)], axis=1)
    dash = np.full((len(digits), 1), ord("-"), dtype="u1")
    cuts = (digits[:, :8], digits[:, 8:12], digits[:, 12:16], digits[:, 16:20], digits[:, 20:])
    parts = [part for cut in cuts for part in (cut, dash)][:-1]
    return _texts(np.concatenate(parts, axis=1))


def _coded(values: Sequence[str], codes: Ints) -> pa.Array:
    """Texts by their number; -1 is null."""
    indices = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(values, pa.string()))


def _numbers(values: NDArray[np.generic], missing: NDArray[np.bool_]) -> pa.Array:
    return pa.array(values, mask=missing)


def _skill_lists(curriculum: Curriculum, rows: Rows) -> pa.Array:
    """The item's skills; for a social event the skill it is about; else none."""
    own = curriculum.items["skill_ids"].tolist()
    single = [[skill_id] for skill_id in curriculum.skills["skill_id"]]
    pool = pa.array([*own, *single, []], pa.list_(pa.string()))
    social = np.where(rows.skill >= 0, len(own) + rows.skill, len(pool) - 1)
    return pool.take(pa.array(np.where(rows.item >= 0, rows.item, social)))


def to_events(
    curriculum: Curriculum, people: People, midnight: NDArray[np.int64], rows: Rows
) -> pa.Table:
    """One row per event, in the columns of `SCHEMA` (texts as dictionaries).

    Args:
        curriculum: of the campus.
        people: the block of students to which `rows.student` points.
        midnight: shape (zones, days): UTC microseconds of each zone's midnights.
        rows: the events.
    """
    keys = people.keys[rows.student]
    occurred = midnight[people.zone[rows.student], rows.day] + np.rint(
        rows.second * 1e6
    ).astype(np.int64)
    asked = rows.correct >= 0
    columns = {
        "event_id": uuids(
            words(keys, "event-high", rows.moment), words(keys, "event-low", rows.moment)
        ),
        "occurred_at": pa.array(occurred).cast(TIME),
        "received_at": pa.array(occurred + _delay(people.keys, rows)).cast(TIME),
        "tenant_id": _coded(list(TENANTS), people.tenant[rows.student]),
        "student_id": _coded(people.student_ids.tolist(), rows.student),
        "session_id": _texts(_hexadecimal(words(keys, "session", rows.sitting))),
        "verb": _coded([verb.value for verb in VERBS], rows.verb),
        "content_id": _coded(curriculum.items["content_id"].tolist(), rows.item),
        "skill_ids": _skill_lists(curriculum, rows),
        "correct": _numbers(rows.correct == 1, ~asked),
        "score": _numbers((rows.correct == 1).astype(np.float64), ~asked),
        "duration_s": _numbers(rows.duration_s, np.isnan(rows.duration_s)),
        "progress": _numbers(rows.progress, np.isnan(rows.progress)),
        "hints_used": _numbers(rows.hints, rows.hints < 0),
        "device": _coded([device.value for device in Device], rows.device),
        "source": _coded(["campus"], np.zeros_like(rows.student)),
    }
    return pa.table(columns)


def _delay(keys: Keys, rows: Rows) -> NDArray[np.int64]:
    """Microseconds from an event to its arrival: about a second, or hours when offline."""
    word = words(keys[rows.student], "delay", rows.moment) >> np.uint64(11)
    unit = (word.astype(np.float64) + 0.5) * 2.0**-53
    late = unit < _LATE_SHARE
    seconds = np.where(late, 6 * 3600 * unit / _LATE_SHARE, -1.5 * np.log(unit))
    return np.rint(seconds * 1e6).astype(np.int64)
