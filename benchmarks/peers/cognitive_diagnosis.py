"""EduCDM's NeuralCDM (Wang et al. 2020) and KaNCD (Wang et al. 2022) on held-out answers.

Trained with its own learning rate on one thread; the epoch is kept whose AUC is best on a
tenth of the training answers.
"""

import copy
import json
import os
import sys
import time
from pathlib import Path

os.environ["TQDM_DISABLE"] = "1"

import numpy as np
import torch
from EduCDM import NCDM, KaNCD
from torch.utils.data import DataLoader, Dataset

BATCH = {"NeuralCDM": 256, "KaNCD": 1024}
"""256 as in its examples; KaNCD is best after three epochs of larger and faster ones."""
EPOCHS = {"NeuralCDM": 6, "KaNCD": 6}
DIMENSIONS = 20


class Answers(Dataset):
    """Student, item, the item's skills as ones, and the answer."""

    def __init__(self, student, item, skill, correct, skills):
        self.columns = (torch.tensor(student), torch.tensor(item), torch.tensor(skill))
        self.correct, self.skills = torch.tensor(correct, dtype=torch.float), skills

    def __len__(self):
        return len(self.correct)

    def __getitems__(self, rows):
        student, item, skill = (column[rows] for column in self.columns)
        ones = torch.nn.functional.one_hot(skill, self.skills).float()
        return student, item, ones, self.correct[rows]


def batches(answers, size, shuffle=False):
    """An iterator that hands whole batches over, so that loading costs next to nothing."""
    return DataLoader(answers, size, shuffle=shuffle, collate_fn=lambda batch: batch)


def keep_best(model, net):
    """Lets `model` remember the parameters of the epoch with the best validation AUC."""
    best = {"auc": 0.0}
    judge = model.eval

    def remember(answers, device="cpu"):
        auc, accuracy = judge(answers, device)
        getattr(model, net).train()
        if auc > best["auc"]:
            best.update(auc=auc, state=copy.deepcopy(getattr(model, net).state_dict()))
        return auc, accuracy

    model.eval = remember
    return best


def predicted(net, answers):
    """P(correct) of each answer."""
    net.eval()
    with torch.no_grad():
        return [p for *asked, _ in batches(answers, 1024) for p in net(*asked).tolist()]


def main(given, found):
    """`student`, `item`, `skill`, `correct`, `held` (whether held out), `model`, `seed`."""
    read = np.load(given)
    name, seed = str(read["model"]), int(read["seed"])
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    students, items, skills = (int(read[n].max()) + 1 for n in ("student", "item", "skill"))
    columns = [read[name] for name in ("student", "item", "skill", "correct")]
    held = read["held"]
    # A stream of its own: what is held out was drawn from the one of the same seed.
    judged = ~held & (np.random.default_rng([seed, 1]).random(len(held)) < 0.1)
    taught, judged, asked = (
        Answers(*(column[rows] for column in columns), skills)
        for rows in (~held & ~judged, judged, held)
    )
    started = time.process_time()
    training, judging = batches(taught, BATCH[name], shuffle=True), batches(judged, 1024)
    if name == "KaNCD":
        model = KaNCD(
            exer_n=items, student_n=students, knowledge_n=skills, mf_type="gmf", dim=DIMENSIONS
        )
        best = keep_best(model, "net")
        model.train(training, judging, epoch_n=EPOCHS[name])
        net = model.net
    else:
        model = NCDM(skills, items, students)
        best = keep_best(model, "ncdm_net")
        model.train(training, judging, epoch=EPOCHS[name])
        net = model.ncdm_net
    net.load_state_dict(best["state"])
    probability = predicted(net, asked)
    said = {"probability": probability, "cpu_seconds": time.process_time() - started}
    Path(found).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
