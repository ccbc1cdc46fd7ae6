"""What may be asked for, and the words of Instagram's own errors
(https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes).
"""

from __future__ import annotations

from socialhub.platforms.connectors._graph.sandbox.errors import MESSAGES

FACEBOOK_SCOPES = {
    "instagram_basic": "Access profile and posts from the Instagram account connected to your Page",
    "instagram_content_publish": "Upload media and create posts for that account",
    "instagram_manage_comments": "Manage comments for that account",
    "instagram_manage_insights": "Access insights for that account",
    "instagram_manage_messages": "Manage and access conversations in Instagram Direct",
    "instagram_manage_contents": "Delete content of that account",
    "pages_show_list": "Show a list of the Pages you manage",
    "pages_read_engagement": "Read content posted on the Page",
    "pages_manage_metadata": "Manage the settings of your Pages",
    "ads_read": "Access your ads",
    "ads_management": "Manage your ads",
    "business_management": "Manage your business",
}
INSTAGRAM_SCOPES = {
    "instagram_business_basic": "View profile and access media",
    "instagram_business_content_publish": "Create and publish posts",
    "instagram_business_manage_comments": "Access and manage comments",
    "instagram_business_manage_insights": "Access insights",
    "instagram_business_manage_messages": "Access and manage messages",
}
MESSAGES.update(
    {
        "-2/2207003": "The media could not be downloaded in time.",
        "-2/2207020": "The media container has expired.",
        "-1/2207001": "Instagram server error. Try again.",
        "-1/2207032": "Could not create the media. Try again.",
        "-1/2207053": "Unknown upload error.",
        "4/2207051": "The action was blocked because it looks like spam.",
        "10/2534022": "(#10) This message is sent outside of allowed window.",
        "9/2207042": "You have reached the maximum number of posts that can be published by content"
        " publishing API.",
        "24/2207006": "The requested resource does not exist",
        "24/2207008": "The media builder with creation id does not exist.",
        "25/2207050": "The Instagram account is restricted.",
        "100/2207023": "The media type is unknown.",
        "100/2207028": "A carousel needs between 2 and 10 children.",
        "100/2207040": "The post has more than 20 tags.",
        "352/2207026": "The video format is not supported.",
        "9004/2207052": "Only photo or video can be accepted as media type.",
        "9007/2207027": "Media ID is not available. The media is not ready for publishing.",
        "36000/2207004": "The image is too large to download. It should be less than 8 MiB.",
        "36001/2207005": "The image format is not supported.",
        "36003/2207009": "The submitted image has an aspect ratio that cannot be published.",
        "36004/2207010": "The submitted caption is too long.",
        "80002": "There have been too many calls to this Instagram account.",
    }
)
