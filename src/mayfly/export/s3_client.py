"""Makes botocore clients that know nothing but what they are given.

Left to itself botocore takes keys, regions, addresses, certificates, proxies, service models and
plugins from the environment, from ~/.aws and from a metadata address. Nothing of that is asked.
boto3 is a thin layer over botocore that only adds more of it, and is not used.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from botocore.configprovider import (
    BOTOCORE_DEFAUT_SESSION_VARIABLES,
    ConfigValueStore,
    ConstantProvider,
)
from botocore.loaders import Loader
from botocore.plugin import PluginContext, reset_plugin_context, set_plugin_context
from botocore.session import Session

from mayfly.domain.destinations import Credentials, Place
from mayfly.export.s3_line import Patience
from mayfly.export.s3_wire import Wire

_NOISY = ("botocore", "boto3", "urllib3", "s3transfer")


class Clients:
    """Makes clients; they share the service's model, which takes long to read."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._session: Session | None = None

    def make(self, place: Place, credentials: Credentials, wire: Wire, attempts: int) -> Any:  # noqa: ANN401
        """Return a client whose requests all go over the wire; several threads may use it."""
        with self._lock:
            if self._session is None:
                silence_libraries()
                self._session = _make_session()
            token = set_plugin_context(PluginContext("DISABLED"))
            try:
                client = self._session.create_client(
                    "s3",
                    region_name=place.region,
                    endpoint_url=place.endpoint,
                    aws_access_key_id=credentials.key_id,
                    aws_secret_access_key=credentials.secret,
                    verify=True,
                    config=self._config(place, attempts),
                )
            finally:
                reset_plugin_context(token)
        client.meta.events.register_last("before-parameter-build.s3", _stay_in_the_region)
        client.meta.events.register_first("before-send.s3", wire.send)
        return client

    def _config(self, place: Place, attempts: int) -> Config:
        return Config(
            signature_version="s3v4",
            s3={"addressing_style": place.addressing.value, "use_accelerate_endpoint": False},
            proxies={},
            connect_timeout=self._patience.connect_s,
            read_timeout=self._patience.answer_s,
            retries={"mode": "standard", "total_max_attempts": attempts},
            # The newer defaults add checksums that R2, B2 and others refuse.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            ignore_configured_endpoint_urls=True,
            use_dualstack_endpoint=False,
            use_fips_endpoint=False,
            user_agent="Mayfly",
            # What is asked comes from this package alone.
            parameter_validation=False,
        )


def silence_libraries() -> None:
    """Have botocore and what it brings log nothing: their lines hold addresses and headers."""
    for name in _NOISY:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
        logger.addHandler(logging.NullHandler())


def _make_session() -> Session:
    session = Session()
    session.register_component("config_store", _constants())
    # The usual one looks into ~/.aws/models first.
    loader = Loader(
        extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False
    )
    session.register_component("data_loader", loader)
    session.register_component("credential_provider", _Nobody())
    session.register_component("token_provider", _Nobody())
    return session


def _constants() -> ConfigValueStore:
    """Return botocore's own defaults, and files that do not exist for its configuration."""
    values: Mapping[str, Any] = {
        name: line[2] for name, line in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    nowhere = {"config_file": "", "credentials_file": ""}
    return ConfigValueStore(
        {name: ConstantProvider(value) for name, value in {**values, **nowhere}.items()}
    )


class _Nobody:
    """Whoever is asked for keys and tokens that nobody gave: has none, and asks nobody."""

    def load_credentials(self) -> None:
        return None

    def load_token(self, **_words: object) -> None:
        return None


def _stay_in_the_region(context: dict[str, Any], **_words: object) -> None:
    """Tell botocore that it was sent to another region already, so that it does not go there."""
    context.setdefault("s3_redirect", {})["redirected"] = True
