"""What the terminal says of a match, in Italian and English: in the same words as the pages (a test holds it)."""

from __future__ import annotations

from collections.abc import Mapping

Texts = Mapping[str, Mapping[str, str]]
"""By language, then by name."""

BANDS: Texts = {
    "it": {
        "strong": "Corrispondenza forte",
        "good": "Buona corrispondenza",
        "possible": "Corrispondenza possibile",
        "weak": "Corrispondenza debole",
    },
    "en": {
        "strong": "Strong match",
        "good": "Good match",
        "possible": "Possible match",
        "weak": "Weak match",
    },
}

BECOMES: Texts = {
    "it": {
        "strong": "una corrispondenza forte",
        "good": "una buona corrispondenza",
        "possible": "una corrispondenza possibile",
    },
    "en": {
        "strong": "a strong match",
        "good": "a good match",
        "possible": "a possible match",
    },
}
"""Bands as what a match would be."""

VERDICTS: Texts = {
    "it": {
        "MATCH": "A favore",
        "GAP": "A sfavore",
        "UNKNOWN": "Da verificare",
    },
    "en": {
        "MATCH": "In favour",
        "GAP": "Against",
        "UNKNOWN": "To check",
    },
}

OUTCOMES: Texts = {
    "it": {
        "need:MATCH": "testi vicini tra loro",
        "need:UNKNOWN": "testi vicini solo in parte",
        "need:GAP": "testi lontani tra loro",
        "need:": "testi non confrontabili",
        "competence:MATCH": "competenze in comune o affini",
        "competence:UNKNOWN": "competenze affini solo in parte",
        "competence:GAP": "nessuna competenza in comune trovata",
        "competence:": "competenze non note",
        "theme:MATCH": "temi in comune o affini",
        "theme:UNKNOWN": "temi affini solo in parte",
        "theme:GAP": "nessun tema in comune trovato",
        "theme:": "temi non noti",
        "partner_type:MATCH": "tipo di partner adatto",
        "partner_type:UNKNOWN": "tipo o dimensione del partner non certi",
        "partner_type:GAP": "tipo di partner non adatto",
        "partner_type:": "tipo di partner non noto",
        "country:MATCH": "paese tra quelli cercati",
        "country:GAP": "paese non tra quelli cercati",
        "country:": "paese non noto",
        "stage:MATCH": "stadio di sviluppo simile",
        "stage:UNKNOWN": "stadio di sviluppo un po' diverso",
        "stage:GAP": "stadio di sviluppo molto diverso",
        "stage:": "stadio di sviluppo non noto",
        "evidence:MATCH": "esperienze vicine al tema",
        "evidence:UNKNOWN": "poche esperienze vicine al tema",
        "evidence:GAP": "nessuna esperienza vicina al tema trovata",
        "evidence:": "esperienze non note",
        "words:MATCH": "molte parole in comune",
        "words:UNKNOWN": "alcune parole in comune",
        "words:GAP": "poche parole in comune",
        "words:": "parole di un’altra lingua, non confrontate",
    },
    "en": {
        "need:MATCH": "texts close to each other",
        "need:UNKNOWN": "texts only partly close",
        "need:GAP": "texts far from each other",
        "need:": "texts that cannot be compared",
        "competence:MATCH": "competences in common or related",
        "competence:UNKNOWN": "competences only partly alike",
        "competence:GAP": "no competence in common found",
        "competence:": "competences not known",
        "theme:MATCH": "themes in common or related",
        "theme:UNKNOWN": "themes only partly alike",
        "theme:GAP": "no theme in common found",
        "theme:": "themes not known",
        "partner_type:MATCH": "type of partner fits",
        "partner_type:UNKNOWN": "type or size of partner not certain",
        "partner_type:GAP": "type of partner does not fit",
        "partner_type:": "type of partner not known",
        "country:MATCH": "country among those wanted",
        "country:GAP": "country not among those wanted",
        "country:": "country not known",
        "stage:MATCH": "similar stage of development",
        "stage:UNKNOWN": "somewhat different stage of development",
        "stage:GAP": "very different stage of development",
        "stage:": "stage of development not known",
        "evidence:MATCH": "experience close to the subject",
        "evidence:UNKNOWN": "little experience close to the subject",
        "evidence:GAP": "no experience close to the subject found",
        "evidence:": "experience not known",
        "words:MATCH": "many words in common",
        "words:UNKNOWN": "some words in common",
        "words:GAP": "few words in common",
        "words:": "words of another language, not compared",
    },
}
"""By criterion and verdict; after the colon nothing where nothing could be compared."""

