from __future__ import annotations

import hashlib
import stat
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from data.errors import NotFoundError, UploadError, UploadFault
from data.settings import Settings
from data.uploads import FileStore, Upload, UploadLimits, read_upload
from tests.data.hostile import archive_end, packed, packed_as, pdf, picture, png_bomb, png_chunk, stream

LIMITS = UploadLimits(size=300_000, pixels=100_000)
JS = b"<< /S /JavaScript /JS (app.alert(1)) >>"
SCRIPT = b"<script>alert(1)</script>"
HIDDEN = b"7 0 obj\n<< /S /JavaScript /JS (app.alert\\(1\\)) >>\nendobj"


def read(content: bytes, name: str = "relazione.pdf", limits: UploadLimits = LIMITS) -> Upload:
    return read_upload(BytesIO(content), name, limits=limits)


def written_by_a_program() -> bytes:
    out = BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.drawString(50, 50, "Relazione")
    canvas.bookmarkPage("a")
    canvas.addOutlineEntry("Angular/JS e /JavaScript", "a")
    canvas.linkURL("https://example.org/JS/AA/Launch", (0, 0, 10, 10))
    canvas.save()
    return out.getvalue()


GOOD_PDFS = {
    "plain": pdf(),
    "written by a program, with links and bookmarks that only sound active": written_by_a_program(),
    "with an object stream": pdf(packed(b"<< /Type /Annot >>", b"[1 2 (a \\) /JS)]", b"7")),
    "with a destination to open at": pdf(catalogue=b"/OpenAction [3 0 R /Fit]"),
    "with an indirect length": pdf(b"<< /Length 5 0 R >>\nstream\nq Q\nendstream", b"3"),
    "with bytes that sound active in a stream": pdf(stream(b"\x00/JS /AA /Launch\xff")),
}


def test_a_revised_pdf_is_kept() -> None:
    first, second = pdf(), pdf(b"(note)")
    body = second.partition(b"%\xe2\xe3\xcf\xd3\n")[2].rpartition(b"startxref")[0]
    content = first + body
    content += b"startxref\n%d\n%%%%EOF\n" % content.rindex(b"xref\n0 5")
    assert read(content).content == content


@pytest.mark.parametrize("case", GOOD_PDFS)
def test_honest_pdfs_are_kept_byte_for_byte(case: str) -> None:
    upload = read(GOOD_PDFS[case], "C:\\Temp\\Relazione tecnica.PDF")
    assert (upload.name, upload.media_type) == ("Relazione tecnica.pdf", "application/pdf")
    assert (upload.content, upload.size) == (GOOD_PDFS[case], len(GOOD_PDFS[case]))
    assert upload.sha256 == hashlib.sha256(upload.content).hexdigest()


ACTIVE = {
    "opens with a script": pdf(catalogue=b"/OpenAction " + JS),
    "script in the tree of names": pdf(catalogue=b"/Names << /JavaScript << /Names [(a) 4 0 R] >> >>"),
    "escaped name": pdf(b"<< /S /J#61vaScript >>"),
    "escaped in full": pdf(b"<< /#4a#53 (app.alert(1)) >>"),
    "name that ends at a NUL": pdf(b"<< /S /JavaScript#00x >>"),
    "name that ends at a control character": pdf(b"<< /JS\x0b(x) >>"),
    "object stream that goes on behind its end": pdf(
        b"<< /Type /ObjStm /N 1 /First 5 /Length 6 0 R >>\nstream\n50 0 % \nendstream (\n<< /JS 5 0 R >> )"
    ),
    "launches a program": pdf(b"<< /S/Launch/F(cmd.exe) >>"),
    "acts by itself": pdf(b"<< /AA << /O 5 0 R >> >>"),
    "file within": pdf(stream(b"MZ", b"/Type /EmbeddedFile")),
    "file within, without its type": pdf(b"<< /Type /Filespec /EF << /F 5 0 R >> >>"),
    "player": pdf(b"<< /Subtype /RichMedia >>"),
    "form that is a program": pdf(catalogue=b"/AcroForm << /XFA 4 0 R >>"),
    "sends data": pdf(b"<< /S /SubmitForm >>"),
    "in an object stream": pdf(packed(b"<< /Title (harmless) >>", JS)),
    "in a plain object stream": pdf(packed(JS, compress=False)),
    "in an object stream that does not say what it is": pdf(packed(JS).replace(b"/Type /ObjStm", b"")),
    "in an object stream, escaped": pdf(packed(b"<< /S /Java#53cript >>")),
    "name cut in two by an offset": pdf(packed_as(b"50 0 51 3 ", b"/JavaScript ", 2)),
    "object stream with another filter": pdf(packed(JS, compress=False, entries=b"/Filter /ASCIIHexDecode")),
    "object stream inflated twice": pdf(packed(JS).replace(b"/FlateDecode", b"[/FlateDecode /FlateDecode]")),
    "object stream with two beginnings": pdf(packed(b"7", entries=b"/First 4")),
    "offset at nothing": pdf(packed_as(b"50 0 51 2 ", b"7   ", 2)),
    "offset into a comment": pdf(packed_as(b"50 0 51 6 ", b"[ % a ( \n<</JS 5 0 R>> ) ]", 2)),
    "object stream with two counts": pdf(packed(JS, entries=b"/N 0")),
    "object stream with a predictor": pdf(packed(b"7", entries=b"/DecodeParms << /Predictor 12 >>")),
    "object stream with a beginning elsewhere": pdf(packed(b"7").replace(b"/First 5", b"/First 9 0 R")),
    "object hidden in a stream": pdf(stream(b"junk\n" + HIDDEN)),
    "object hidden in a text": pdf(b"(" + HIDDEN + b")"),
    "object hidden in a comment": pdf(between=b"%7 0 obj << /S /JavaScript >>\n"),
    "object hidden behind a comment": pdf(stream(b"7 0 obj%x\n<< /JS (x) >>")),
    "name hidden in a stream": pdf(b"<< /S 7 0 R >>", stream(b"7 0 obj /Launch endobj")),
    "stream that ends before its length": pdf(
        b"<< /Length 500 >>\nstream\nxx\nendstream\nendobj\n9 0 obj\n<< /JS (x) >>"
    ),
}


