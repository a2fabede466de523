"""What a request can be about and what may be known of it: topics, facts, products."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, JsonValue

from app.base.vocabulary import Asserter
from app.policy.language.effects import FactReference
from app.policy.language.model import Model, Slug, Sourced, Tag, TopicPattern, TopicSlug, Words
from app.policy.language.predicate import Predicate

FactType = Literal["bool", "int", "decimal", "enum", "text", "topic", "email", "instant", "money", "duration", "list"]


class Fact(Model):
    """Something a rule may read, with who may say so."""

    type: FactType
    """`int` counts, and nobody can state less than 0; what may be below is a `decimal`."""
    values: tuple[str, ...] = ()
    """The values of an enum."""
    default: JsonValue = None
    """What holds while nobody has said anything; left out: unknown."""
    by_topic: Mapping[TopicPattern, JsonValue] = {}
    """Defaults by topic, longest prefix first; before `default`."""
    asserted_by: tuple[Asserter, ...] = Field(min_length=1)
    derive: bool = False
    """For readers: the engine or a rule works it out; a statement overrides it."""
    aliases: tuple[str, ...] = ()
    personal: bool = False
    """Never copied into a citation."""
    within: Mapping[str, tuple[str, ...]] = {}
    """Values of the document's own, each below a standard value: {"third_party": ["registry"]}."""
    meaning: Words = ""


class Topic(Model):
    """What a request can be about; dots give the hierarchy."""

    names: Words = ""
    descriptions: Words = ""
    phrases: Mapping[Tag, tuple[str, ...]] = {}
    level: int | None = None


class Alias(Sourced):
    """This provider files one topic under another."""

    topics: tuple[TopicPattern, ...]
    to: TopicSlug | FactReference
    """The other topic, or the fact that names it (such as `similar_to`); that one decides coverage alone."""
    when: Predicate = {}


class Product(Sourced):
    name: Words = ""
    variants: tuple[Slug, ...] = ()
    markets: tuple[str, ...] = ()
    """Countries in which it is sold; left out: everywhere. Rules read the value `product_available`."""
    general: bool = False
    """Stands for every product without entries of its own."""
    aliases: tuple[Slug, ...] = ()
