"""`clausedesk staff add`: a provider's first administrator."""

from typing import Annotated

import typer
from pydantic import ValidationError

from app.base.clock import system_clock
from app.base.errors import CannotStart
from app.base.settings import read_settings
from app.base.vocabulary import Role
from app.cli.as_json import AsJson, as_text
from app.cli.database import on_database
from app.schemas.staff import StaffCreate
from app.services.staffing import add_staff
from app.services.subjects import NobodyThere


def add(
    email: Annotated[str, typer.Argument(help="By which mail and colleagues know them", show_default=False)],
    *,
    provider: Annotated[str, typer.Option(help="Slug of the provider", show_default=False)],
    name: Annotated[str, typer.Option(help="As customers and colleagues read it", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Add an administrator to a provider: the first one, who makes the others by `POST /v1/staff`."""
    try:
        body = StaffCreate.model_validate({"email": email, "name": name, "role": Role.ADMIN, "supervisor": True})
    except ValidationError as invalid:
        raise typer.BadParameter(f"{invalid.errors()[0]['loc'][0]}: {invalid.errors()[0]['msg']}") from None
    now = system_clock()
    try:
        id_ = on_database(read_settings(), lambda database: add_staff(database, provider, body, now))
    except NobodyThere as nobody:
        raise CannotStart(str(nobody)) from None
    email = body.email.lower()
    told = f"{email} is an administrator of {provider}; tokens name them as {id_}."
    print(as_text({"id": id_, "email": email, "role": body.role}) if as_json else told)
