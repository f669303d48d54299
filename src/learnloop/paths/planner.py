"""Plans the shortest way from what a student knows to an objective.

All prerequisites of a skill are needed (the graph has no "one of these"), so which skills
a plan holds is no choice: what leads from the objective down to what is known. A known
skill is taken as known with all that stands behind it. The minutes of a plan are the sum
over its skills, so no order is shorter than another either; what is chosen is, for each
skill, the quickest items (`learnloop.paths.practice`).

The order is the curriculum's wherever the prerequisites allow; a skill that the curriculum
has too late comes just before what needs it. The order is of the whole graph and the same
in every plan, so that planning anew after an answer never shuffles what is left.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence

import networkx as nx
import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from learnloop.content.graph import prerequisite_graph
from learnloop.errors import DataError, ModelError
from learnloop.paths.plan import LearningPath, Lists, Structure
from learnloop.paths.practice import Floats, Places, Practice
from learnloop.paths.settings import PathSettings

_NO_ITEMS = pd.DataFrame(columns=["content_id", "skill_ids", "type", "duration_s"])


class PathPlanner:
    """A curriculum made ready for planning.

    Arrays of masteries have one entry per skill of `skill_ids`, in that order.
    """

    def __init__(
        self,
        graph: "nx.DiGraph[str]",
        curriculum: Sequence[str],
        items: pd.DataFrame | None = None,
        settings: PathSettings | None = None,
    ) -> None:
        """Args:
        graph: `prerequisite_graph` or `repaired_graph`: an edge leads from a required
            skill to the skill that needs it.
        curriculum: all skills, in the order that the author would teach them in.
        items: see `Practice.of`; ``None``: minutes go by `pace_without_items` alone.
        settings: ``None`` takes the defaults.

        Raises:
            DataError: the graph has a cycle (it is named), or other skills than the
                curriculum, or none; an item is as `Practice.of` does not take it.
        """
        if not isinstance(graph, nx.DiGraph):
            raise DataError(
                f"the graph is a {type(graph).__name__}, not a directed graph.",
                remedy="Make one of the table with prerequisite_graph.",
            )
        if not curriculum:
            raise DataError("the curriculum has no skill.")
        if set(graph) != set(curriculum) or len(graph) != len(curriculum):
            raise DataError(
                "the curriculum and the prerequisite graph do not hold the same skills, "
                "each once."
            )
        if not nx.is_directed_acyclic_graph(graph):
            _refuse_cycle(graph)
        self.settings = settings or PathSettings()
        self._structure = _structure(graph, curriculum)
        self.skill_ids = self._structure.skill_ids
        self._place = {name: place for place, name in enumerate(self.skill_ids)}
        self._practice = Practice.of(
            _NO_ITEMS if items is None else items, self.skill_ids, self.settings
        )

    def masteries(self, known: Mapping[str, float], unknown: float = 0.0) -> Floats:
        """An array of masteries from those by name.

        Args:
            known: mastery by skill; skills that the graph lacks are ignored.
            unknown: of all other skills.

        Raises:
            ModelError: `known` is no mapping, or a mastery no number in [0, 1].
        """
        if not isinstance(known, Mapping):
            raise ModelError("Masteries by name are a mapping from a skill to its mastery.")
        return self._checked([known.get(name, unknown) for name in self.skill_ids])

    def plan(
        self, objective: Iterable[str], mastery: "Floats | Sequence[float]"
    ) -> LearningPath:
        """The shortest path to all skills of `objective`.

        Args:
            objective: at least one skill.
            mastery: in [0, 1]; shape (skills,).

        Returns:
            The path; empty where the objective is known. Call again with the masteries
            after an answer to plan anew.

        Raises:
            ModelError: the objective is no list of skills, one of it is not in the graph,
                there is none, or a mastery is missing or outside [0, 1].
        """
        if isinstance(objective, str) or not isinstance(objective, Iterable):
            raise ModelError(f"The objective is {objective!r}; give a list of skills.")
        objective = list(objective)
        goals, mastery = self._goals(objective), self._checked(mastery)
        needed = self._needed(goals, mastery >= self.settings.mastered)
        need = np.log((1 - mastery[needed]) / (1 - self.settings.mastered))
        minutes, rounds, option = self._practice.minutes_to(needed, need)
        return LearningPath(
            objective=tuple(objective),
            places=needed,
            minutes=minutes,
            structure=self._structure,
            practice=self._practice,
            mastery=mastery,
            rounds=rounds,
            option=option,
        )

    def _checked(self, mastery: "Floats | Sequence[float]") -> Floats:
        """A new array of the masteries."""
        wanted = (
            f"Masteries must be {len(self.skill_ids)} numbers in [0, 1], in the order of "
            "skill_ids"
        )
        try:
            masteries = np.array(mastery, float)
        except (TypeError, ValueError) as error:
            raise ModelError(f"{wanted}; these are not: {error}.") from error
        if masteries.shape != (len(self.skill_ids),):
            raise ModelError(f"{wanted}; the shape of these is {masteries.shape}.")
        wrong = np.flatnonzero(~((masteries >= 0) & (masteries <= 1)))
        if len(wrong):
            named = self.skill_ids[wrong[0]]
            raise ModelError(f"{wanted}; that of '{named}' is {masteries[wrong[0]]:g}.")
        return masteries

    def _goals(self, objective: Sequence[str]) -> Places:
        absent = [
            name
            for name in objective
            if not isinstance(name, Hashable) or name not in self._place
        ]
        if absent or not objective:
            raise ModelError(
                f"'{absent[0]}' is not a skill of the graph."
                if absent
                else "An objective names at least one skill."
            )
        return np.array([self._place[name] for name in dict.fromkeys(objective)], np.intp)

    def _needed(self, goals: Places, known: np.ndarray) -> Places:
        """What leads from `goals` down to what is known, in the order of learning.

        A search in breadth from one more node that requires the goals, over the edges
        that do not lead to known skills.
        """
        start, requires = self._structure.requires.start, self._structure.requires.ends
        count = len(self.skill_ids)
        unknown = ~known[requires]
        goals = goals[~known[goals]]
        ends = np.concatenate([[0], np.cumsum(unknown)])[start]
        edges = np.concatenate([requires[unknown], goals])
        bounds = np.append(ends, len(edges))
        reach = csr_array(
            (np.ones(len(edges), np.int8), edges, bounds), shape=(count + 1, count + 1)
        )
        found = breadth_first_order(reach, count, return_predecessors=False)
        return np.sort(found[1:]).astype(np.intp)


def _refuse_cycle(graph: "nx.DiGraph[str]") -> None:
    """Names the cycle of a graph that has one."""
    edges = pd.DataFrame(list(graph.edges), columns=["requires_skill_id", "skill_id"])
    try:
        prerequisite_graph(edges, graph)
    except DataError as found:
        raise DataError(
            found.problem, remedy="Take an edge out, or let repaired_graph choose which."
        ) from found


def _structure(graph: "nx.DiGraph[str]", curriculum: Sequence[str]) -> Structure:
    order = _order(graph, curriculum)
    place = {name: number for number, name in enumerate(order)}
    requires = [sorted(place[needs] for needs in graph.predecessors(name)) for name in order]
    enables = [sorted(place[later] for later in graph.successors(name)) for name in order]
    return Structure(tuple(order), Lists.of(requires), Lists.of(enables))


def _order(graph: "nx.DiGraph[str]", curriculum: Sequence[str]) -> list[str]:
    """The curriculum, each skill preceded by what it needs and has not come yet.

    Depth first, without recursion: chains may be long.
    """
    rank = {name: number for number, name in enumerate(curriculum)}
    order: list[str] = []
    begun: set[str] = set()
    for skill in curriculum:
        waiting = [(skill, False)]
        while waiting:
            name, ready = waiting.pop()
            if ready:
                order.append(name)
            elif name not in begun:
                begun.add(name)
                waiting.append((name, True))
                needs = sorted(graph.predecessors(name), key=rank.__getitem__, reverse=True)
                waiting.extend((needed, False) for needed in needs if needed not in begun)
    return order
