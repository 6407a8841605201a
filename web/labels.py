"""What stored values are called on a page, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flask_babel import lazy_gettext as _l

Label: TypeAlias = object
"""A text, or one that becomes a text in the reader's language when it is shown."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of proposal: its name, the sentence to choose it by, and its direction (offer, request or research)."""

    name: Label
    choose: Label
    direction: str


KINDS: Mapping[str, Kind] = {
    "TR": Kind(
        _l("Technology request"),
        _l("You have a technical problem and look for someone who can solve it."),
        "request",
    ),
    "TO": Kind(
        _l("Technology offer"),
        _l("You have a technology and look for someone who can use or develop it with you."),
        "offer",
    ),
    "BR": Kind(
        _l("Business request"),
        _l("You look for a supplier, for goods or for a service."),
        "request",
    ),
    "BO": Kind(
        _l("Business offer"),
        _l("You have products or services and look for customers, agents or distributors."),
        "offer",
    ),
    "RDR": Kind(
        _l("Research partner search"),
        _l("You are preparing a research project for a call and look for partners."),
        "research",
    ),
}

STATES: Mapping[str, Label] = {
    "draft": _l("Draft"),
    "to_validate": _l("Waiting for validation"),
    "published": _l("Open"),
    "feedback_received": _l("Answers received"),
    "refused": _l("Refused"),
    "withdrawn": _l("Withdrawn"),
    "expired": _l("Expired"),
    "closed": _l("Closed"),
    "archived": _l("Archived"),
}

ORGANISATION_KINDS: Mapping[str, Label] = {
    "company": _l("Company"),
    "university": _l("University"),
    "research_organisation": _l("Research organisation"),
    "public_body": _l("Public body"),
    "cluster": _l("Cluster"),
    "intermediary": _l("Intermediary"),
    "other": _l("Other organisation"),
}

PARTNER_TYPES: Mapping[str, Label] = {
    "SME <=10": _l("Small enterprise, up to 10 people"),
    "SME 11-49": _l("Small enterprise, 11 to 49 people"),
    "SME 50-249": _l("Medium enterprise, 50 to 249 people"),
    "Big company": _l("Large company"),
    "R&D Institution": _l("Research institution"),
    "University": _l("University"),
    "Other": _l("Other"),
}

PARTNERSHIP_TYPES: Mapping[str, Label] = {
    "Commercial agreement": _l("Commercial agreement"),
    "Investment agreement": _l("Investment agreement"),
    "Outsourcing agreement": _l("Outsourcing agreement"),
    "Supplier agreement": _l("Supplier agreement"),
    "Commercial agreement with technical assistance": _l("Commercial agreement with technical assistance"),
    "Research and development cooperation agreement": _l("Research and development cooperation"),
}

STAGES: Mapping[str, Label] = {
    "Concept stage": _l("Concept"),
    "Under development": _l("Under development"),
    "Lab tested": _l("Tested in the laboratory"),
    "Available for demonstration": _l("Available for demonstration"),
    "Already on the market": _l("Already on the market"),
}

IPR: Mapping[str, Label] = {
    "No IPR applied": _l("No protection"),
    "Secret know-how": _l("Secret know-how"),
    "IPR applied but not yet granted": _l("Protection applied for, not yet granted"),
    "IPR granted": _l("Protection granted"),
}

EVIDENCE_KINDS: Mapping[str, Label] = {
    "project": _l("Project"),
    "product": _l("Product"),
    "patent": _l("Patent"),
    "publication": _l("Publication"),
}

ORIGINS: Mapping[str, Label] = {
    "declared": _l("Stated by the organisation"),
    "confirmed": _l("Confirmed by a person"),
    "derived": _l("Read from its texts"),
}

CONFIDENCES: Sequence[tuple[float, Label]] = (
    (0.75, _l("quite sure")),
    (0.45, _l("probable")),
    (0.0, _l("uncertain")),
)
"""How sure a code that was read is, from a confidence on, the surest first."""

SOURCES: Mapping[str, Label] = {"platform": _l("This platform"), "een": _l("Enterprise Europe Network")}

TREES: Mapping[str, Label] = {
    "s3_2021": _l("Ecosystems 2021–2027"),
    "s3_2014": _l("Specialisation areas"),
    "sdg": _l("Sustainable development goals"),
    "een_technology": _l("Technologies"),
    "een_market": _l("Markets"),
    "competence": _l("Competences"),
}

LANGUAGES: Mapping[str, str] = {"it": "Italiano", "en": "English"}
"""Each in its own language, as a switch shows them."""

TEXT_LANGUAGES: Mapping[str, Label] = {"it": _l("Italian"), "en": _l("English")}

BANDS: Mapping[str, Label] = {
    "strong": _l("Strong match"),
    "good": _l("Good match"),
    "possible": _l("Possible match"),
    "weak": _l("Weak match"),
}

VERDICTS: Mapping[str, Label] = {"MATCH": _l("In favour"), "GAP": _l("Against"), "UNKNOWN": _l("To check")}

