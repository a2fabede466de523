"""The drill for the day on which somebody deletes what they must not: back to the moment before. `make drill`.

PostgreSQL's own tools: a base backup that pg_verifybackup checks, its log archived as it goes, and a second server that
recovers to an instant between a ticket and the accident. There every row is counted, the seals of the log are those of
that instant, pg_amcheck finds tables and indexes whole, and the ticket is read by a token of before.

The controls: a backup of which one byte was changed, and a recovery to the end, which has the accident in it.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from tests.recovery.desk import Desk, took, tool
from tests.reliability.report import caught, examined

PART = "recovery"
ACCIDENT = """
SET session_replication_role = replica; DELETE FROM message; DELETE FROM event; UPDATE ticket SET subject = 'gone'"""
_PATIENCE = 30


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="clausedesk-drill-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        archive, backup = folder / "archive", folder / "backup"
        archive.mkdir()
        give_to_server(archive)
        archiving = ("archive_mode=on", f"archive_command=test ! -f {archive}/%f && cp %p {archive}/%f")
        with EmbeddedPostgres(folder / "a", settings=archiving) as server:
            desk = Desk(folder, server.dsn())
            first = desk.takes_a_ticket("")
            token = desk.token("staff")
            took("a base backup was taken", lambda: back_up(server.dsn(), backup))
            second = desk.takes_a_ticket(token)
            before, seals = desk.rows(), desk.verified()
            instant = desk.sql("SELECT clock_timestamp()").strip()
            desk.sql(ACCIDENT)
            archived(desk, archive)
        took("the backup was verified", lambda: verify(backup, archive))
        with recovering(folder, "b", f"recovery_target_time={instant}") as server:
            desk = recovered(Desk(folder, server.dsn()))
            tool("pg_amcheck", "--all", "--install-missing", "--heapallindexed", "--maintenance-db", server.dsn())
            same = {
                f"{sum(before.values())} rows of {len(before)} tables are those of {instant}": desk.rows() == before,
                f"{len(seals)} logs are sealed as they were then": desk.verified() == seals,
                "a ticket from before the backup is read": desk.reads(first, token)["id"] == first["id"],
                "a ticket that came after the backup is what it was": desk.reads(second, token) == second,
            }
        with recovering(folder, "c") as server:
            accident = recovered(Desk(folder, server.dsn())).rows() != before
        controls = {"a recovery that goes too far": accident, "a byte of the backup changed": spoiled(backup, archive)}
    examined(PART, sum(before.values()), list(same.values()).count(False))
    for control, found in controls.items():
        caught(PART, control, int(found))
    for what, is_so in {**same, **{f"control: {name} is noticed": found for name, found in controls.items()}}.items():
        print(what if is_so else f"NOT SO: {what}")
    sys.exit(0 if all((*same.values(), *controls.values())) else 1)


def back_up(dsn: str, backup: Path) -> None:
    tool("pg_basebackup", "--pgdata", str(backup), "--checkpoint=fast", "--wal-method=none", "--dbname", dsn)


def archived(desk: Desk, archive: Path) -> None:
    """Wait until the segment with the accident in it has left the server."""
    segment = desk.sql("SELECT pg_walfile_name(pg_switch_wal())").strip()
    until = time.monotonic() + _PATIENCE
    while not (archive / segment).exists():
        if time.monotonic() > until:
            sys.exit(f"the log's segment {segment} was not archived")
        time.sleep(0.1)


def recovering(folder: Path, name: str, *target: str) -> EmbeddedPostgres:
    """A server on a copy of the backup, which reads the archive up to its target; without one, to its end."""
    cluster = folder / name / "postgres"
    shutil.copytree(folder / "backup", cluster, symlinks=True)
    (cluster / "recovery.signal").touch()
    cluster.chmod(0o700)
    (folder / name).chmod(0o711)
    give_to_server(cluster)
    restore = f"restore_command=cp {folder / 'archive'}/%f %p"
    return EmbeddedPostgres(folder / name, settings=(restore, *target, "recovery_target_action=promote"))


def recovered(desk: Desk) -> Desk:
    """Once it has reached its target and is a server like any other."""
    until = time.monotonic() + _PATIENCE
    while desk.sql("SELECT pg_is_in_recovery()").strip() == "t":
        if time.monotonic() > until:
            sys.exit("the server does not come to the end of its recovery")
        time.sleep(0.1)
    return desk


def give_to_server(folder: Path) -> None:
    """Who is root lets the server run as nobody."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)


def verify(backup: Path, archive: Path) -> None:
    """Every file by its checksum, and that the log which the backup needs is in the archive."""
    tool("pg_verifybackup", "--quiet", "--wal-directory", str(archive), str(backup))


def spoiled(backup: Path, archive: Path) -> bool:
    """Whether pg_verifybackup notices a byte that was changed in the largest file of a table."""
    file = max((path for path in (backup / "base").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    try:
        verify(backup, archive)
    except subprocess.CalledProcessError:
        return True
    return False


if __name__ == "__main__":
    main()
