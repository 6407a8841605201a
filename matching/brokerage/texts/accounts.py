"""Texts about accounts: invitations, the verification of an organisation."""

from __future__ import annotations

from matching.brokerage.texts.text import Text

_NOT_YOU = {
    "it": "Se la modifica non è partita dal titolare, è bene cambiare subito la password e avvisare l'agenzia.\n",
    "en": "If this was not you, change the password at once and tell the agency.\n",
}
TEMPLATES: dict[str, dict[str, Text]] = {
    "account.invited": {
        "it": Text(
            "Invito ad Abbina",
            "Buongiorno,\n\nc'è un invito a entrare in Abbina{as_whom}: si può accettare fino al {day}.\n{url}\n\n"
            "Chi non conosce Abbina o non vuole entrare può ignorare questo messaggio.\n",
        ),
        "en": Text(
            "Invitation to Abbina",
            "Hello,\n\nyou are invited to join Abbina{as_whom}: you can accept until {day}.\n{url}\n\n"
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
    "membership.claimed": {
        "it": Text(
            "Nuova richiesta di appartenenza: {organisation}",
            "Buongiorno,\n\nuna persona chiede di entrare in {organisation}. La richiesta va confermata o respinta.\n",
        ),
        "en": Text(
            "Someone asks to join: {organisation}",
            "Hello,\n\nsomeone says that they belong to {organisation}. Please confirm or decline.\n",
        ),
    },
    "organisation.founded": {
        "it": Text(
            "Organizzazione da verificare: {organisation}",
            "Buongiorno,\n\n{organisation} è stata appena registrata e va verificata.\n",
        ),
        "en": Text(
            "Organisation to verify: {organisation}",
            "Hello,\n\n{organisation} has just been registered and has to be verified.\n",
        ),
    },
    "organisation.unverified": {
        "it": Text(
            "Verifica ritirata: {organisation}",
            "Buongiorno,\n\nla verifica di {organisation} è stata ritirata: per ora le sue proposte non possono essere "
            "pubblicate.\nMotivo: {reason}\n",
        ),
        "en": Text(
            "Verification withdrawn: {organisation}",
            "Hello,\n\nthe verification of {organisation} has been withdrawn: for now its proposals cannot be "
            "published.\nReason: {reason}\n",
        ),
    },
    "account.second_factor_set": {
        "it": Text(
            "Abbina: secondo fattore attivato",
            "Buongiorno,\n\nper questo account di Abbina è stato configurato un secondo fattore.\n" + _NOT_YOU["it"],
        ),
        "en": Text(
            "Abbina: second factor switched on",
            "Hello,\n\na second factor was set up for this account of Abbina.\n" + _NOT_YOU["en"],
        ),
    },
    "account.second_factor_off": {
        "it": Text(
            "Abbina: secondo fattore disattivato",
            "Buongiorno,\n\nil secondo fattore di questo account di Abbina è stato disattivato: per accedere basta la "
            "password.\n" + _NOT_YOU["it"],
        ),
        "en": Text(
            "Abbina: second factor switched off",
            "Hello,\n\nthe second factor of this account of Abbina was switched off: the password alone signs in.\n"
            + _NOT_YOU["en"],
        ),
    },
    "account.recovery_codes_made": {
        "it": Text(
            "Abbina: nuovi codici di recupero",
            "Buongiorno,\n\nper questo account di Abbina sono stati generati nuovi codici di recupero: quelli "
            "precedenti non valgono più.\n" + _NOT_YOU["it"],
        ),
        "en": Text(
            "Abbina: new recovery codes",
            "Hello,\n\nnew recovery codes were made for this account of Abbina: earlier ones are void.\n"
            + _NOT_YOU["en"],
        ),
    },
    "account.second_factor_reset": {
        "it": Text(
            "Secondo fattore azzerato",
            "Buongiorno,\n\nun amministratore ha azzerato il secondo fattore di questo account: al prossimo accesso "
            "basta la password, e il secondo fattore si può configurare di nuovo.\n"
            "Se la richiesta non è partita dal titolare, è bene avvisare subito l'agenzia.\n",
        ),
        "en": Text(
            "Second factor reset",
            "Hello,\n\nan administrator has reset the second factor of this account: the next sign-in needs the "
            "password only, and the second factor can be set up again.\n"
            "If you did not ask for this, tell the agency at once.\n",
        ),
    },
}
