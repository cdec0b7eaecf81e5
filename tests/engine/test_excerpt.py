"""A PDF of some pages has their words and pictures, and not a byte of any other page."""

from __future__ import annotations

import io

import pymupdf
from engine_documents import encoded, open_in, page_picture, pdf_of
from PIL import Image

SECRET = "secretcanary"


def told_everywhere(*texts: str) -> bytes:
    """Make a PDF whose pages share their fonts and pictures, and that tells of each elsewhere."""
    document = pymupdf.open()
    for number, text in enumerate(texts):
        page = document.new_page(width=595, height=842)
        page.insert_textbox(pymupdf.Rect(72, 72, 520, 780), f"{text} " * 40, fontsize=11)
        colour = Image.new("RGB", (64, 64), (40 * number, 99, 7))
        page.insert_image(pymupdf.Rect(72, 700, 136, 764), stream=encoded(colour, "PNG"))
    shared = _shared_resources(document)
    for page in document:
        document.xref_set_key(page.xref, "Resources", f"{shared} 0 R")
    document.set_toc([[1, f"about {text}", n] for n, text in enumerate(texts, 1)])
    document.set_metadata({"title": texts[-1], "subject": texts[-1]})
    document.embfile_add(texts[-1], texts[-1].encode())
    document[0].insert_link(
        {"kind": pymupdf.LINK_GOTO, "page": len(texts) - 1, "from": pymupdf.Rect(9, 9, 40, 40)}
    )
    return document.tobytes()


def _shared_resources(document: pymupdf.Document) -> int:
    """Return an object that names what every page uses, as scanners' programs make it."""
    fonts, pictures = {}, {}
    for page in document:
        for xref, _, _, _, name, *_ in page.get_fonts():
            fonts[name] = xref
        for found in page.get_images():
            new = f"P{found[0]}"
            for content in page.get_contents():
                data = document.xref_stream(content)
                document.update_stream(
                    content, data.replace(f"/{found[7]} ".encode(), f"/{new} ".encode())
                )
            pictures[new] = found[0]
    named = (
        " ".join(f"/{name} {xref} 0 R" for name, xref in those.items())
        for those in (fonts, pictures)
    )
    shared = document.get_new_xref()
    document.update_object(shared, "<</Font<<{}>>/XObject<<{}>>>>".format(*named))
    return shared


def excerpt(reader, data: bytes, *numbers: int) -> bytes:
    open_in(reader, data)
    results = [reader.read_page(number).result for number in numbers]
    pieces = list(reader.compose_pdf(results, excerpt=True))
    reader.close_document()
    return b"".join(pieces)


def everything(data: bytes) -> bytes:
    """Return every stream and object of a PDF, unpacked."""
    with pymupdf.open(stream=data, filetype="pdf") as document:
        parts = []
        for xref in range(1, document.xref_length()):
            parts.append(document.xref_object(xref, compressed=True).encode())
            if document.xref_is_stream(xref):
                parts.append(document.xref_stream(xref))
        return b"\n".join(parts)


def pictures_in(data: bytes) -> set[tuple[int, int, int]]:
    """Return the colour of each picture that lies in a PDF, be it shown or not."""
    colours = set()
    with pymupdf.open(stream=data, filetype="pdf") as document:
        for xref in range(1, document.xref_length()):
            if document.xref_get_key(xref, "Subtype")[1] == "/Image":
                image = Image.open(io.BytesIO(document.extract_image(xref)["image"])).convert("RGB")
                colours.add(image.getpixel((5, 5)))
    return colours


def test_nothing_of_another_page_is_in_it(reader) -> None:
    data = told_everywhere("first", "middle", SECRET)

    made = excerpt(reader, data, 1, 2)

    with pymupdf.open(stream=made, filetype="pdf") as document:
        assert document.page_count == 2
        assert "first first" in " ".join(document[0].get_text().split())
        assert "middle middle" in " ".join(document[1].get_text().split())
        assert document.get_toc() == []
        assert document.embfile_count() == 0
        assert document[0].get_links() == []
    assert SECRET.encode() not in everything(made)
    assert pictures_in(made) == {(0, 99, 7), (40, 99, 7)}


def test_the_control_everything_is_in_the_whole(reader) -> None:
    data = told_everywhere("first", "middle", SECRET)
    open_in(reader, data)
    results = [reader.read_page(number).result for number in (1, 2)]
    made = b"".join(reader.compose_pdf(results))
    assert SECRET.encode() in everything(made)
    assert pictures_in(made) == {(0, 99, 7), (40, 99, 7), (80, 99, 7)}


def test_recognised_words_are_found_in_their_page(reader) -> None:
    lines = ("The treasurer reported", "a balance of 1482 pounds")
    made = excerpt(reader, pdf_of("one", page_picture(lines, font_px=48), "three"), 2)

    with pymupdf.open(stream=made, filetype="pdf") as document:
        assert document.page_count == 1
        assert document[0].search_for("1482")
        assert len(document[0].get_images()) == 1
