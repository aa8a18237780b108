"""What a file is and what it may be called: found out from its first bytes, cleaned, given an extension. Pure."""

from __future__ import annotations

import mimetypes
import re
import unicodedata

from bot.model.content import MediaKind

#: How many of a file's first bytes `sniff` wants to see.
HEAD_BYTES = 4096

#: Characters, extension included: 120 Cyrillic letters are 720 characters of an address.
MAX_NAME = 120

OCTET_STREAM = "application/octet-stream"

_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}

_PREFIXES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"FLV\x01", "video/x-flv"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
    (b"\x00\x00\x01\xb3", "video/mpeg"),
)

#: Brands of the ISO base media format, https://mp4ra.org/registered-types/brands.
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"mif1", b"msf1"), "image/heif"),
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    b"qt  ": "video/quicktime",
}

#: Containers that many formats share: the name says which one it is.
_CONTAINERS = {
    b"PK\x03\x04": (
        "application/zip",
        {
            ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            ".odt": "application/vnd.oasis.opendocument.text",
            ".ods": "application/vnd.oasis.opendocument.spreadsheet",
            ".odp": "application/vnd.oasis.opendocument.presentation",
            ".apk": "application/vnd.android.package-archive",
        },
    ),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": (
        OCTET_STREAM,
        {
            ".doc": "application/msword",
            ".xls": "application/vnd.ms-excel",
            ".ppt": "application/vnd.ms-powerpoint",
        },
    ),
    b"\x1f\x8b": ("application/gzip", {".tgs": "application/x-tgsticker"}),
    b"\x30\x26\xb2\x75": ("video/x-ms-wmv", {".wma": "audio/x-ms-wma"}),
}

#: The first extension is the one we give; the others are accepted as they are.
_EXTENSIONS: dict[str, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/heic": (".heic",),
    "image/heif": (".heif", ".hif"),
    "image/avif": (".avif",),
    "image/bmp": (".bmp",),
    "image/tiff": (".tiff", ".tif"),
    # Viber wants an address that ends in .mp4, so no other extension will do.
    "video/mp4": (".mp4",),
    "video/x-m4v": (".m4v",),
    "video/quicktime": (".mov", ".qt"),
    "video/3gpp": (".3gp",),
    "video/webm": (".webm",),
    "video/x-matroska": (".mkv",),
    "video/x-msvideo": (".avi",),
    "video/x-ms-wmv": (".wmv",),
    "video/x-flv": (".flv",),
    "video/mpeg": (".mpg", ".mpeg"),
    "audio/ogg": (".ogg", ".oga", ".opus"),
    "video/ogg": (".ogv",),
    "audio/mpeg": (".mp3",),
    "audio/mp4": (".m4a", ".m4b"),
    "audio/aac": (".aac",),
    "audio/wav": (".wav",),
    "audio/flac": (".flac",),
    "audio/amr": (".amr",),
    "audio/x-ms-wma": (".wma",),
    "application/pdf": (".pdf",),
    "application/zip": (".zip",),
    "application/gzip": (".gz",),
    "application/vnd.rar": (".rar",),
    "application/x-7z-compressed": (".7z",),
    "text/plain": (".txt",),
    OCTET_STREAM: (".bin",),
    **{mime: (extension,) for _, names in _CONTAINERS.values() for extension, mime in names.items()},
}
_TYPE_OF = {extension: mime for mime, extensions in _EXTENSIONS.items() for extension in extensions}

# Without the machine's own lists, so that a file is the same everywhere.
_KNOWN_NAMES = mimetypes.MimeTypes()

_MIME_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,120}")

#: What a browser might run; never reported, never served.
_RUNS_IN_BROWSERS = re.compile(
    r"text/(html|xml|xsl|css|.*(java|ecma|live|j)script)|.*\+xml"
    r"|application/(xml|.*-dtd|.*(java|ecma)script|x-shockwave-flash|wasm|mathml.*|x-httpd.*)|multipart/.*|message/.*"
)

_DEFAULT_NAMES = {
    MediaKind.PHOTO: "photo",
    MediaKind.VIDEO: "video",
    MediaKind.ANIMATION: "animation",
    MediaKind.VOICE: "voice",
    MediaKind.VIDEO_NOTE: "video",
    MediaKind.AUDIO: "audio",
    MediaKind.DOCUMENT: "file",
    MediaKind.STICKER: "sticker",
}

_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")
_FORBIDDEN_ON_WINDOWS = re.compile(r'[<>:"|?*]')
_DEVICES_ON_WINDOWS = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def sniff(head: bytes, file_name: str = "", declared: str = "") -> str:
    """Say what a file is by its first bytes; where they tell nothing, by its name, then by what was declared.

    A name is not believed where the bytes would have shown it: a `photo.jpg` that is no JPEG is just bytes.
    What a browser might run is just bytes too.
    """
    extension = extension_of(file_name)
    found = _by_content(head, extension) or _by_claim(_type_of_extension(extension)) or _by_claim(declared.lower())
    return safe_type(found or OCTET_STREAM)


