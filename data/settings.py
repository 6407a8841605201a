"""Settings: the only place that reads the environment. Frozen, and loud on a wrong or weak value."""

from __future__ import annotations

import os
import re
import secrets
from email.utils import formataddr, parseaddr
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.errors import SettingsError

SHIPPED_MODEL = "abbina-bilingual"
FALLBACK_MODEL = "tfidf-svd"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Names of this machine that no other one reaches."""
_MINIMUM_SECRET = 32


class Settings(BaseSettings):
    """Everything that can be set, each by `ABBINA_<NAME>`; docs/operations.md lists them."""

    model_config = SettingsConfigDict(env_prefix="ABBINA_", frozen=True, extra="forbid")

    home: Path = Field(default=Path("var"), description="Folder under which everything that Abbina writes lies.")
    database_url: str | None = Field(default=None, description="SQLAlchemy URL; SQLite under ABBINA_HOME when unset.")
    model: str = Field(default=SHIPPED_MODEL, description="Shipped model, `tfidf-svd`, a model name or a folder.")
    model_download: bool = Field(default=False, description="Allow fetching a named model from its hub.")
    device: str = Field(default="cpu", description="Device of a sentence-transformers model: cpu, cuda, …")
    batch_size: int = Field(default=64, ge=1, le=4096, description="Texts encoded at once.")
    host: str = Field(default="127.0.0.1", description="Address that `abbina serve` listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port that `abbina serve` listens on.")
    language: str = Field(default="it", pattern="^(it|en)$", description="Language of pages when none is chosen.")
    timezone: str = Field(default="Europe/Rome", description="Time zone of the moments that pages show.")
    import_dir: Path | None = Field(default=None, description="Folder that the nightly job imports from.")
    een_url: str | None = Field(default=None, description="Base address of the EEN web service, ending in /v1.")
    een_key_file: Path | None = Field(default=None, description="File holding the key of the EEN web service.")
    secret_key_file: Path | None = Field(default=None, description="File with the web secret (32 bytes or more).")
    keep_generations: int = Field(default=3, ge=2, le=50, description="Built indexes kept on disk for roll-back.")
    exposure_days: int = Field(default=365, ge=28, le=3650, description="Days that sums of what was shown are kept.")
    public_url: str | None = Field(
        default=None, pattern="^https?://[^/]+$", description="Address of the pages as people reach them."
    )
    second_approval: bool = Field(default=False, description="A second person approves before a proposal goes out.")
    default_expert: str | None = Field(
        default=None, description="E-mail of the broker to whom expressions of interest go where nobody is chosen."
    )
    show_uncurated: bool = Field(default=False, description="Companies see suggestions before a broker accepted them.")
    upload_megabytes: int = Field(default=10, ge=1, le=100, description="Largest file that may be attached, in MB.")
    proxies: int = Field(default=0, ge=0, le=3, description="Web servers in front whose X-Forwarded headers count.")
    rate_limits: bool = Field(default=True, description="Limit how often one address signs in, registers, asks.")
    rate_limit_url: str = Field(default="memory://", description="Where the limits count; one store for all workers.")
    letters_per_hour: int = Field(default=3, ge=1, le=100, description="Letters of a kind to one address in an hour.")
    letters_per_day: int = Field(default=10, ge=1, le=1000, description="Letters of a kind to one address in a day.")
    staff_second_factor: bool = Field(default=False, description="Staff cannot work without a second factor.")
    smtp_url: str | None = Field(
        default=None,
        pattern=r"^smtps?://([^@/\s]+@)?[^@/\s]+$",
        description="Mail server: smtp://user@host:587 (STARTTLS) or smtps://; letters are files when unset.",
    )
    smtp_password_file: Path | None = Field(default=None, description="File holding the password of the mail server.")
    mail_from: str = Field(default="abbina@localhost", description="Sender of letters: an address, or Name <address>.")
    mail_dir: Path | None = Field(default=None, description="Folder of the letters where no mail server is set.")
    unconfirmed_days: int = Field(default=30, ge=1, le=3650, description="Days that unconfirmed accounts are kept.")
    invitation_days: int = Field(default=90, ge=1, le=3650, description="Days that invitations are kept.")
    letter_days: int = Field(default=90, ge=1, le=3650, description="Days that letters are kept once they went out.")
    notification_days: int = Field(default=365, ge=1, le=3650, description="Days that notifications are kept.")
    interest_days: int = Field(default=730, ge=1, le=3650, description="Days that ended interests' texts are kept.")
    attachment_days: int = Field(default=730, ge=1, le=3650, description="Days that files of what ended are kept.")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least level logged.")

    @field_validator("database_url")
    @classmethod
    def _explicit_driver(cls, url: str | None) -> str | None:
        if url and url.startswith(("postgres://", "postgresql://")):
            return "postgresql+psycopg://" + url.split("://", 1)[1]
        return url

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (LookupError, ValueError, OSError) as error:  # none of that name; a path; a folder
            raise ValueError("give the name of a time zone, such as Europe/Rome") from error
        return name

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, sender: str) -> str:
        name, address = parseaddr(sender)
        plain = sender.isprintable() and re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address)
        if not plain or formataddr((name, address)) not in (sender, f'"{name}" <{address}>'):
            raise ValueError("give one address, such as Abbina <abbina@example.org>")
        return sender

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{(self.home / 'abbina.db').resolve()}"

    @property
    def address(self) -> str:
        """Where the pages are, without a slash at the end: for links in letters."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether people reach the pages over TLS only."""
        return self.address.startswith("https://")

    @property
    def is_public(self) -> bool:
        """Whether people reach the pages from other machines."""
        return self.public_url is not None and urlsplit(self.public_url).hostname not in LOOPBACK

    @property
    def index_dir(self) -> Path:
        """Folder of the index generations."""
        return self.home / "index"

    @property
    def vector_cache(self) -> Path:
        """File of the cached vectors."""
        return self.home / "vectors.db"

    @property
    def upload_dir(self) -> Path:
        """Folder of the attached files."""
        return self.home / "uploads"

    @property
    def log_dir(self) -> Path:
        """Folder of logs and reports."""
        return self.home / "logs"

    @property
    def letters_dir(self) -> Path:
        """Folder of the letters where no mail server is set."""
        return self.mail_dir or self.home / "mail"

    @cached_property
    def smtp_password(self) -> str:
        """The password of the mail server. Raises SettingsError where it is missing or empty."""
        if self.smtp_password_file is None:
            raise SettingsError("ABBINA_SMTP_PASSWORD_FILE is not set: name the file that holds the user's password.")
        return _read_secret(self.smtp_password_file, "ABBINA_SMTP_PASSWORD_FILE", minimum=1)

    @cached_property
    def een_key(self) -> str:
        """The key of the EEN web service. Raises SettingsError where it is missing or empty."""
        if self.een_key_file is None:
            raise SettingsError("ABBINA_EEN_KEY_FILE is not set: name the file that holds the web service's key.")
        return _read_secret(self.een_key_file, "ABBINA_EEN_KEY_FILE", minimum=1)

    @cached_property
    def secret_key(self) -> str:
        """The web secret: from ABBINA_SECRET_KEY_FILE, else one made on first use under ABBINA_HOME."""
        if self.secret_key_file is not None:
            return _read_secret(self.secret_key_file, "ABBINA_SECRET_KEY_FILE", minimum=_MINIMUM_SECRET)
        path = self.home / "secret_key"
        if not path.exists():
            _write_secret(path)
        return _read_secret(path, str(path), minimum=_MINIMUM_SECRET)


