"""The revision of the schema that this code needs. Revisions are numbered, so that a later one compares greater."""

from typing import Final

HEAD: Final = "0007"
