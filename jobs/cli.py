"""The `abbina` command. Commands load only when they are called, so that `abbina --help` answers at once."""

from __future__ import annotations

import importlib
import os
import sys
from typing import NamedTuple

import click


class Place(NamedTuple):
    """Where a command lives, and its line in the help (kept here so that the help imports nothing)."""

    module: str
    name: str
    short_help: str


COMMANDS: dict[str, Place] = {
    "init": Place("jobs.setup_commands", "init", "Create or upgrade the database and load the shipped taxonomies."),
    "demo": Place("jobs.setup_commands", "demo", "Load the fictional demo region and show partners of one proposal."),
    "doctor": Place("jobs.doctor", "doctor", "Say what is wrong with this installation and how to mend it."),
    "serve": Place("jobs.setup_commands", "serve", "Serve the pages on this machine."),
    "user": Place("jobs.user_commands", "user", "Accounts: create, list, suspend, reactivate, change the role."),
    "import": Place(
        "jobs.import_commands", "import_group", "Import organisations, proposals, EEN profiles, taxonomies."
    ),
    "index": Place("jobs.index_commands", "index", "Bring the index up to date, or go back to an earlier one."),
    "match": Place("jobs.match_commands", "match", "Find partners of a proposal, an organisation or a text."),
    "tag": Place("jobs.tag_commands", "tag", "Read themes, technologies and competences out of a text."),
    "learn-tags": Place("jobs.tag_commands", "learn_tags", "Let the tagger learn what people declared and decided."),
    "embed": Place("jobs.match_commands", "embed", "Turn lines of text into vectors."),
    "evaluate": Place("jobs.evaluate_command", "evaluate", "Measure the ranking against judgements (TREC qrels)."),
    "nightly": Place(
        "jobs.nightly_command", "nightly", "Import, expire, re-index and recompute suggestions; resumable."
    ),
    "deliver": Place("jobs.deliver_command", "deliver", "Send the letters that wait; a mail server or a folder."),
    "retention": Place("jobs.retention_command", "retention", "Remove what was kept for as long as is allowed."),
    "ranker": Place("jobs.ranker_commands", "ranker", "Learnt rankings: list, show, fit, promote, roll back."),
    "benchmark": Place("jobs.benchmark", "benchmark", "Measure speed and quality on this machine."),
    "train-tagger": Place("jobs.tag_commands", "train_tagger", "Teach the tagger as the shipped one was taught."),
    "train-ranker": Place(
        "jobs.train_ranker_command", "train_ranker", "Learn the weights that ship from judged lists and history."
    ),
    "train-encoder": Place("jobs.encoder_commands", "train_encoder", "Train a bilingual model from parallel text."),
    "export-model": Place("jobs.encoder_commands", "export_model", "Write the shipped model as a standard folder."),
}

EXIT_ERROR = 1
EXIT_REJECTED = 3
"""Some rows were rejected; the others went in."""
EXIT_BUSY = 4
"""Another run holds the lock."""


class LazyGroup(click.Group):
    """A group whose commands are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of COMMANDS, which is the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        command = getattr(importlib.import_module(place.module), place.name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.short_help) for name, place in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="abbina", prog_name="abbina")
def cli() -> None:
    """Abbina finds partners for collaboration proposals, in Italian and English.

    Settings are environment variables (ABBINA_HOME, ABBINA_DATABASE_URL, …); `abbina doctor` shows them.

    Exit codes: 0 done; 1 failed; 2 wrong usage; 3 done, but some rows were rejected; 4 another run is under way.
    """


def main() -> None:
    """Run the command; a known error ends with its message and exit code 1, without a traceback."""
    try:
        cli.main(prog_name="abbina", standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(EXIT_ERROR)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_ERROR)
    except Exception as error:
        _end_with(error)


def _end_with(error: Exception) -> None:
    from sqlalchemy.exc import DBAPIError

    from jobs.errors import BusyError
    from jobs.runs import describe, is_known

    if not is_known(error) and not isinstance(error, DBAPIError | OSError):
        raise error
    click.echo(f"abbina: {describe(error)}", err=True)
    sys.exit(EXIT_BUSY if isinstance(error, BusyError) else EXIT_ERROR)


if __name__ == "__main__":
    main()
