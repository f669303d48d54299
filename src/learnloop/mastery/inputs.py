"""The table that the network sees: what is known before each answer, a row an answer."""

import numpy as np
import pandas as pd

from learnloop.mastery.items import ITEM_INPUTS, ItemBank
from learnloop.mastery.sequences import Histories, encode, in_chunks, replay
from learnloop.mastery.state import (
    JOINT_INPUTS,
    SKILL_INPUTS,
    STUDENT_INPUTS,
    Answers,
    Knowledge,
    joint_inputs,
    skill_inputs,
    student_inputs,
    study,
)
from learnloop.mastery.traits import Floats, Places, Singles

INPUTS = (*ITEM_INPUTS, *JOINT_INPUTS, *STUDENT_INPUTS, *SKILL_INPUTS)


def inputs_of(examples: pd.DataFrame, bank: ItemBank) -> tuple[Singles, Histories]:
    """What is known before each answer, of the item and from the student's earlier answers.

    Args:
        examples: answers, as `learnloop.mastery.sequences.encode` takes them.
        bank: of the items.

    Returns:
        (n, len(INPUTS)) in the order of the histories, and the histories.
    """
    histories, items = encode(examples, bank)
    table = np.empty((len(items), len(INPUTS)), dtype=np.float32)
    table[:, : len(ITEM_INPUTS)] = items
    begin = 0
    for _, chunk in in_chunks(histories, bank):
        state = Knowledge.empty(
            len(chunk.students), len(bank.skills), chunk.answers.slopes.shape[1]
        )
        for _, students, places in replay(chunk, state):
            now = chunk.answers.at(places)
            study(state, students, now.skill, now.studied)
            table[begin + places, len(ITEM_INPUTS) :] = known_before(
                state, students, now, now.day
            )
        begin += len(chunk.source)
    return table, histories


def known_before(state: Knowledge, students: Places, asked: Answers, day: Floats) -> Floats:
    """(n, joint, student and skill inputs) of students who are asked items on a day."""
    return np.column_stack(
        [
            joint_inputs(state, students, asked.slopes),
            student_inputs(state, students, day),
            skill_inputs(state, students, asked.skill, day),
        ]
    )