NOT_ASKED: Label = _l("not asked for")
OUTCOMES: Mapping[str, Mapping[str, Label]] = {
    "need": {
        "MATCH": _l("texts close to each other"),
        "UNKNOWN": _l("texts only partly close"),
        "GAP": _l("texts far from each other"),
        "": _l("texts that cannot be compared"),
    },
    "competence": {
        "MATCH": _l("competences in common or related"),
        "UNKNOWN": _l("competences only partly alike"),
        "GAP": _l("no competence in common found"),
        "": _l("competences not known"),
    },
    "theme": {
        "MATCH": _l("themes in common or related"),
        "UNKNOWN": _l("themes only partly alike"),
        "GAP": _l("no theme in common found"),
        "": _l("themes not known"),
    },
    "partner_type": {
        "MATCH": _l("type of partner fits"),
        "UNKNOWN": _l("type or size of partner not certain"),
        "GAP": _l("type of partner does not fit"),
        "": _l("type of partner not known"),
    },
    "country": {
        "MATCH": _l("country among those wanted"),
        "GAP": _l("country not among those wanted"),
        "": _l("country not known"),
    },
    "stage": {
        "MATCH": _l("similar stage of development"),
        "UNKNOWN": _l("somewhat different stage of development"),
        "GAP": _l("very different stage of development"),
        "": _l("stage of development not known"),
    },
    "evidence": {
        "MATCH": _l("experience close to the subject"),
        "UNKNOWN": _l("little experience close to the subject"),
        "GAP": _l("no experience close to the subject found"),
        "": _l("experience not known"),
    },
    "words": {
        "MATCH": _l("many words in common"),
        "UNKNOWN": _l("some words in common"),
        "GAP": _l("few words in common"),
        "": _l("words of another language, not compared"),
    },
}
"""What a verdict says of a criterion, and no more than what was calculated; under "" where nothing could be."""

CRITERIA: Mapping[str, Label] = {
    "need": _l("what is needed"),
    "competence": _l("competences"),
    "theme": _l("themes"),
    "partner_type": _l("type of partner"),
    "country": _l("country"),
    "stage": _l("stage of development"),
    "evidence": _l("documented experience"),
    "words": _l("words in common"),
}

FEATURES: Mapping[str, Label] = {
    "baseline": _l("Starting value of every candidate"),
    "need_fit": _l("What is sought fits what is offered"),
    "offer_fit": _l("What is offered fits what is sought"),
    "asks": _l("It asks for something, it does not only offer"),
    "lexical": _l("Words in common"),
    "competence": _l("Competences in common"),
    "competence_read": _l("Competences in common, of those read in the text"),
    "theme": _l("Themes in common"),
    "theme_read": _l("Themes in common, of those read in the text"),
    "partner_type": _l("Type of partner"),
    "country": _l("Country"),
    "stage": _l("Stage of development"),
    "evidence": _l("Documented experience on the subject"),
    "recency": _l("How recent the experience is"),
    "network": _l("Experience of its project partners on the subject"),
    "track_record": _l("How much experience is documented at all"),
}

REJECT_REASONS: Mapping[str, Label] = {
    "wrong_competence": _l("Not the competence that is needed"),
    "wrong_theme": _l("Another theme"),
    "wrong_partner_type": _l("Not the type of partner wanted"),
    "wrong_country": _l("Not the country wanted"),
    "wrong_stage": _l("Stage of development does not fit"),
    "competitor": _l("A competitor"),
    "already_in_contact": _l("Already in contact"),
    "not_available": _l("Not available"),
    "other": _l("Another reason"),
}

ACTIONS: Mapping[str, Label] = {
    "accept": _l("Accepted"),
    "reject": _l("Set aside"),
    "pin": _l("Pinned"),
    "add": _l("Added by hand"),
    "note": _l("Note"),
    "undo": _l("Decision withdrawn"),
}

OUTCOMES_OF_PROPOSALS: Mapping[str, Label] = {
    "partner_found": _l("A partner was found"),
    "not_needed": _l("No longer needed"),
    "other": _l("Ended otherwise"),
}
"""How a proposal ended, as its owners said."""

ANSWERS: Mapping[str, Label] = {
    "interested": _l("Interested"),
    "not_interested": _l("Not interested"),
    "question": _l("Question to the broker"),
}
"""What a company answers to a suggestion."""

UPLOAD_FAULTS: Mapping[str, Label] = {
    "empty": _l("The file is empty. Choose another one."),
    "too_large": _l("The file is too large. Attach a smaller one."),
    "not_allowed_type": _l("Only PDF documents and PNG or JPEG pictures can be attached."),
    "active_content": _l(
        "The PDF holds scripts, actions, attachments or parts that cannot be checked. "
        "Print it to a new PDF and attach that one."
    ),
    "damaged": _l("The file is damaged and cannot be read to its end. Save it again and attach the new copy."),
    "encrypted": _l("The PDF is protected. Save a copy without password and restrictions, and attach that one."),
    "too_many_pixels": _l("The picture has too many pixels. Attach a smaller one."),
    "trailing_data": _l("The file holds other data besides the document. Save it again and attach the new copy."),
}
"""Why a file is refused (data.errors.UploadFault), and what helps."""


def named(labels: Mapping[str, Label], value: str | None) -> str:
    """The label of a value; the value itself where it has none, as happens with imported ones."""
    return "" if value is None else str(labels.get(value, value))


SDG_NOT_RELEVANT = "not_relevant"
NO_GOAL: Label = _l("None of the goals")
