import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmtui.view.safe import safe

FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def harmless(text):
    return text.isprintable() and not any(unicodedata.category(each) in FORBIDDEN for each in text)


def test_whatever_the_character_nothing_but_seen_is_left_of_it():
    assert [hex(code) for code in range(0x110000) if not harmless(safe(chr(code)))] == []


@settings(deadline=None)
@given(st.text() | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Mn", "Lo"])), st.integers(0, 50))
def test_whatever_the_text_and_its_limit(text, limit):
    assert harmless(safe(text, limit))


@settings(deadline=None)
@given(st.text())
def test_doing_it_twice_changes_nothing_more(text):
    assert safe(safe(text), 10**6) == safe(text)


@pytest.mark.parametrize(
    ("hostile", "seen"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("two\nlines\r\tand a tab\0", "two␊lines␍␉and a tab␀"),
        ("\x7f", "␡"),
        ("\x9b31m", "‹9B›31m"),
        ("\x85", "‹85›"),
        ("\u202egnp.exe", "‹202E›gnp.exe"),
        ("\u2066x\u2069", "‹2066›x‹2069›"),
        ("\u061c", "‹61C›"),
        ("pay\u200bment", "pay‹200B›ment"),
        ("\ufeff", "‹FEFF›"),
        ("soft\u00adhyphen", "soft‹AD›hyphen"),
        ("\u2028\u2029", "‹2028›‹2029›"),
        ("\ud800", "‹D800›"),
        ("\U000e0041\U000e007f", "‹E0041›‹E007F›"),
        ("\U000e0101", "‹E0101›"),
        ("\u180e", "‹180E›"),
        ("\u3164\u115f\uffa0", "‹3164›‹115F›‹FFA0›"),
        ("\u2800", "‹2800›"),
        ("\u034f", "‹34F›"),
        ("no-break\u00a0space", "no-break‹A0›space"),
        ("\ue0b0", "‹E0B0›"),
        ("👨\u200d👩", "👨‹200D›👩"),
    ],
)
def test_what_could_do_more_than_be_seen_is_made_visible(hostile, seen):
    assert safe(hostile) == seen


@pytest.mark.parametrize(
    "ordinary",
    [
        "",
        "OrderPlaced",
        "[@click=app.quit]bold[/]",
        '{"a": [true, "b"]}',
        "Größe, café, cafe\u0301, Ωmega, Москва",
        "注文が確定しました",
        "주문이 완료되었습니다",
        "הזמנה התקבלה، تم استلام الطلب",
        "नमस्ते",
        "😀🧑🏽🇳🇱❤️",
        "✓✖●○┃▸‖⋯…",
    ],
)
def test_ordinary_text_stays_as_it_is(ordinary):
    assert safe(ordinary) == ordinary


def test_the_wide_space_of_east_asian_text_takes_as_much_room():
    assert safe("注文\u3000確定") == "注文  確定"


def test_long_text_is_cut_and_says_so():
    assert safe("x" * 1000) == "x" * 1000
    assert safe("x" * 1001) == "x" * 999 + "…"
    assert safe("abcdef", 3) == "ab…"
    assert safe("abc", 1) == safe("abc", 0) == "…"
