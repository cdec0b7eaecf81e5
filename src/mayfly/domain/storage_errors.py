"""What can go wrong with the user's own storage: each has a sentence and a remedy."""

from __future__ import annotations

from mayfly.domain.errors import KeyringUnavailable, UserError


class StorageError(UserError):
    """The destination does not do what is asked. is_passing: it may work when tried again."""

    is_passing = False


class StorageUnreachable(StorageError):
    """No connection, or it broke, or no answer in time."""

    code = "storage_unreachable"
    text = "The storage server cannot be reached."
    remedy = "Look at the network and at the endpoint's address, then try again."
    is_passing = True


class NoTlsThere(StorageUnreachable):
    """Something answers, but not with TLS: a server without it, or somebody on the way."""

    code = "no_tls_there"
    text = "What answers at the endpoint's address does not speak TLS (https)."
    remedy = (
        "Look at its port. For a server without TLS in your own network, write an address that"
        " begins with http://."
    )


class StorageBusy(StorageError):
    """The server answers 500, 503 or “slow down”."""

    code = "storage_busy"
    text = "The storage server is busy or has a fault of its own."
    remedy = "Nothing is lost: Mayfly tries again by itself, later each time."
    is_passing = True


class CertificateRefused(StorageError):
    """The server's certificate is not trusted, or is another host's."""

    code = "certificate_refused"
    text = "The server's certificate is not one that this computer trusts."
    remedy = (
        "Check the endpoint's address. For a server of your own, name its certificate authority's"
        " file in the destination."
    )


class AccessKeyWrong(StorageError):
    """The server does not know the access key id."""

    code = "access_key_wrong"
    text = "The server does not know this access key."
    remedy = "Copy the access key id again from your provider's page, without spaces."


class SecretWrong(StorageError):
    """The signature does not match: the secret is wrong."""

    code = "secret_wrong"
    text = "The secret does not belong to this access key."
    remedy = "Copy the secret again; if it was lost, make a new access key at your provider."


class BucketMissing(StorageError):
    """There is no such bucket."""

    code = "bucket_missing"
    text = "There is no bucket of this name on that server."
    remedy = "Check the bucket's name and the endpoint; Mayfly does not make buckets."


class RegionWrong(StorageError):
    """The bucket lives in another region."""

    code = "region_wrong"
    text = "The bucket is in another region."
    remedy = "Enter the region that your provider shows for this bucket."


class ClockWrong(StorageError):
    """The server refuses requests because the two clocks differ too much."""

    code = "clock_wrong"
    text = "This computer's clock and the server's differ by too much."
    remedy = "Set the clock (and time zone) of this computer, or of the server, then try again."


class MayNotWrite(StorageError):
    """The key has no right to write."""

    code = "may_not_write"
    text = "This access key may not write into the bucket."
    remedy = "Allow it s3:PutObject for this bucket and prefix."


class MayNotRead(StorageError):
    """The key has no right to read."""

    code = "may_not_read"
    text = "This access key may not read from the bucket."
    remedy = "Allow it s3:GetObject: Mayfly compares what it wrote."


class MayNotDelete(StorageError):
    """The key has no right to delete."""

    code = "may_not_delete"
    text = "This access key may not delete in the bucket."
    remedy = (
        "Allow it s3:DeleteObject, or what is exported could never be taken back from here. The"
        " probe object, a short note under the prefix, is still there: delete it by hand."
    )


class ObjectDiffers(StorageError):
    """What the server has is not what was sent."""

    code = "object_differs"
    text = "The server gave back something else than was sent."
    remedy = "Try again; if it happens again, do not trust this server or what lies between."


class ObjectStays(StorageError):
    """An object is still there after it was deleted."""

    code = "object_stays"
    text = "An object is still in the bucket after it was deleted."
    remedy = "Mayfly tries again. Look for a rule or a lock of the bucket that keeps objects."
    is_passing = True


class VersionsStay(StorageError):
    """Old versions cannot be deleted."""

    code = "versions_stay"
    text = "The bucket keeps old versions, and they could not be deleted."
    remedy = (
        "Allow the key s3:ListBucketVersions and s3:DeleteObjectVersion, or delete the versions at"
        " your provider."
    )


class StorageRefused(StorageError):
    """Any other refusal."""

    code = "storage_refused"
    text = "The storage server refused what was asked."
    remedy = "Verify the destination: it says which step fails."