def safe_type(mime_type: str) -> str:
    """The type under which a file may be served: nothing that a browser runs."""
    plain = mime_type.partition(";")[0].strip().lower()
    # What was declared is somebody's word: it must not break out of the header it is put into.
    return plain if _MIME_TYPE.fullmatch(plain) and not _RUNS_IN_BROWSERS.fullmatch(plain) else OCTET_STREAM


def clean_name(name: str, mime_type: str, kind: MediaKind = MediaKind.DOCUMENT) -> str:
    """Make a name that is safe in a folder, a header and an address, and ends in an extension that fits the type."""
    name = _without_harm(name)
    extension = extension_of(name)
    stem = name.removesuffix(extension).rstrip(" .") or _DEFAULT_NAMES[kind]
    extension = _fitting_extension(extension, mime_type)
    if _DEVICES_ON_WINDOWS.fullmatch(stem):
        stem = f"_{stem}"
    return stem[: MAX_NAME - len(extension)].rstrip(" .") + extension


def with_extension(name: str, extension: str) -> str:
    """The name with another extension in the place of its own."""
    return name.removesuffix(extension_of(name)) + extension


def extension_of(name: str) -> str:
    """The extension as it is written, with its dot; empty without one."""
    found = _EXTENSION.search(name)
    return found[0] if found else ""


def _without_harm(name: str) -> str:
    # Paths of both kinds: what an old Windows client sends is a path on every system.
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    # C*: control characters, bidi overrides (Cf) that make `exe.gpj` read as a picture, lone surrogates.
    name = "".join(char for char in name if char.isspace() or unicodedata.category(char)[0] != "C")
    name = _FORBIDDEN_ON_WINDOWS.sub("_", " ".join(name.split()))
    return name.strip(" .") if not _EXTENSION.fullmatch(name) else name


def _fitting_extension(extension: str, mime_type: str) -> str:
    accepted = _EXTENSIONS.get(mime_type)
    if extension.lower() in (accepted or ()):
        return extension
    claimed = _type_of_extension(extension)
    if mime_type == OCTET_STREAM:
        # We know nothing better than what it is called.
        return extension or ".bin"
    if claimed == mime_type or (extension and accepted is None):
        return extension
    wanted = accepted[0] if accepted else (_KNOWN_NAMES.guess_extension(mime_type) or "")
    # `IMG_1.HEIC` that is a JPEG becomes `IMG_1.jpg`; any other name keeps all it has: `letter.v2` is `letter.v2.pdf`.
    return wanted if _is_audiovisual(claimed) and _is_audiovisual(mime_type) else extension + wanted


def _type_of_extension(extension: str) -> str:
    extension = extension.lower()
    return _TYPE_OF.get(extension) or _KNOWN_NAMES.guess_type(f"x{extension}")[0] or ""


def _is_audiovisual(mime_type: str) -> bool:
    return mime_type.startswith(("image/", "video/", "audio/"))


def _by_claim(mime_type: str) -> str:
    """What was only said, unless the first bytes would have shown it."""
    # MP3 begins with whatever the encoder put there; all other sounds and pictures begin as they should.
    shows = _is_audiovisual(mime_type) and mime_type != "audio/mpeg"
    return "" if shows or mime_type == "application/pdf" else mime_type


def _by_content(head: bytes, extension: str) -> str:
    extension = extension.lower()
    for prefix, mime_type in _PREFIXES:
        if head.startswith(prefix):
            return mime_type
    for prefix, (usual, by_extension) in _CONTAINERS.items():
        if head.startswith(prefix):
            return by_extension.get(extension, usual)
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], OCTET_STREAM)
    if head[4:8] == b"ftyp":
        return _iso_media(head, extension)
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        return "video/quicktime"
    if head[:4] == b"\x1aE\xdf\xa3":
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[:4] == b"OggS":
        return "video/ogg" if b"\x80theora" in head[:512] else "audio/ogg"
    if head[:2] == b"BM" and head[6:10] == bytes(4):
        return "image/bmp"
    return _mpeg_audio(head)


def _iso_media(head: bytes, extension: str) -> str:
    size = int.from_bytes(head[:4])
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, min(size, len(head), 256), 4))]
    known = [_BRANDS[brand] for brand in brands if brand in _BRANDS]
    if known and _BRANDS.get(brands[0]) == "image/heif":
        # The general brand for pictures: the compatible ones say which codec.
        return next((mime for mime in known if mime != "image/heif" and mime.startswith("image/")), "image/heif")
    if brands[0] in _BRANDS:
        return _BRANDS[brands[0]]
    if brands[0].startswith(b"3g"):
        return "video/3gpp"
    return "audio/mp4" if _TYPE_OF.get(extension) == "audio/mp4" else "video/mp4"


def _mpeg_audio(head: bytes) -> str:
    """A bare stream: 11 bits of sync, then version, layer, bitrate and rate, none of them a reserved value."""
    if len(head) < 3 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return ""
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    reserved = head[1] & 0x18 == 0x08 or head[1] & 0x06 == 0 or head[2] & 0xF0 == 0xF0 or head[2] & 0x0C == 0x0C
    return "" if reserved else "audio/mpeg"
