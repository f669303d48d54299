"""Puts candidates in order: a small network over the scores of several models, listwise."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from learnloop.errors import ModelError

Floats = NDArray[np.float32]
LIMIT = 5.0
"""Standardised facts further out than this count as this."""


class ListwiseSettings(BaseModel):
    """Chosen on the Canvas Network enrolments, on an inner hold-out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hidden: int = Field(48, ge=1)
    epochs: int = Field(5, ge=1)
    batch: int = Field(64, ge=1)
    learning_rate: float = Field(0.01, gt=0)
    weight_decay: float = Field(1e-4, ge=0)
    seed: int = 0


@dataclass(frozen=True)
class Listwise:
    """score = W₃ relu(W₂ relu(W₁ x + b₁) + b₂), x the standardised facts of a candidate.

    Fitted to the softmax cross-entropy over each list (ListNet, Cao et al. 2007). Scored
    without torch.
    """

    centre: Floats
    """(F,)"""
    spread: Floats
    """(F,)"""
    layers: tuple[tuple[Floats, Floats], ...]
    """Weights (in, out) and bias (out,) of each layer."""

    @classmethod
    def fit(cls, facts: Floats, relevant: NDArray[Any], settings: ListwiseSettings) -> Self:
        """Learns from lists of candidates.

        Args:
            facts: (N, M, F) of M candidates in each of N lists.
            relevant: (N, M) at least 0; lists without any relevant candidate teach nothing.
            settings: of the network and its training.

        Raises:
            ModelError: no list has a relevant candidate.
        """
        import torch
        from torch import nn

        held = relevant.sum(axis=1) > 0
        if not held.any():
            raise ModelError(
                "no list has a relevant candidate: nothing to learn an order from."
            )
        centre = facts.mean(axis=(0, 1), dtype=np.float64).astype(np.float32)
        spread = facts.std(axis=(0, 1), dtype=np.float64).astype(np.float32) + 1e-6
        given = torch.from_numpy(np.clip((facts[held] - centre) / spread, -LIMIT, LIMIT))
        share = relevant[held] / relevant[held].sum(axis=1, keepdims=True)
        wanted = torch.from_numpy(share.astype(np.float32))
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(settings.seed)
                width = settings.hidden
                network = nn.Sequential(
                    nn.Linear(given.shape[-1], width),
                    nn.ReLU(),
                    nn.Linear(width, width),
                    nn.ReLU(),
                    nn.Linear(width, 1),
                )
                _train(network, given, wanted, settings)
        finally:
            torch.set_num_threads(threads)
        layers = tuple(
            (
                layer.weight.detach().numpy().T.copy(),
                layer.bias.detach().numpy().copy(),
            )
            for layer in network
            if isinstance(layer, nn.Linear)
        )
        return cls(centre, spread, layers)

    def log_chances(self, facts: Floats) -> Floats:
        """(N, M) logarithm of each candidate's chance among its list, from (N, M, F) facts."""
        x = np.clip((facts - self.centre) / self.spread, -LIMIT, LIMIT)
        for weight, bias in self.layers[:-1]:
            x = np.maximum(x @ weight + bias, 0)
        weight, bias = self.layers[-1]
        score = (x @ weight + bias)[..., 0]
        score = score - score.max(axis=-1, keepdims=True)
        return np.asarray(score - np.log(np.exp(score).sum(axis=-1, keepdims=True)))


def _train(network: Any, given: Any, wanted: Any, settings: ListwiseSettings) -> None:
    import torch

    steps = settings.epochs * -(-len(given) // settings.batch)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=max(steps, 2)
    )
    for _ in range(settings.epochs):
        for batch in torch.split(torch.randperm(len(given)), settings.batch):
            chances = network(given[batch])[..., 0].log_softmax(dim=1)
            loss = -(wanted[batch] * chances).sum(dim=1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
