"""The drill for the day on which the database is lost: save, lose, restore, prove. `make drill`.

A desk takes a ticket, its database is saved with pg_dump and restored into another server; there the seals of the log
are verified, every table has its rows, and the ticket is read over HTTP by a token of before.
"""

import sys
import tempfile
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from tests.recovery.desk import Desk, took, tool
from tests.reliability.report import caught, examined

PART = "restoring"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="clausedesk-drill-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "a", durable=False) as server:
            desk = Desk(folder, server.dsn())
            ticket = desk.takes_a_ticket("")
            token = desk.token("staff")
            before, seals = desk.rows(), desk.verified()
            took("saved with pg_dump", lambda: save(folder, server.dsn()))
        size = (folder / "desk.dump").stat().st_size
        print(f"{size // 1024} KiB hold {sum(before.values())} rows of {len(before)} tables")
        with EmbeddedPostgres(folder / "b", durable=False) as server:
            desk = Desk(folder, server.dsn())
            took("restored with pg_restore", lambda: restore(folder, server.dsn()))
            desk.run("migrate")
            same = {
                f"{len(before)} tables have the rows that they had": desk.rows() == before,
                f"{len(seals)} logs are sealed as they were": desk.verified() == seals,
                f"1 ticket, {ticket['reference']}, is read by a token of before": desk.reads(ticket, token) == ticket,
            }
            desk.sql("SET session_replication_role = replica; DELETE FROM message")
            noticed = desk.rows() != before
    examined(PART, sum(before.values()), list(same.values()).count(False))
    caught(PART, "rows that are missing", int(noticed))
    for what, is_so in same.items():
        print(what if is_so else f"NOT SO: {what}")
    sys.exit(0 if all(same.values()) and noticed else 1)


def save(folder: Path, dsn: str) -> None:
    roles = tool("pg_dumpall", "--roles-only", "--no-role-passwords", "--dbname", dsn).splitlines()
    (folder / "roles.sql").write_text("\n".join(line for line in roles if " clausedesk_" in line))
    tool("pg_dump", "--format=custom", "--file", str(folder / "desk.dump"), "--dbname", dsn)


def restore(folder: Path, dsn: str) -> None:
    """The roles first: what the database grants is granted to them."""
    tool("psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", dsn, "--file", str(folder / "roles.sql"))
    tool("pg_restore", "--exit-on-error", "--clean", "--if-exists", "--dbname", dsn, str(folder / "desk.dump"))


if __name__ == "__main__":
    main()
