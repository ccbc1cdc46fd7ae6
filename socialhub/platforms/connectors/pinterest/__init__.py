"""Pinterest."""

from __future__ import annotations

from socialhub.platforms.api import Service
from socialhub.platforms.connector import Connector

from .errors import errors
from .inbox import inbox
from .insights import insights
from .limits import read_limits
from .login import learn, login
from .options import options, remote_choices
from .policy import policy
from .publish import publishing
from .rules import RULES

connector = Connector(
    key="pinterest",
    name="Pinterest",
    service=Service(base="https://api.pinterest.com/v5", errors=errors, read_limits=read_limits),
    logins=(login,),
    rules=RULES,
    options=options,
    publishing=publishing,
    inbox=inbox,
    insights=insights,
    learn=learn,
    remote_choices=remote_choices,
    policy=policy,
    docs_url="https://developers.pinterest.com/docs/api/v5/",
)
