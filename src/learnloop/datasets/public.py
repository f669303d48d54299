"""What is known of a public data set: where it comes from, and what others reached on it."""

from pydantic import BaseModel, ConfigDict


class PublicData(BaseModel):
    """`params:public_data` of an environment; a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    source: str
    """Who collected and prepared it, as one cites it."""
    terms: str
    """Licence, or what it may be used for."""
    test_students: str
    """How the students were chosen on whom models are judged."""
    purposes: dict[str, str] = {}
    """What a model does on these data, by its registered name, where the words for the
    platform's students do not fit."""
    registry: str
    """Folder of the environment's model registry, for the cards."""
    published: dict[str, dict[str, float]] = {}
    """Test AUC by our model's registered name and by the method that reached it."""
    published_on: str = ""
    """What the published figures were measured on, in words."""
