"""The one tree of errors. Whoever can meet an error reads its sentence and its remedy.

MayflyError
├── InternalError                  a bug or a broken promise of ours; logged, offered as a report
│   └── LaneClosed                 work came too late, because Mayfly is closing
└── UserError                      code, text, remedy, exit_status
    ├── IntakeError                the file could not be taken in
    │   ├── FileMissing  IsAFolder  NotAFile  FileUnreadable  FileChanged
    │   └── FileTooLarge  FileEmpty
    ├── DocumentError              the document could not be read
    │   ├── UnknownKind  DamagedDocument  NoPages  TooManyPages  PageTooLarge
    │   ├── PasswordNeeded  PasswordWrong
    │   └── ReadingTimedOut  ReaderCrashed  ReaderOutOfMemory  EveryPageFailed
    ├── RecognitionError           Tesseract cannot do what was asked
    │   └── LanguageMissing  RecogniserMissing
    ├── VaultError                 the vault cannot be opened or written
    │   ├── VaultLocked (LockedMeanwhile)
│   ├── PassphraseNeeded  PassphraseWrong  KeyringUnavailable  KeyringLocked
    │   ├── KeyMissing  VaultTooNew  VaultDamaged  VaultBusy  DiskFull  VaultNotWritable
    │   ├── VaultRestored  RecoveryCodeWrong  RecoveryCodeMistyped
    │   └── TimeInDoubt
    ├── JobError                   the job is not there, or not in a state for this
    │   ├── NoSuchJob  NoSuchBatch  NoSuchPage (PageNotRead)  AmbiguousJob  AlreadyDeleted
    │   ├── NotFinished  SourceGone  ResultGone  NotNow
    │   └── NoReceipt
    ├── ReceiptUnreadable          the file is no receipt of Mayfly's
    ├── CopyUnreadable             the copy holds no vault
    ├── ProofError                 the check with a canary proves nothing
    │   └── CanaryNotRead  QueueIsPaused
    ├── ServiceUnavailable         no timer of the system can be installed
    ├── NoMemoryPlace              there is no folder in memory for a session
    ├── SettingsNotWritable        the settings cannot be saved
    └── ExportError                the result could not be written where it was asked for
        ├── TargetMissing  TargetNotWritable  TargetExists
        └── TargetDiffers  NotHandedOver  ExportCancelled  TargetFull  NamePatternWrong

Texts are constants: no name, path or word of a document can get into one. Those of a
document stand in document_errors, of handing over in handover, of exports in export_errors;
error_codes finds each by its stored code.
"""

from __future__ import annotations

from typing import ClassVar


class MayflyError(Exception):
    """Every error that Mayfly raises on purpose."""


class InternalError(MayflyError):
    """A bug or a broken promise of ours. The message holds ids and counts only."""


class LaneClosed(InternalError):
    """Work was given to a lane that has ended: Mayfly is closing."""


class UserError(MayflyError):
    """Something a user can meet: what happened, and what to do now."""

    code: ClassVar[str] = "error"
    text: ClassVar[str] = "Something went wrong."
    remedy: ClassVar[str] = "Try again."
    exit_status: ClassVar[int] = 3

    def __str__(self) -> str:
        return f"{self.text} {self.remedy}"


class VaultError(UserError):
    """The vault cannot be opened or written."""

    exit_status = 5


class VaultLocked(VaultError):
    """The vault was locked, here or by another process, and is to stay so until it is unlocked."""

    code = "vault_locked"
    text = "The vault is locked."
    remedy = "Unlock it in Mayfly's window or with “mayfly unlock”."


class LockedMeanwhile(VaultLocked):
    """The vault was locked while documents were being added."""

    code = "locked_meanwhile"
    text = "Mayfly was locked while documents were being added."
    remedy = "Those that are missing in the list were left out: add them again."


class PassphraseNeeded(VaultError):
    """A passphrase must be given: the vault has one, or there is no usable keyring."""

    code = "passphrase_needed"
    text = "The vault needs a passphrase."
    remedy = (
        "Enter one, or pass it with --passphrase-file, --passphrase-fd or MAYFLY_PASSPHRASE_FILE."
    )


