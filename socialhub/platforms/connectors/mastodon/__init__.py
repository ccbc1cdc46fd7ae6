"""Mastodon, and servers that speak its API: each host is a platform of its own."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.api import Service
from socialhub.platforms.connector import Connector
from socialhub.platforms.policy import Quota

from .errors import errors
from .inbox import inbox
from .insights import insights
from .instance import learn
from .limits import read_limits
from .login import login
from .options import options
from .policy import policy
from .publish import publishing
from .rules import RULES, refine

connector = Connector(
    key="mastodon",
    name="Mastodon",
    service=Service(
        base="https://{host}",
        errors=errors,
        read_limits=read_limits,
        user_host=True,
        timeout=(5.0, 20.0),
    ),
    logins=(login,),
    rules=RULES,
    options=options,
    publishing=publishing,
    inbox=inbox,
    insights=insights,
    quotas=(
        Quota(
            "statuses",
            300,
            timedelta(hours=3),
            source="https://github.com/mastodon/mastodon (app/lib/rate_limiter.rb)",
        ),
    ),
    refine=refine,
    learn=learn,
    policy=policy,
    docs_url="https://docs.joinmastodon.org/client/intro/",
)