@pytest.mark.parametrize("case", ACTIVE)
def test_pdfs_that_act_are_refused(case: str) -> None:
    with pytest.raises(UploadError) as refused:
        read(ACTIVE[case])
    assert refused.value.code is UploadFault.ACTIVE_CONTENT


REFUSED = {
    "nothing": (b"", UploadFault.EMPTY),
    "a web page": (b"<!doctype html>" + SCRIPT, UploadFault.NOT_ALLOWED_TYPE),
    "a drawing with scripts": (b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT, UploadFault.NOT_ALLOWED_TYPE),
    "a program": (b"MZ\x90\0" + bytes(100), UploadFault.NOT_ALLOWED_TYPE),
    "an archive": (archive_end(), UploadFault.NOT_ALLOWED_TYPE),
    "a GIF": (picture("GIF", mode="L"), UploadFault.NOT_ALLOWED_TYPE),
    "a web page before a PDF": (SCRIPT + pdf(), UploadFault.NOT_ALLOWED_TYPE),
    "an archive before a PDF": (b"PK\x03\x04" + pdf(), UploadFault.NOT_ALLOWED_TYPE),
    "a web page after a PDF": (pdf() + SCRIPT, UploadFault.TRAILING_DATA),
    "an archive after a PDF": (pdf() + archive_end(), UploadFault.TRAILING_DATA),
    "an archive whose comment is the rest of a PDF": (pdf(stream(archive_end())), UploadFault.TRAILING_DATA),
    "a web page in a comment of a PDF": (pdf(between=b"%" + SCRIPT + b"\n"), UploadFault.TRAILING_DATA),
    "a web page between objects of a PDF": (pdf(between=SCRIPT), UploadFault.DAMAGED),
    "a PDF with a password": (pdf(trailer=b"/Encrypt 9 0 R"), UploadFault.ENCRYPTED),
    "a PDF with a password, escaped": (pdf(trailer=b"/#45ncrypt 9 0 R"), UploadFault.ENCRYPTED),
    "half a PDF": (pdf()[:150], UploadFault.DAMAGED),
    "a PDF with a wrong offset": (pdf().replace(b"startxref\n", b"startxref\n1"), UploadFault.DAMAGED),
    "only the ends of a PDF": (b"%PDF-1.4\nxref\nstartxref\n9\n%%EOF", UploadFault.DAMAGED),
    "a stream in an array": (pdf(b"[ stream\n<< /JS (x) >>\nendstream ]"), UploadFault.DAMAGED),
    "a damaged object stream": (pdf(packed(b"7").replace(b"\nx\x9c", b"\nx\x9d")), UploadFault.DAMAGED),
    "an offset into a text": (pdf(packed_as(b"50 0 51 4 ", b"(aa <</JS 5 0 R>> )", 2)), UploadFault.DAMAGED),
    "an object stream whose objects do not end": (
        pdf(packed_as(b"50 0 51 2 ", b"[ 7 ]", 2)),
        UploadFault.DAMAGED,
    ),
    "an object stream that ends too early": (
        pdf(stream(zlib.compress(b"50 0 7 ")[:-4], b"/Type /ObjStm /N 1 /First 5 /Filter /FlateDecode")),
        UploadFault.DAMAGED,
    ),
    "a PNG with a wrong sum behind its pixels": (
        picture("PNG")[:-12] + png_chunk(b"tEXt", b"a\0b")[:-1] + b"\0" + picture("PNG")[-12:],
        UploadFault.DAMAGED,
    ),
    "a PDF of too many parts": (pdf(packed(b"[" + b"0 " * 4_000_000 + b"]")), UploadFault.TOO_LARGE),
    "a PNG with a script behind": (picture("PNG") + SCRIPT, UploadFault.TRAILING_DATA),
    "a JPEG with an archive behind": (picture("JPEG") + archive_end(), UploadFault.TRAILING_DATA),
    "half a PNG": (picture("PNG")[:60], UploadFault.DAMAGED),
    "half a JPEG": (picture("JPEG")[:300], UploadFault.DAMAGED),
    "a PNG with a wrong sum": (picture("PNG").replace(b"IDAT", b"IDAT\1", 1), UploadFault.DAMAGED),
    "only the beginning of a JPEG": (b"\xff\xd8\xff\xe0", UploadFault.DAMAGED),
    "only the beginning of a PNG": (b"\x89PNG\r\n\x1a\n", UploadFault.DAMAGED),
    "a small PNG of too many pixels": (png_bomb(60_000, 60_000), UploadFault.TOO_MANY_PIXELS),
    "a JPEG of too many pixels": (picture("JPEG", (400, 300)), UploadFault.TOO_MANY_PIXELS),
    "a PDF that inflates without end": (pdf(packed(bytes(70 * 1024 * 1024))), UploadFault.TOO_LARGE),
}


