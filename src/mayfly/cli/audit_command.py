"""“mayfly audit”: the log of what happened, whether it is whole, and receipts to take along."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from mayfly.cli.arguments import count_of, public_key
from mayfly.cli.audit_lines import entry_lines, finding_line, receipt_lines
from mayfly.cli.audit_shapes import entry_shape, receipt_shape, verdict_shape
from mayfly.cli.commands import Commands
from mayfly.cli.exit_status import ExitStatus
from mayfly.cli.new_file import read_small, write_new
from mayfly.cli.session import Session
from mayfly.composition import RECEIPT_FORMS, check_receipt
from mayfly.domain.audit import AuditEntry, ReceiptVerdict
from mayfly.domain.errors import NoSuchJob
from mayfly.services.audit_trail import AuditTrail

_DESCRIPTION = """
The audit log has one entry for each job that was added, exported or deleted, each part
that was destroyed, each new key, and each time the vault was locked or unlocked. No entry
holds a name, a word, a size or a path. Each is chained to the one before and signed, so
that a changed, removed or moved entry is found and named. It can be read while the vault
is locked.
"""

_LIST = """
List the entries, oldest first: the newest 100 unless “--most” says otherwise.
"""

_VERIFY = """
Check every entry, the chain, the signatures, and the end that Mayfly remembers outside
the vault. Status 3 when something is wrong; each entry that is, is named.
"""

_EXPORT = """
Write the whole log into a new file, as JSON lines with the public key, so that others can
check it without the vault. docs/receipts.md says how.
"""

_RECEIPT = """
Write the receipt of a job's deletion into a folder: a .json file to check, and a page to
read or print. Both are free of content: a job's number is random.
"""

_VERIFY_RECEIPT = """
Check a receipt's .json file: against this machine's vault, or, with “--public-key” or
where there is no vault, by itself. Status 0 when the vault or that key signed it, 3 when
it was altered or somebody else signed it.
"""

_MOST = 100
_AT_ONCE = 1_000

_SENTENCES = {
    ReceiptVerdict.GENUINE: "Genuine: this vault signed it, and its log holds the entry.",
    ReceiptVerdict.SIGNED: "Genuine: signed by this key. The log holds the entry no more, or"
    " was not looked at.",
    ReceiptVerdict.OTHER_VAULT: "Whole in itself, but signed by a key that is not this vault's."
    " Compare the public key with the one that the vault's owner names.",
    ReceiptVerdict.ALTERED: "Altered: the entry, its chain value and its signature do not"
    " belong together.",
}

_NOTHING_TO_COMPARE = (
    "Whole in itself. There is no vault here, so whose key signed it is not known: ask the"
    " vault's owner for the public key, and give it with “--public-key”."
)


def add_parsers(commands: Commands) -> None:
    """Declare the commands below “audit”."""
    group = commands.group(
        "audit",
        summary="show and check the log of what happened, and its receipts",
        description=_DESCRIPTION,
        examples=(
            "mayfly audit list --json\nmayfly audit verify\n"
            "mayfly audit receipt 1f2e3d4c --out receipts/"
        ),
    )
    _add_looking(group)
    _add_receipts(group)


def _add_looking(group: Commands) -> None:
    parser = group.add(
        "list",
        run_list,
        summary="list the entries",
        description=_LIST,
        examples="mayfly audit list\nmayfly audit list --job 1f2e3d4c --json",
    )
    parser.add_argument("--job", metavar="JOB", help="only those of this job")
    parser.add_argument(
        "--most", type=count_of, metavar="N", default=_MOST, help="the newest N (default: 100)"
    )
    group.add(
        "verify",
        run_verify,
        summary="check that the log is whole",
        description=_VERIFY,
        examples="mayfly audit verify",
    )
    parser = group.add(
        "export",
        run_export,
        summary="write the whole log into a file",
        description=_EXPORT,
        examples="mayfly audit export --out log.jsonl",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="a new file")


def _add_receipts(group: Commands) -> None:
    parser = group.add(
        "receipt",
        run_receipt,
        summary="write a deletion's receipt",
        description=_RECEIPT,
        examples="mayfly audit receipt 1f2e3d4c --out receipts/",
    )
    parser.add_argument("job", metavar="JOB", help="the job's id, or its first 4 digits and more")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the folder to write to"
    )
    parser = group.add(
        "verify-receipt",
        run_verify_receipt,
        summary="check a receipt",
        description=_VERIFY_RECEIPT,
        examples="mayfly audit verify-receipt receipt-1f2e3d4c.json",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the receipt's .json file")
    parser.add_argument(
        "--public-key",
        type=public_key,
        metavar="HEX",
        help="check against this key, as the vault's owner names it; no vault is opened",
    )


def run_list(arguments: argparse.Namespace, session: Session) -> int:
    """Print the entries; a machine without a vault has none."""
    entries: list[AuditEntry] = []
    if session.has_vault():
        opened = session.vault_with_log()
        job_id = None
        if arguments.job is not None:
            job_id = opened.library.find_id(arguments.job.strip()).result()
        wanted = (one for one in _newest(opened.audit) if job_id in (None, one.job_id))
        entries = [one for one, _ in zip(wanted, range(arguments.most), strict=False)]
    elif arguments.job is not None:
        raise NoSuchJob
    entries.reverse()
    terminal = session.terminal
    if terminal.as_json:
        terminal.print_json([entry_shape(one) for one in entries])
    elif not entries:
        terminal.say("No entries.")
    for line in entry_lines(entries):
        terminal.print_line(line)
    return ExitStatus.DONE


def run_verify(_arguments: argparse.Namespace, session: Session) -> int:
    """Print what is wrong with the log, if anything is."""
    if not session.has_vault():
        return _no_vault(session)
    verdict = session.vault_with_log().audit.verify().result()
    terminal = session.terminal
    for one in verdict.findings:
        terminal.print_line(finding_line(one))
    if verdict.intact:
        terminal.print_line(f"The audit log is whole: {verdict.entries} entries.")
    else:
        terminal.say("mayfly: The audit log is not as Mayfly wrote it.")
    if terminal.as_json:
        terminal.print_json(verdict_shape(verdict))
    return ExitStatus.DONE if verdict.intact else ExitStatus.FAILED


def run_export(arguments: argparse.Namespace, session: Session) -> int:
    """Write the log; TargetExists and the like."""
    if not session.has_vault():
        return _no_vault(session)
    data = session.vault_with_log().audit.export().result()
    write_new(arguments.out, data)
    _tell_files(session, [arguments.out])
    return ExitStatus.DONE


def run_receipt(arguments: argparse.Namespace, session: Session) -> int:
    """Write both files of a receipt; NoReceipt when the job was not deleted."""
    if not session.has_vault():
        raise NoSuchJob
    opened = session.vault_with_log()
    job_id = opened.library.find_id(arguments.job.strip()).result()
    language = session.foundation.preferences().ui_language
    files = opened.audit.receipt_files(
        job_id,
        translate=session.foundation.translator(language),
        language=session.foundation.text_language(language),
    ).result()
    paths = [arguments.out / name for name in files]
    for path, data in zip(paths, files.values(), strict=True):
        write_new(path, data)
    _tell_files(session, paths)
    return ExitStatus.DONE


def run_verify_receipt(arguments: argparse.Namespace, session: Session) -> int:
    """Say whether a receipt holds; ReceiptUnreadable when it is none."""
    data, key = read_small(arguments.file), arguments.public_key
    receipt = RECEIPT_FORMS.read(data)
    if key is None and receipt is not None and session.has_vault():
        verdict = session.vault_with_log().audit.verify_receipt(data).result()
    else:
        verdict = check_receipt(data, key)
    terminal = session.terminal
    is_unknown = verdict is ReceiptVerdict.OTHER_VAULT and key is None and not session.has_vault()
    terminal.print_line(_NOTHING_TO_COMPARE if is_unknown else _SENTENCES[verdict])
    if receipt is not None:
        for line in receipt_lines(receipt):
            terminal.print_line(line)
    if terminal.as_json:
        terminal.print_json(receipt_shape(verdict, receipt))
    holds = verdict in (ReceiptVerdict.GENUINE, ReceiptVerdict.SIGNED)
    return ExitStatus.DONE if holds else ExitStatus.FAILED


def _newest(trail: AuditTrail) -> Iterator[AuditEntry]:
    before: int | None = None
    while entries := trail.entries(before_seq=before, most=_AT_ONCE).result():
        yield from entries
        before = entries[-1].seq


def _tell_files(session: Session, paths: list[Path]) -> None:
    for path in paths:
        session.terminal.print_line(str(path))
    if session.terminal.as_json:
        session.terminal.print_json({"files": [str(path) for path in paths]})


def _no_vault(session: Session) -> int:
    session.terminal.show_failure("There is no vault yet.", code="no_vault")
    return ExitStatus.FAILED
