"""Lists by their signs, headings by their size or number, captions by their place."""

from __future__ import annotations

import pytest

from mayfly.domain.images import ImageBlock, ImageId, ImageKind, ImageType
from mayfly.domain.layout import HeadingBlock, ListBlock, PictureBlock, TextBlock
from mayfly.domain.pages import Box
from mayfly.understand.layout import block_text, caption_of, document_layout, page_layout
from mayfly.understand.words import words_text
from tests.understand.layout_builders import page, typed, words

PROSE = "This is what the text of the page is like\nand it goes on for another line or two"


def shapes(text: str) -> list[str]:
    return [type(block).__name__ for block in page_layout(page(typed(text))).blocks]


def items(text: str) -> list[tuple[str, str, int]]:
    (block,) = [one for one in page_layout(page(typed(text))).blocks if isinstance(one, ListBlock)]
    return [
        (item.marker, " ".join(words_text(line.words) for line in item.lines), item.depth)
        for item in block.items
    ]


def test_bullets_and_what_hangs_below_them():
    assert items("• apples of\n  the garden\n  ◦ red ones\n• pears") == [
        ("•", "apples of the garden", 0),
        ("◦", "red ones", 1),
        ("•", "pears", 0),
    ]


def test_a_bullet_may_be_glued_to_its_item():
    assert items("◆Apples red\n◆Pears") == [("◆", "Apples red", 0), ("◆", "Pears", 0)]


@pytest.mark.parametrize("signs", ["1. 2.", "1) 2)", "a) b)", "(i) (ii)", "iv. v.", "- -", "A. B."])
def test_signs_of_lists(signs):
    first, second = signs.split()
    text = f"{first} first one\n\n{second} second one"

    if first == "iv.":
        assert "ListBlock" not in shapes(text)
    else:
        assert [marker for marker, _, _ in items(text)] == [first, second]


@pytest.mark.parametrize(
    "text",
    [
        "- a dash alone is no list",
        "1. a number alone is none",
        "3. begins\n7. in the middle",
        "a. b. and c.",
    ],
)
def test_what_is_no_list(text):
    assert shapes(text) == ["TextBlock"]


def test_a_list_ends_where_its_text_ends():
    assert shapes("Buy:\n\n- tea\n- milk\n\n" + PROSE) == ["TextBlock", "ListBlock", "TextBlock"]


def test_ordered_when_signs_count():
    counted = page_layout(page(typed("1. one\n2. two"))).blocks[0]
    bullets = page_layout(page(typed("• one\n• two"))).blocks[0]

    assert counted.ordered and not bullets.ordered


def sized(*parts: tuple[str, int]):
    """Return words of paragraphs of given heights below each other."""
    found, top = [], 50
    for block, (text, height) in enumerate(parts):
        for number, one in enumerate(text.split("\n")):
            found += words(one, 50, top, height, (block, 0, number))
            top += round(height * 1.4)
        top += 30
    return found


def levels(layout) -> list[tuple[int, str]]:
    return [(one.level, block_text(one)) for one in layout.blocks if isinstance(one, HeadingBlock)]


def test_larger_letters_make_headings_and_sizes_make_levels():
    found = sized(("Report", 44), (PROSE, 20), ("The year", 30), (PROSE, 20), ("Costs", 30))

    assert levels(page_layout(page(found))) == [(1, "Report"), (2, "The year"), (2, "Costs")]


def test_a_level_means_the_same_on_all_pages():
    first = page(sized(("Report", 44), (PROSE, 20)), 1)
    second = page(sized(("Costs", 30), (PROSE, 20)), 2)

    layouts = document_layout([first, second], {})

    assert [levels(one) for one in layouts] == [[(1, "Report")], [(2, "Costs")]]


def test_a_heading_in_one_block_with_its_text_is_parted_from_it():
    found = words("The year", 50, 50, 34) + words(PROSE.replace("\n", " "), 50, 100, 20, (0, 0, 1))

    assert [type(one) for one in page_layout(page(found)).blocks] == [HeadingBlock, TextBlock]


def test_a_numbered_heading_stands_above_prose():
    text = f"1. Methods\n\n{PROSE}\n\n1.2 Materials used\n\n{PROSE}"

    assert levels(page_layout(page(typed(text)))) == [(1, "1. Methods"), (2, "1.2 Materials used")]


@pytest.mark.parametrize(
    "parts",
    [
        [("Short line", 20), (PROSE, 20)],
        [("1234 5678", 44), (PROSE, 20)],
        [("a long sentence in large letters " * 4, 30), (PROSE * 3, 20)],
        [("to be continued,", 40), (PROSE, 20)],
        [("Dear all", 40), ("and this goes on", 20), (PROSE, 20)],
        [("80333 Munich", 40), (PROSE, 20)],
        [("Name:      Miller", 40), (PROSE, 20)],
        [("Anna Miller\n20 Mill Lane\nNorwich", 26), (PROSE * 4, 20)],
        [("Everything", 30), ("is large", 30)],
    ],
    ids=[
        "body size",
        "numbers",
        "long",
        "goes on",
        "quoted",
        "postcode",
        "pair",
        "address",
        "no other",
    ],
)
def test_what_is_no_heading(parts):
    assert levels(page_layout(page(sized(*parts)))) == []


def picture(box: Box) -> ImageBlock:
    return ImageBlock(ImageId(1, 1), box, 5, 5, ImageKind.UNKNOWN, ImageType.PNG, 99)


PICTURE = picture(Box(100, 300, 400, 300))


@pytest.mark.parametrize(
    ("found", "caption"),
    [
        (words("Figure 3: The mill", 100, 610), "Figure 3: The mill"),
        (words("Abb. 2 Die Mühle", 100, 270), "Abb. 2 Die Mühle"),
        (words("Fig. 7 beside it", 520, 400), "Fig. 7 beside it"),
        (words("The old mill", 200, 612), "The old mill"),
        (words("The old mill", 200, 700), None),
        (words("The old mill", 600, 612), None),
        (words("Figure 3: The mill", 100, 900), None),
        ([], None),
    ],
)
def test_captions(found, caption):
    assert caption_of(page(found), PICTURE) == caption


def test_text_that_goes_on_below_is_no_caption():
    found = words("The mill was old", 100, 612) + words("and so was he", 100, 640, place=(1, 0, 0))

    assert caption_of(page(found), PICTURE) is None


def test_a_picture_of_the_whole_page_has_no_caption():
    scan = picture(Box(0, 0, 1000, 1390))

    assert caption_of(page(words("Figure 1: a scan", 100, 610)), scan) is None


def test_a_picture_stands_between_what_is_above_and_below_it():
    above, below = words("Above", 100, 100), words("Figure 1: it", 100, 620, place=(1, 0, 0))

    blocks = page_layout(page([*above, *below]), [PICTURE]).blocks

    assert [type(one) for one in blocks] == [TextBlock, PictureBlock, TextBlock]
    assert blocks[1].alternative == "Figure 1: it"
