"""The peer as it comes, and its tickets once more under `/repaired/`, where no look walks through all of them."""

from django.urls import include, path
from helpdesk.user import HelpdeskUser
from helpdesk.views.api import TicketViewSet
from rest_framework.routers import DefaultRouter


class RepairedTickets(TicketViewSet):
    """A lazy query, newest first, with what belongs to a ticket read for all of a page at once."""

    def get_queryset(self):
        tickets = HelpdeskUser(self.request.user).accessible_tickets()
        return tickets.prefetch_related("followup_set__followupattachment_set").order_by("-id")


router = DefaultRouter()
router.register("tickets", RepairedTickets, basename="repaired")
urlpatterns = [path("repaired/", include(router.urls)), path("", include("helpdesk.urls"))]