FEATURES: Texts = {
    "it": {
        "baseline": "Valore di partenza di ogni candidato",
        "need_fit": "Ciò che si cerca trova risposta in ciò che si offre",
        "offer_fit": "Ciò che si offre risponde a ciò che si cerca",
        "asks": "Chiede qualcosa, non offre soltanto",
        "lexical": "Parole in comune",
        "competence": "Competenze in comune",
        "competence_read": "Competenze in comune, tra quelle lette nel testo",
        "theme": "Temi in comune",
        "theme_read": "Temi in comune, tra quelli letti nel testo",
        "partner_type": "Tipo di partner",
        "country": "Paese",
        "stage": "Stadio di sviluppo",
        "evidence": "Esperienza documentata sul tema",
        "recency": "Quanto è recente l’esperienza",
        "network": "Esperienza dei suoi partner di progetto sul tema",
        "track_record": "Quanta esperienza è documentata in tutto",
    },
    "en": {
        "baseline": "Starting value of every candidate",
        "need_fit": "What is sought fits what is offered",
        "offer_fit": "What is offered fits what is sought",
        "asks": "It asks for something, it does not only offer",
        "lexical": "Words in common",
        "competence": "Competences in common",
        "competence_read": "Competences in common, of those read in the text",
        "theme": "Themes in common",
        "theme_read": "Themes in common, of those read in the text",
        "partner_type": "Type of partner",
        "country": "Country",
        "stage": "Stage of development",
        "evidence": "Documented experience on the subject",
        "recency": "How recent the experience is",
        "network": "Experience of its project partners on the subject",
        "track_record": "How much experience is documented at all",
    },
}

PARTNER_TYPES: Texts = {
    "it": {
        "SME <=10": "Microimpresa, fino a 10 addetti",
        "SME 11-49": "Piccola impresa, da 11 a 49 addetti",
        "SME 50-249": "Media impresa, da 50 a 249 addetti",
        "Big company": "Grande impresa",
        "R&D Institution": "Ente di ricerca",
        "University": "Università",
        "Other": "Altro",
    },
    "en": {
        "SME <=10": "Small enterprise, up to 10 people",
        "SME 11-49": "Small enterprise, 11 to 49 people",
        "SME 50-249": "Medium enterprise, 50 to 249 people",
        "Big company": "Large company",
        "R&D Institution": "Research institution",
        "University": "University",
        "Other": "Other",
    },
}

STAGES: Texts = {
    "it": {
        "Concept stage": "Idea",
        "Under development": "In sviluppo",
        "Lab tested": "Provato in laboratorio",
        "Available for demonstration": "Disponibile per dimostrazione",
        "Already on the market": "Già sul mercato",
    },
    "en": {
        "Concept stage": "Concept",
        "Under development": "Under development",
        "Lab tested": "Tested in the laboratory",
        "Available for demonstration": "Available for demonstration",
        "Already on the market": "Already on the market",
    },
}

LIFTS: Texts = {
    "it": {
        "country:stated": "Con una sede in un paese cercato (%(names)s) sarebbe %(band)s.",
        "country:open": "Se ha sede in un paese cercato (%(names)s), questa è %(band)s.",
        "partner_type:stated": "Da un partner di un tipo cercato (%(names)s) sarebbe %(band)s.",
        "partner_type:open": "Se tipo e dimensione sono quelli cercati (%(names)s), questa è %(band)s.",
        "stage:stated": "Allo stadio di sviluppo della proposta (%(names)s) sarebbe %(band)s.",
        "stage:open": "Se il suo stadio di sviluppo è quello della proposta (%(names)s), questa è %(band)s.",
        "competence": "Con la competenza «%(label)s» sarebbe %(band)s.",
        "evidence": "Con un’altra esperienza documentata proprio su questo tema sarebbe %(band)s.",
    },
    "en": {
        "country:stated": "With a site in a country wanted (%(names)s) this would be %(band)s.",
        "country:open": "If it is in a country wanted (%(names)s), this would be %(band)s.",
        "partner_type:stated": "From a partner of a type wanted (%(names)s) this would be %(band)s.",
        "partner_type:open": "If its type and size are as wanted (%(names)s), this would be %(band)s.",
        "stage:stated": "At your stage of development (%(names)s) this would be %(band)s.",
        "stage:open": "If its stage of development is yours (%(names)s), this would be %(band)s.",
        "competence": "With the competence “%(label)s” this would be %(band)s.",
        "evidence": "With one more documented experience on this very subject this would be %(band)s.",
    },
}
"""By criterion, and whether the candidate states something else now."""

WORDS: Texts = {
    "it": {
        "organisations": "Organizzazioni",
        "proposals": "Proposte di altri",
        "shares": "in comune",
        "says": "dice",
        "from": "da",
        "none": "Nessun partner adatto per ora",
        "nearest": "chi si avvicina di più:",
        "considered": "considerate",
        "sum": "Punteggio",
        "unknown": "non noto",
        "exploratory": "nelle quattro settimane prima di oggi non mostrata a nessuno: è qui per farsi notare",
        "twins": "vale anche per",
    },
    "en": {
        "organisations": "Organisations",
        "proposals": "Proposals of others",
        "shares": "in common",
        "says": "says",
        "from": "from",
        "none": "No good partner yet",
        "nearest": "what comes nearest:",
        "considered": "considered",
        "sum": "Score",
        "unknown": "not known",
        "exploratory": "not shown to anybody in the four weeks before today: it is here to be noticed",
        "twins": "stands for",
    },
}
