"""The web process's real parts."""

import logging
import shutil
from datetime import timedelta
from pathlib import Path

from api.http.parts import ApiParts, FetchRules, FileLimits, ModelFacts, OpenIdClient, SignInRules
from core.broker.bell import BellListener
from core.settings.settings import Settings
from kantei.roots.joining import (
    open_bell,
    open_blobs,
    open_database,
    open_sender,
    start_measuring,
    strike_rules,
)
from model.serving.info import WEIGHTS, ModelInfoError, read_card, read_model_info

log = logging.getLogger(__name__)

MAX_WAITING = 32  # of the 48 threads of `kantei api`: the rest answer those who do not wait


def make_api_parts(settings: Settings) -> ApiParts:
    """Join the parts, in the process that serves."""
    database = open_database(settings, pool_size=10)
    sender, listener = open_sender(settings), BellListener()
    open_bell(settings).listen(listener)
    return ApiParts(
        database=database,
        blobs=open_blobs(settings),
        sender=sender,
        listener=listener,
        secret_key=settings.secret_key,
        max_image_bytes=settings.max_image_bytes,
        rate_limit=settings.rate_limit,
        limiter_storage="memory://" if settings.is_embedded_broker else settings.broker_url,
        probes={"database": database.ping, "broker": sender.ping},
        max_waiting=MAX_WAITING,
        trusted_proxies=settings.trusted_proxies,
        secure_cookies=settings.secure_cookies,
        metrics_key=settings.metrics_key,
        docs_key=settings.docs_key,
        extension_origins=settings.extension_origins,
        file_limits=file_limits(settings),
        strikes=strike_rules(settings),
        free_bytes=lambda: free_bytes(settings),
        measuring=start_measuring(settings, "api"),
        facts=read_facts(settings.model),
        sign_in=sign_in_rules(settings),
        policy_alone=settings.policy_alone,
        public_url=settings.public_url,
        fetch_rules=FetchRules(
            settings.fetch_allow, settings.fetch_ports, settings.max_image_bytes, settings.max_pixels
        ),
        outside_services=tuple(one.name for one in settings.outside_services),
    )


def sign_in_rules(settings: Settings) -> SignInRules:
    """How people sign in."""
    return SignInRules(
        second_factor_roles=settings.second_factor_roles,
        idle=timedelta(minutes=settings.idle_minutes) if settings.idle_minutes else None,
        passwords=settings.passwords,
        openid=OpenIdClient(
            settings.openid_issuer,
            settings.openid_client_id,
            settings.openid_client_secret,
            settings.openid_roles_claim,
            settings.openid_roles,
        )
        if settings.openid_issuer
        else None,
    )


def free_bytes(settings: Settings) -> int | None:
    """What is left on the disk of the image files; None where they are not on a disk of ours."""
    return None if settings.blobs else shutil.disk_usage(settings.data_dir).free


def file_limits(settings: Settings) -> FileLimits:
    """What may be sent with appeals."""
    return FileLimits(
        files=settings.appeal_files,
        bytes=settings.appeal_bytes,
        each=settings.appeal_file_bytes,
        a_day=settings.appeal_day_bytes,
        floor=settings.disk_floor,
    )


def read_facts(folder: Path | None = None) -> ModelFacts:
    """What the files beside the classifier's weights say; without weights, pages show scores alone.

    The model card is that of the packaged classifier: another one, in `folder`, is shown without a card.
    """
    thresholds = card = version = None
    try:
        info = read_model_info(folder or WEIGHTS)
        thresholds, version = info.thresholds, info.version
        card = read_card() if folder is None else None
    except (ModelInfoError, OSError) as error:
        log.warning("model description could not be read: %s", error)
    return ModelFacts(thresholds, card, version)
