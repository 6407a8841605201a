"""The form of a proposal: the fields that its kind has, between what is typed and what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional

from data.models.vocabulary import PARTNERSHIPS_BY_KIND, IprStatus, PartnerType, ProposalKind, Stage, Tree
from data.queries import today
from matching.brokerage.proposal_rules import (
    CODE_LIMITS,
    SDG_NOT_RELEVANT,
    SECOND_TEXTS,
    TEXT_LIMITS,
    CallFields,
    Fault,
    Need,
    Problem,
    ProposalFields,
    need,
)
from matching.brokerage.references import is_token, new_token
from web.context import application
from web.labels import IPR, NO_GOAL, PARTNER_TYPES, PARTNERSHIP_TYPES, STAGES, TEXT_LANGUAGES, named
from web.language import current_language, translate
from web.places import NETWORK_COUNTRIES, country_choices, country_name
from web.typed import cleaned

CODE_FIELDS = {
    "s3_2014": Tree.S3_2014.value,
    "een_technology": Tree.EEN_TECHNOLOGY.value,
    "een_market": Tree.EEN_MARKET.value,
    "sdg": Tree.SDG.value,
}
CALL_FIELDS = (
    "programme",
    "title",
    "identifier",
    "acronym",
    "coordinator_required",
    "eoi_deadline",
    "deadline",
    "weeks",
    "budget",
    "url",
)
_TEXTS = (
    "title",
    "summary",
    "description",
    "advantages",
    "expertise_sought",
    "partner_role",
    "ipr_notes",
    *SECOND_TEXTS,
)
_CHOSEN_ONE = ("stage", "ipr", "country", "language")
_CHOSEN_MANY = ("partnership_types", "partner_types", "target_countries")
_SHORT_CODE = 5


def _line(value: str | None) -> str:
    return " ".join(cleaned(value).split())


class ProposalForm(FlaskForm):  # type: ignore[misc]
    """All fields; `form_for` removes those that the kind does not have. Rules are those of `proposal_rules`."""

    title = StringField(_l("Title"), filters=[_line])
    summary = TextAreaField(_l("Short summary"), filters=[cleaned])
    description = TextAreaField(_l("Full description"), filters=[cleaned])
    advantages = TextAreaField(_l("Advantages and innovation"), filters=[cleaned])
    expertise_sought = TextAreaField(_l("Technical specification or expertise sought"), filters=[cleaned])
    stage = SelectField(_l("Stage of development"), default="")
    ipr = SelectField(_l("Intellectual property"), default="")
    ipr_notes = TextAreaField(_l("Notes on intellectual property"), filters=[cleaned])
    partner_role = TextAreaField(_l("What the partner should do"), filters=[cleaned])
    partnership_types = SelectMultipleField(_l("Type of agreement"))
    partner_types = SelectMultipleField(_l("Type and size of partner"))
    target_countries = SelectMultipleField(_l("Countries wanted"))
    s3_2014 = SelectMultipleField(_l("Specialisation areas"))
    een_technology = SelectMultipleField(_l("Technologies"))
    een_market = SelectMultipleField(_l("Markets"))
    sdg = SelectMultipleField(_l("Sustainable development goals"))
    keywords = StringField(_l("Your own keywords"), filters=[_line])
    call_programme = StringField(_l("Programme"), filters=[_line])
    call_title = StringField(_l("Title of the call"), filters=[_line])
    call_identifier = StringField(_l("Identifier of the call"), filters=[_line])
    call_acronym = StringField(_l("Acronym of the project"), filters=[_line])
    call_coordinator_required = RadioField(_l("Is a coordinator still needed?"), validate_choice=False)
    call_eoi_deadline = DateField(_l("Answers wanted by"), validators=[Optional()])
    call_deadline = DateField(_l("Deadline of the call"), validators=[Optional()])
    call_weeks = IntegerField(_l("Duration in weeks"), validators=[Optional()])
    call_budget = StringField(_l("Expected budget"), filters=[_line])
    call_url = StringField(_l("Page of the call"), filters=[_line])
    organisation = StringField(_l("Organisation that posts"), filters=[_line])
    country = SelectField(_l("Country of the organisation"), default="")
    language = SelectField(_l("Language of the texts"), default=current_language)
    second_title = StringField(_l("Title in the other language"), filters=[_line])
    second_summary = TextAreaField(_l("Short summary in the other language"), filters=[cleaned])
    second_description = TextAreaField(_l("Full description in the other language"), filters=[cleaned])
    version = StringField()
    token = StringField()


def form_for(kind: ProposalKind, fields: ProposalFields | None = None, **given: Any) -> ProposalForm:
    """The form of a kind, filled with `fields` where nothing was sent, with its choices in the reader's language."""
    form = ProposalForm(data={**_as_data(fields), **given} if fields or given else None)
    for name in (*_TEXTS, *_CHOSEN_ONE, *_CHOSEN_MANY, *CODE_FIELDS):
        if need(kind, name) is Need.UNUSED:
            del form[name]
    if kind is not ProposalKind.RDR:
        for name in CALL_FIELDS:
            del form[f"call_{name}"]
    _offer_choices(form, kind, fields)
    if not is_token(form.token.data):
        renew_token(form)
    return form


