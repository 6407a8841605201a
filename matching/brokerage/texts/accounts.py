"""Texts about accounts: invitations, the verification of an organisation."""

from __future__ import annotations

from matching.brokerage.texts.text import Text

TEMPLATES: dict[str, dict[str, Text]] = {
    "account.invited": {
        "it": Text(
            "Invito ad Abbina",
            "Buongiorno,\n\nc'è un invito a entrare in Abbina{as_whom}.\nPer accettarlo, entro il {until}:\n{url}\n\n"
            "Chi non conosce Abbina o non vuole entrare può ignorare questo messaggio.\n",
        ),
        "en": Text(
            "Invitation to Abbina",
            "Hello,\n\nyou are invited to join Abbina{as_whom}.\nTo accept, by {until}:\n{url}\n\n"
            "If you do not know Abbina or do not want to join, ignore this message.\n",
        ),
    },
    "organisation.verified": {
        "it": Text(
            "Organizzazione verificata: {organisation}",
            "Buongiorno,\n\n{organisation} è stata verificata: ora le sue proposte possono essere pubblicate.\n",
        ),
        "en": Text(
            "Organisation verified: {organisation}",
            "Hello,\n\n{organisation} has been verified: its proposals can be published now.\n",
        ),
    },
    "membership.confirmed": {
        "it": Text(
            "Appartenenza confermata: {organisation}",
            "Buongiorno,\n\nl'appartenenza a {organisation} è confermata: ora è possibile agire per suo conto.\n",
        ),
        "en": Text(
            "Membership confirmed: {organisation}",
            "Hello,\n\nyou are confirmed as a member of {organisation} and can act for it now.\n",
        ),
    },
    "membership.declined": {
        "it": Text(
            "Appartenenza non confermata: {organisation}",
            "Buongiorno,\n\nl'agenzia non ha potuto confermare l'appartenenza a {organisation}.\nMotivo: {reason}\n",
        ),
        "en": Text(
            "Membership not confirmed: {organisation}",
            "Hello,\n\nthe agency could not confirm that you belong to {organisation}.\nReason: {reason}\n",
        ),
    },
}