class PassphraseWrong(VaultError):
    """The passphrase does not open this vault."""

    code = "passphrase_wrong"
    text = "That passphrase does not open this vault."
    remedy = "Try again; capital letters and spaces count."


class KeyringUnavailable(VaultError):
    """The keyring that holds the vault's key is not reachable."""

    code = "keyring_unavailable"
    text = "The keyring that holds this vault's key cannot be reached."
    remedy = "Log in to your desktop session (or start its Secret Service) and try again."


class KeyringLocked(VaultError):
    """The keyring is locked and was not opened."""

    code = "keyring_locked"
    text = "Your keyring is locked."
    remedy = "Unlock the keyring and try again."


class KeyMissing(VaultError):
    """The keyring or the shard does not hold this vault's key."""

    code = "key_missing"
    text = "The key of this vault is gone, so nothing in it can be opened any more."
    remedy = (
        "If the keyring or the state folder was moved, bring it back; otherwise start a new vault."
    )


class VaultRestored(KeyMissing):
    """The vault file is older than its key: it was brought back from a backup or a sync folder."""

    code = "vault_restored"
    text = (
        "This vault file is an older copy, from a backup or a synced folder: the keys of its time"
        " are destroyed, so nothing in it can be opened any more."
    )
    remedy = "Start a fresh vault. A vault cannot be backed up; export what you want to keep."


class RecoveryCodeWrong(VaultError):
    """The recovery code does not open this vault."""

    code = "recovery_code_wrong"
    text = "That recovery code does not open this vault."
    remedy = "Check it letter by letter; an older code stops working when a new one is made."


class RecoveryCodeMistyped(RecoveryCodeWrong):
    """What was typed cannot be a recovery code of any vault."""

    code = "recovery_code_mistyped"
    text = "This is no recovery code: a letter is wrong, missing or too many."
    remedy = "Compare it with the printed one, group by group: there are seven of four."


class VaultTooNew(VaultError):
    """Written by a newer Mayfly."""

    code = "vault_too_new"
    text = "This vault was written by a newer version of Mayfly."
    remedy = "Start the newer version; this one leaves the vault untouched."


class VaultDamaged(VaultError):
    """The vault file is not intact, or something in it was altered."""

    code = "vault_damaged"
    text = "The vault is damaged: a part of it is missing or was altered."
    remedy = "Delete the job that fails; if every job fails, restore the disk or start a new vault."


class VaultBusy(VaultError):
    """Another program holds the vault for too long."""

    code = "vault_busy"
    text = "Another program is using the vault and does not let go."
    remedy = "Wait a moment and try again; close other Mayfly windows if it stays so."


class DiskFull(VaultError):
    """No space left."""

    code = "disk_full"
    text = "The disk is full."
    remedy = "Free some space and try again; deleting jobs in Mayfly works even now."
    exit_status = 3


class VaultNotWritable(VaultError):
    """The folder or file of the vault cannot be written."""

    code = "vault_not_writable"
    text = "The vault cannot be written."
    remedy = "Check the permissions of Mayfly's data folder (“mayfly doctor” shows it)."
    exit_status = 3


class TimeInDoubt(VaultError):
    """The clock jumped far ahead, and whether that is right is not known yet."""

    code = "time_in_doubt"
    text = (
        "The date of this machine jumped far ahead, so Mayfly does not know what is past its end."
    )
    remedy = "Say whether the date is right: “mayfly clock confirm”, or “mayfly clock refuse”."
    exit_status = 3


class JobError(UserError):
    """The job is not there, or not in a state for this."""


class NoSuchJob(JobError):
    """Unknown id."""

    code = "no_such_job"
    text = "There is no such job."
    remedy = "“mayfly list” shows the jobs there are."
    exit_status = 4


class NoSuchBatch(JobError):
    """Unknown batch id."""

    code = "no_such_batch"
    text = "There is no such batch."
    remedy = "“mayfly list --json” names the batch of each job."
    exit_status = 4


class NoSuchPage(JobError):
    """A page number beyond the document's last page."""

    code = "no_such_page"
    text = "The document has no page of that number."
    remedy = "Pages count from 1; “mayfly list” shows how many there are."
    exit_status = 4


