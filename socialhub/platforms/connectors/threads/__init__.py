"""Threads, by its own login."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.api import Service
from socialhub.platforms.connector import Connector
from socialhub.platforms.connectors._graph.privacy import privacy
from socialhub.platforms.connectors._graph.quota import learn_quota
from socialhub.platforms.policy import Quota

from .errors import errors
from .inbox import inbox
from .insights import insights
from .login import API, threads
from .options import options
from .policy import policy
from .publish import QUOTA_EDGE, publishing
from .rules import RULES
from .webhooks import webhooks

OVERVIEW = "https://developers.facebook.com/docs/threads/overview"

connector = Connector(
    key="threads",
    name="Threads",
    service=Service(base=API, errors=errors, trace_header="x-fb-trace-id", timeout=(5.0, 60.0)),
    logins=(threads,),
    rules=RULES,
    options=options,
    publishing=publishing,
    webhooks=webhooks,
    inbox=inbox,
    insights=insights,
    privacy=privacy,
    quotas=(Quota("posts", 250, timedelta(hours=24), source=OVERVIEW),),
    learn=learn_quota(QUOTA_EDGE),
    policy=policy,
    docs_url="https://developers.facebook.com/docs/threads/posts",
)
