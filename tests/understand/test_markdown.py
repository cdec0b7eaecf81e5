"""Markdown of a layout: a CommonMark reader shows the document's words, and nothing else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from mayfly.domain.images import ImageBlock, ImageId, ImageKind, ImageType
from mayfly.domain.layout import (
    Cell,
    HeadingBlock,
    ListBlock,
    ListItem,
    PageLayout,
    PictureBlock,
    TableBlock,
    TextBlock,
)
from mayfly.domain.pages import Box
from mayfly.understand.markdown import document_markdown, page_markdown
from tests.understand.layout_builders import line, lines, page, word

BOX = Box(0, 0, 1, 1)


def read(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def shown(text: str) -> str:
    """Return what a reader of the Markdown sees; numbers of list items are not in it."""
    found = []
    for token in read(text):
        if token.type == "inline":
            assert {child.type for child in token.children} <= {"text", "softbreak"}, text
            found.append("".join(child.content for child in token.children))
    return " ".join(" ".join(found).split())


def kinds(text: str) -> list[str]:
    return [one.type for one in read(text) if one.nesting != -1 and one.type != "inline"]


def layout(*blocks) -> PageLayout:
    return PageLayout(page(()), blocks)


def text_block(text: str) -> TextBlock:
    return TextBlock(BOX, lines(text))


def list_block(*items: str, ordered: bool = False, depths=()) -> ListBlock:
    made = []
    for index, item in enumerate(items):
        marker, _, text = item.partition(" ")
        depth = depths[index] if depths else 0
        made.append(ListItem(BOX, marker, lines(text), depth))
    return ListBlock(BOX, tuple(made), ordered)


def table(*rows: str, has_header: bool = False) -> TableBlock:
    made = tuple(tuple(Cell(line(cell).words) for cell in row.split("|")) for row in rows)
    return TableBlock(BOX, made, has_header)


def picture(alternative: str | None) -> PictureBlock:
    image = ImageBlock(ImageId(1, 2), BOX, 5, 5, ImageKind.UNKNOWN, ImageType.PNG, 99)
    return PictureBlock(BOX, image, alternative)


def test_a_page_of_everything():
    whole = layout(
        HeadingBlock(BOX, lines("Yearly\nreport"), 2),
        text_block("It was a good\nyear, as we hoped."),
        list_block("• apples", "• pears", "• plums", depths=(0, 1, 0)),
        list_block("3. three", "4. four", ordered=True),
        table("Item|Price", "Tea|2.50", has_header=True),
        picture("Our house"),
    )

    assert page_markdown(whole, lambda image: f"{image.image_id.stem}.png") == (
        "## Yearly report\n\n"
        "It was a good year, as we hoped.\n\n"
        "- apples\n  - pears\n- plums\n\n"
        "3. three\n4. four\n\n"
        "| Item | Price |\n| --- | --- |\n| Tea | 2.50 |\n\n"
        "![Our house](page-1-image-2.png)"
    )


@pytest.mark.parametrize(
    "text",
    [
        "# no heading",
        "- no list",
        "+ no list",
        "1. no list",
        "12) no list",
        "> no quote",
        "---",
        "===",
        "***",
        "```sh",
        "~~~",
        "[link](http://example.org)",
        "![picture](http://example.org/a.png)",
        "<script>alert(1)</script>",
        "<http://example.org>",
        "&lt; &#60; &amp; AT&T",
        "[a]: http://example.org",
        "*em* _em_ **strong** `code` ~~gone~~",
        "a | b",
        "| --- | --- |",
        "ends with a backslash\\",
        "\\*",
        "    code",
    ],
)
def test_what_looks_like_markdown_is_text(text):
    written = page_markdown(layout(text_block(text)))

    assert shown(written) == " ".join(text.split())
    assert kinds(written) == ["paragraph_open"]


def test_addresses_are_not_made_links_of():
    written = page_markdown(layout(text_block("http://a.example www.b.example c@d.example")))

    assert written == r"http\://a.example www\.b.example c\@d.example"


def test_a_heading_keeps_its_number_signs():
    written = page_markdown(layout(HeadingBlock(BOX, lines("C# and F #"), 1)))

    assert kinds(written) == ["heading_open"] and shown(written) == "C# and F #"


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("the recog-\nnition of", "the recognition of"),
        ("Ein-\nund Ausgabe", "Ein- und Ausgabe"),
        ("Baden-\nBaden", "Baden- Baden"),
        ("1990 -\nnow", "1990 - now"),
        ("soft\u00ad\nly", "softly"),
        ("one\n \ntwo", "one two"),
    ],
)
def test_lines_flow_and_soft_hyphens_go(text, flow):
    assert page_markdown(layout(text_block(text))) == flow


def test_two_lists_stay_two():
    bullets = layout(list_block("• a"), list_block("• b"))
    counted = layout(list_block("1. a", ordered=True), list_block("1. b", ordered=True))

    assert kinds(page_markdown(bullets)).count("bullet_list_open") == 2
    assert kinds(page_markdown(counted)).count("ordered_list_open") == 2


def test_signs_that_markdown_has_not_are_kept_as_text():
    written = page_markdown(layout(list_block("a) first", "b) second", ordered=True)))
    gaps = page_markdown(layout(list_block("1. first", "3. third", ordered=True)))

    assert written == "- a) first\n- b) second"
    assert gaps == "- 1\\. first\n- 3\\. third" and shown(gaps) == "1. first 3. third"


def test_a_table_without_names_gets_an_empty_head():
    tall = TableBlock(BOX, ((Cell((word("Sum"),), 2), Cell((word("9"),))),))

    written = page_markdown(layout(tall))

    assert written == "|  |  |  |\n| --- | --- | --- |\n| Sum |  | 9 |"
    assert kinds(written).count("td_open") == 3


def test_a_cell_stays_one_cell():
    piped = TableBlock(BOX, ((Cell((word("a|b"),)), Cell((word("c\\"),))),))

    assert kinds(page_markdown(layout(piped))).count("td_open") == 2
    assert shown(page_markdown(layout(piped))) == "a|b c\\"


def test_a_picture_without_a_target_is_left_out():
    assert page_markdown(layout(picture("x"))) == ""


def test_a_target_cannot_leave_its_brackets():
    written = page_markdown(layout(picture("a](b) <i>")), lambda _: "x) y\n<z>?a=1&lt;=2")

    (image,) = read(written)[1].children
    assert image.type == "image" and image.content == "a\\](b) \\<i\\>"
    assert image.attrs["src"] == "x%29%20y%0A%3Cz%3E?a=1&lt;=2"


def test_pages_of_a_document_are_parted_by_an_empty_line():
    pages = [layout(text_block("one")), layout(), layout(text_block("two"))]

    assert "".join(document_markdown(pages)) == "one\n\ntwo\n"


def line_of_texts(found):
    made = line("x")
    return type(made)(made.box, tuple(word(text) for text in found))


signs = st.one_of(
    st.characters(codec="utf-8"),
    st.sampled_from("#*_-+=>`~[]()!<&;:|\\.1 \t\n@/w$^\u0338\x00\u2028"),
)
texts = st.text(signs, min_size=1, max_size=10)
some_lines = st.lists(
    st.lists(texts, min_size=1, max_size=4).map(line_of_texts),
    min_size=1,
    max_size=3,
).map(tuple)


def letters(text: str) -> str:
    """Return what shows of a text, apart from hyphens, which may be soft, and from spaces."""
    kept = (one for one in text if not one.isspace() and unicodedata.category(one) != "Cc")
    return unicodedata.normalize("NFC", "".join(kept)).translate({45: "", 0x2010: "", 0xAD: ""})


blocks = st.one_of(
    st.builds(TextBlock, st.just(BOX), some_lines),
    st.builds(HeadingBlock, st.just(BOX), some_lines, st.integers(1, 6)),
    st.builds(
        ListBlock,
        st.just(BOX),
        st.lists(
            st.builds(ListItem, st.just(BOX), st.just("•"), some_lines, st.integers(0, 2)),
            min_size=1,
            max_size=4,
        ).map(tuple),
        st.just(False),
    ),
    st.builds(
        TableBlock,
        st.just(BOX),
        st.lists(
            st.lists(some_lines, min_size=2, max_size=2).map(
                lambda row: tuple(Cell(cell[0].words) for cell in row)
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
        st.booleans(),
    ),
)


def words_in(block) -> str:
    match block:
        case TextBlock() | HeadingBlock():
            found = [one for each in block.lines for one in each.words]
        case ListBlock():
            found = [one for item in block.items for each in item.lines for one in each.words]
        case TableBlock():
            found = [one for row in block.rows for cell in row for one in cell.words]
    return "".join(one.text for one in found)


@given(st.lists(blocks, max_size=4))
def test_a_reader_sees_the_words_and_nothing_else(found):
    written = page_markdown(layout(*found))

    assert letters(shown(written)) == letters("".join(words_in(block) for block in found))
    allowed = {"paragraph", "heading", "bullet_list", "list_item"}
    allowed |= {"table", "thead", "tbody", "tr", "th", "td"}
    assert {kind.removesuffix("_open") for kind in kinds(written)} <= allowed
