"""The errors that one document can cause; domain.errors shows the whole tree."""

from __future__ import annotations

from mayfly.domain.errors import UserError


class IntakeError(UserError):
    """The file could not be taken in."""


class FileMissing(IntakeError):
    """No file of that name, or a link that leads nowhere."""

    code = "file_missing"
    text = "The file is not there, or it is a link that leads nowhere."
    remedy = "Check where the file is now and add it again."


class IsAFolder(IntakeError):
    """A folder where one document was expected."""

    code = "is_a_folder"
    text = "This is a folder, not a document."
    remedy = "Add the folder with “mayfly add”, or drop it on the window, to read what is in it."


class NotAFile(IntakeError):
    """A device, socket or pipe."""

    code = "not_a_file"
    text = "This is not an ordinary file."
    remedy = "Save the document as a file and add that."


class FileUnreadable(IntakeError):
    """The system refuses to open or read the file."""

    code = "file_unreadable"
    text = "The file cannot be read: the system refuses it."
    remedy = "Check its permissions and that the disk is connected, then add it again."


class FileChanged(IntakeError):
    """The file changed while it was read."""

    code = "file_changed"
    text = "The file changed while it was being read."
    remedy = "Wait until the other program has finished writing it, then add it again."


class FileTooLarge(IntakeError):
    """Larger than the limit for one document."""

    code = "file_too_large"
    text = "The file is larger than 1 GiB, the most that Mayfly reads as one document."
    remedy = "Split the document and add the parts."


class FileEmpty(IntakeError):
    """The file has no bytes."""

    code = "file_empty"
    text = "The file is empty: it has 0 bytes."
    remedy = "Save or scan the document again and add the new file."


class DocumentError(UserError):
    """The document could not be read."""


class UnknownKind(DocumentError):
    """Neither a PDF nor an image that Mayfly knows."""

    code = "unknown_kind"
    text = "This is not a kind of document that Mayfly reads."
    remedy = "Save it as PDF, PNG, JPEG, TIFF, BMP, GIF, WebP, JPEG 2000, PNM or HEIC and add that."


class DamagedDocument(DocumentError):
    """The file claims to be a document but cannot be decoded."""

    code = "damaged"
    text = "The document is damaged and cannot be opened."
    remedy = "Fetch or scan it again; if another program opens it, save a fresh copy there."


class NoPages(DocumentError):
    """A document without a single page."""

    code = "no_pages"
    text = "The document has no pages."
    remedy = "Check the file in another program; save or scan it again."


class TooManyPages(DocumentError):
    """More pages than the limit."""

    code = "too_many_pages"
    text = "The document has more pages than Mayfly reads in one piece (5,000)."
    remedy = "Split the document and add the parts."


class PageTooLarge(DocumentError):
    """More pixels than the limit, for an image or an image within a page."""

    code = "page_too_large"
    text = "The page has more pixels than Mayfly can safely read."
    remedy = "Save it at a lower resolution (300 dpi is plenty) and add it again."


class PasswordNeeded(DocumentError):
    """The PDF cannot be opened without its password."""

    code = "password_needed"
    text = "This PDF is locked with a password."
    remedy = "Enter its password; it is kept sealed with the document and destroyed with it."
    exit_status = 6


class PasswordWrong(DocumentError):
    """The password that was given does not open the PDF."""

    code = "password_wrong"
    text = "That password does not open this PDF."
    remedy = "Try again; capital letters count."
    exit_status = 6


class ReadingTimedOut(DocumentError):
    """The page or the document took longer than its limit; the worker was killed."""

    code = "timed_out"
    text = "Reading took too long and was stopped."
    remedy = "Try again; if it happens again, save a simpler copy (print to PDF) and add that."


class ReaderCrashed(DocumentError):
    """The worker process died on this document."""

    code = "reader_crashed"
    text = "The document made its reader stop; nothing else was harmed."
    remedy = "Save a fresh copy in another program (print to PDF) and add that."


class ReaderOutOfMemory(DocumentError):
    """The worker reached its memory limit."""

    code = "out_of_memory"
    text = "The document needs more memory than a reader may use."
    remedy = "Save it at a lower resolution, or split it, and add it again."


class EveryPageFailed(DocumentError):
    """No page of the document could be read."""

    code = "every_page_failed"
    text = "None of its pages could be read."
    remedy = "Check the file in another program; save or scan it again."


class RecognitionError(UserError):
    """Tesseract cannot do what was asked."""


class LanguageMissing(RecognitionError):
    """The language data is not installed."""

    code = "language_missing"
    text = "The data for that language is not installed."
    remedy = (
        "Pick a language that “mayfly doctor” lists, or install the data "
        "(Debian: tesseract-ocr-fra for French, and so on)."
    )


class RecogniserMissing(RecognitionError):
    """No tesseract program was found."""

    code = "recogniser_missing"
    text = "Tesseract, which reads the text, was not found."
    remedy = "Run the setup command again, or install the package tesseract-ocr."
