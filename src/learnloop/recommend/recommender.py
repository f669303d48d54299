"""The content recommender: what to do next, chosen by expected learning gain."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.errors import ModelError
from learnloop.model import require
from learnloop.recommend import reasons
from learnloop.recommend.candidates import allowed, started_skills
from learnloop.recommend.catalogue import TYPES, Catalogue
from learnloop.recommend.course_models import CourseModels
from learnloop.recommend.factors import confidences, fit_item_factors
from learnloop.recommend.facts import Context, facts
from learnloop.recommend.fitted import Fitted, read, write
from learnloop.recommend.learners import COLUMNS, Floats, Learners, chunks
from learnloop.recommend.listing import Lists, make_lists
from learnloop.recommend.outcomes import as_newcomers, taken_up
from learnloop.recommend.popularity import Popularity
from learnloop.recommend.schema import Recommendations
from learnloop.recommend.scoring import gain_parts
from learnloop.recommend.serving import Recommendation, answer
from learnloop.recommend.settings import RecommenderSettings
from learnloop.recommend.takeup import TakeUp
from learnloop.splits import Split


class ContentRecommender:
    """Candidates from implicit feedback, ranked by expected gain within prerequisites.

    score = P(take-up) × value ^ gain weight. `learnloop.recommend.gain` gives the value,
    `learnloop.recommend.takeup` the probability, `learnloop.recommend.candidates` the
    rules that no score overrules.

    Examples are rows of `LearnerSnapshots`, one per student × decision moment; `predict`
    answers each with one list. `recommend` gives the same as one row per item, `answer`
    one student's with all reasons, and `lists` the numbers of every pair that was scored,
    listed or not.
    """

    name: ClassVar[str] = "content_recommender"
    contract: ClassVar[int] = 3

    def __init__(
        self, catalogue: Catalogue, settings: RecommenderSettings | None = None
    ) -> None:
        """Args:
        catalogue: the items that may be recommended.
        settings: ``None`` means the defaults.
        """
        self.catalogue = catalogue
        self.settings = settings or RecommenderSettings()
        self._fitted: Fitted | None = None

    def fit(self, examples: pd.DataFrame) -> Self:
        """Learns from training students at two or more weeks of their terms.

        Each earlier week teaches take-up: item vectors and popularity as they were then,
        and what was taken up after. Item vectors and popularity of the latest week are
        kept; what was taken up after it is not read. How newcomers begin is learned from
        what the same students began with.

        Rows of split ``validation`` teach nothing of this: the lists made for them in the
        earlier weeks calibrate the probability. Without such rows it stays as learned.

        Raises:
            ModelError: a column is missing, there are no examples, only one week, or
                nothing was taken up.
        """
        require(examples, ("split", "week", "taken", *COLUMNS))
        held = examples["split"] == Split.VALIDATION
        learned, validation = examples[~held], examples[held]
        weeks = sorted(learned["week"].unique())
        if len(weeks) < 2:
            raise ModelError(
                f"the recommender needs examples of two weeks to fit, got {len(weeks)}."
                " Give snapshots of an earlier week too."
            )
        class_ids = np.unique([c for ids in learned["class_ids"] for c in ids]).astype(str)
        prior = self._prior(learned)
        by_week = {week: learned[learned["week"] == week] for week in weeks}
        contexts = {
            week: self._context(then, prior, class_ids) for week, then in by_week.items()
        }
        tables, taken, gains = [], [], []
        for week in weeks[:-1]:
            asked = by_week[week]
            if week == weeks[-2]:
                newcomers = as_newcomers(asked, self.settings.log.horizon_days)
                asked = pd.concat([asked, newcomers])
            for part in chunks(asked, len(self.catalogue.content_ids)):
                learners = self._learners(part, prior, class_ids)
                standing = contexts[week].standing(learners, self.settings)
                mask = allowed(learners, self.catalogue, self.settings.prerequisite_threshold)
                row, item = np.nonzero(mask)
                tables.append(facts(learners, standing, contexts[week], row, item))
                taken.append(taken_up(part, self.catalogue)[row, item])
                gains.append(gain_parts(learners, self.catalogue, self.settings, row, item))
        latest = Fitted(
            context=contexts[weeks[-1]],
            take_up=TakeUp.fit(np.concatenate(tables), np.concatenate(taken)),
            typical=reasons.Typical.of(gains),
            prior=prior,
        )
        earlier = {week: contexts[week] for week in weeks[:-1]}
        self._fitted = self._calibrated(latest, validation, earlier)
        return self

    def predict(self, examples: pd.DataFrame) -> pd.DataFrame:
        """One list per row: the best item first, empty where nothing is open.

        Returns:
            `content_ids` (list of str), and parallel to it `probabilities` of take-up,
            `expected_gains` in mastery and `scores` (lists of float).

        Raises:
            ModelError: the model has not been fitted, a column is missing, or a row holds
                what `LearnerSnapshots` does not allow; the first is named.
            DataError: a mastery list is not as long as the catalogue's skills.
        """
        columns: dict[str, list[list[object]]] = {
            name: [] for name in ("content_ids", "probabilities", "expected_gains", "scores")
        }
        for _, made in self.lists(examples):
            scored, gains = made.scored, made.scored.parts.gain
            ids = self.catalogue.content_ids[scored.item]
            for chosen in made.place:
                held = chosen[chosen >= 0]
                columns["content_ids"].append(ids[held].tolist())
                columns["probabilities"].append(scored.probability[held].tolist())
                columns["expected_gains"].append(gains[held].tolist())
                columns["scores"].append(scored.score[held].tolist())
        return pd.DataFrame(
            {name: pd.Series(values, dtype=object) for name, values in columns.items()}
        ).set_index(examples.index)

    def recommend(self, examples: pd.DataFrame) -> pd.DataFrame:
        """The lists of `predict` as `Recommendations`: one row per student × item."""
        fitted = self._known()
        columns = list(Recommendations.to_schema().columns)
        parts = [pd.DataFrame(columns=columns)] if examples.empty else []
        for part, made in self.lists(examples):
            scored = made.scored
            student, place = np.nonzero(made.place >= 0)
            chosen = made.place[student, place]
            weights = reasons.contributions(
                scored, fitted.take_up, fitted.typical, self.settings.gain_weight, chosen
            )
            which = reasons.weightiest(weights)
            sign = weights[np.arange(len(which)), which]
            item = scored.item[chosen]
            said = reasons.phrases(scored, self.catalogue, chosen, which, sign)
            tried = made.tried[student] & (place == made.place.shape[1] - 1)
            parts.append(
                part[["student_id", "split", "as_of"]]
                .iloc[student]
                .assign(
                    content_id=self.catalogue.content_ids[item].astype(object),
                    rank=place + 1,
                    score=scored.score[chosen],
                    expected_gain=scored.parts.gain[chosen],
                    probability=scored.probability[chosen],
                    propensity=made.propensity[student, place],
                    type=np.array(TYPES, dtype=object)[self.catalogue.kind[item]],
                    reason=np.where(tried, reasons.TRIED, np.array(said, dtype=object)),
                )
            )
        told = pd.concat(parts)[columns]
        return told.sort_values(["student_id", "as_of", "rank"]).reset_index(drop=True)

    def answer(self, example: pd.DataFrame) -> tuple[Recommendation, ...]:
        """The list of one student, who is the one row of `example`, with its reasons.

        What a service answers with, and what the latency gate times.

        Raises:
            ModelError: `example` has not one row; otherwise as `predict`.
        """
        if len(example) != 1:
            raise ModelError(f"one student is answered at a time, not {len(example)}.")
        return answer(self._known(), self.settings, self.learners(example))

    def learners(self, examples: pd.DataFrame) -> Learners:
        """The examples as arrays over the catalogue."""
        fitted = self._known()
        return self._learners(examples, fitted.prior, fitted.context.popularity.class_ids)

    def lists(self, examples: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, Lists]]:
        """Lists beside all that was scored for them, some students at a time."""
        fitted = self._known()
        for part in chunks(examples, len(self.catalogue.content_ids)):
            learners = self.learners(part)
            yield part, make_lists(learners, fitted.context, fitted.take_up, self.settings)

    def explain(self, examples: pd.DataFrame) -> pd.DataFrame:
        """Why the first item of each list comes first: row, reason, contribution.

        A contribution is in natural-log units of the score, see
        `learnloop.recommend.reasons`.
        """
        fitted = self._known()
        told: list[tuple[object, str, float]] = []
        for part, made in self.lists(examples):
            scored = made.scored
            for label, first in zip(part.index, made.place[:, 0], strict=True):
                if first < 0:
                    told.append((label, reasons.NOTHING_OPEN, 0.0))
                    continue
                chosen = np.array([first])
                weights = reasons.contributions(
                    scored, fitted.take_up, fitted.typical, self.settings.gain_weight, chosen
                )[0]
                order = np.argsort(-np.abs(weights), kind="stable")
                words = reasons.phrases(
                    scored, self.catalogue, chosen.repeat(len(order)), order, weights[order]
                )
                told.extend(zip([label] * len(order), words, weights[order], strict=True))
        return pd.DataFrame(told, columns=["row", "reason", "contribution"]).astype(
            {"contribution": "float64"}
        )

    def save(self, folder: Path) -> None:
        """Writes `model.json`, `model.npz` and the catalogue; no pickles."""
        write(folder, self.name, self.contract, self.settings, self._known())

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Reads what `save` wrote.

        Raises:
            ModelError: `folder` does not hold a recommender of this contract.
        """
        settings, fitted = read(folder, cls.name, cls.contract)
        model = cls(fitted.context.catalogue, settings)
        model._fitted = fitted
        return model

    @property
    def fitted(self) -> Fitted:
        """What fitting found out; raises ModelError before `fit`."""
        return self._known()

    def _prior(self, examples: pd.DataFrame) -> Floats:
        """(S,) mean belief about training students who have not touched the skill.

        Where all have touched it, about all; .5 where there are no beliefs.
        """
        flat = np.full(len(self.catalogue.skill_ids), 0.5)
        believed = examples[examples["mastery"].str.len() > 0]
        if believed.empty:
            return flat
        learners = self._learners(believed, flat, np.empty(0, dtype=str))
        untouched = ~started_skills(learners, self.catalogue)
        count = untouched.sum(axis=0)
        total = (learners.mastery * untouched).sum(axis=0)
        mean = learners.mastery.mean(axis=0)
        return np.asarray(np.where(count > 0, total / np.maximum(count, 1), mean))

    def _learners(
        self, examples: pd.DataFrame, prior: Floats, class_ids: NDArray[np.str_]
    ) -> Learners:
        return Learners.from_table(
            examples, self.catalogue, prior, class_ids, self.settings.seed
        )

    def _context(
        self, examples: pd.DataFrame, prior: Floats, class_ids: NDArray[np.str_]
    ) -> Context:
        """What facts are measured against, as it is at the moments of `examples`."""
        learners = self._learners(examples, prior, class_ids)
        settings = self.settings
        item_factors = fit_item_factors(
            confidences(learners, len(self.catalogue.content_ids), settings.confidence),
            settings.factors,
            settings.regularization,
            settings.iterations,
            settings.seed,
        )
        popularity = Popularity.of(learners, self.catalogue, class_ids)
        models = CourseModels.of(learners, self.catalogue, settings.ease_penalty)
        return Context(self.catalogue, item_factors, popularity, models)

    def _calibrated(
        self, fitted: Fitted, validation: pd.DataFrame, contexts: Mapping[int, Context]
    ) -> Fitted:
        """`fitted` with its take-up calibrated on lists made in the weeks of `contexts`."""
        tables, taken = [], []
        class_ids = fitted.context.popularity.class_ids
        for week, context in contexts.items():
            asked = validation[validation["week"] == week]
            for part in chunks(asked, len(self.catalogue.content_ids)):
                learners = self._learners(part, fitted.prior, class_ids)
                made = make_lists(learners, context, fitted.take_up, self.settings)
                chosen = made.place[made.place >= 0]
                tables.append(made.scored.facts[chosen])
                outcome = taken_up(part, self.catalogue)
                taken.append(outcome[made.scored.row[chosen], made.scored.item[chosen]])
        if not any(len(table) for table in tables):
            return fitted
        take_up = fitted.take_up.recalibrated(np.concatenate(tables), np.concatenate(taken))
        return replace(fitted, take_up=take_up)

    def _known(self) -> Fitted:
        if self._fitted is None:
            raise ModelError("this recommender knows nothing yet: call fit or load first.")
        return self._fitted
