"""Casework of the demo: two proposals to validate, suggestions to curate, an expression of interest to take over.

Made by the use cases that the pages call, so that the broker's desk has something on it; running it again adds nothing.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from data.db import unit_of_work
from data.models.vocabulary import InterestKind, PartnershipType, PartnerType, ProposalKind, ProposalState, Tree
from matching import suggestions
from matching.brokerage.accounts import DEMO_DOMAIN, account_by_email
from matching.brokerage.interests import Written, express
from matching.brokerage.people import Person, person_of
from matching.brokerage.proposal_rules import ProposalFields
from matching.brokerage.proposals import write_new
from matching.brokerage.validation import submit

if TYPE_CHECKING:
    from matching.bootstrap import Application

MEMBER = f"impresa@{DEMO_DOMAIN}"
PROFILE = "TOAT99990501001"
"""The European profile that the demo's company is interested in."""
CURATED = 12
"""Proposals whose suggestions are stored at once; the night does it for all."""

_GOOD = ProposalFields(
    kind=ProposalKind.TR,
    title="Misura in linea della pulizia interna di collettori stampati in 3D",
    summary=(
        "Produttore di componenti oleodinamici cerca un metodo per contare le particelle rimaste nei canali interni"
        " dopo la finitura, senza sezionare il pezzo e senza fermare la linea."
    ),
    description=(
        "Dopo la finitura dei canali interni restano particelle che si staccano solo in esercizio. Oggi ne stimiamo il"
        " numero lavando un pezzo ogni venti e filtrando il liquido: il risultato arriva dopo due giorni. Serve un"
        " metodo che dica in meno di un minuto se un collettore è pulito, per canali da 4 a 12 mm con più gomiti, e che"
        " si possa inserire fra il lavaggio e l'imballo. Interessano metodi ottici, acustici, a ultrasuoni o basati"
        " sul fluido di lavaggio, purché ripetibili e tarabili con campioni noti."
    ),
    expertise_sought="Conteggio di particelle in fluidi, endoscopia di canali curvi, controlli in linea.",
    partner_role="Prove di fattibilità su nostri campioni, poi un prototipo da provare per tre mesi in officina.",
    partnership_types=(PartnershipType.RND_COOPERATION.value,),
    partner_types=(PartnerType.SME_49.value, PartnerType.RND_INSTITUTION.value, PartnerType.UNIVERSITY.value),
    keywords=("pulizia interna", "particelle", "controllo in linea"),
    country="IT",
    language="it",
    codes={
        Tree.EEN_TECHNOLOGY.value: ("02002",),
        Tree.EEN_MARKET.value: ("08",),
        Tree.SDG.value: ("09",),
    },
)
_WANTING = ProposalFields(
    kind=ProposalKind.TR,
    title="CERCASI FLUIDO ABRASIVO PER CANALI.",
    summary="Cerchiamo il miglior fluido abrasivo in assoluto. Per un preventivo scrivere a collettori@demo.example.",
    description=(
        "Vogliamo provare fluidi con particelle abrasive di diversa durezza nei nostri canali interni di acciaio."
        " Per informazioni telefonare al numero 02 5550 1234."
    ),
    expertise_sought="Fluidi abrasivi e loro smaltimento.",
    partner_role="Fornitura di campioni di prova.",
    partnership_types=(PartnershipType.COMMERCIAL_TECHNICAL.value,),
    partner_types=(PartnerType.SME_49.value,),
    country="IT",
    language="it",
    codes={
        Tree.EEN_TECHNOLOGY.value: ("02002",),
        Tree.EEN_MARKET.value: ("08",),
        Tree.SDG.value: ("not_relevant",),
    },
)


def ensure_demo_casework(application: Application) -> None:
    """Hand in the demo company's proposals, store suggestions, express its interest; what is there already stays."""
    with unit_of_work(application.sessions) as session:
        account = account_by_email(session, MEMBER)
        if account is None:
            return
        person = person_of(account)
        for name, fields in (("good", _GOOD), ("wanting", _WANTING)):
            _hand_in(session, person, name, fields)
        _express(session, person)
    with application.sessions() as session:
        seekers = suggestions.open_seekers(session, application.today())[:CURATED]
    for seeker in seekers:
        suggestions.store(application.sessions, seeker.reference, application.service.match_proposal)


def _hand_in(session: Session, person: Person, name: str, fields: ProposalFields) -> None:
    written = replace(fields, organisation_id=person.organisation_id)
    proposal = write_new(session, written, person, token=_token(name))
    if proposal.state == ProposalState.DRAFT.value:
        submit(session, proposal.reference, person)


def _express(session: Session, person: Person) -> None:
    form = {
        "organisation": "Oleodinamica Finta",
        "sector": "Componenti oleodinamici",
        "contact": "Irene Inventata",
        "email": MEMBER,
        "technology_interest": "La finitura di passaggi interni sotto Ra 2 µm in pezzi di acciaio e alluminio.",
        "information_requested": "Diametri minimi, tempi di lavorazione e costo per lotti di cento pezzi.",
        "presentation": "Stampiamo collettori oleodinamici in metallo, lotti da venti a duecento pezzi.",
    }
    written = Written(InterestKind.FULL, form, "it", _token("interest"), accepted=True)
    express(session, person, PROFILE, written)


def _token(name: str) -> str:
    """Always the same for the same thing of the demo, so that it is made once."""
    return f"2026-{uuid.uuid5(uuid.NAMESPACE_DNS, f'{name}.{DEMO_DOMAIN}').hex}"
