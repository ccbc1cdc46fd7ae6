"""What YouTube asks of the person who posts (https://developers.google.com/youtube/v3/docs/videos/insert, read
2026-10). Everything that has a default is sent all the same: YouTube's own defaults are not documented.
"""

from __future__ import annotations

from socialhub.platforms.options import Choice, Option, Options, OptionType
from socialhub.platforms.rules import Frame, Image
from socialhub.platforms.values import Kind

YES = "yes"
PLAYLISTS = "playlists"
# 50 MiB since 2026-09-14; the discovery document of 2026-11-04 says the same. The width is the help page's.
THUMBNAIL = Image(mimes=frozenset({"image/jpeg", "image/png"}), max_bytes=50 * 1024 * 1024, min_width=640)
CAPTIONS = Frame(mimes=frozenset({"text/vtt", "application/x-subrip"}), max_bytes=100 * 1024 * 1024)
LANGUAGES = (
    ("en", "English"), ("ar", "Arabic"), ("zh-Hans", "Chinese, simplified"), ("zh-Hant", "Chinese, traditional"),
    ("cs", "Czech"), ("da", "Danish"), ("nl", "Dutch"), ("fi", "Finnish"), ("fr", "French"), ("de", "German"),
    ("el", "Greek"), ("he", "Hebrew"), ("hi", "Hindi"), ("hu", "Hungarian"), ("id", "Indonesian"), ("it", "Italian"),
    ("ja", "Japanese"), ("ko", "Korean"), ("no", "Norwegian"), ("pl", "Polish"), ("pt", "Portuguese"),
    ("ro", "Romanian"), ("ru", "Russian"), ("es", "Spanish"), ("sv", "Swedish"), ("th", "Thai"), ("tr", "Turkish"),
    ("uk", "Ukrainian"), ("vi", "Vietnamese"),
)  # fmt: skip

options = Options(
    (
        Option("title", "Title", OptionType.TEXT, required=True, max=100, help="Without < and >."),
        Option(
            "privacy",
            "Who sees it",
            required=True,
            default="private",
            choices=(
                Choice("private", "Only you"),
                Choice("unlisted", "Everybody who has the link"),
                Choice("public", "Everybody"),
            ),
            help="Google locks videos of a developer project that it has not audited to “only you”.",
        ),
        Option(
            "made_for_kids",
            "Made for kids",
            required=True,
            choices=(Choice("no", "No, not made for kids"), Choice(YES, "Yes, made for kids")),
            help="The law asks you to say so for every video (COPPA). Videos for kids have no comments.",
        ),
        Option(
            "category",
            "Category",
            required=True,
            default="22",
            # videoCategories.list of the United States, those that can be assigned.
            choices=(
                Choice("2", "Autos & vehicles"),
                Choice("23", "Comedy"),
                Choice("27", "Education"),
                Choice("24", "Entertainment"),
                Choice("1", "Film & animation"),
                Choice("20", "Gaming"),
                Choice("26", "Howto & style"),
                Choice("10", "Music"),
                Choice("25", "News & politics"),
                Choice("29", "Nonprofits & activism"),
                Choice("22", "People & blogs"),
                Choice("15", "Pets & animals"),
                Choice("28", "Science & technology"),
                Choice("17", "Sports"),
                Choice("19", "Travel & events"),
            ),
        ),
        Option("tags", "Tags", OptionType.LINES, max=500, help="Together at most 500 characters."),
        Option("synthetic", "Label as altered or made with AI", OptionType.FLAG, default=False),
        Option("notify", "Notify subscribers", OptionType.FLAG, default=True),
        Option("playlist", "Playlist", remote=PLAYLISTS),
        Option(
            "thumbnail",
            "Cover picture",
            OptionType.MEDIA,
            # A Short's cover is chosen in YouTube Studio.
            kinds=frozenset({Kind.VIDEO}),
            file=THUMBNAIL,
            help="Best 16:9. Needs a channel with a verified telephone number.",
        ),
        Option("captions", "Captions", OptionType.MEDIA, file=CAPTIONS, help="A file .srt or .vtt."),
        Option(
            "captions_language",
            "Language of the captions",
            default="en",
            choices=tuple(Choice(tag, name) for tag, name in LANGUAGES),
        ),
    )
)
