"""The closed vocabularies of the field, as stored. Labels in both languages live with the pages."""

from __future__ import annotations

from enum import StrEnum


class ProposalKind(StrEnum):
    """What a proposal offers or looks for (EEN kinds)."""

    TO = "TO"
    TR = "TR"
    BO = "BO"
    BR = "BR"
    RDR = "RDR"


class ProposalState(StrEnum):
    """A proposal's life; those `published`, with answers or without, are matched (`data.corpus.OPEN_STATES`)."""

    DRAFT = "draft"
    TO_VALIDATE = "to_validate"
    PUBLISHED = "published"
    FEEDBACK_RECEIVED = "feedback_received"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CLOSED = "closed"
    ARCHIVED = "archived"


class OrganisationKind(StrEnum):
    """Type of an organisation."""

    COMPANY = "company"
    UNIVERSITY = "university"
    RESEARCH_ORGANISATION = "research_organisation"
    PUBLIC_BODY = "public_body"
    CLUSTER = "cluster"
    INTERMEDIARY = "intermediary"
    OTHER = "other"


class PartnerType(StrEnum):
    """Type and size of partner, as EEN profiles name them; also the size of an organisation."""

    SME_10 = "SME <=10"
    SME_49 = "SME 11-49"
    SME_249 = "SME 50-249"
    BIG_COMPANY = "Big company"
    RND_INSTITUTION = "R&D Institution"
    UNIVERSITY = "University"
    OTHER = "Other"


class PartnershipType(StrEnum):
    """Kinds of agreement; which ones a kind of proposal allows stands in PARTNERSHIPS_BY_KIND."""

    COMMERCIAL = "Commercial agreement"
    INVESTMENT = "Investment agreement"
    OUTSOURCING = "Outsourcing agreement"
    SUPPLIER = "Supplier agreement"
    COMMERCIAL_TECHNICAL = "Commercial agreement with technical assistance"
    RND_COOPERATION = "Research and development cooperation agreement"


class Stage(StrEnum):
    """Stage of development."""

    CONCEPT = "Concept stage"
    UNDER_DEVELOPMENT = "Under development"
    LAB_TESTED = "Lab tested"
    DEMONSTRATION = "Available for demonstration"
    ON_THE_MARKET = "Already on the market"


class IprStatus(StrEnum):
    """Status of intellectual property rights."""

    NONE = "No IPR applied"
    KNOW_HOW = "Secret know-how"
    APPLIED = "IPR applied but not yet granted"
    GRANTED = "IPR granted"


class EvidenceKind(StrEnum):
    """What shows an organisation's competence."""

    PROJECT = "project"
    PRODUCT = "product"
    PATENT = "patent"
    PUBLICATION = "publication"


class Origin(StrEnum):
    """Who says so: the organisation itself, a person who confirmed or removed it, or a calculation."""

    DECLARED = "declared"
    CONFIRMED = "confirmed"
    DERIVED = "derived"
    REMOVED = "removed"


class Tree(StrEnum):
    """The taxonomies. A code means something only inside its tree."""

    S3_2014 = "s3_2014"
    S3_2021 = "s3_2021"
    SDG = "sdg"
    EEN_TECHNOLOGY = "een_technology"
    EEN_MARKET = "een_market"
    COMPETENCE = "competence"


class TagAction(StrEnum):
    """What a person did with a code that was read out of a text; `undo` withdraws the last of the others."""

    CONFIRM = "confirm"
    REMOVE = "remove"
    UNDO = "undo"


class DecisionAction(StrEnum):
    """What a broker did with a suggestion; `undo` withdraws the decision that it names."""

    ACCEPT = "accept"
    REJECT = "reject"
    PIN = "pin"
    ADD = "add"
    NOTE = "note"
    UNDO = "undo"


class RejectReason(StrEnum):
    """Coded reasons of a rejection."""

    WRONG_COMPETENCE = "wrong_competence"
    WRONG_THEME = "wrong_theme"
    WRONG_PARTNER_TYPE = "wrong_partner_type"
    WRONG_COUNTRY = "wrong_country"
    WRONG_STAGE = "wrong_stage"
    COMPETITOR = "competitor"
    ALREADY_IN_CONTACT = "already_in_contact"
    NOT_AVAILABLE = "not_available"
    OTHER = "other"


class Outcome(StrEnum):
    """How a proposal ended."""

    PARTNER_FOUND = "partner_found"
    NOT_NEEDED = "not_needed"
    OTHER = "other"


class PartnerAnswer(StrEnum):
    """What a company answers to a suggestion."""

    INTERESTED = "interested"
    NOT_INTERESTED = "not_interested"
    QUESTION = "question"


class AttachmentOwner(StrEnum):
    """What a file is attached to."""

    PROPOSAL = "proposal"
    PARTNERSHIP = "partnership"


class Role(StrEnum):
    """What an account may do: a member acts for an organisation, a broker for the agency, an administrator runs it."""

    MEMBER = "member"
    BROKER = "broker"
    ADMINISTRATOR = "administrator"


class Membership(StrEnum):
    """How an account belongs to its organisation; only a confirmed one acts for it."""

    NONE = "none"
    PENDING = "pending"
    CONFIRMED = "confirmed"


class CaseKind(StrEnum):
    """What a line of the log of casework is about."""

    PROPOSAL = "proposal"
    ORGANISATION = "organisation"
    ACCOUNT = "account"
    INTEREST = "interest"
    PARTNERSHIP = "partnership"
    ATTACHMENT = "attachment"
    SEARCH = "search"


