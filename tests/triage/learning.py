"""`make lexicon`: learn each catalogue's topics anew, keep what they sound like beside them, and what comes of it."""

from pathlib import Path

from app.policy.language.matters import Topic
from app.policy.library import files
from app.policy.library.files import LEXICON, library
from app.services.triage import digest_of
from app.triage.keeping import Kept, written
from app.triage.lexicon import Lexicon
from tests.triage import sameness


def main() -> None:
    for name, catalogue in library().catalogues.items():
        topics = {slug: Topic.model_validate(entry) for slug, entry in catalogue.topics.items()}
        content = written(Kept(digest_of(topics), Lexicon.build(topics)))
        (Path(files.__file__).parent / "catalogue" / name / LEXICON).write_bytes(content)
        print(f"{name}: {len(topics)} topics, {len(content) // 1024} KiB")
    sameness.keep()


if __name__ == "__main__":
    main()
