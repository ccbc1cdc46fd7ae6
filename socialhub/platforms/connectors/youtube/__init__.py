"""YouTube."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.api import Service
from socialhub.platforms.connector import Connector
from socialhub.platforms.policy import Quota, Scope

from .errors import PACIFIC, errors
from .inbox import inbox
from .insights import insights
from .login import learn, login
from .options import options
from .playlists import playlist_choices
from .policy import policy
from .publish import publishing
from .rules import RULES, refine
from .webhooks import webhooks

QUOTA_COSTS = "https://developers.google.com/youtube/v3/determine_quota_cost"

connector = Connector(
    key="youtube",
    name="YouTube",
    service=Service(base="https://www.googleapis.com", errors=errors),
    logins=(login,),
    rules=RULES,
    options=options,
    publishing=publishing,
    inbox=inbox,
    insights=insights,
    webhooks=webhooks,
    quotas=(
        # A call to videos.insert costs one of these; about eight polls and lists go with it.
        # Cover and playlist are 50 more each, captions 400: not of every post.
        Quota("uploads", 100, timedelta(hours=24), Scope.APP, resets=PACIFIC, source=QUOTA_COSTS),
        Quota(
            "units", 10_000, timedelta(hours=24), Scope.APP, per_post=8, resets=PACIFIC, source=QUOTA_COSTS
        ),
    ),
    refine=refine,
    learn=learn,
    remote_choices=playlist_choices,
    policy=policy,
    docs_url="https://developers.google.com/youtube/v3/docs",
)
