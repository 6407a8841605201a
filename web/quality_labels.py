"""What the quality check of a proposal says on a page: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from web.labels import Label


@dataclass(frozen=True, slots=True)
class Advice:
    """Of a rule, one sentence on what is wrong and one on what to do."""

    wrong: Label
    remedy: Label


SEVERITIES: Mapping[str, Label] = {
    "blocker": _l("To be mended before publishing"),
    "major": _l("Important"),
    "minor": _l("Advice"),
}

QUALITY_RULES: Mapping[str, Advice] = {
    "missing": Advice(
        _l("A field that is required is empty."),
        _l("Fill it in."),
    ),
    "too_long": Advice(
        _l("The text is longer than allowed."),
        _l("Shorten it to the limit."),
    ),
    "too_many": Advice(
        _l("More entries are chosen than allowed."),
        _l("Keep the most important ones."),
    ),
    "not_allowed": Advice(
        _l("The value is not one of those allowed."),
        _l("Choose one from the list."),
    ),
    "not_used": Advice(
        _l("This kind of proposal does not have the field."),
        _l("Move the text to another field and leave this one empty."),
    ),
    "own_country": Advice(
        _l("The proposal's own country is among the countries wanted."),
        _l("Remove it from the countries wanted."),
    ),
    "past": Advice(
        _l("The date has passed."),
        _l("Correct it, or do not publish the proposal."),
    ),
    "not_positive": Advice(
        _l("The number must be greater than zero."),
        _l("Correct the number."),
    ),
    "own_name": Advice(
        _l("The text names the organisation whose proposal it is."),
        _l("Write what it is instead: “the company”, “the research centre”."),
    ),
    "legal_form": Advice(
        _l("The text names a company with its legal form."),
        _l("Take the name out and say what the company does."),
    ),
    "patent_number": Advice(
        _l("The text holds the number of a patent."),
        _l("Write “patent granted” or “patent applied for”, without the number."),
    ),
    "email": Advice(
        _l("The text holds an e-mail address."),
        _l("Take it out: interest is expressed through the platform."),
    ),
    "phone": Advice(
        _l("The text holds a telephone number."),
        _l("Take it out: contacts are exchanged later, through the platform."),
    ),
    "tax_code": Advice(
        _l("The text holds a VAT number or a tax code."),
        _l("Take it out: it is in the organisation's profile."),
    ),
    "duplicate_own": Advice(
        _l("The same organisation has already posted this proposal."),
        _l("Update the existing one, or say here what is different."),
    ),
    "duplicate": Advice(
        _l("An existing proposal says nearly the same."),
        _l("Compare the two before publishing; if they are one, keep one."),
    ),
    "other_name": Advice(
        _l("The text names another organisation."),
        _l("Say what kind of organisation it is, without its name."),
    ),
    "brand": Advice(
        _l("The text names a brand or a product."),
        _l("Describe what it does instead."),
    ),
    "web_address": Advice(
        _l("The text holds a web address."),
        _l("Take it out and write what the page says."),
    ),
    "street_address": Advice(
        _l("The text holds a street address."),
        _l("Write the region or the country only."),
    ),
    "social_handle": Advice(
        _l("The text holds the name of an account on a social network."),
        _l("Take it out."),
    ),
    "wrong_language": Advice(
        _l("The text is not in the language of the proposal."),
        _l("Translate it, or correct the language of the proposal."),
    ),
    "mixed_languages": Advice(
        _l("Part of the text is in another language."),
        _l("Write the whole field in one language."),
    ),
    "too_short": Advice(
        _l("The text says little: it is shorter than recommended."),
        _l("Add what a partner needs to know."),
    ),
    "repeated": Advice(
        _l("The field repeats another one."),
        _l("Say here what the other field does not."),
    ),
    "title_general": Advice(
        _l("The title would fit many proposals."),
        _l("Name the technology, the product or the problem."),
    ),
    "title_capitals": Advice(
        _l("The title is in capitals."),
        _l("Write it as a normal sentence."),
    ),
    "title_full_stop": Advice(
        _l("The title ends with a full stop."),
        _l("Take the full stop out."),
    ),
    "promotional": Advice(
        _l("The words praise instead of telling."),
        _l("Give a figure or a fact instead."),
    ),
    "shouting": Advice(
        _l("The text shouts: capitals or exclamation marks."),
        _l("Use normal letters and a full stop."),
    ),
}
