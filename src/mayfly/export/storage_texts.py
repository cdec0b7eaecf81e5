"""What a deletion's entry says of the user's own storage, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mayfly.domain.written_objects import Fate, WrittenObjects, written_in

Translate = Callable[[str], str]


def storage_texts(detail: Mapping[str, str | int], tr: Translate) -> Iterator[str]:
    """Yield a sentence for each destination that objects of the job may lie at."""
    for one in written_in(detail):
        text = _sentence(one, tr).format(n=one.objects, which=_which(one, tr))
        yield f"{text} ({tr('Destination {id}').format(id=one.destination_id)})"
    more = int(detail.get("objects_more", 0))
    if more:
        yield f"{tr('Further destinations')}: {more}"


def _sentence(one: WrittenObjects, tr: Translate) -> str:
    if one.fate is Fate.OWED:
        if one.objects == 1:
            return tr("{n} picture is in your bucket. Mayfly deletes it there: {which}")
        return tr("{n} pictures are in your bucket. Mayfly deletes them there: {which}")
    if one.objects == 1:
        return tr("{n} picture is in your bucket and stays there: {which}")
    return tr("{n} pictures are in your bucket and stay there: {which}")


def _which(one: WrittenObjects, tr: Translate) -> str:
    parts = []
    for word in filter(None, one.which.split("_")):
        pages, _, numbers = word.partition("-")
        text = tr("page {pages}, picture {numbers}")
        parts.append(text.format(pages=_span(pages, tr), numbers=_span(numbers, tr)))
    if one.rest:
        parts.append(tr("and {n} more").format(n=one.rest))
    return "; ".join(parts)


def _span(word: str, tr: Translate) -> str:
    first, _, last = word.partition("to")
    return tr("{first} to {last}").format(first=first, last=last) if last else first