class AmbiguousJob(JobError):
    """The beginning of an id fits several jobs or batches."""

    code = "ambiguous_job"
    text = "Several jobs begin like that."
    remedy = "Give more of the id."
    exit_status = 4


class AlreadyDeleted(JobError):
    """The job was deleted before."""

    code = "already_deleted"
    text = "The job is already deleted."
    remedy = "Nothing of it is left to show; add the document again if you need it."
    exit_status = 4


class NotFinished(JobError):
    """The job has no result yet."""

    code = "not_finished"
    text = "The job has not been read yet."
    remedy = "Wait until it is done; keep Mayfly open, or run “mayfly add --wait”."


class SourceGone(JobError):
    """The source and its page images were destroyed; the result may live."""

    code = "source_gone"
    text = "The document and its page images have been destroyed; only the result is left."
    remedy = "Add the document again if you need its pages."


class ResultGone(JobError):
    """The result was destroyed; the source may live."""

    code = "result_gone"
    text = "The result of this job has been destroyed."
    remedy = "Add the document again if you need its text."


class NotNow(JobError):
    """The job's state does not allow this."""

    code = "not_now"
    text = "That is not possible in the job's present state."
    remedy = "Look at the job's state and try what it offers."


class NoReceipt(JobError):
    """The audit log holds no deletion of that job."""

    code = "no_receipt"
    text = "There is no receipt of a deletion of this job."
    remedy = "A job has one after it was deleted, for as long as the audit log keeps its entries."
    exit_status = 4


class ReceiptUnreadable(UserError):
    """Not a receipt, or cut short."""

    code = "receipt_unreadable"
    text = "This file is not a receipt that Mayfly wrote."
    remedy = "Choose the .json file that was saved with “mayfly audit receipt” or in the window."


class CopyUnreadable(UserError):
    """No vault in the copy that was named."""

    code = "copy_unreadable"
    text = "No vault of Mayfly's was found in that copy."
    remedy = "Name a copy of Mayfly's data folder, of its vault.db, or an image of the whole disk."
    exit_status = 4


class ProofError(UserError):
    """The check with a canary could not be done, so it proves nothing either way."""


class CanaryNotRead(ProofError):
    """The canary was not read, or too little of it, to be searched for."""

    code = "canary_not_read"
    text = "The test document was not read well enough, so nothing was proved."
    remedy = "Look at “mayfly doctor”, wait until other documents are read, and check again."


class QueueIsPaused(ProofError):
    """Reading is paused, so the canary would wait for ever."""

    code = "queue_paused"
    text = "Reading is paused, so the test document would never be read."
    remedy = "Resume reading and check again."


class ServiceUnavailable(UserError):
    """No timer of the system can be installed here."""

    code = "service_unavailable"
    text = "The system's timer could not be installed."
    remedy = (
        "Mayfly keeps every end while it runs and when it starts; packaging/ has files for"
        " launchd and the Task Scheduler."
    )


class NoMemoryPlace(UserError):
    """A session in memory needs a folder in memory, and the system has none."""

    code = "no_memory_place"
    text = "There is no folder in memory here, so nothing can be kept in memory only."
    remedy = (
        "A session in memory needs Linux and a /dev/shm that can be written. “mayfly read”"
        " stores nothing anywhere."
    )


class SettingsNotWritable(UserError):
    """The settings file or its folder cannot be written."""

    code = "settings_not_writable"
    text = "The settings could not be saved."
    remedy = "Check the permissions of Mayfly's settings folder and the free space on the disk."


class ExportError(UserError):
    """The result could not be written where it was asked for."""


class TargetMissing(ExportError):
    """The folder to write to is not there."""

    code = "target_missing"
    text = "The folder to write to is not there."
    remedy = "Choose a folder that exists."


class TargetNotWritable(ExportError):
    """The folder or file cannot be written."""

    code = "target_not_writable"
    text = "The file could not be written there."
    remedy = "Check the folder's permissions and free space, or choose another folder."


class TargetExists(ExportError):
    """A file of that name exists and nothing is overwritten unasked."""

    code = "target_exists"
    text = "A file of that name is already there."
    remedy = "Choose another folder, or move the old file away."