def renew_token(form: ProposalForm) -> None:
    """Make it another form: what it says next becomes a proposal of its own."""
    form.token.data = new_token(today())


def _as_data(fields: ProposalFields | None) -> dict[str, Any]:
    if fields is None:
        return {"language": current_language(), "country": "IT"}
    data: dict[str, Any] = {name: getattr(fields, name) for name in (*_TEXTS, *_CHOSEN_ONE, *_CHOSEN_MANY)}
    data |= {name: list(fields.codes.get(tree, ())) for name, tree in CODE_FIELDS.items()}
    data["keywords"] = ", ".join(fields.keywords)
    call = fields.call or CallFields()
    data |= {f"call_{name}": getattr(call, name) for name in CALL_FIELDS}
    wanted = {True: "yes", False: "no", None: None}
    return data | {"call_coordinator_required": wanted[call.coordinator_required]}


def _offer_choices(form: ProposalForm, kind: ProposalKind, stored: ProposalFields | None) -> None:
    empty = ("", str(_l("Choose…")))
    offered: dict[str, Callable[[], list[tuple[str, str]]]] = {
        "stage": lambda: [empty, *((item.value, named(STAGES, item.value)) for item in Stage)],
        "ipr": lambda: [empty, *((item.value, named(IPR, item.value)) for item in IprStatus)],
        "partnership_types": lambda: [
            (item.value, named(PARTNERSHIP_TYPES, item.value)) for item in PARTNERSHIPS_BY_KIND[kind]
        ],
        "partner_types": lambda: [(item.value, named(PARTNER_TYPES, item.value)) for item in PartnerType],
        "target_countries": lambda: country_choices(NETWORK_COUNTRIES),
        "country": lambda: [empty, *country_choices(NETWORK_COUNTRIES)],
        "language": lambda: [(code, str(name)) for code, name in TEXT_LANGUAGES.items()],
        "call_coordinator_required": lambda: [("yes", translate("Yes")), ("no", translate("No"))],
    }
    for name, choices in offered.items():
        if name in form:
            form[name].choices = _with_stored(choices(), getattr(stored, name, None), country_name)
    for name, tree in CODE_FIELDS.items():
        if name in form:
            form[name].choices = _code_choices(tree, stored.codes.get(tree) if stored else None)


def _with_stored(
    choices: list[tuple[str, str]], stored: str | Iterable[str] | None, label: Callable[[str], str]
) -> list[tuple[str, str]]:
    """Choices with what is already stored among them: an imported value must not vanish by opening the form."""
    values = [stored] if isinstance(stored, str) else list(stored or ())
    known = {value for value, _ in choices}
    return choices + [(value, label(value)) for value in values if value and value not in known]


def _code_choices(tree: str, stored: Iterable[str] | None) -> list[tuple[str, str]]:
    concepts, language = application().concepts, current_language()
    listed = [concepts.concepts[number] for number in concepts.in_tree(tree)]
    choices = [
        (concept.code, concepts.label(tree, concept.code, language))
        for concept in sorted(listed, key=lambda concept: concept.code)
        if _selectable(tree, concept.code)
    ]
    if tree == Tree.SDG.value:
        choices.append((SDG_NOT_RELEVANT, str(NO_GOAL)))
    return _with_stored(choices, stored, lambda code: concepts.label(tree, code, language))


