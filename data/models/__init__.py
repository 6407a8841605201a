"""What is stored. Importing this package registers every table."""

from __future__ import annotations

from data.models.account import Account, EndedSession, Invitation
from data.models.attachment import Attachment
from data.models.base import Base, UtcDateTime, now
from data.models.casework import CaseEvent
from data.models.desk import Assignment, ClientNote, ShortlistOrder
from data.models.exposure import Exposure
from data.models.interest import (
    Achievement,
    Interest,
    InterestMessage,
    Partnership,
    PartnershipMember,
    PartnershipMessage,
    PartnershipStep,
)
from data.models.organisation import Evidence, ExternalId, Organisation, OrganisationCompetence, OrganisationTheme
from data.models.outbox import Notification, NotificationPreference, OutboxMessage
from data.models.privacy import Consent, SavedFilter
from data.models.proposal import Proposal, ProposalCode
from data.models.ranker import RankerChange, RankerVersion
from data.models.response import PartnerResponse
from data.models.run import RejectedRow, Run, SourceCursor
from data.models.search import SavedSearch, SavedSearchHit
from data.models.suggestion import CurationDecision, Suggestion
from data.models.tag_decision import TagDecision
from data.models.taxonomy import Concept, Crosswalk

__all__ = [
    "Account",
    "Achievement",
    "Assignment",
    "Attachment",
    "Base",
    "CaseEvent",
    "ClientNote",
    "Concept",
    "Consent",
    "Crosswalk",
    "CurationDecision",
    "EndedSession",
    "Evidence",
    "Exposure",
    "ExternalId",
    "Interest",
    "InterestMessage",
    "Invitation",
    "Notification",
    "NotificationPreference",
    "Organisation",
    "OrganisationCompetence",
    "OrganisationTheme",
    "OutboxMessage",
    "PartnerResponse",
    "Partnership",
    "PartnershipMember",
    "PartnershipMessage",
    "PartnershipStep",
    "Proposal",
    "ProposalCode",
    "RankerChange",
    "RankerVersion",
    "RejectedRow",
    "Run",
    "SavedFilter",
    "SavedSearch",
    "SavedSearchHit",
    "ShortlistOrder",
    "SourceCursor",
    "Suggestion",
    "TagDecision",
    "UtcDateTime",
    "now",
]
