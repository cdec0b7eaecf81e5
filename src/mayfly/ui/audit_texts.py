"""The audit log in words. Pure: entries in, sentences out; they hold no name, as the log does."""

from __future__ import annotations

from collections.abc import Mapping

from mayfly.domain.audit import AuditEntry, AuditFault, AuditKind, AuditVerdict, ReceiptVerdict
from mayfly.domain.states import DeleteReason
from mayfly.domain.written_objects import Fate, written_in
from mayfly.ui.row_texts import reason_text
from mayfly.ui.times import span_text
from mayfly.ui.wording import Tr, count_text, number_text

_SHORT_ID = 8
_MOST_NAMED = 5


def short_id(entry: AuditEntry) -> str:
    """Return the beginning of the job's id, "" for an entry about no job."""
    return (entry.job_id or "")[:_SHORT_ID]


def entry_text(tr: Tr, entry: AuditEntry) -> str:
    """Say what happened."""
    return " · ".join(filter(None, _parts(tr, entry)))


def _parts(tr: Tr, entry: AuditEntry) -> list[str]:
    detail = entry.detail
    match entry.kind:
        case AuditKind.DELETED:
            return _deleted(tr, detail)
        case AuditKind.ADDED:
            return [tr("Document added"), _kept(tr, detail)]
        case AuditKind.DEADLINE_CHANGED:
            return [tr("Ends changed"), _kept(tr, detail)]
        case AuditKind.EXPORTED:
            return _exported(tr, detail)
        case AuditKind.KEY_ROTATED:
            epoch = detail.get("epoch")
            number = tr("number {n}").format(n=number_text(int(epoch))) if epoch else ""
            return [tr("New vault key; half of the old one was overwritten"), number]
        case AuditKind.ROLLBACK_FOUND:
            jobs = int(detail.get("jobs", 0))
            many = count_text(tr, jobs, "{n} document", "{n} documents") if jobs else ""
            return [_plain(tr)[entry.kind], many]
        case AuditKind.OBJECTS_DELETED:
            return [_plain(tr)[entry.kind], _pictures(tr, detail)]
        case AuditKind.DESTINATION_REMOVED:
            return [_plain(tr)[entry.kind], _staying(tr, detail)]
        case AuditKind.CLOCK_JUMPED:
            return [_plain(tr)[entry.kind], _clock_outcome(tr, detail)]
        case _:
            return [_plain(tr)[entry.kind]]


def _clock_outcome(tr: Tr, detail: Mapping[str, str | int]) -> str:
    return {
        "doubted": tr("what it would end was hidden"),
        "confirmed": tr("you said that the date is right"),
        "refused": tr("you said that the date is wrong"),
        "waited": tr("nobody answered for a day, so it was taken as right"),
        "put_right": tr("the clock was put right"),
    }.get(str(detail.get("outcome", "")), "")


def _plain(tr: Tr) -> dict[AuditKind, str]:
    return {
        AuditKind.VAULT_MADE: tr("Vault made"),
        AuditKind.LOCKED: tr("Vault locked"),
        AuditKind.UNLOCKED: tr("Vault unlocked"),
        AuditKind.PASSPHRASE_CHANGED: tr("Passphrase set, changed or removed"),
        AuditKind.RECOVERY_CODE_CHANGED: tr("Recovery code made or dropped"),
        AuditKind.ROLLBACK_FOUND: tr(
            "An older copy of the vault was put back; what had been deleted was destroyed again"
        ),
        AuditKind.CLOCK_JUMPED: tr("The date jumped far ahead"),
        AuditKind.DESTINATION_ADDED: tr("Own storage added"),
        AuditKind.DESTINATION_VERIFIED: tr("Own storage verified, step by step"),
        AuditKind.DESTINATION_REMOVED: tr("Own storage removed"),
        AuditKind.OBJECTS_DELETED: tr("Seen to be gone from your own storage"),
        AuditKind.LOG_TRIMMED: tr("Older entries removed: the log's own time was up"),
    }


def _deleted(tr: Tr, detail: Mapping[str, str | int]) -> list[str]:
    what = {
        "job": tr("Document destroyed, with everything of it"),
        "source": tr("Document and page images destroyed"),
        "result": tr("Text destroyed"),
        "page_images": tr("Picture of page {n} destroyed").format(
            n=number_text(int(detail.get("page", 0)))
        ),
    }.get(str(detail.get("what", "job")), tr("Document destroyed, with everything of it"))
    pages = int(detail.get("pages", 0))
    parts = [what, _reason(tr, detail)]
    if pages:
        parts.append(count_text(tr, pages, "{n} page", "{n} pages"))
    parts.append(_late(tr, detail))
    parts += _at_destinations(tr, detail)
    return parts