def _selectable(tree: str, code: str) -> bool:
    if tree == Tree.EEN_TECHNOLOGY.value:
        return len(code) == _SHORT_CODE
    return tree != Tree.EEN_MARKET.value or len(code) == 2


def code_groups(tree: str, choices: Iterable[tuple[str, str]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The choices of a tree under the labels of its first level, for a form that opens them group by group."""
    concepts, language = application().concepts, current_language()
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, label in choices:
        groups.setdefault(code[:2], []).append((code, label))
    return [(concepts.label(tree, code, language), members) for code, members in groups.items()]


def fields_from(form: ProposalForm, kind: ProposalKind, organisation_id: int | None) -> ProposalFields:
    """What was typed, as the fields of a proposal."""

    def typed(name: str) -> Any:
        return form[name].data if name in form else None

    texts: dict[str, Any] = {name: typed(name) or "" for name in (*_TEXTS, *_CHOSEN_ONE)}
    chosen: dict[str, Any] = {name: tuple(dict.fromkeys(typed(name) or ())) for name in _CHOSEN_MANY}
    codes = {tree: tuple(dict.fromkeys(typed(name) or ())) for name, tree in CODE_FIELDS.items()}
    return ProposalFields(
        kind=kind,
        keywords=_keywords(typed("keywords")),
        codes={tree: values for tree, values in codes.items() if values},
        organisation_id=organisation_id,
        call=_call(form) if kind is ProposalKind.RDR else None,
        **texts,
        **chosen,
    )


def _keywords(typed: str | None) -> tuple[str, ...]:
    words = (word.strip() for word in (typed or "").replace(";", ",").split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def _call(form: ProposalForm) -> CallFields:
    values = {name: form[f"call_{name}"].data for name in CALL_FIELDS}
    answer = {"yes": True, "no": False}.get(values.pop("coordinator_required") or "")
    filled = {name: value for name, value in values.items() if value is not None}
    return CallFields(coordinator_required=answer, **filled)


def show_problems(form: ProposalForm, problems: Iterable[Problem]) -> None:
    """Put each problem next to its field."""
    for problem in problems:
        place = problem.field if problem.field in form else "title"  # a fault must show, wherever it is
        field = form[place]
        field.errors = [*field.errors, describe(problem, field)]


def describe(problem: Problem, field: Field) -> str:
    """What is wrong and how to mend it, in the reader's language."""
    if problem.fault is Fault.MISSING:
        return _missing(field)
    messages: Mapping[Fault, str] = {
        Fault.TOO_LONG: translate(
            "Too long: %(found)s characters, at most %(limit)s. Shorten it.", found=problem.found, limit=problem.limit
        ),
        Fault.TOO_MANY: translate(
            "Too many: %(found)s, at most %(limit)s. Leave the least important out.",
            found=problem.found,
            limit=problem.limit,
        ),
        Fault.NOT_ALLOWED: translate("This choice does not fit here: choose another."),
        Fault.NOT_USED: translate("This kind of proposal does not have this field: leave it empty."),
        Fault.OWN_COUNTRY: translate("The country of the organisation itself cannot be among the countries wanted."),
        Fault.PAST: translate("This date has passed: write a later one."),
        Fault.NOT_POSITIVE: translate("Write a number greater than zero."),
    }
    return messages[problem.fault]


def _missing(field: Field) -> str:
    if field.short_name == "organisation":
        return translate("Say first for which organisation the proposal is posted.")
    if isinstance(field, SelectMultipleField):
        return translate("Choose at least one.")
    if isinstance(field, SelectField | RadioField):
        return translate("Choose one.")
    return translate("Write something here: it is needed to publish.")


def limits(form: ProposalForm) -> dict[str, int]:
    """Most characters or choices of each field that has a limit."""
    known = {**TEXT_LIMITS, **{name: CODE_LIMITS[tree] for name, tree in CODE_FIELDS.items() if tree in CODE_LIMITS}}
    return {name: limit for name, limit in known.items() if name in form}