def _read_secret(path: Path, name: str, minimum: int) -> str:
    try:
        value = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name}: cannot read {path} ({error.strerror}); create it or correct the path.") from error
    if len(value) < minimum:
        raise SettingsError(f"{name}: {path} holds {len(value)} characters, at least {minimum} are needed.")
    return value


def _write_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(aside, path)  # never overwrites: two workers starting at once agree on the first secret
    except FileExistsError:
        pass
    finally:
        aside.unlink()


def load_settings(**overrides: object) -> Settings:
    """Read the environment. Raises SettingsError that names every wrong setting and its value.

    An unknown `ABBINA_…` variable is an error too: a misspelt setting must not pass silently.
    """
    known = {f"ABBINA_{name.upper()}" for name in Settings.model_fields} | {"ABBINA_TEST_DATA", "ABBINA_TEST_POSTGRES"}
    unknown = sorted(name for name in os.environ if name.startswith("ABBINA_") and name not in known)
    if unknown:
        raise SettingsError(
            f"Unknown setting {', '.join(unknown)}: correct the name (see docs/operations.md) or unset it."
        )
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(
            f"ABBINA_{str(item['loc'][0]).upper()}={item['input']!r}: {item['msg']}" for item in error.errors()
        )
        raise SettingsError(f"Wrong settings: {problems}") from error
