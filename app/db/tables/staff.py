"""The provider's own people, and what their row allows them."""

from sqlalchemy import CheckConstraint, UniqueConstraint

from app.db.columns import Owned, Versioned, among, flag, lower_case, of_provider, small, word_list, words


class Staff(Versioned, Owned, table=True):
    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("provider_id", "email"),
        of_provider(),
        among("role", ("staff", "admin")),
        lower_case("email"),
        CheckConstraint("level >= 1", name="level"),
    )

    email: str = words()
    name: str = words()
    role: str = words()
    level: int = small()
    departments: list[str] = word_list()
    """Empty: all of them."""
    supervisor: bool = flag(False)
    active: bool = flag(True)
