"""Trains the mastery network with PyTorch Lightning; nothing else imports torch.

Import this module only where a model is fitted: it takes seconds.
"""

import copy
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytorch_lightning as lightning
import torch
from pytorch_lightning.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from learnloop.mastery.network import Network
from learnloop.mastery.settings import MasterySettings
from learnloop.mastery.state import Floats

Batch = tuple[Tensor, Tensor]


class Batches:
    """Passes over the answers in batches, in a new order each time if `seed` is given."""

    def __init__(self, inputs: Tensor, correct: Tensor, size: int, seed: int | None) -> None:
        self._inputs, self._correct, self._size = inputs, correct, size
        self._order = None if seed is None else torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return -(-len(self._correct) // self._size)

    def __iter__(self) -> Iterator[Batch]:
        rows = torch.arange(len(self._correct))
        if self._order is not None:
            rows = torch.randperm(len(rows), generator=self._order)
        for batch in torch.split(rows, self._size):
            yield self._inputs[batch], self._correct[batch]


class MasteryModule(lightning.LightningModule):
    """One hidden layer beside a linear one, trained on log loss."""

    def __init__(self, inputs: int, settings: MasterySettings) -> None:
        super().__init__()
        self.settings = settings
        self.hidden = nn.Linear(inputs, settings.hidden_units)
        self.out = nn.Linear(settings.hidden_units, 1)
        self.skip = nn.Linear(inputs, 1, bias=False)

    def forward(self, inputs: Tensor) -> Tensor:
        """(n,) logits of (n, inputs)."""
        logits: Tensor = self.out(torch.relu(self.hidden(inputs))) + self.skip(inputs)
        return logits.squeeze(1)

    def training_step(self, batch: Batch, _: int) -> Tensor:
        """The loss of one batch."""
        inputs, correct = batch
        return binary_cross_entropy_with_logits(self(inputs), correct)

    def validation_step(self, batch: Batch, _: int) -> None:
        """Adds one batch to the validation loss."""
        inputs, correct = batch
        loss = binary_cross_entropy_with_logits(self(inputs), correct)
        self.log("validation_loss", loss, batch_size=len(correct), on_epoch=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """AdamW, slower with every pass."""
        chosen = self.settings
        optimizer = torch.optim.AdamW(
            self.parameters(), lr=chosen.learning_rate, weight_decay=chosen.weight_decay
        )
        schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, chosen.learning_rate_decay)
        return {"optimizer": optimizer, "lr_scheduler": schedule}


class KeepBest(lightning.Callback):
    """Remembers the weights of the pass with the least validation loss, in memory."""

    def __init__(self) -> None:
        self.loss = float("inf")
        self.weights: dict[str, Tensor] | None = None

    def on_validation_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        """Compares the pass that just ended."""
        loss = float(trainer.callback_metrics["validation_loss"])
        if loss < self.loss:
            self.loss, self.weights = loss, copy.deepcopy(pl_module.state_dict())


def train(
    inputs: Floats,
    correct: Floats,
    validation: tuple[Floats, Floats] | None,
    settings: MasterySettings,
) -> Network:
    """Fits the network; the same arguments on the same machine give the same bits.

    Args:
        inputs: (n, inputs) of the answers to learn from.
        correct: (n,) 0 or 1.
        validation: the same of other students, to stop early on; ``None`` runs all
            passes and keeps the last weights.
        settings: hyper-parameters and seed.

    Returns:
        The weights, for predicting without torch.
    """
    centre, scale = inputs.mean(axis=0), inputs.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)

    def batches(x: Floats, y: Floats, seed: int | None) -> Batches:
        table = torch.from_numpy(((x - centre) / scale).astype(np.float32))
        answers = torch.from_numpy(y.astype(np.float32))
        return Batches(table, answers, settings.batch_size, seed)

    keep = KeepBest()
    with _one_thread(settings.seed), _quiet():
        module = MasteryModule(inputs.shape[1], settings)
        stop = lightning.callbacks.EarlyStopping("validation_loss", patience=settings.patience)
        trainer = lightning.Trainer(
            max_epochs=settings.epochs,
            accelerator="cpu",
            devices=1,
            callbacks=[keep, stop] if validation is not None else [],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
        )
        trainer.fit(
            module,
            train_dataloaders=batches(inputs, correct, settings.seed),
            val_dataloaders=None if validation is None else batches(*validation, None),
        )
    if keep.weights is not None:
        module.load_state_dict(keep.weights)
    return _export(module, centre, scale)


def _export(module: MasteryModule, centre: Floats, scale: Floats) -> Network:
    """The weights in numpy, with the scaling of the inputs folded in."""
    weights = {name: w.double().numpy() for name, w in module.state_dict().items()}
    hidden = weights["hidden.weight"].T / scale[:, None]
    skip = weights["skip.weight"][0] / scale
    return Network(
        hidden=hidden,
        hidden_bias=weights["hidden.bias"] - centre @ hidden,
        out=weights["out.weight"][0],
        skip=skip,
        bias=np.asarray(weights["out.bias"][0] - centre @ skip),
    )


@contextmanager
def _one_thread(seed: int) -> Iterator[None]:
    """One thread sums in one order; torch's own settings are put back afterwards."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def _quiet() -> Iterator[None]:
    """Lightning's advice on hardware and data loaders does not apply to a small network."""
    logger = logging.getLogger("pytorch_lightning")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
