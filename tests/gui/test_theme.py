"""Light and dark: readable in both, and following the system only when asked to."""

from __future__ import annotations

from dataclasses import fields

import pytest
from PySide6.QtGui import QColor, QPalette

from mayfly.ui.icons import Icons
from mayfly.ui.theme import Theme
from mayfly.ui.tones import DARK_TONES, LIGHT_TONES
from tests.conftest import ROOT

ICONS = ROOT / "resources" / "icons"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it."""

    def light(tone: str) -> float:
        colour = QColor(tone)
        parts = (colour.redF(), colour.greenF(), colour.blueF())
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tones", [LIGHT_TONES, DARK_TONES], ids=["light", "dark"])
def test_text_can_be_read_on_every_ground(tones):
    grounds = (tones.window, tones.ground, tones.raised, tones.hover, tones.chosen)
    for ground in grounds:
        for tone in (tones.text, tones.dim):
            assert contrast(tone, ground) >= 4.5, (tone, ground)
    for tone in (tones.good, tones.warn, tones.bad, tones.accent):
        assert contrast(tone, tones.ground) >= 4.5, tone
    assert contrast(tones.on_accent, tones.accent) >= 4.5
    assert contrast(tones.text, tones.warn_ground) >= 4.5


@pytest.mark.parametrize("tones", [LIGHT_TONES, DARK_TONES], ids=["light", "dark"])
def test_every_tone_is_a_colour(tones):
    for field in fields(tones):
        if field.name != "dark":
            assert QColor(getattr(tones, field.name)).isValid(), field.name


def test_the_choice_is_kept_whatever_the_system_says(qapp):
    theme = Theme(qapp, "dark")
    assert theme.tones is DARK_TONES
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK_TONES.window)
    theme.choose("light")
    assert theme.tones is LIGHT_TONES
    theme.choose("nonsense")
    assert theme.choice == "auto"


def test_a_change_of_theme_redraws_the_icons(qapp, qtbot):
    from PySide6.QtGui import QAction

    theme = Theme(qapp, "light")
    icons = Icons(ICONS, theme)
    action = QAction()
    icons.dress(action, "delete")
    light = action.icon().pixmap(24, 24).toImage()
    theme.choose("dark")
    assert action.icon().pixmap(24, 24).toImage() != light


def test_every_icon_can_be_drawn_and_takes_its_tone(qapp):
    theme = Theme(qapp, "light")
    icons = Icons(ICONS, theme)
    for path in ICONS.glob("*.svg"):
        image = icons.pixmap(path.stem, "#ff0000", 32, 2.0).toImage()
        assert (image.width(), image.devicePixelRatio()) == (64, 2.0)
        seen = {
            image.pixelColor(x, y).name()
            for x in range(64)
            for y in range(64)
            if image.pixelColor(x, y).alpha() == 255
        }
        assert seen, path.name
        assert path.stem == "mayfly" or seen == {"#ff0000"}, path.name
