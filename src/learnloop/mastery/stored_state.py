"""A student's state as bytes, small and exact: what a store keeps between two answers."""

import numpy as np

from learnloop.errors import ModelError
from learnloop.mastery.state import Knowledge

LAYOUT = 2
"""First byte: raised when the layout below changes."""
_HEAD = np.dtype(
    [
        ("layout", "u1"),
        ("version", "S16"),
        ("skills", "<u4"),
        ("traits", "u1"),
        ("answers", "<u4"),
    ]
)
_SKILL = np.dtype(
    [
        ("answers", "<u2"),
        ("latest", "u1"),
        ("place", "<u4"),
        ("day", "<f4"),
        ("sums", "<f4", (2,)),
        ("studied", "u1"),
    ]
)
MOST_ANSWERS = int(np.iinfo(np.uint16).max)


def to_bytes(state: Knowledge, version: str) -> bytes:
    """The state of one student, which means something to one version of the model alone.

    It takes 20 bytes a practised or studied skill and 2 D (D + 3) bytes for D traits.
    The covariance is symmetric, so that one half of it is kept. 149 practised skills and 20
    traits take 3,985 bytes.

    Args:
        state: of one student.
        version: of the model that made it, `MasteryPredictor.version`.

    Raises:
        ModelError: the state is not of exactly one student, or a skill has more answers than
            MOST_ANSWERS.
    """
    if len(state.answers) != 1:
        raise ModelError(f"Store one student at a time; the state holds {len(state.answers)}.")
    practised = np.flatnonzero((state.skill_answers + state.skill_studied)[0, :-1])
    if state.skill_answers.max(initial=0) > MOST_ANSWERS:
        raise ModelError(f"A skill has more than {MOST_ANSWERS} answers of the student.")
    traits = state.traits.shape[1]
    numbers = (LAYOUT, version.encode(), state.skills, traits, state.answers[0])
    head = np.array([numbers], dtype=_HEAD)
    skills = np.empty(len(practised), dtype=_SKILL)
    skills["answers"] = state.skill_answers[0, practised]
    skills["latest"] = state.skill_latest[0, practised]
    skills["place"] = state.skill_place[0, practised]
    skills["day"] = state.skill_day[0, practised]
    skills["sums"] = state.skill_sums[0, practised]
    skills["studied"] = state.skill_studied[0, practised]
    flags = np.zeros(state.skills, dtype=bool)
    flags[practised] = True
    half = np.tril_indices(traits)
    parts = (
        head,
        state.day.astype("<f8"),
        state.sums[0].astype("<f4"),
        state.traits[0].astype("<f4"),
        state.spread[0][half].astype("<f4"),
        np.packbits(flags),
        skills,
    )
    return b"".join(part.tobytes() for part in parts)


def from_bytes(stored: bytes, version: str) -> Knowledge:
    """The state that `to_bytes` stored, equal to the last bit.

    Args:
        stored: the bytes.
        version: of the model that shall go on with it.

    Raises:
        ModelError: these are no such bytes, or another version's: its traits are others.
    """
    if len(stored) < _HEAD.itemsize or stored[0] != LAYOUT:
        raise ModelError(
            f"These {len(stored)} bytes are no student's state of layout {LAYOUT}."
        )
    head = np.frombuffer(stored, _HEAD, 1)[0]
    made_by = head["version"].decode()
    if made_by != version:
        raise ModelError(
            f"The state was made by mastery model {made_by}, not {version}: replay the "
            "student's answers."
        )
    count, traits = int(head["skills"]), int(head["traits"])
    state = Knowledge.empty(1, count, traits)
    half = np.tril_indices(traits)
    widths = (("<f8", 1), ("<f4", state.sums.shape[1]), ("<f4", traits), ("<f4", len(half[0])))
    at, parts = _HEAD.itemsize, []
    try:
        for kind, length in (*widths, ("u1", -(-count // 8))):
            parts.append(np.frombuffer(stored, kind, length, at))
            at += parts[-1].nbytes
        day, sums, mean, spread, flags = parts
        practised = np.flatnonzero(np.unpackbits(flags, count=count))
        skills = np.frombuffer(stored, _SKILL, len(practised), at)
        at += skills.nbytes
    except ValueError as short:
        raise ModelError(
            f"The {len(stored)} bytes of a student's state are cut off."
        ) from short
    if at != len(stored):
        raise ModelError(f"A student's state ends after {at} bytes; there are {len(stored)}.")
    state.answers[0], state.day[:], state.sums[0], state.traits[0] = (
        head["answers"],
        day,
        sums,
        mean,
    )
    state.spread[0][half] = spread
    state.spread[0].T[half] = spread
    state.skill_answers[0, practised] = skills["answers"]
    state.skill_latest[0, practised] = skills["latest"]
    state.skill_place[0, practised] = skills["place"]
    state.skill_day[0, practised] = skills["day"]
    state.skill_sums[0, practised] = skills["sums"]
    state.skill_studied[0, practised] = skills["studied"]
    return state
