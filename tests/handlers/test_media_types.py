"""Files are what their first bytes say, and are called so that no folder, header or address is harmed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.content import MediaKind
from handlers.media_types import MAX_NAME, clean_name, extension_of, safe_type, sniff
from tests.handlers.pictures import RED_HEIC, plain

OCTETS = "application/octet-stream"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ftyp(*brands: bytes) -> bytes:
    """The first box of an MP4 or one of its relatives."""
    body = b"ftyp" + brands[0] + bytes(4) + b"".join(brands[1:])
    return (len(body) + 4).to_bytes(4) + body + b"\x00\x00\x00\x08free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sniffed:
    label: str
    head: bytes
    expected: str
    name: str = ""
    declared: str = ""


SNIFFED = [
    Sniffed(label="JPEG", head=plain("JPEG"), expected="image/jpeg"),
    Sniffed(label="PNG", head=plain("PNG"), expected="image/png"),
    Sniffed(label="GIF", head=plain("GIF"), expected="image/gif"),
    Sniffed(label="WebP", head=plain("WEBP"), expected="image/webp"),
    Sniffed(label="AVIF", head=plain("AVIF"), expected="image/avif"),
    Sniffed(label="BMP", head=plain("BMP"), expected="image/bmp"),
    Sniffed(label="TIFF", head=plain("TIFF"), expected="image/tiff"),
    Sniffed(label="HEIC", head=RED_HEIC, expected="image/heic"),
    Sniffed(label="HEIC by its second brand", head=ftyp(b"mif1", b"mif1", b"heic"), expected="image/heic"),
    Sniffed(label="AVIF by its second brand", head=ftyp(b"mif1", b"avif", b"miaf"), expected="image/avif"),
    Sniffed(label="HEIF of an unknown codec", head=ftyp(b"mif1", b"mif1"), expected="image/heif"),
    Sniffed(label="MP4", head=ftyp(b"isom", b"iso2", b"avc1", b"mp41"), expected="video/mp4"),
    Sniffed(label="MP4 called MOV", head=ftyp(b"mp42"), name="a.mov", expected="video/mp4"),
    Sniffed(label="MOV", head=ftyp(b"qt  "), expected="video/quicktime"),
    Sniffed(label="MOV without a type", head=b"\x00\x00\x00\x08wide\x00\x00\x10\x00mdat", expected="video/quicktime"),
    Sniffed(label="3GP", head=ftyp(b"3gp4"), expected="video/3gpp"),
    Sniffed(label="M4A", head=ftyp(b"M4A ", b"mp42"), expected="audio/mp4"),
    Sniffed(label="sound in a general MP4, by its name", head=ftyp(b"mp42"), name="a.M4A", expected="audio/mp4"),
    Sniffed(label="WebM", head=b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", expected="video/webm"),
    Sniffed(label="Matroska", head=b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska", expected="video/x-matroska"),
    Sniffed(label="voice in Opus", head=b"OggS\x00\x02" + bytes(22) + b"OpusHead", expected="audio/ogg"),
    Sniffed(label="Theora", head=b"OggS\x00\x02" + bytes(22) + b"\x80theora", expected="video/ogg"),
    Sniffed(label="MP3 with a tag", head=b"ID3\x04\x00", expected="audio/mpeg"),
    Sniffed(label="MP3 without a tag", head=b"\xff\xfb\x90\x64", expected="audio/mpeg"),
    Sniffed(label="AAC", head=b"\xff\xf1\x50\x80", expected="audio/aac"),
    Sniffed(label="UTF-16 text is no MP3", head="Привет".encode("utf-16"), expected=OCTETS),
    Sniffed(label="WAV", head=b"RIFF\x24\x00\x00\x00WAVEfmt ", expected="audio/wav"),
    Sniffed(label="AMR", head=b"#!AMR\n", expected="audio/amr"),
    Sniffed(label="PDF", head=b"%PDF-1.7\n", name="Справка.docx", expected="application/pdf"),
    Sniffed(label="ZIP", head=b"PK\x03\x04", name="a.zip", expected="application/zip"),
    Sniffed(label="ZIP without a name", head=b"PK\x03\x04", expected="application/zip"),
    Sniffed(label="DOCX", head=b"PK\x03\x04", name="Жалоба.DOCX", expected=DOCX),
    Sniffed(label="XLSX", head=b"PK\x03\x04", name="a.xlsx", expected=SHEET),
    Sniffed(label="DOCX that is none", head=b"Dear sirs", name="a.docx", expected=DOCX),
    Sniffed(label="old Word", head=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", name="a.doc", expected="application/msword"),
    Sniffed(label="sticker of Telegram", head=b"\x1f\x8b\x08", name="a.tgs", expected="application/x-tgsticker"),
    Sniffed(label="text, by its name", head="Здравствуйте".encode(), name="a.txt", expected="text/plain"),
    Sniffed(label="table, by its name", head=b"a;b", name="a.csv", expected="text/csv"),
    Sniffed(label="text, as was declared", head=b"hello", declared="text/plain", expected="text/plain"),
    Sniffed(label="nothing known", head=b"hello", expected=OCTETS),
    Sniffed(label="name of a picture is not believed", head=b"<html>", name="a.jpg", expected=OCTETS),
    Sniffed(label="declared picture is not believed", head=b"<html>", declared="image/png", expected=OCTETS),
    Sniffed(label="name of a PDF is not believed", head=b"<html>", name="a.pdf", expected=OCTETS),
    Sniffed(label="HTML", head=b"<html>", name="a.html", expected=OCTETS),
    Sniffed(label="SVG", head=b"<svg>", name="a.svg", declared="image/svg+xml", expected=OCTETS),
    Sniffed(label="script", head=b"alert(1)", name="a.js", expected=OCTETS),
    Sniffed(label="declared HTML", head=b"<html>", declared="text/html; charset=utf-8", expected=OCTETS),
    Sniffed(label="declared header", head=b"x", declared="text/x\r\nset-cookie: a=b", expected=OCTETS),
]


@pytest.mark.parametrize("case", SNIFFED, ids=lambda case: case.label)
def test_sniff(case: Sniffed) -> None:
    """Each kind of file is known by its bytes; what a browser might run never is."""
    assert case.expected == sniff(case.head, case.name, case.declared)


@pytest.mark.parametrize(
    "mime_type",
    ["text/html", "TEXT/HTML; charset=utf-8", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml",
     "text/javascript", "application/javascript", "application/x-javascript", "text/css", "multipart/related", "", "x"],
)  # fmt: skip
def test_dangerous_types_are_never_served(mime_type: str) -> None:
    """Whatever the store says, a browser gets nothing to run."""
    assert safe_type(mime_type) == OCTETS


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    label: str
    name: str
    expected: str
    mime_type: str = OCTETS
    kind: MediaKind = MediaKind.DOCUMENT


JPEG = "image/jpeg"
PDF = "application/pdf"

NAMED = [
    Named(label="good name stays", name="Заявление (2).pdf", mime_type=PDF, expected="Заявление (2).pdf"),
    Named(label="capital extension stays", name="IMG_1.JPG", mime_type=JPEG, expected="IMG_1.JPG"),
    Named(label="other extension of the same type stays", name="a.jpeg", mime_type=JPEG, expected="a.jpeg"),
    Named(label="unix path", name="../../etc/passwd", expected="passwd.bin"),
    Named(label="windows path", name="C:\\Users\\me\\a.pdf", mime_type=PDF, expected="a.pdf"),
    Named(label="only dots", name="..", expected="file.bin"),
    Named(label="path that ends in nothing", name="folder/", expected="file.bin"),
    Named(label="leading dots", name="...a.pdf", mime_type=PDF, expected="a.pdf"),
    Named(label="hidden file", name=".htaccess", expected="file.htaccess"),
    Named(label="control characters", name="a\x00\x1b[1m\x7fb.pdf", mime_type=PDF, expected="a[1mb.pdf"),
    Named(label="line breaks are spaces", name="a\r\nb\u2028c.pdf", mime_type=PDF, expected="a b c.pdf"),
    Named(label="turned writing", name="photo\u202egpj.exe", expected="photogpj.exe"),
    Named(label="lone surrogate", name="a\ud800.pdf", mime_type=PDF, expected="a.pdf"),
    Named(label="letters in two parts", name="и\u0306.pdf", mime_type=PDF, expected="й.pdf"),
    Named(label="windows characters", name='a<b>:"|?*.pdf', mime_type=PDF, expected="a_b______.pdf"),
    Named(label="windows device", name="CON.pdf", mime_type=PDF, expected="_CON.pdf"),
    Named(label="space before the extension", name="a .pdf", mime_type=PDF, expected="a.pdf"),
    Named(label="no name: photo", name="", mime_type=JPEG, kind=MediaKind.PHOTO, expected="photo.jpg"),
    Named(label="no name: voice", name="", mime_type="audio/ogg", kind=MediaKind.VOICE, expected="voice.ogg"),
    Named(label="no name: round", name="", mime_type="video/mp4", kind=MediaKind.VIDEO_NOTE, expected="video.mp4"),
    Named(label="no name: sticker", name="", mime_type="image/webp", kind=MediaKind.STICKER, expected="sticker.webp"),
    Named(label="no name, nothing known", name="", expected="file.bin"),
    Named(label="name is an extension", name=".jpg", mime_type=JPEG, kind=MediaKind.PHOTO, expected="photo.jpg"),
    Named(label="no extension", name="Справка", mime_type=PDF, expected="Справка.pdf"),
    Named(label="no extension that is known", name="letter.v2", mime_type=PDF, expected="letter.v2.pdf"),
    Named(label="extension of another picture", name="IMG_1.HEIC", mime_type=JPEG, expected="IMG_1.jpg"),
    Named(label="MP4 called MOV", name="a.mov", mime_type="video/mp4", expected="a.mp4"),
    Named(label="MP4 called M4V", name="a.m4v", mime_type="video/mp4", expected="a.mp4"),
    Named(label="program that is a picture", name="a.exe", mime_type=JPEG, expected="a.exe.jpg"),
    Named(label="archive called a picture", name="a.jpg", mime_type="application/zip", expected="a.jpg.zip"),
    Named(label="unknown content keeps its extension", name="plan.dwg", expected="plan.dwg"),
    Named(label="HTML keeps its name", name="page.html", expected="page.html"),
    Named(label="table", name="a.csv", mime_type="text/csv", expected="a.csv"),
    Named(label="long name", name="Ж" * 300 + ".pdf", mime_type=PDF, expected="Ж" * 116 + ".pdf"),
]  # fmt: skip


@pytest.mark.parametrize("case", NAMED, ids=lambda case: case.label)
def test_clean_name(case: Named) -> None:
    """Each name becomes one that any system takes, with an extension that fits the content."""
    assert case.expected == clean_name(case.name, case.mime_type, case.kind)


@given(
    name=st.text(st.characters(), max_size=200),
    mime_type=st.sampled_from([OCTETS, JPEG, PDF, "video/mp4", "text/csv", "application/x-made-up"]),
)
def test_any_name_becomes_safe(name: str, mime_type: str) -> None:
    """Whatever a name holds, what comes out can be a file's name, and cleaning it again changes nothing."""
    cleaned = clean_name(name, mime_type)
    assert 0 < len(cleaned) <= MAX_NAME
    assert cleaned.isprintable()
    assert not set(cleaned) & set('/\\<>:"|?*')
    assert not cleaned.startswith((".", " "))
    assert extension_of(cleaned) or mime_type == "application/x-made-up"
    assert cleaned == clean_name(cleaned, mime_type)
    cleaned.encode()


@given(head=st.binary(max_size=200))
def test_any_bytes_can_be_sniffed(head: bytes) -> None:
    """No content, however odd, makes the store stumble."""
    assert "/" in sniff(head, "a.bin")
