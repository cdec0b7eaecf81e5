"""“mayfly verify-purge”: try every key there is on a copy of the vault."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.json_shapes import Shape
from mayfly.cli.session import Session
from mayfly.domain.proof import ChallengeReport, KeySource

_DESCRIPTION = """
A challenge that anyone can make. Copy Mayfly's data folder before a deletion, or take an
image of the disk. “verify-purge COPY” then shows that the copy opens with today's keys.
Delete, and ask again: every key that can be found, in the keyring, in the shard and in the
copy itself, is tried on the keys in the copy, and nothing that was deleted opens.

COPY is a copied data folder, a vault.db, a whole home folder, the image of a disk, or a
disk. Nothing is changed, neither in the copy nor in the vault, which may be open meanwhile.
Both are answers: status 0 when nothing of the copy opens, 3 when something does, 4 when no
vault was found in it.
"""

_EXAMPLES = """
mayfly verify-purge copy
mayfly verify-purge /dev/sdb1 --json

a whole challenge:
  cp -r ~/.local/share/mayfly copy
  mayfly verify-purge copy
  mayfly delete --all
  mayfly verify-purge copy
"""

_SOURCES = {
    KeySource.KEYRING: "the keyring",
    KeySource.PASSPHRASE: "the passphrase",
    KeySource.SHARD: "the shard",
    KeySource.COPY_SHARES: "shares lying open in the copy",
    KeySource.COPY_PASSPHRASE: "shares in the copy under the passphrase",
    KeySource.COPY_SHARD: "shards in the copy",
}


def add_parsers(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add(
        "verify-purge",
        run_verify,
        summary="try every key on a copy of the vault",
        description=_DESCRIPTION,
        examples=_EXAMPLES,
        keeps_nothing=True,
    )
    parser.add_argument("copy", type=Path, metavar="COPY", help="what is to be tried")


def run_verify(arguments: argparse.Namespace, session: Session) -> int:
    """Try, and print what was found; FAILED when something of the copy opens."""
    terminal = session.terminal
    copy: Path = arguments.copy.absolute()
    report = session.with_passphrase(lambda given: session.foundation.verify_copy(copy, given))
    for line in _lines(report):
        terminal.print_line(line)
    if terminal.as_json:
        terminal.print_json(challenge_shape(report))
    return ExitStatus.DONE if report.nothing_opens else ExitStatus.FAILED


def challenge_shape(report: ChallengeReport) -> Shape:
    """Return what scripts read."""
    return {
        "nothing_opens": report.nothing_opens,
        "vault_known": report.vault_known,
        "vault_opens": report.vault_opens,
        "vault_epoch": report.vault_epoch,
        "copy_epochs": list(report.copy_epochs),
        "sources": [source.value for source in report.sources],
        "keys_tried": report.keys_tried,
        "sealed_keyrings": report.sealed_keyrings,
        "jobs": report.jobs,
        "wrapped": report.wrapped,
        "opened": report.opened,
        "opened_jobs": list(report.opened_jobs),
        "deleted": report.deleted,
        "deleted_opened": list(report.deleted_opened),
    }


def _lines(report: ChallengeReport) -> Iterator[str]:
    epochs = ", ".join(map(str, report.copy_epochs)) or "none"
    yield f"copy    of {_whose(report)}, key number {epochs}"
    yield f"today   {_today(report)}"
    yield f"found   {_count(report.wrapped, 'key')} of {_count(report.jobs, 'document')}" + (
        f", {report.deleted} of them deleted since, or a part of them" if report.deleted else ""
    )
    sources = "; ".join(_SOURCES[source] for source in report.sources)
    yield f"tried   {_count(report.keys_tried, 'vault key')} from {sources or 'nowhere'}"
    if report.sealed_keyrings:
        files = _count(report.sealed_keyrings, "keyring file")
        yield f"        {files} in the copy not tried: only their own password opens them"
    yield f"opened  {_count(report.opened, 'key')} of {_count(len(report.opened_jobs), 'document')}"
    yield ""
    yield _verdict(report)


def _whose(report: ChallengeReport) -> str:
    if report.vault_known:
        return "this vault"
    return "a vault" if report.vault_epoch is None else "another vault"


def _today(report: ChallengeReport) -> str:
    if report.vault_epoch is None:
        return "there is no vault"
    opens = {
        True: "which opens it",
        False: "which does NOT open it",
        None: "which has nothing to try it on",
    }
    return f"key number {report.vault_epoch}, {opens[report.vault_opens]}"


def _verdict(report: ChallengeReport) -> str:
    if report.nothing_opens:
        return _nothing(report)
    if report.deleted_opened:
        many = _count(len(report.deleted_opened), "deleted document")
        return (
            f"STILL OPENS: {many}, or deleted parts. Either the new vault key is still owed"
            " (start Mayfly once), or the copy holds both halves of the key of its time."
        )
    if report.deleted:
        return (
            "Nothing that was deleted opens. What opens is kept still, under today's key, which"
            " the copy holds the wrapped form of."
        )
    return (
        "The copy opens with today's keys. Delete something and ask again with the same copy:"
        " then a “no” means something."
    )


def _nothing(report: ChallengeReport) -> str:
    """Claim no more than was tried: a “no” of other keys proves nothing about the right ones."""
    if not report.vault_known:
        return (
            "Nothing in the copy opens with what is here. Whether its key is destroyed cannot be"
            " told here: its vault is not on this machine, or not any more."
        )
    if report.vault_opens is False:
        return (
            "Nothing in the copy opens, but nor does today's vault: the right key was not tried,"
            " so this means nothing. Unlock the vault and ask again."
        )
    return "Nothing in the copy opens: the key of its time is destroyed."


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
