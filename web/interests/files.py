"""Documents of a room: put in and taken away by those who are in it, downloaded by them alone."""

from __future__ import annotations

from flask import flash, make_response, redirect, url_for
from werkzeug.wrappers import Response

from data.db import unit_of_work
from data.errors import UploadError
from data.models.vocabulary import AttachmentOwner
from matching.brokerage import partnerships
from matching.brokerage.attachments import MOST_FILES, Owner, attach, attachment_of, discard, remove
from matching.errors import LimitReachedError
from web.access import Audience, open_to
from web.context import actor, application, reading, someone
from web.interests import rooms
from web.interests.meeting import page
from web.interests.showing import Unfinished
from web.labels import UPLOAD_FAULTS, named
from web.language import translate
from web.proposals.attaching import handed_out
from web.uploading import file_store, sent_file, takes_a_file


def _too_large(number: int) -> Response:
    return _refused(number, named(UPLOAD_FAULTS, "too_large"))


@rooms.post("/<int:number>/files")
@open_to(Audience.SIGNED_IN)
@takes_a_file(_too_large)
def attach_file(number: int) -> Response:
    """Add a document; what is wrong with it stands beside the field."""
    partnerships.room_for(reading(), someone(), number)  # before a file is looked through for somebody else
    try:
        upload = sent_file()
        with unit_of_work(application().sessions) as session:
            partnerships.open_room_for(session, someone(), number)
            attach(session, file_store(), owner_of(number), upload, actor=actor())
    except UploadError as error:
        return _refused(number, named(UPLOAD_FAULTS, error.code.value))
    except LimitReachedError:
        return _refused(number, translate("A room has at most %(most)s documents.", most=MOST_FILES))
    flash(translate("The document is in the room."), "success")
    return redirect(url_for("partnerships.show", number=number, _anchor="documents"))


@rooms.post("/<int:number>/files/<int:file>/remove")
@open_to(Audience.SIGNED_IN)
def remove_file(number: int, file: int) -> Response:
    """Take a document away, and its content once that is certain."""
    with unit_of_work(application().sessions) as session:
        partnerships.open_room_for(session, someone(), number)
        key = remove(session, owner_of(number), file, actor=actor()).key
    discard(application().sessions, file_store(), key)
    flash(translate("The document is removed."), "success")
    return redirect(url_for("partnerships.show", number=number, _anchor="documents"))


@rooms.get("/<int:number>/files/<int:file>")
@open_to(Audience.SIGNED_IN)
def download_file(number: int, file: int) -> Response:
    """Hand a document out, to be saved."""
    partnerships.room_for(reading(), someone(), number)
    return handed_out(attachment_of(reading(), owner_of(number), file))


def owner_of(number: int) -> Owner:
    """A room as the owner of files."""
    return Owner(AttachmentOwner.PARTNERSHIP, number)


def _refused(number: int, complaint: str) -> Response:
    return make_response(page(number, Unfinished("file", complaint)), 422)
