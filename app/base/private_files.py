"""Files for their owner alone: what an instance makes for itself in its data folder."""

import os
import tempfile
from pathlib import Path


def write_once(path: Path, text: str) -> None:
    """Whole and private, or not at all; of two processes at once the first one's file stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def readable_by_others(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o077)