class DestinationMissing(StorageError):
    """No such destination."""

    code = "no_such_destination"
    text = "There is no destination of that name."
    remedy = "List them with “mayfly destinations list”."
    exit_status = 4


class DestinationExists(StorageError):
    """The name is taken, or the place: of two there one would delete what the other keeps."""

    code = "destination_exists"
    text = "There is a destination of that name, or in that place, already."
    remedy = "Choose another name or prefix, or edit the one there is."


class DestinationInUse(StorageError):
    """Its endpoint, bucket or prefix cannot change: objects lie where it points now."""

    code = "destination_in_use"
    text = "Pictures lie where this destination points; elsewhere they would not be found."
    remedy = "Add the new place as another destination."


class DestinationInvalid(StorageError):
    """Something of its settings cannot be right."""

    code = "destination_invalid"
    text = "These settings cannot be a destination."
    remedy = "The endpoint is an address such as https://s3.example.org; check bucket and prefix."


class EndpointInvalid(DestinationInvalid):
    """No address, or more than an address."""

    code = "endpoint_invalid"
    text = "The endpoint is not the address of a server."
    remedy = "Enter scheme and host, and a port if there is one: https://s3.example.org:9000."


class AccountInvalid(DestinationInvalid):
    """The provider's servers are named by the account, and it is missing or cannot be one."""

    code = "account_invalid"
    text = "The account's id is missing, or cannot be one."
    remedy = "Copy it from your provider's page: Cloudflare's is 32 letters and digits."


class BucketNameInvalid(DestinationInvalid):
    """No bucket can have this name."""

    code = "bucket_name_invalid"
    text = "No bucket can have this name."
    remedy = (
        "Copy it from your provider's page: 3 to 63 letters, digits, dots, hyphens and underscores."
    )


class RegionInvalid(DestinationInvalid):
    """None, or none that can be."""

    code = "region_invalid"
    text = "The region is missing, or cannot be one."
    remedy = "Enter it as your provider writes it, for example eu-central-1."


class PrefixInvalid(DestinationInvalid):
    """It has parts that servers take for something else."""

    code = "prefix_invalid"
    text = "The prefix has parts that a name in a bucket should not have."
    remedy = "Use folders such as “scans/2026”, without “..” and “//”."


class InsecureEndpoint(StorageError):
    """Plain HTTP to a public address."""

    code = "insecure_endpoint"
    text = "Without TLS only servers on this computer or in your own network can be used."
    remedy = "Use an address that begins with https://."


class NotVerified(StorageError):
    """The destination was never verified, or something failed since, or it was long ago."""

    code = "not_verified"
    text = "This destination is not verified, or was verified too long ago."
    remedy = "Verify it in the settings or with “mayfly destinations verify”."


class CredentialsMissing(StorageError):
    """The keyring does not hold the destination's key any more."""

    code = "credentials_missing"
    text = "The keyring no longer holds this destination's access key."
    remedy = "Enter it again: edit the destination."


class CredentialsInvalid(StorageError):
    """No access key can look like this."""

    code = "credentials_invalid"
    text = "This cannot be an access key."
    remedy = "Copy the key id and the secret from your provider's page, each as one line."


class NoKeyringForKeys(KeyringUnavailable):
    """An access key is to be kept or looked up, and there is no keyring for it."""

    code = "no_keyring_for_keys"
    text = "Access keys are kept in the system's keyring only, and it cannot be reached."
    remedy = (
        "Log in to your desktop session, or start its Secret Service (gnome-keyring, KWallet), and"
        " try again. Mayfly never writes an access key into a file."
    )
    exit_status = 3


class NotStored(StorageError):
    """A link is wanted to what does not lie at the destination."""

    code = "not_stored"
    text = "This picture does not lie at that destination."
    remedy = "Send it there first, and wait until it is stored."


class ConnectionRefusedHere(StorageError):
    """The guard: something tried to connect to what nobody registered."""

    code = "connection_refused_here"
    text = "Mayfly refused a connection to an address that you have not registered."
    remedy = "Nothing was sent. Verify the destination; if this comes back, report it."


class SourceTooShort(StorageError):
    """0 hours for the source and a destination for its pictures."""

    code = "source_too_short"
    text = "Pictures go with the source, which is to be deleted as soon as it is read."
    remedy = "Keep the source for an hour at least, or add it without a destination."
