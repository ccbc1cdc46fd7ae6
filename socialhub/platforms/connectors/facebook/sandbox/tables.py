"""What may be asked for, and the words of the errors that only Pages have
(https://developers.facebook.com/docs/graph-api/guides/error-handling).
"""

from __future__ import annotations

from socialhub.platforms.connectors._graph.sandbox.errors import MESSAGES

SCOPES = {
    "pages_show_list": "Show a list of the Pages you manage",
    "pages_manage_posts": "Create and manage content on your Page",
    "pages_read_engagement": "Read content posted on the Page",
    "pages_manage_engagement": "Create and manage comments on your Page",
    "pages_read_user_content": "Read user content on your Page",
    "pages_manage_metadata": "Manage the settings of your Pages",
    "pages_messaging": "Manage and access Page conversations in Messenger",
    "read_insights": "Read insights of your Pages",
    "business_management": "Manage your business",
}
MESSAGES.update(
    {
        "324/1366046": "(#324) Missing or invalid image file",
        "352/1363024": "The video file you selected is in a format that we don't support.",
        "352/1363040": "The aspect ratio of the video is not supported.",
        "389": "Unable to fetch video file from URL.",
        "506": "(#506) Duplicate status message",
        "1500": "(#1500) The url you supplied is invalid",
        "6001/1363037": "There was a problem uploading your video: the chunk has the wrong offset.",
        "1390008": "You're posting too fast.",
        "80001": "There have been too many calls to this Page account.",
    }
)
