"""Which words of a running text say what is offered, and which what is sought.

Short profiles mix both in a sentence ("Cooperativa offre caffè tracciabile e cerca distributori"). Cues of Italian and
English open a clause of a role; it reaches to the next cue or to the sentence's end. What stands before the first cue
(who speaks, about what) is neutral.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from embeddings.language import analyse
from embeddings.sentences import split_sentences

_WISHES_IT: Final = (
    r"collabor\w+|trovare|individuare|stabilire|stipulare|avviare|instaurare|cooperare|entrare in contatto"
    r"|creare partner\w+"
    r"|acquistare|acquisire|reperire|identificare|coinvolgere|incontrare|concludere|espander\w+"
)
_WISHES_EN: Final = (
    r"find|collaborate|cooperate|establish|identify|source|partner|purchase|buy|acquire|engage|enter into|connect"
    r"|conclude|expand|meet|work with|set up"
)
_OBJECTS_IT: Final = (
    r"partner\w*|fornitor\w+|distribut\w+|accord\w+|collabor\w+|aziend\w+|impres\w+|produttor\w+|investitor\w+"
    r"|soluzion\w+"
    r"|tecnolog\w+|agent\w+|rivenditor\w+|clienti|competenz\w+|ent[ei]|universit\w+|cooperazion\w+|subfornit\w+"
    r"|importator\w+|espert\w+|start-?up|PMI|un|uno|una|nuov\w+|dei|degli|delle|grossist\w+|licenziatar\w+"
)
_SOUGHT_IT: Final = (
    r"(?<!che )(?<!le quali )cerc(?:a|ano|hiamo|ando)\b|si (?:ri)?cerca(?:no)?\b|alla ricerca d\w+['’ ]"
    r"|in cerca d\w+['’ ]"
    rf"|(?<!di )(?<!la )(?<!in )(?<!della )(?<!nella )(?<!alla )(?<!che )(?<!e )ricerca(?:no)? (?=(?:{_OBJECTS_IT})\b"
    rf")"
    rf"|(?:^|[\w\])] e )ricerca(?:no)? (?=(?:{_OBJECTS_IT})\b)"
    r"|(?:(?:è|e'|sono|sarebbe|sarebbero) )(?:anche |molto |inoltre )?interessat[oaie]\b"
    r"|interessat[oaie] (?:a|ad) (?:collabor|trovare)\w*"
    rf"|(?:desidera|vuole|intende|vorrebbe|mira ad?|punta ad?|è apert[oa] ad?|aspira ad?"
    rf"|spera di)(?:no)? (?:{_WISHES_IT})"
    r"|(?<!che )desidera(?:no)?\b|(?<!che )ha(?:nno)? bisogno d\w+['’ ]|(?<!che )necessita(?:no)? d\w+['’ ]"
    r"|(?:i|il|al|ai|dal|dai) (?:potenzial[ei] )?partner\b|interesse (?:per|a)\b"
    r"|richiest[oaie] (?=partner|competenz|espert|fornitor|è|sono)"
    r"|(?:possibil[ei]|previst[oi]) (?:accord|collabor)\w+|apert[oaie] a (?=collabor|partner|accord|cooper|invest)"
    r"|profil[oi] ricercat[oi]"
)
_SOUGHT_EN: Final = (
    r"(?:is |are |be )?(?:also |currently |now |actively )?looking (?:for|to)\b|(?<!who )(?<!that )looks? for\b"
    r"|(?:is |are )?(?:also |currently |now |actively )?(?<!who )(?<!that )(?<!which )seek(?:s|ing)?\b"
    r"|(?:is |are )?search(?:es|ing)? for\b|in search of\b"
    r"|(?:is|are|would be) (?:also |particularly |very )?interested (?:in|to)\b"
    rf"|(?:wish(?:es)?|wants?|would like|aims?|hopes?|intends?|plans?) to (?:{_WISHES_EN})\b"
    rf"|(?:is|are) open to\b|in need of\b"
    r"|(?:the |our )?(?:ideal|potential|desired|prospective) partners?\b"
    r"|(?:the )?partners? (?:should|must|will|would|is expected|are expected|could|can)\b"
    r"|requests?\b(?= (?:partners?|suppliers?|for))|open to (?=collabor|partner|cooper)"
)
_OFFERED_IT: Final = (
    r"offr(?:e|ono|iamo|endo)\b|propon(?:e|gono|endo)\b"
    r"|ha(?:nno)? (?:sviluppato|brevettato|ideato|realizzato|messo a punto|progettato|creato)"
    r"|mett(?:e|ono) a disposizione|si propone come|fornisc(?:e|ono)\b|dispon(?:e|gono) d\w+['’ ]"
    r"|(?<!to )(?<!up )(?<!and )(?<!can )(?<!will )produc(?:e|ono)\b|sviluppa(?:no)?\b"
    r"|realizza(?:no)?\b|commercializza(?:no)?\b|l['’ ]azienda garantisce"
)
_OFFERED_EN: Final = (
    r"offer(?:s|ing)?\b|propos(?:es|ing)\b|(?:has|have) (?:developed|patented|designed|created|invented|built)"
    r"|provid(?:es|ing)\b"
    r"|develops\b|produces\b|manufactures\b|supplies\b|presents\b"
)
_CUE = re.compile(
    rf"(?<!\w)(?:(?P<sought>{_SOUGHT_IT}|{_SOUGHT_EN})|(?P<offered>{_OFFERED_IT}|{_OFFERED_EN}))", re.IGNORECASE
)
# What stands before these is what is sought: "Manufacturers of rubber sought for …", "partner ricercati".
_PASSIVE = re.compile(
    r"(?<!\w)(?:(?:is|are) )?(?:sought|wanted|needed|required|ricercat[oaie]|cercat[oaie])\b(?! after)"
    r"|(?<!\w)cercasi\b",
    re.IGNORECASE,
)
_TRAILING_LINK = re.compile(
    r"(?:[,;:–-]|\b(?:e|ed|and|che|which|who|that|is|are|it|inoltre|anche|l['’]azienda|the company))\s*$", re.I
)

# Words that every profile has and that tell nothing of its subject, as the analyser gives them.
_BOILERPLATE_WORDS: Final = {
    "it": """
    azienda aziende società impresa imprese pmi startup start up partner partners partnership cerca cercano
    ricerca interessata interessato interessati accordo accordi commerciale commerciali cooperazione
    collaborazione collaborazioni collaborare cooperare internazionale internazionali europeo europea europei
    estero esteri straniere assistenza tecnica fornitura joint venture distributori distributore agenti agente
    rivenditori investimento investitori licenza outsourcing subfornitura trovare nuovi nuovo nuova nuove mercato
    mercati settore settori soluzione soluzioni prodotto prodotti servizio servizi tecnologia tecnologie
    innovativo innovativa innovativi innovative offre offerta propone sviluppo sviluppato ha sede lungo termine
    lunga durata potenziali potenziale ideale dovrebbe possibile possibili esperienza esperto esperti italia
    italiana italiano tedesca tedesco francese spagnola spagnolo polacca polacco olandese belga austriaca
    austriaco svizzera svizzero turca turco ucraina ucraino rumena rumeno bulgara bulgaro greca greco ungherese
    ceca ceco slovena sloveno croata svedese danese finlandese portoghese britannica britannico inglese lituana
    lituano lettone estone irlandese slovacca slovacco serba serbo coreana coreano giapponese anni attiva attivo
    operante specializzata specializzato basata fondata desidera vuole intende
    """,
    "en": """
    company companies firm enterprise sme startup start partner partners partnership looking look seeks seeking
    seek sought search interested agreement agreements commercial cooperation collaboration collaborate cooperate
    international european foreign abroad technical assistance supply supplier joint venture distributor
    distributors distribution agent agents reseller investment investors license licence outsourcing find new
    market markets sector sectors solution solutions product products service services technology technologies
    innovative innovation offers offer offered developed development based long term potential ideal possible
    experience experienced italy italian german french spanish polish dutch belgian austrian swiss turkish
    ukrainian romanian bulgarian greek hungarian czech slovenian croatian swedish danish finnish portuguese
    british english lithuanian latvian estonian irish slovak serbian korean japanese years active specialised
    specialized founded wishes want wants aims open type types business establish
    """,
}


@dataclass(frozen=True, slots=True)
class RoleParts:
    """The clauses of a text by role, each in the order in which they stand; nothing but joining words is left out."""

    offered: tuple[str, ...]
    sought: tuple[str, ...]
    neutral: tuple[str, ...]


@lru_cache(maxsize=2)
def _boilerplate(language: str) -> frozenset[str]:
    return frozenset(analyse(_BOILERPLATE_WORDS[language], language))


def content_words(text: str, language: str) -> int:
    """How many words of `text` tell something of its subject (stop words and a profile's boilerplate do not)."""
    common = _boilerplate(language)
    return sum(token not in common for token in analyse(text, language))


def clauses(sentence: str) -> list[tuple[str, str]]:
    """`sentence` cut at its cues: pairs of role ("offered", "sought" or "neutral") and words, in order."""
    if _PASSIVE.search(sentence) and not _CUE.search(sentence):
        return [("sought", sentence.strip())]
    found: list[tuple[str, str]] = []
    role, start = "neutral", 0
    for match in _CUE.finditer(sentence):
        cue_role = "sought" if match["sought"] else "offered"
        if cue_role == role:
            continue
        if sentence[start : match.start()].strip():
            found.append((role, _tidy(sentence[start : match.start()])))
        role, start = cue_role, match.start()
    found.append((role, sentence[start:].strip()))
    return [(clause_role, words) for clause_role, words in found if words]


def _tidy(words: str) -> str:
    """Without the links that joined it to the next clause ("… tracciabile e")."""
    whole = words = words.strip()
    while shorter := _TRAILING_LINK.sub("", words).strip():
        if shorter == words:
            return words
        words = shorter
    return whole


def split_roles(text: str) -> RoleParts:
    """Read `text`, Italian or English, by role. A text without any cue is all neutral."""
    parts: dict[str, list[str]] = {"offered": [], "sought": [], "neutral": []}
    for sentence in split_sentences(text):
        for role, words in clauses(sentence):
            parts[role].append(words)
    return RoleParts(tuple(parts["offered"]), tuple(parts["sought"]), tuple(parts["neutral"]))
