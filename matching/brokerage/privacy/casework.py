"""Personal data of casework beside expressions of interest: answers, files, assignments, notes, orders."""

from __future__ import annotations

from data.models import Assignment, Attachment, ClientNote, PartnerResponse, ShortlistOrder
from matching.brokerage.privacy.registry import Part, removed, rows_of

CASEWORK: tuple[Part, ...] = (
    Part("answers_to_suggestions", ("partner_response",), rows_of(PartnerResponse.actor, by_actor=True)),
    Part("files", ("attachment",), rows_of(Attachment.actor, by_actor=True, leave_out=("key",))),
    Part("assignments", ("assignment",), rows_of(Assignment.account_id), removed(Assignment.account_id)),
    Part("notes_to_companies", ("client_note",), rows_of(ClientNote.actor, by_actor=True)),
    Part("orders_of_shortlists", ("shortlist_order",), rows_of(ShortlistOrder.actor, by_actor=True)),
)