def _at_destinations(tr: Tr, detail: Mapping[str, str | int]) -> list[str]:
    """Say what a deleted document had left in the user's own storage."""
    many = dict.fromkeys(Fate, 0)
    for one in written_in(detail):
        many[one.fate] += one.objects
    parts = []
    if many[Fate.OWED]:
        parts.append(
            count_text(
                tr,
                many[Fate.OWED],
                "{n} picture to be deleted in your own storage",
                "{n} pictures to be deleted in your own storage",
            )
        )
    if many[Fate.LEFT]:
        parts.append(_staying(tr, {"objects": many[Fate.LEFT]}))
    return parts


def _staying(tr: Tr, detail: Mapping[str, str | int]) -> str:
    objects = int(detail.get("objects", 0))
    if not objects:
        return ""
    return count_text(
        tr, objects, "{n} picture stays in your bucket", "{n} pictures stay in your bucket"
    )


def _pictures(tr: Tr, detail: Mapping[str, str | int]) -> str:
    objects = int(detail.get("objects", 0))
    return count_text(tr, objects, "{n} picture", "{n} pictures") if objects else ""


def _reason(tr: Tr, detail: Mapping[str, str | int]) -> str:
    reason = str(detail.get("reason", ""))
    known = {one.value: one for one in DeleteReason}
    return reason_text(tr, known[reason]) if reason in known else ""


def _late(tr: Tr, detail: Mapping[str, str | int]) -> str:
    late_s = int(detail.get("late_s", 0))
    if not late_s:
        return ""
    text = tr("{span} late").format(span=span_text(tr, late_s))
    why = {
        "not_running": tr("Mayfly was not running"),
        "asleep": tr("the computer was asleep"),
        "busy": tr("it could not be done before"),
        "doubted": tr("the date was in doubt"),
    }.get(str(detail.get("late_why", "")), "")
    return f"{text}: {why}" if why else text


def _kept(tr: Tr, detail: Mapping[str, str | int]) -> str:
    if "source_hours" not in detail or "result_hours" not in detail:
        return ""
    return tr("kept for {source} h, text for {result} h").format(
        source=detail["source_hours"], result=detail["result_hours"]
    )


def _exported(tr: Tr, detail: Mapping[str, str | int]) -> list[str]:
    what = {
        "file": tr("Exported to a file"),
        "clipboard": tr("Text copied to the clipboard"),
        "destination": tr("Exported to your own storage"),
    }.get(str(detail.get("target", "")), tr("Exported"))
    return [what, _form(tr, detail), _pictures(tr, detail)]


def _form(tr: Tr, detail: Mapping[str, str | int]) -> str:
    file_format = str(detail.get("format", ""))
    if not file_format or detail.get("target") == "clipboard":
        return ""
    return tr("pictures") if file_format == "image" else f".{file_format}"


def verdict_text(tr: Tr, verdict: AuditVerdict) -> str:
    """Say whether the log is whole, or which entries are not and what is wrong with them."""
    if not verdict.entries and verdict.intact:
        return tr("The log is empty.")
    if verdict.intact:
        text = count_text(
            tr,
            verdict.entries,
            "Intact: {n} entry, none changed, removed or reordered.",
            "Intact: {n} entries, none changed, removed or reordered.",
        )
        if verdict.findings:
            text = f"{text} {tr('The newest are signed when the vault is next unlocked.')}"
        return text
    faults = [one for one in verdict.findings if one.fault is not AuditFault.UNSIGNED]
    named = [
        tr("entry {n}: {what}").format(n=number_text(one.seq), what=fault_text(tr, one.fault))
        for one in faults[:_MOST_NAMED]
    ]
    if len(faults) > _MOST_NAMED:
        more = len(faults) - _MOST_NAMED
        named.append(count_text(tr, more, "and {n} more", "and {n} more"))
    return tr("Not intact: {faults}.").format(faults="; ".join(named))


def fault_text(tr: Tr, fault: AuditFault) -> str:
    """Say what is wrong with an entry."""
    return {
        AuditFault.CHANGED: tr("was changed"),
        AuditFault.REMOVED: tr("entries before it were removed"),
        AuditFault.REORDERED: tr("is not where it was written"),
        AuditFault.UNSIGNED: tr("is not signed yet"),
        AuditFault.FORGED: tr("was signed with another key"),
        AuditFault.CUT: tr("entries after it were cut off"),
    }[fault]


def receipt_text(tr: Tr, verdict: ReceiptVerdict) -> str:
    """Say what checking a saved receipt found."""
    return {
        ReceiptVerdict.GENUINE: tr("This receipt is genuine, and the log holds the same entry."),
        ReceiptVerdict.SIGNED: tr(
            "This receipt was signed by this vault; its entry has left the log since."
        ),
        ReceiptVerdict.OTHER_VAULT: tr("This receipt fits together, but is of another vault."),
        ReceiptVerdict.ALTERED: tr("This receipt was altered: its parts do not belong together."),
    }[verdict]
