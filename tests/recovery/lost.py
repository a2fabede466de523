"""The drill for the day on which the database is lost: save, lose, restore, prove. `make drill`.

A desk takes a ticket, its database is saved with pg_dump and restored into another server; there the seals of the log
are verified, every table has its rows, the ticket is read over HTTP by a token of before, and the login that migrates
may still change the schema.
"""

import sys
import tempfile
from pathlib import Path

from app.db.embedded import EmbeddedPostgres
from tests.recovery.desk import Desk, took, tool
from tests.reliability.report import caught, examined

PART = "restoring"
STOP = "ON_ERROR_STOP=1"
LOGINS = (
    "--command=CREATE ROLE desk_owner LOGIN CREATEROLE",
    "--command=CREATE ROLE desk_api LOGIN",
    "--command=CREATE DATABASE desk OWNER desk_owner",
)
MAY_CHANGE = "SELECT has_schema_privilege('desk_owner', 'public', 'CREATE')"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="clausedesk-drill-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with EmbeddedPostgres(folder / "a", durable=False) as server:
            tool("psql", "--quiet", "--set", STOP, "--dbname", server.dsn(), *LOGINS)
            desk = with_logins(folder, server)
            ticket = desk.takes_a_ticket("")
            token = desk.token("staff")
            before, seals = desk.rows(), desk.verified()
            took("saved with pg_dump", lambda: save(folder, server))
        size = (folder / "desk.dump").stat().st_size
        print(f"{size // 1024} KiB hold {sum(before.values())} rows of {len(before)} tables")
        with EmbeddedPostgres(folder / "b", durable=False) as server:
            desk = with_logins(folder, server)
            took("restored with pg_restore", lambda: restore(folder, server.dsn()))
            desk.run("migrate")
            same = {
                f"{len(before)} tables have the rows that they had": desk.rows() == before,
                f"{len(seals)} logs are sealed as they were": desk.verified() == seals,
                "the login that migrates may change the schema": desk.sql(MAY_CHANGE).strip() == "t",
                f"1 ticket, {ticket['reference']}, is read by a token of before": desk.reads(ticket, token) == ticket,
            }
            desk.sql("SET session_replication_role = replica; DELETE FROM message")
            desk.sql("ALTER DATABASE desk OWNER TO postgres")
            controls = {
                "rows that are missing": desk.rows() != before,
                "a database that is somebody else's": desk.sql(MAY_CHANGE).strip() == "f",
            }
    examined(PART, sum(before.values()), list(same.values()).count(False))
    for name, noticed in controls.items():
        caught(PART, name, noticed)
    for what, is_so in same.items():
        print(what if is_so else f"NOT SO: {what}")
    sys.exit(0 if all(same.values()) and all(controls.values()) else 1)


def with_logins(folder: Path, server: EmbeddedPostgres) -> Desk:
    """As in production: one login migrates and owns the database, the other works in it."""
    api, owner = (server.dsn("desk").replace("postgres@", f"{login}@") for login in ("desk_api", "desk_owner"))
    return Desk(folder, server.dsn("desk"), DATABASE_URL=api, MIGRATION_DATABASE_URL=owner)


def save(folder: Path, server: EmbeddedPostgres) -> None:
    roles = tool("pg_dumpall", "--roles-only", "--dbname", server.dsn()).splitlines()
    (folder / "roles.sql").write_text("\n".join(line for line in roles if line != "CREATE ROLE postgres;"))
    tool("pg_dump", "--format=custom", "--file", str(folder / "desk.dump"), "--dbname", server.dsn("desk"))


def restore(folder: Path, dsn: str) -> None:
    """The roles first: what the database grants is granted to them, and one of them owns it."""
    tool("psql", "--quiet", "--set", STOP, "--dbname", dsn, "--file", str(folder / "roles.sql"))
    tool("pg_restore", "--exit-on-error", "--create", "--dbname", dsn, str(folder / "desk.dump"))


if __name__ == "__main__":
    main()
