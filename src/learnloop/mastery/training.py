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
from learnloop.mastery.traits import Floats, Places, Singles

Batch = tuple[Tensor, Tensor, Tensor]
"""Inputs, places in the skill list, outcomes."""
Table = tuple[Singles, Places, Floats]
"""(n, inputs), (n,) places in the skill list, (n,) 0 or 1."""
UNKNOWN_SHARE = 0.05
"""Of the training answers, for which the network is not told the skill: what it then says
has to do for skills that nobody has seen."""


class Batches:
    """Passes over the answers in batches, in a new order each time if `seed` is given."""

    def __init__(self, rows: Batch, size: int, seed: int | None) -> None:
        self._rows, self._size = rows, size
        self._order = None if seed is None else torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return -(-len(self._rows[0]) // self._size)

    def __iter__(self) -> Iterator[Batch]:
        rows = torch.arange(len(self._rows[0]))
        if self._order is not None:
            rows = torch.randperm(len(rows), generator=self._order)
        for batch in torch.split(rows, self._size):
            inputs, skill, correct = self._rows
            yield inputs[batch], skill[batch], correct[batch]


class MasteryModule(lightning.LightningModule):
    """One hidden layer, shifted by the skill, beside a linear one; trained on log loss."""

    def __init__(self, inputs: int, skills: int, settings: MasterySettings) -> None:
        super().__init__()
        self.settings = settings
        self.unknown = skills - 1
        self.hidden = nn.Linear(inputs, settings.hidden_units)
        self.by_skill = nn.Embedding(skills, settings.hidden_units, padding_idx=self.unknown)
        nn.init.zeros_(self.by_skill.weight)
        self.out = nn.Linear(settings.hidden_units, 1)
        self.skip = nn.Linear(inputs, 1, bias=False)

    def forward(self, inputs: Tensor, skill: Tensor) -> Tensor:
        """(n,) logits of (n, inputs) and (n,) places in the skill list."""
        units = torch.relu(self.hidden(inputs) + self.by_skill(skill))
        logits: Tensor = self.out(units) + self.skip(inputs)
        return logits.squeeze(1)

    def training_step(self, batch: Batch, _: int) -> Tensor:
        """The loss of one batch."""
        inputs, skill, correct = batch
        untold = torch.rand(len(skill)) < UNKNOWN_SHARE
        skill = skill.masked_fill(untold, self.unknown)
        return binary_cross_entropy_with_logits(self(inputs, skill), correct)

    def validation_step(self, batch: Batch, _: int) -> None:
        """Adds one batch to the validation loss."""
        inputs, skill, correct = batch
        loss = binary_cross_entropy_with_logits(self(inputs, skill), correct)
        self.log("validation_loss", loss, batch_size=len(correct), on_epoch=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """AdamW, slower with every pass."""
        chosen = self.settings
        skills = list(self.by_skill.parameters())
        others = [p for name, p in self.named_parameters() if not name.startswith("by_skill")]
        optimizer = torch.optim.AdamW(
            [
                {"params": others, "weight_decay": chosen.weight_decay},
                {"params": skills, "weight_decay": chosen.skill_weight_decay},
            ],
            lr=chosen.learning_rate,
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
    taught: Table, validation: Table | None, skills: int, settings: MasterySettings
) -> Network:
    """Fits the network; the same arguments on the same machine give the same bits.

    Args:
        taught: the answers to learn from.
        validation: the same of other students, to stop early on; ``None`` runs all
            passes and keeps the last weights.
        skills: K + 1; the last place stands for skills that are not in the list.
        settings: hyper-parameters and seed.

    Returns:
        The weights, for predicting without torch.
    """
    centre = taught[0].mean(axis=0, dtype=np.float64)
    scale = taught[0].std(axis=0, dtype=np.float64)
    scale = np.where(scale > 1e-9, scale, 1.0)

    def batches(table: Table, seed: int | None) -> Batches:
        scaled = (table[0] - centre.astype(np.float32)) / scale.astype(np.float32)
        inputs = torch.from_numpy(scaled.astype(np.float32, copy=False))
        correct = torch.from_numpy(table[2].astype(np.float32))
        rows = (inputs, torch.from_numpy(table[1]), correct)
        return Batches(rows, settings.batch_size, seed)

    keep = KeepBest()
    with _one_thread(settings.seed), _quiet():
        module = MasteryModule(len(centre), skills, settings)
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
            train_dataloaders=batches(taught, settings.seed),
            val_dataloaders=None if validation is None else batches(validation, None),
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
        by_skill=weights["by_skill.weight"] + weights["hidden.bias"] - centre @ hidden,
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
