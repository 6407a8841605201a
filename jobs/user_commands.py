"""`abbina user`: the first administrator, and accounts where the pages cannot be reached."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jobs.errors import JobError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from data.models import Account, Organisation
    from data.settings import Settings

ACTOR = "job:user"
_ROLES = click.Choice(["administrator", "broker", "member"])


@click.group()
def user() -> None:
    """Accounts: create, list, suspend, reactivate, change the role."""


@user.command()
@click.argument("email")
@click.option("--role", type=_ROLES, required=True, help="What the account may do.")
@click.option("--name", help="Name and surname; needed unless the person is invited.")
@click.option("--organisation", metavar="REF", help="Organisation that a member belongs to, by its code.")
@click.option("--language", type=click.Choice(["it", "en"]), help="Language of pages and letters.")
@click.option("--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="First line of it.")
@click.option("--invite", "by_letter", is_flag=True, help="Send a letter: the person chooses name and password.")
def create(
    email: str,
    role: str,
    name: str | None,
    organisation: str | None,
    language: str | None,
    password_file: Path | None,
    by_letter: bool,
) -> None:
    """Make an account for EMAIL, or invite to make one. The password is asked for, or read from a file."""
    from data.db import unit_of_work
    from data.models.vocabulary import Role
    from data.settings import load_settings
    from jobs.opening import open_application
    from matching.brokerage.accounts import create_account

    settings = load_settings()
    password = None if by_letter else _password(password_file)
    with open_application(settings) as application, unit_of_work(application.sessions) as session, _explained():
        place = _organisation(session, organisation, role)
        if password is None:
            done = _invited(session, settings, email, role, language, place)
        else:
            made = create_account(
                session,
                email=email,
                name=name or _asked("Name and surname"),
                role=Role(role),
                password=password,
                actor=ACTOR,
                language=language,
                organisation=place,
            )
            done = f"account {made.id}: {made.email}, {made.role}"
    click.echo(done)


def _invited(
    session: Session, settings: Settings, email: str, role: str, language: str | None, place: Organisation | None
) -> str:
    from data.models.vocabulary import Role
    from matching.brokerage.invitations import invite, require_no_account

    require_no_account(session, email)
    _, url = invite(
        session,
        email=email,
        role=Role(role),
        language=language or settings.language,
        actor=ACTOR,
        address=settings.address,
        organisation=place,
    )
    return f"invited {email}; the letter waits in the outbox. The link in it, for two weeks:\n{url}"


@user.command("list")
@click.option("--role", type=_ROLES, help="Only accounts with this role.")
def list_(role: str | None) -> None:
    """List the accounts, by name: number, address, role, state."""
    from data.account_lists import AccountFilter, list_accounts
    from jobs.opening import open_application

    with open_application() as application, application.sessions() as session:
        page, wanted = 1, AccountFilter(role=role, page_size=500)
        while True:
            found = list_accounts(session, AccountFilter(role=role, page=page, page_size=wanted.page_size))
            for row in found.rows:
                click.echo(f"{row.id}\t{row.email}\t{row.role}\t{row.state.value}\t{row.name}")
            if page >= found.pages:
                break
            page += 1


@user.command()
@click.argument("email")
def suspend(email: str) -> None:
    """Suspend the account of EMAIL: its sessions end at once."""
    from matching.brokerage.accounts import suspend as move

    _move(email, lambda session, account: move(session, account.id, actor=ACTOR))


@user.command()
@click.argument("email")
def reactivate(email: str) -> None:
    """Let the suspended account of EMAIL sign in again."""
    from matching.brokerage.accounts import reactivate as move

    _move(email, lambda session, account: move(session, account.id, actor=ACTOR))


@user.command()
@click.argument("email")
@click.argument("role", type=_ROLES)
def role(email: str, role: str) -> None:
    """Give the account of EMAIL another ROLE; it has to sign in again."""
    from data.models.vocabulary import Role
    from matching.brokerage.accounts import change_role

    _move(email, lambda session, account: change_role(session, account.id, Role(role), seen=account.role, actor=ACTOR))


def _move(email: str, move: Callable[[Session, Account], Account]) -> None:
    from data.account_lists import state_of
    from data.db import unit_of_work
    from jobs.opening import open_application
    from matching.brokerage.accounts import account_by_email

    with open_application() as application, unit_of_work(application.sessions) as session, _explained():
        account = account_by_email(session, email)
        if account is None:
            raise JobError(f"no account has the address {email}: `abbina user list` shows all")
        moved = move(session, account)
        done = f"account {moved.id}: {moved.email}, {moved.role}, {state_of(moved).value}"
    click.echo(done)


@contextmanager
def _explained() -> Iterator[None]:
    """What is wrong with an entry, in words of a terminal."""
    from matching.errors import InvalidEntryError

    try:
        yield
    except InvalidEntryError as error:
        raise JobError(
            "; ".join(_WORDS.get(fault, f"{fault[0]}: {fault[1]}") for fault in error.problems.items())
        ) from error


_WORDS = {
    ("email", "invalid"): "this is no e-mail address",
    ("email", "taken"): "this address has an account already",
    ("name", "missing"): "a name is needed (--name)",
    ("password", "short"): "a password has at least 12 characters",
    ("password", "long"): "a password has at most 128 characters",
    ("password", "common"): "this password is among the first that are guessed: take another one",
}


def _password(file: Path | None) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
    if not sys.stdin.isatty():
        raise click.UsageError("no terminal to ask for the password: give --password-file FILE or --invite")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _asked(what: str) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("no terminal to ask for the name: give --name")
    answer: str = click.prompt(what)
    return answer


def _organisation(session: Session, reference: str | None, role: str) -> Organisation | None:
    from data.queries import organisation_by_reference

    if reference is None:
        return None
    if role != "member":
        raise click.UsageError("--organisation is for a member")
    return organisation_by_reference(session, reference)
