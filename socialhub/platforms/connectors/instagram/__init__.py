"""Instagram, by Instagram Login or by Facebook Login."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.api import Service
from socialhub.platforms.connector import Connector
from socialhub.platforms.connectors._graph.limits import read_limits
from socialhub.platforms.connectors._graph.privacy import privacy
from socialhub.platforms.connectors._graph.quota import learn_quota
from socialhub.platforms.policy import Quota

from .errors import errors
from .hosts import IG_GRAPH, base_for, sign
from .inbox import inbox
from .insights import insights
from .login import facebook, instagram_login
from .options import options
from .policy import policy
from .publish import QUOTA_EDGE, publishing
from .rules import RULES
from .webhooks import webhooks

PUBLISHING = "https://developers.facebook.com/docs/instagram-platform/content-publishing"

connector = Connector(
    key="instagram",
    name="Instagram",
    service=Service(
        base=IG_GRAPH,
        base_for=base_for,
        sign=sign,
        errors=errors,
        read_limits=read_limits,
        trace_header="x-fb-trace-id",
        timeout=(5.0, 60.0),
    ),
    logins=(instagram_login, facebook),
    rules=RULES,
    options=options,
    publishing=publishing,
    webhooks=webhooks,
    inbox=inbox,
    insights=insights,
    privacy=privacy,
    # Pages of the documentation say 50 and 100; what an account has is learned.
    quotas=(
        Quota("posts", 50, timedelta(hours=24), source=PUBLISHING),
        Quota("containers", 400, timedelta(hours=24), source=PUBLISHING),
    ),
    learn=learn_quota(QUOTA_EDGE),
    policy=policy,
    docs_url=PUBLISHING,
)