class OutboxState(StrEnum):
    """Where a letter is. `sending` is claimed by a delivery; `uncertain` died there, so that nobody knows."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    DROPPED = "dropped"


class NoticeKind(StrEnum):
    """Kinds of notification, each with a frequency of its own."""

    PROPOSAL = "proposal"
    SUGGESTION = "suggestion"
    INTEREST = "interest"
    PARTNERSHIP = "partnership"
    SEARCH = "search"
    EXPIRY = "expiry"
    DESK = "desk"
    ACCOUNT = "account"


class Frequency(StrEnum):
    """How often a kind of notification comes by mail; the page shows all of them in any case."""

    NEVER = "never"
    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"


class InterestKind(StrEnum):
    """What is expressed: interest in a proposal of the platform, a question about a profile, or full interest in it."""

    PLATFORM = "platform"
    INFORMATION = "information"
    FULL = "full"


class InterestState(StrEnum):
    """Where an expression of interest is: the first five on the platform, the next two at the network's node."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_EVALUATION = "in_evaluation"
    RELEVANT = "relevant"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    TAKEN_OVER = "taken_over"
    CLOSED = "closed"


class InterestProgress(StrEnum):
    """The steps inside a state, in the order of the network's ladder."""

    INFORMATION_REQUESTED = "information_requested"
    INTEREST_EXPRESSED = "interest_expressed"
    PENDING = "pending"
    TAKEN_OVER = "taken_over"
    FIRST_CONTACT = "first_contact"
    AWAITING_ADDITIONS = "awaiting_additions"
    FORWARDED = "forwarded"
    CONTACT_STARTED = "contact_started"
    NEGOTIATING = "negotiating"
    AGREEMENT = "agreement"
    NO_AGREEMENT = "no_agreement"
    TRANSFERRED_CLOSED = "transferred_closed"
    NO_LONGER_INTERESTED = "no_longer_interested"
    INFORMATION_CLOSED = "information_closed"


class Side(StrEnum):
    """On which side of an expression of interest somebody stands."""

    APPLICANT = "applicant"
    OWNER = "owner"
    STAFF = "staff"


class PartnershipState(StrEnum):
    """Whether a partnership room is at work or has come to its outcome."""

    OPEN = "open"
    CONCLUDED = "concluded"


class QueueKind(StrEnum):
    """What waits on the brokers' desk."""

    VALIDATION = "validation"
    CURATION = "curation"
    INTEREST = "interest"
    EXPIRY = "expiry"
    ORGANISATION = "organisation"
    MEMBERSHIP = "membership"


class RunState(StrEnum):
    """State of a job's run; `interrupted` is set by the next run that finds a dead one."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class RankerList(StrEnum):
    """The lists that have ranking weights of their own."""

    ORGANISATIONS = "organisations"
    PROPOSALS = "proposals"
    OPPORTUNITIES = "opportunities"


class RankerAction(StrEnum):
    """How another version of a ranking came to serve."""

    PROMOTE = "promote"
    ROLLBACK = "rollback"


class Severity(StrEnum):
    """How much a finding of the quality check weighs, worst first; a blocker keeps a proposal from being published."""

    BLOCKER = "blocker"
    MAJOR = "major"
    MINOR = "minor"


class QualityRule(StrEnum):
    """What the quality check of a proposal looks for; the first eight are the faults of the form's fields."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    NOT_ALLOWED = "not_allowed"
    NOT_USED = "not_used"
    OWN_COUNTRY = "own_country"
    PAST = "past"
    NOT_POSITIVE = "not_positive"
    OWN_NAME = "own_name"
    LEGAL_FORM = "legal_form"
    PATENT_NUMBER = "patent_number"
    EMAIL = "email"
    PHONE = "phone"
    TAX_CODE = "tax_code"
    DUPLICATE_OWN = "duplicate_own"
    DUPLICATE = "duplicate"
    OTHER_NAME = "other_name"
    BRAND = "brand"
    WEB_ADDRESS = "web_address"
    STREET_ADDRESS = "street_address"
    SOCIAL_HANDLE = "social_handle"
    WRONG_LANGUAGE = "wrong_language"
    MIXED_LANGUAGES = "mixed_languages"
    TOO_SHORT = "too_short"
    REPEATED = "repeated"
    TITLE_GENERAL = "title_general"
    TITLE_CAPITALS = "title_capitals"
    TITLE_FULL_STOP = "title_full_stop"
    PROMOTIONAL = "promotional"
    SHOUTING = "shouting"


PARTNERSHIPS_BY_KIND: dict[ProposalKind, tuple[PartnershipType, ...]] = {
    ProposalKind.BO: (
        PartnershipType.COMMERCIAL,
        PartnershipType.INVESTMENT,
        PartnershipType.OUTSOURCING,
        PartnershipType.SUPPLIER,
    ),
    ProposalKind.BR: (
        PartnershipType.COMMERCIAL,
        PartnershipType.INVESTMENT,
        PartnershipType.OUTSOURCING,
        PartnershipType.SUPPLIER,
    ),
    ProposalKind.TO: (
        PartnershipType.INVESTMENT,
        PartnershipType.COMMERCIAL_TECHNICAL,
        PartnershipType.RND_COOPERATION,
    ),
    ProposalKind.TR: (
        PartnershipType.INVESTMENT,
        PartnershipType.COMMERCIAL_TECHNICAL,
        PartnershipType.RND_COOPERATION,
    ),
    ProposalKind.RDR: (PartnershipType.RND_COOPERATION,),
}
"""Source: EEN quality guidelines v1.2 (2024)."""
