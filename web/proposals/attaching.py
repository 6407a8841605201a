"""Files of a proposal: attached and taken away by those who work on it, downloaded by whoever may read it."""

from __future__ import annotations

from flask import flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from data.db import unit_of_work
from data.errors import UploadError
from data.models import Attachment, Proposal
from data.models.vocabulary import AttachmentOwner
from data.queries import proposal_by_reference
from matching.brokerage.attachments import MOST_FILES, Owner, attach, attachment_of, discard, remove
from matching.brokerage.people import Person
from matching.brokerage.permissions import may_attach, may_detach, require_owner_or_staff, require_visible
from matching.errors import LimitReachedError, NotAllowedError
from web.access import Audience, open_to
from web.context import actor, application, person, reading
from web.downloads import download_headers
from web.labels import UPLOAD_FAULTS, named
from web.language import translate
from web.proposals import pages
from web.proposals.living import Fault
from web.proposals.showing import render
from web.uploading import file_store, sent_file, takes_a_file


def _too_large(reference: str) -> Response:
    return _refused(reference, named(UPLOAD_FAULTS, "too_large"))


@pages.post("/<path:reference>/attachments")
@open_to(Audience.SIGNED_IN)
@takes_a_file(_too_large)
def attach_file(reference: str) -> Response:
    """Attach a file; what is wrong with it stands beside the field."""
    asked = proposal_by_reference(reading(), reference)
    _require(person(), asked, may_attach(person(), asked))  # before a file is looked through for somebody else
    try:
        upload = sent_file()
    except UploadError as error:
        return _refused(reference, named(UPLOAD_FAULTS, error.code.value))
    with unit_of_work(application().sessions) as session:
        proposal = proposal_by_reference(session, reference)
        _require(person(), proposal, may_attach(person(), proposal))
        try:
            attach(session, file_store(), owner_of(proposal), upload, actor=actor())
        except LimitReachedError:
            return _refused(reference, translate("A proposal has at most %(most)s files.", most=MOST_FILES))
    flash(translate("The file is attached."), "success")
    return redirect(url_for("proposals.show", reference=reference, _anchor="attachments"))


@pages.post("/<path:reference>/attachments/<int:number>/remove")
@open_to(Audience.SIGNED_IN)
def file_remove(reference: str, number: int) -> Response:
    """Take a file away, and its content once that is certain."""
    with unit_of_work(application().sessions) as session:
        proposal = proposal_by_reference(session, reference)
        _require(person(), proposal, may_detach(person(), proposal))
        key = remove(session, owner_of(proposal), number, actor=actor()).key
    discard(application().sessions, file_store(), key)
    flash(translate("The file is removed."), "success")
    return redirect(url_for("proposals.show", reference=reference, _anchor="attachments"))


@pages.get("/<path:reference>/attachments/<int:number>")
@open_to(Audience.PUBLIC)
def file_download(reference: str, number: int) -> Response:
    """Hand a file out, to be saved."""
    proposal = proposal_by_reference(reading(), reference)
    require_visible(person(), proposal)
    return handed_out(attachment_of(reading(), owner_of(proposal), number))


def handed_out(attachment: Attachment) -> Response:
    """A stored file as an answer. Raises NotFoundError where its content is gone."""
    file = file_store().open(attachment.key)
    answer = Response(wrap_file(request.environ, file), direct_passthrough=True)
    answer.headers.update(download_headers(attachment.name, attachment.media_type))
    answer.content_length = attachment.size
    return answer


def owner_of(proposal: Proposal) -> Owner:
    """A proposal as the owner of files."""
    return Owner(AttachmentOwner.PROPOSAL, proposal.id)


def _require(who: Person | None, proposal: Proposal, allowed: bool) -> None:
    require_owner_or_staff(who, proposal)
    if not allowed:
        raise NotAllowedError(f"the files of proposal {proposal.reference} are not theirs to change in its state")


def _refused(reference: str, complaint: str) -> Response:
    require_owner_or_staff(person(), proposal_by_reference(reading(), reference))
    return make_response(render(reference, fault=Fault("attach", complaint)), 422)
