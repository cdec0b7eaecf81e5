"""Which servers' certificates are trusted. Nothing in the environment has a say."""

from __future__ import annotations

import ssl
import sys
from pathlib import Path

from mayfly.domain.storage_errors import CertificateRefused


def trust(ca_file: str | None) -> ssl.SSLContext:
    """Return what checks certificates and host names: against the file, if there is one, else
    against what this computer trusts.

    CertificateRefused when the file cannot be read or holds no certificate. SSL_CERT_FILE,
    SSL_CERT_DIR and SSLKEYLOGFILE are not looked at, as ssl.create_default_context would.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is None:
        _trust_this_computer(context)
        return context
    try:
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ValueError):
        refused = CertificateRefused()
    else:
        return context
    raise refused


def _trust_this_computer(context: ssl.SSLContext) -> None:
    if sys.platform == "win32":
        # Asks the system's store only; the files of the environment are not read on Windows
        # unless they exist, and there is no other way to the store.
        context.load_default_certs()
        return
    paths = ssl.get_default_verify_paths()
    # openssl_*: as OpenSSL was built. cafile and capath would be the environment's.
    file, folder = Path(paths.openssl_cafile), Path(paths.openssl_capath)
    has_file = file.is_file()
    has_folder = folder.is_dir() and next(folder.iterdir(), None) is not None
    if has_file or has_folder:
        context.load_verify_locations(
            cafile=str(file) if has_file else None, capath=str(folder) if has_folder else None
        )
    else:
        context.load_verify_locations(cafile=str(_bundled()))


def _bundled() -> Path:
    """Return the public certificate authorities as botocore brings them."""
    import botocore

    return Path(botocore.__file__).parent / "cacert.pem"