@pytest.mark.parametrize("case", REFUSED)
def test_everything_else_is_refused_with_its_reason(case: str) -> None:
    content, fault = REFUSED[case]
    with pytest.raises(UploadError) as refused:
        read(content)
    assert refused.value.code is fault


def test_no_more_than_a_byte_over_the_limit_is_read() -> None:
    endless = BytesIO(pdf() + bytes(10_000))
    with pytest.raises(UploadError) as refused:
        read_upload(endless, "a.pdf", limits=UploadLimits(size=700))
    assert refused.value.code is UploadFault.TOO_LARGE
    assert endless.tell() == 701
    assert read(pdf(), limits=UploadLimits(size=len(pdf()))).size == len(pdf())


def test_a_stream_that_gives_little_at_a_time_is_read_to_its_end() -> None:
    class Slow(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 7))

    assert read_upload(Slow(pdf()), "a.pdf", limits=LIMITS).content == pdf()


def test_a_photograph_loses_its_place_and_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif.get_ifd(0x8825)[2] = (45.0, 27.0, 51.0)
    photograph = picture("JPEG", exif=exif.tobytes(), comment=b"<?php system('id');", icc_profile=b"profile")
    assert b"Exif" in photograph
    upload = read(photograph + picture("JPEG"), "IMG_1.jpeg")
    assert (upload.name, upload.media_type) == ("IMG_1.jpg", "image/jpeg")
    assert not any(part in upload.content for part in (b"Exif", b"php", b"profile"))
    with Image.open(BytesIO(upload.content)) as image:
        assert image.size == (30, 40)
        top, bottom = image.getpixel((15, 5)), image.getpixel((15, 35))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert abs(top[0] - 200) < 12
    assert bottom[0] < 12


def test_a_photograph_within_the_limit_is_not_too_large_once_encoded_anew() -> None:
    out = BytesIO()
    Image.effect_noise((300, 300), 60).convert("RGB").save(out, "JPEG", quality=62)
    limits = UploadLimits(size=len(out.getvalue()))
    assert read(out.getvalue(), "foto.jpg", limits).size <= limits.size


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pngs_keep_their_pixels_and_lose_their_texts(mode: str) -> None:
    whole = picture("PNG", mode=mode)
    upload = read(whole[:33] + png_chunk(b"tEXt", b"Comment\0" + SCRIPT) + whole[33:], "schema")
    assert upload.name == "schema.png"
    assert b"script" not in upload.content
    with Image.open(BytesIO(upload.content)) as after, Image.open(BytesIO(whole)) as before:
        assert after.convert("RGBA").tobytes() == before.convert("RGBA").tobytes()


def test_a_transparent_palette_stays_transparent() -> None:
    upload = read(picture("PNG", mode="P", transparency=0), "logo.png")
    with Image.open(BytesIO(upload.content)) as image:
        assert image.convert("RGBA").getpixel((39, 0))[3] == 0  # type: ignore[index]


def test_stored_files_are_named_by_their_content_and_private(tmp_path: Path) -> None:
    store = FileStore(Settings(home=tmp_path).upload_dir)
    key = store.put(read(pdf(), "a.pdf"))
    assert store.put(read(pdf(), "b.pdf")) == key
    with store.open(key) as file:
        assert file.read() == pdf()
    (only,) = (path for path in (tmp_path / "uploads").rglob("*") if path.is_file())
    assert only.name == key == hashlib.sha256(pdf()).hexdigest()
    assert stat.S_IMODE(only.stat().st_mode) == 0o600
    store.delete(key)
    store.delete(key)
    with pytest.raises(NotFoundError, match=key):
        store.open(key)


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("data.uploads.os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        FileStore(tmp_path).put(read(pdf()))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_nothing_but_a_key_opens_a_file(tmp_path: Path, key: str) -> None:
    with pytest.raises(NotFoundError):
        FileStore(tmp_path).open(key)
    with pytest.raises(NotFoundError):
        FileStore(tmp_path).delete(key)
