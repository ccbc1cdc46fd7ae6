"""TikTok."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.api import Service
from socialhub.platforms.connector import Connector
from socialhub.platforms.policy import Quota

from .creator import learn, privacy_choices
from .errors import errors
from .inbox import inbox
from .insights import insights
from .login import login
from .options import options
from .policy import policy
from .publish import publishing
from .rules import RULES, refine
from .webhooks import webhooks

GUIDELINES = "https://developers.tiktok.com/doc/content-sharing-guidelines"

connector = Connector(
    key="tiktok",
    name="TikTok",
    service=Service(base="https://open.tiktokapis.com", errors=errors),
    logins=(login,),
    rules=RULES,
    options=options,
    publishing=publishing,
    inbox=inbox,
    insights=insights,
    webhooks=webhooks,
    quotas=(
        # About 15, shared by all apps that the creator uses.
        Quota("posts", 15, timedelta(hours=24), source=GUIDELINES),
        Quota("inits", 6, timedelta(minutes=1), source=GUIDELINES),
    ),
    refine=refine,
    learn=learn,
    remote_choices=privacy_choices,
    policy=policy,
    docs_url="https://developers.tiktok.com/doc/content-posting-api-get-started",
)
