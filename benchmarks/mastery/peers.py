"""Best-LR and DKT, fitted on the same training answers as our model.

Best-LR: logistic regression on item, skill and counts of earlier right and wrong answers
(Gervet et al. 2020, "When is deep learning the best approach to knowledge tracing?"). DKT: a
recurrent network over (skill, answer) pairs (Piech et al. 2015, "Deep knowledge tracing").
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HIDDEN = 128
DROPOUT = 0.2
LONGEST = 200
"""Answers that DKT's gradient runs through at once while training, as in pyKT; predictions run
through the whole history."""
EPOCHS = 30
PATIENCE = 4


def best_lr(attempts: pd.DataFrame) -> Floats:
    """Probabilities of the test answers, in the order of the rows."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import OneHotEncoder

    right = attempts["correct"].astype(float)
    counts = []
    for by in (["student_id"], ["student_id", "skill_id"], ["student_id", "content_id"]):
        own = right.groupby([attempts[name] for name in by])
        before = own.cumsum() - right
        counts += [np.log1p(before), np.log1p(own.cumcount() - before)]
    table = csr_matrix(np.column_stack(counts))
    train = (attempts["split"] != "test").to_numpy()
    encoder = OneHotEncoder(handle_unknown="ignore").fit(
        attempts.loc[train, ["content_id", "skill_id"]].to_numpy()
    )
    codes = encoder.transform(attempts[["content_id", "skill_id"]].to_numpy())
    inputs = csr_matrix(hstack([table, codes]))
    model = LogisticRegression(max_iter=3000).fit(inputs[train], right[train])
    return np.asarray(model.predict_proba(inputs[~train])[:, 1])


def dkt(attempts: pd.DataFrame) -> Floats:
    """The same; training stops on the validation students."""
    import torch
    from torch import nn
    from torch.nn.functional import binary_cross_entropy_with_logits

    torch.manual_seed(0)
    torch.set_num_threads(1)
    skill = pd.factorize(attempts["skill_id"], sort=True)[0]
    count = int(skill.max()) + 1
    pieces = _pieces(attempts, skill)

    class Tracer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(2 * count + 1, HIDDEN)
            self.recur = nn.LSTM(HIDDEN, HIDDEN, batch_first=True)
            self.drop = nn.Dropout(DROPOUT)
            self.out = nn.Linear(HIDDEN, count)

        def forward(self, before: torch.Tensor, asked: torch.Tensor) -> torch.Tensor:
            logits = self.out(self.drop(self.recur(self.embed(before))[0]))
            return torch.gather(logits, 2, asked[..., None])[..., 0]

    model = Tracer()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    shuffle = np.random.default_rng(0)

    def batches(split: str) -> list[list[tuple[NDArray[np.int64], ...]]]:
        own = sorted(pieces[split], key=lambda piece: len(piece[0]))
        return [own[place : place + 64] for place in range(0, len(own), 64)]

    def padded(batch: list[tuple[NDArray[np.int64], ...]]) -> list[torch.Tensor]:
        wide = max(len(piece[0]) for piece in batch)
        fill = (2 * count, 0, -1, -1)
        return [
            torch.from_numpy(
                np.stack(
                    [
                        np.pad(piece[k], (0, wide - len(piece[k])), constant_values=fill[k])
                        for piece in batch
                    ]
                )
            )
            for k in range(4)
        ]

    def loss_of(batch: list[tuple[NDArray[np.int64], ...]]) -> torch.Tensor:
        before, asked, correct, _ = padded(batch)
        given = correct >= 0
        return binary_cross_entropy_with_logits(
            model(before, asked)[given], correct[given].float()
        )

    best, kept, waited = np.inf, model.state_dict(), 0
    for _ in range(EPOCHS):
        model.train()
        taught = batches("train")
        for number in shuffle.permutation(len(taught)):
            optimizer.zero_grad()
            loss_of(taught[number]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            loss = float(np.mean([float(loss_of(batch)) for batch in batches("validation")]))
        waited = 0 if loss < best else waited + 1
        if loss < best:
            best, kept = loss, {k: v.clone() for k, v in model.state_dict().items()}
        if waited > PATIENCE:
            break
    model.load_state_dict(kept)
    found = np.empty(len(attempts))
    with torch.no_grad():
        for batch in batches("test"):
            before, asked, _, row = padded(batch)
            given = row >= 0
            found[row[given].numpy()] = torch.sigmoid(model(before, asked)[given]).numpy()
    return found[(attempts["split"] == "test").to_numpy()]


def _pieces(
    attempts: pd.DataFrame, skill: NDArray[np.int64]
) -> dict[str, list[tuple[NDArray[np.int64], ...]]]:
    """By split, each student's answers in pieces of LONGEST: before, asked, correct, row."""
    pieces: dict[str, list[tuple[NDArray[np.int64], ...]]] = {
        split: [] for split in ("train", "validation", "test")
    }
    correct = attempts["correct"].to_numpy(np.int64)
    start = 2 * (int(skill.max()) + 1)
    places = pd.Series(np.arange(len(attempts)))
    for _, own in places.groupby(attempts["student_id"].to_numpy()):
        rows = own.to_numpy()
        before = np.append(start, 2 * skill[rows[:-1]] + correct[rows[:-1]])
        split = str(attempts["split"].iloc[rows[0]])
        longest = len(rows) if split == "test" else LONGEST
        for cut in range(0, len(rows), longest):
            part = slice(cut, cut + longest)
            pieces[split].append(
                (before[part], skill[rows[part]], correct[rows[part]], rows[part])
            )
    return pieces


PEERS: Mapping[str, Callable[[pd.DataFrame], Floats]] = {"Best-LR": best_lr, "DKT": dkt}
"""By name: attempts with `split` → probabilities of the test answers in their order."""
