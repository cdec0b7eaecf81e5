"""“mayfly destinations”: the user's own buckets."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from mayfly.cli.arguments import descriptor
from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.secrets_input import KeySource, ask_key
from mayfly.cli.session import Session
from mayfly.cli.storage_lines import destination_lines, step_line, versions_line
from mayfly.cli.storage_shapes import destination_shape, unbound_shape, verification_shape
from mayfly.composition import Mayfly
from mayfly.domain.destinations import (
    Addressing,
    Credentials,
    Destination,
    Place,
    Provider,
    StepNews,
)
from mayfly.domain.error_codes import error_of
from mayfly.domain.places import PATTERNS, filled
from mayfly.domain.storage_errors import DestinationMissing

_DESCRIPTION = """
Register, verify, change and remove S3-compatible buckets of your own, for the pictures that
are found in documents. Nothing is sent anywhere before you say so, job by job or when you
add documents.
"""

_ADD = """
Register a bucket. The provider fills in what it can: endpoint, region, addressing. The access
key is asked for, or taken from the first two lines of a file (its id, its secret); it is kept
in the system's keyring only. Verify the destination afterwards.
"""

_EDIT = """
Change what is named, and keep the rest. After a change of the place or of the access key the
destination must be verified again.
"""

_VERIFY = """
Connect, write a probe object, read it back, compare it, delete it, and see that it is gone.
Only a verified destination is used; it is to be verified again after 30 days, or when
something failed there.
"""

_LIST = """
Show the registered destinations, and when each was verified.
"""

_REMOVE = """
Erase the destination's access key from the keyring and forget the destination. What lies in
the bucket stays there.
"""


_PROVIDERS = f"whose it is: {', '.join(Provider)}"


def _provider(text: str) -> Provider:
    try:
        return Provider(text.lower())
    except ValueError:
        message = f"“{text}” is not a provider; there are {', '.join(Provider)}"
        raise argparse.ArgumentTypeError(message) from None


def add_parsers(commands: Commands) -> None:
    """Declare the commands."""
    below = commands.group(
        "destinations",
        summary="register, verify, change and remove your own buckets",
        description=_DESCRIPTION,
        examples="mayfly destinations add NAS --provider minio --endpoint http://nas:9000"
        " --bucket scans\nmayfly destinations verify NAS\nmayfly destinations list",
    )
    add = below.add(
        "add",
        run_add,
        summary="register a bucket",
        description=_ADD,
        examples="mayfly destinations add R2 --provider r2 --account 0123abcd --bucket scans\n"
        "mayfly destinations add AWS --provider s3 --region eu-central-1 --bucket scans"
        " --credentials-file key.txt",
    )
    add.add_argument("name", metavar="NAME", help="what to call it")
    add.add_argument(
        "--provider", type=_provider, required=True, metavar="PROVIDER", help=_PROVIDERS
    )
    _add_place_options(add)
    add.set_defaults(bucket_needed=add.error)
    edit = below.add(
        "edit",
        run_edit,
        summary="change a destination",
        description=_EDIT,
        examples="mayfly destinations edit NAS --prefix mayfly\n"
        "mayfly destinations edit NAS --new-key",
    )
    _add_name(edit)
    edit.add_argument("--name", dest="new_name", metavar="NAME", help="call it so from now on")
    edit.add_argument("--provider", type=_provider, metavar="PROVIDER", help=_PROVIDERS)
    _add_place_options(edit)
    edit.add_argument("--new-key", action="store_true", help="ask for another access key")
    for name, run, summary, description in (
        ("verify", run_verify, "go through every step that a use needs", _VERIFY),
        ("remove", run_remove, "forget a destination and erase its access key", _REMOVE),
    ):
        command = below.add(
            name,
            run,
            summary=summary,
            description=description,
            examples=f"mayfly destinations {name} NAS",
        )
        _add_name(command)
    below.add(
        "list",
        run_list,
        summary="show the destinations",
        description=_LIST,
        examples="mayfly destinations list --json",
    )


def run_add(arguments: argparse.Namespace, session: Session) -> int:
    """Register; what cannot be right is said before the access key is asked for."""
    if not arguments.bucket:
        arguments.bucket_needed("the bucket must be named: --bucket NAME")
    pattern = PATTERNS[arguments.provider]
    wanted = Place(
        provider=arguments.provider,
        endpoint=arguments.endpoint or "",
        region=arguments.region or "",
        bucket=arguments.bucket,
        prefix=arguments.prefix or "",
        addressing=arguments.addressing or pattern.addressing,
        ca_file=_ca_file(arguments),
    )
    place = filled(wanted, account=arguments.account or "")
    destinations = session.vault().destinations
    added = destinations.add(
        arguments.name, place, _key(arguments), delete_with_job=bool(arguments.delete_with_job)
    ).result()
    _show(session, added)
    _tell_to_verify(session, added)
    return ExitStatus.DONE


def run_edit(arguments: argparse.Namespace, session: Session) -> int:
    """Change one; nothing named is no error."""
    destinations = _opened(session).destinations
    before = destinations.find(arguments.destination).result()
    has_key = arguments.new_key or _source(arguments).is_named
    changed = destinations.edit(
        before.destination_id,
        name=before.name if arguments.new_name is None else arguments.new_name,
        place=_changed_place(arguments, before.place),
        credentials=_key(arguments) if has_key else None,
        delete_with_job=(
            before.delete_with_job
            if arguments.delete_with_job is None
            else arguments.delete_with_job
        ),
    ).result()
    _show(session, changed)
    _tell_to_verify(session, changed)
    return ExitStatus.DONE


def run_list(_arguments: argparse.Namespace, session: Session) -> int:
    """List; none is no error."""
    destinations = session.vault().destinations.all().result() if session.has_vault() else ()
    for one in destinations:
        for line in destination_lines(one, session.foundation.now()):
            session.terminal.print_line(line)
    if not destinations:
        session.terminal.print_line("There are no destinations.")
    if session.terminal.as_json:
        session.terminal.print_json([destination_shape(one) for one in destinations])
    return ExitStatus.DONE


def run_verify(arguments: argparse.Namespace, session: Session) -> int:
    """Verify, with a line for each step as it ends."""
    destinations, terminal = _opened(session).destinations, session.terminal
    destination = destinations.find(arguments.destination).result()

    def tell(news: StepNews) -> None:
        line = step_line(news)
        if line is not None:
            terminal.print_line(line)

    verification = destinations.verify(destination.destination_id, tell).result()
    if terminal.as_json:
        terminal.print_json(verification_shape(destination, verification))
    warning = versions_line(verification.traits.versions)
    if warning is not None:
        terminal.say(warning)
    if verification.error_code is None:
        terminal.print_line(f"{destination.name} is verified.")
        return ExitStatus.DONE
    error = error_of(verification.error_code)
    terminal.say(f"mayfly: {error}")
    return error.exit_status


def run_remove(arguments: argparse.Namespace, session: Session) -> int:
    """Remove, and say both: what was erased, and what stays."""
    destinations, terminal = _opened(session).destinations, session.terminal
    destination = destinations.find(arguments.destination).result()
    unbound = destinations.remove(destination.destination_id).result()
    terminal.print_line(f"{destination.name} is forgotten; its access key is erased.")
    terminal.print_line(
        f"Its bucket is left alone: objects of Mayfly's that stay there: {unbound.objects_left}."
    )
    if unbound.owed:
        terminal.say(
            f"{unbound.owed} of them were still to be deleted there, and now nobody does it."
        )
    if terminal.as_json:
        terminal.print_json(unbound_shape(destination, unbound))
    return ExitStatus.DONE


# --- options -------------------------------------------------------------------------


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("destination", metavar="NAME", help="the destination's name or id")


def _add_place_options(parser: argparse.ArgumentParser) -> None:
    place = parser.add_argument_group("place")
    place.add_argument("--endpoint", metavar="URL", help="such as https://s3.example.org:9000")
    place.add_argument("--region", metavar="REGION", help="as your provider writes it")
    place.add_argument("--bucket", metavar="BUCKET", help="its name; Mayfly makes no buckets")
    place.add_argument("--prefix", metavar="PREFIX", help="a folder in the bucket")
    place.add_argument("--account", metavar="ID", help="the account's id, in Cloudflare's address")
    place.add_argument(
        "--addressing",
        type=Addressing,
        choices=tuple(Addressing),
        help="where the bucket's name stands: in the path, or in the host's name (virtual)",
    )
    place.add_argument(
        "--ca-file", type=Path, metavar="FILE", help="certificates to trust instead of the usual"
    )
    parser.add_argument(
        "--delete-with-job",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="delete a job's objects there when the job is deleted here (default: they stay)",
    )
    group = parser.add_argument_group("access key (default: asked for on a terminal)")
    either = group.add_mutually_exclusive_group()
    either.add_argument(
        "--credentials-file", type=Path, metavar="FILE", help="two lines: its id, its secret"
    )
    either.add_argument(
        "--credentials-fd", type=descriptor, metavar="N", help="two lines from the open file N"
    )


def _changed_place(arguments: argparse.Namespace, before: Place) -> Place:
    """Return the place with what is named; another provider or region fills in anew."""
    named = {
        name: value
        for name in ("provider", "endpoint", "region", "bucket", "prefix", "addressing")
        if (value := getattr(arguments, name)) is not None
    }
    if arguments.ca_file is not None:
        named["ca_file"] = _ca_file(arguments)
    fills_in = {"provider", "region"} & named.keys() or arguments.account
    provider = named.get("provider", before.provider)
    if fills_in and "endpoint" not in named and PATTERNS[provider].endpoint:
        named["endpoint"] = ""
    changed: Place = replace(before, **named)
    return filled(changed, account=arguments.account or "") if named else before


def _ca_file(arguments: argparse.Namespace) -> str | None:
    return str(arguments.ca_file.absolute()) if arguments.ca_file is not None else None


def _source(arguments: argparse.Namespace) -> KeySource:
    return KeySource(arguments.credentials_file, arguments.credentials_fd)


def _key(arguments: argparse.Namespace) -> Credentials:
    source = _source(arguments)
    return Credentials(*(source.read() if source.is_named else ask_key()))


def _opened(session: Session) -> Mayfly:
    """Open the vault for a command about a destination; it must not make one."""
    if not session.has_vault():
        raise DestinationMissing
    return session.vault()


def _tell_to_verify(session: Session, destination: Destination) -> None:
    if destination.verified_at is None:
        session.terminal.say(f"Verify it with “mayfly destinations verify {destination.name}”.")


def _show(session: Session, destination: Destination) -> None:
    for line in destination_lines(destination, session.foundation.now()):
        session.terminal.print_line(line)
    if session.terminal.as_json:
        session.terminal.print_json(destination_shape(destination))
