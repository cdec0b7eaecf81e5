"""A deletion's receipt as a page to read and print: one file, no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from mayfly.domain.audit import AuditEntry, Receipt
from mayfly.domain.audit_record import stamp_of
from mayfly.domain.states import DeleteReason
from mayfly.domain.written_objects import written_in
from mayfly.export.storage_texts import storage_texts

Translate = Callable[[str], str]

_STYLE = """
:root { color-scheme: light; }
body { background: #fff; color: #1d1d1f; font: 15px/1.5 system-ui, sans-serif;
  margin: 0 auto; max-width: 44rem; padding: 2rem 1.5rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { break-after: avoid; font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p { margin: .4rem 0; }
table { border-collapse: collapse; margin: 1rem 0; table-layout: fixed; width: 100%; }
tr { break-inside: avoid; }
th, td { border-bottom: 1px solid #d8d8dc; padding: .4rem .5rem .4rem 0; text-align: left;
  vertical-align: top; }
th { font-weight: 600; width: 12rem; }
code { font: 13px/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
@media print { body { font-size: 11pt; max-width: none; padding: 0; } }
"""


def receipt_page(receipt: Receipt, tr: Translate, language: str) -> bytes:
    """Return the page in the language that tr gives its texts in."""
    title = tr("Receipt of a deletion")
    parts = [
        '<!DOCTYPE html>\n<html lang="',
        escape(language),
        '">\n<head>\n<meta charset="utf-8">\n',
        '<meta http-equiv="Content-Security-Policy"',
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
        '<meta name="viewport" content="width=device-width">\n',
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n",
        f"<h1>{escape(title)}</h1>\n",
        *_paragraphs(_sentence(receipt.entry, tr)),
        *_table(_facts(receipt.entry, tr)),
        *_section(tr("What this shows"), *_shown(tr)),
        *_section(tr("What this does not show"), *_not_shown(receipt.entry, tr)),
        *_section(tr("How to check it"), *_checking(tr)),
        *_table(_proof(receipt, tr), is_code=True),
        "</body>\n</html>\n",
    ]
    return "".join(parts).encode()


def _sentence(entry: AuditEntry, tr: Translate) -> str:
    return {
        "job": tr(
            "The key of a document, and everything that Mayfly had made from it, was destroyed."
        ),
        "source": tr("The key of a document and of its page images was destroyed."),
        "result": tr("The key of the text that was read in a document was destroyed."),
        "page_images": tr("The pictures of one page of a document, and their key, were destroyed."),
    }.get(str(entry.detail.get("what")), tr("The key of a document was destroyed."))


def _facts(entry: AuditEntry, tr: Translate) -> Iterator[tuple[str, str]]:
    detail = entry.detail
    yield tr("Destroyed on"), stamp_of(entry.at).replace("T", " ").replace("Z", " UTC")
    yield tr("Reason"), _reason(str(detail.get("reason")), tr)
    yield tr("Job"), entry.job_id or ""
    if entry.batch_id:
        yield tr("Batch"), entry.batch_id
    if "page" in detail:
        yield tr("Page"), str(detail["page"])
    if "pages" in detail:
        yield tr("Pages"), str(detail["pages"])
    if "late_s" in detail:
        yield tr("Late by"), f"{_span(int(detail['late_s']), tr)}{_why(detail.get('late_why'), tr)}"
    for text in storage_texts(entry.detail, tr):
        yield tr("Own storage"), text
    yield tr("Entry of the log"), str(entry.seq)


def _reason(reason: str, tr: Translate) -> str:
    texts: dict[str, str] = {
        DeleteReason.USER: tr("deleted by the user"),
        DeleteReason.SOURCE_DEADLINE: tr("the document's time was up"),
        DeleteReason.RESULT_DEADLINE: tr("the text's time was up"),
        DeleteReason.BACKSTOP: tr("30 days after it was added everything goes"),
        DeleteReason.ZERO_RETENTION: tr("it was to be kept for 0 hours"),
        DeleteReason.EVERYTHING: tr("everything was deleted"),
    }
    return texts.get(reason, reason)


def _why(why: str | int | None, tr: Translate) -> str:
    text = {
        "not_running": tr("Mayfly was not running"),
        "asleep": tr("the computer was asleep"),
        "busy": tr("it could not be done before"),
        "doubted": tr("the date was in doubt"),
    }.get(str(why))
    return f" ({text})" if text else ""


def _span(seconds: int, tr: Translate) -> str:
    minutes = seconds // 60
    if minutes < 120:
        return tr("{count} min").format(count=minutes)
    hours = minutes // 60
    if hours < 72:
        return tr("{count} h").format(count=hours)
    return tr("{count} d").format(count=hours // 24)


def _shown(tr: Translate) -> Iterator[str]:
    yield tr(
        "The vault whose key signed this says that it destroyed the key of this job at that"
        " moment. The entry stands in a chain, so that none before it can be changed or removed"
        " without being noticed."
    )
    yield tr("Job numbers are random. Nothing here was made from the document or its name.")


def _not_shown(entry: AuditEntry, tr: Translate) -> Iterator[str]:
    yield tr(
        "That no copy of the document exists elsewhere: the file it came from, exports, backups"
        " and prints are not Mayfly's."
    )
    if written_in(entry.detail):
        yield tr(
            "What lay in your own storage is told as Mayfly knew it at that moment. When it has"
            " seen that the objects are gone, a later entry of the log says so."
        )
    yield tr(
        "That the owner of the computer is honest: whoever controls the program can have it"
        " sign anything."
    )


def _checking(tr: Translate) -> Iterator[str]:
    yield tr(
        "The file of the same name that ends in .json holds the signed entry. Check it with"
        " “mayfly audit verify-receipt”, or with other tools as docs/receipts.md describes."
    )


def _proof(receipt: Receipt, tr: Translate) -> Iterator[tuple[str, str]]:
    yield tr("Vault"), receipt.vault_id
    yield tr("Public key"), receipt.public_key.hex()
    yield tr("Chain before"), receipt.chain_before.hex()
    yield tr("Chain after"), receipt.chain.hex()
    yield tr("Signature"), receipt.signature.hex()
    yield tr("Signed entry"), receipt.record.decode("ascii")


def _section(title: str, *texts: str) -> Iterator[str]:
    yield f"<h2>{escape(title)}</h2>\n"
    yield from _paragraphs(*texts)


def _paragraphs(*texts: str) -> Iterator[str]:
    for text in texts:
        yield f"<p>{escape(text)}</p>\n"


def _table(rows: Iterator[tuple[str, str]], *, is_code: bool = False) -> Iterator[str]:
    yield "<table>\n"
    for name, value in rows:
        cell = f"<code>{escape(value)}</code>" if is_code else escape(value)
        yield f'<tr><th scope="row">{escape(name)}</th><td>{cell}</td></tr>\n'
    yield "</table>\n"
