"""LinkedIn, for members and for pages."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.api import Service
from socialhub.platforms.connector import Connector
from socialhub.platforms.policy import Quota

from .errors import TODAY, errors
from .inbox import inbox
from .insights import insights
from .login import member, organization
from .options import options, remote_choices
from .policy import policy
from .publish import publishing
from .rules import RULES
from .webhooks import webhooks

connector = Connector(
    key="linkedin",
    name="LinkedIn",
    service=Service(base="https://api.linkedin.com", errors=errors, trace_header="x-li-uuid"),
    logins=(member, organization),
    rules=RULES,
    options=options,
    publishing=publishing,
    webhooks=webhooks,
    inbox=inbox,
    insights=insights,
    quotas=(
        # Requests of a member, counted as posts: a text is one, a post with files several.
        Quota(
            "requests",
            150,
            timedelta(days=1),
            per_post=4,
            resets=TODAY,
            source="https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/share-on-linkedin",
        ),
    ),
    remote_choices=remote_choices,
    policy=policy,
    docs_url="https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api",
)
