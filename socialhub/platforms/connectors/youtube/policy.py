"""What YouTube lets us hold, and for how long; how it wants to be shown."""

from __future__ import annotations

from datetime import timedelta

from socialhub.platforms.policy import DataClass, Policy

TERMS = "https://developers.google.com/youtube/terms/developer-policies"

REASONS = {
    "openid": "to know who gave the consent, so that their request to be forgotten finds every row",
    "https://www.googleapis.com/auth/youtube.force-ssl": (
        "to upload and change videos, to answer comments, and to read the counters of videos"
    ),
    "https://www.googleapis.com/auth/youtube.readonly": "to read the channel and its videos",
    "https://www.googleapis.com/auth/yt-analytics.readonly": "to show the figures of the channel that consented",
}

# III.D.2 and III.E.4, read 2026-09-14. Figures of a channel that still consents may be kept; all else for 30 days.
policy = Policy(
    keep={
        kind: timedelta(days=30)
        for kind in (DataClass.PROFILE, DataClass.PEOPLE, DataClass.WORDS, DataClass.CALLS)
    },
    erase_within=timedelta(days=7),
    erase_lost=timedelta(days=30),
    erase_disconnected=True,
    may_mix_with_others=False,
    display=(
        "Figures of YouTube stand on a page of their own: never added to those of others, never ranked beside them.",
        "No figure is derived that stands in for one of YouTube's own, and none is summed over owners.",
        "Figures say when they were read, the newest first.",
        "YouTube's terms (https://www.youtube.com/t/terms) and Google's privacy policy are linked to.",
        "So is the page to withdraw access: https://myaccount.google.com/permissions.",
        "A person sees and confirms title, description and visibility before an upload.",
        "Pictures and sound of YouTube are not downloaded or kept.",
    ),
    reasons=REASONS,
    review=(
        "Verification of the consent screen: domain, logo, privacy policy, a video of the consent and of each scope.",
        "The audit of the API client, before uploads may be public and for more quota.",
    ),
    source=TERMS,
)
