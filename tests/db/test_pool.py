"""The pool: whose rows a connection sees, what happens when Postgres refuses, and that nothing leaks."""

from app.db.pool import Database
from app.db.tables.providers import Provider


async def test_a_connection_sees_the_rows_of_the_provider_it_was_taken_for(
    database: Database, provider: Provider
) -> None:
    async with database.read(provider.id) as connection:
        assert await connection.fetchval("SELECT current_setting('app.provider')") == str(provider.id)
        assert await connection.fetchval("SELECT current_user") == "clausedesk_app"
