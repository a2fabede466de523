"""The peer's tables, one queue, one member of staff; prints the token. Run by the peer's own Python."""

import django
from django.core.management import call_command

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - Django has models only after its setup
from helpdesk.models import Queue  # noqa: E402 - as above
from rest_framework.authtoken.models import Token  # noqa: E402 - as above

call_command("migrate", verbosity=0)
Queue.objects.create(title="Support", slug="support", allow_public_submission=True)
staff = get_user_model().objects.create_superuser("staff", "staff@peer.example", "a long enough word")
print(Token.objects.create(user=staff).key)
