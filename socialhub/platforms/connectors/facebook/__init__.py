"""Facebook Pages, by Facebook Login."""

from __future__ import annotations

from socialhub.platforms.api import Service
from socialhub.platforms.connector import Connector
from socialhub.platforms.connectors._graph import facebook_login
from socialhub.platforms.connectors._graph.limits import read_limits
from socialhub.platforms.connectors._graph.privacy import privacy

from .errors import errors
from .inbox import inbox
from .insights import insights
from .login import page
from .options import options
from .policy import policy
from .publish import publishing
from .rules import RULES
from .webhooks import webhooks

connector = Connector(
    key="facebook",
    name="Facebook",
    service=Service(
        base=facebook_login.GRAPH,
        sign=facebook_login.sign,
        errors=errors,
        read_limits=read_limits,
        trace_header="x-fb-trace-id",
        timeout=(5.0, 60.0),
    ),
    logins=(page,),
    rules=RULES,
    options=options,
    publishing=publishing,
    webhooks=webhooks,
    inbox=inbox,
    insights=insights,
    privacy=privacy,
    policy=policy,
    docs_url="https://developers.facebook.com/docs/pages-api/posts",
)
