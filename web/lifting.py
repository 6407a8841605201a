"""What would lift a match into a better band, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from matching.types import Counterfactual, Criterion
from web.labels import PARTNER_TYPES, STAGES, Label, named
from web.language import current_language, translate
from web.places import country_name

BECOMES: Mapping[str, Label] = {
    "strong": _l("a strong match"),
    "good": _l("a good match"),
    "possible": _l("a possible match"),
}
_AS_WANTED: Mapping[tuple[Criterion, bool], Label] = {
    (Criterion.COUNTRY, True): _l("With a site in a country wanted (%(names)s) this would be %(band)s."),
    (Criterion.COUNTRY, False): _l("If it is in a country wanted (%(names)s), this would be %(band)s."),
    (Criterion.PARTNER_TYPE, True): _l("From a partner of a type wanted (%(names)s) this would be %(band)s."),
    (Criterion.PARTNER_TYPE, False): _l("If its type and size are as wanted (%(names)s), this would be %(band)s."),
    (Criterion.STAGE, True): _l("At your stage of development (%(names)s) this would be %(band)s."),
    (Criterion.STAGE, False): _l("If its stage of development is yours (%(names)s), this would be %(band)s."),
}
"""By criterion, and by whether the candidate states something else now."""


def lift_sentence(lift: Counterfactual | None) -> str:
    """The sentence, in the language of the page; empty where no single change would be enough."""
    if lift is None:
        return ""
    band = named(BECOMES, lift.band.value)
    if lift.criterion is Criterion.COMPETENCE and lift.code is not None:
        label = lift.code.label(current_language())
        return translate("With the competence “%(label)s” this would be %(band)s.", label=label, band=band)
    if lift.criterion is Criterion.EVIDENCE:
        return translate("With one more documented experience on this very subject this would be %(band)s.", band=band)
    sentence = _AS_WANTED.get((lift.criterion, lift.stated))
    if sentence is None:
        return ""
    names = ", ".join(_value(lift.criterion, value) for value in lift.wanted)
    return str(sentence) % {"names": names, "band": band}


def _value(criterion: Criterion, value: str) -> str:
    if criterion is Criterion.COUNTRY:
        return country_name(value)
    return named(STAGES if criterion is Criterion.STAGE else PARTNER_TYPES, value)
