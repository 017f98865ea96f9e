"""The free-text guard: no identity number passes, however it is typed; cards and phones only warn."""

from __future__ import annotations

import itertools
import string

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gridworker.models.guard import (
    MASK,
    Found,
    holds_identity_number,
    is_identity_number,
    mask,
    mask_identity_numbers,
    named,
    notice,
)

#: The two test numbers of the standard.
NUMBERS = ("11010519491231002X", "440524188001010014")
WIDE = str.maketrans(string.digits + "Xx", "０１２３４５６７８９Ｘｘ")
WORDS = st.text(alphabet="他住在三栋，号是：（）abcXY\n")
SEPARATORS = st.sampled_from(["", " ", "-", ".", "－", "　", "\u00a0", "–", " - ", "\u200b"])


@pytest.mark.parametrize("number", NUMBERS)
def test_the_numbers_of_the_standard(number: str) -> None:
    assert is_identity_number(number)
    assert is_identity_number(number.lower())
    (finding,) = notice(number)
    assert (finding.kind, finding.start, finding.end, finding.text) == (Found.IDENTITY, 0, 18, number)


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "11010519491231002x",
        "身份证号11010519491231002X，电话另记",
        "1101 0519 4912 3100 2x",
        "110105-19491231-002X",
        "110105 - 19491231 - 002X",
        "440524.18800101.0014",
        "１１０１０５１９４９１２３１００２Ｘ",
        "４４０５２４１８８００１０１００１４",
        "1 11010519491231002X",  # a door number before it
        "2026-11-2 11010519491231002X",
        "3栋 2 440524188001010014",
        "11010519491231002X13812345678",  # glued to a telephone number
        "13812345678440524188001010014",
        "440524188001010014\n3-2-501",
        "440524188001010014。",
        "a440524188001010014b",
        "440524-18800101-0014X",  # a letter that is no check character
        "11010519491231002X11010519491231002X",
        "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X",
    ],
)
def test_an_identity_number_is_found_however_it_is_typed(text: str) -> None:
    assert holds_identity_number(text)
    masked = mask_identity_numbers(text)
    assert not holds_identity_number(masked)
    assert len(masked) == len(text)
    assert masked.count(MASK) >= 18


@given(st.sampled_from(NUMBERS), WORDS, WORDS, SEPARATORS, st.data())
def test_embedded_in_text(number: str, before: str, after: str, separator: str, data: st.DataObject) -> None:
    places = data.draw(st.sets(st.integers(1, 17), max_size=6))
    typed = "".join((separator if place in places else "") + c for place, c in enumerate(number))
    if data.draw(st.booleans()):
        typed = typed.translate(WIDE)
    text = f"{before}{typed}{after}"
    assert holds_identity_number(text)
    found = [f for f in notice(text) if f.kind is Found.IDENTITY]
    assert any(f.text == typed for f in found)
    assert not holds_identity_number(mask_identity_numbers(text))


@st.composite
def plausible_numbers(draw: st.DrawFn) -> str:
    """A made-up number that fits the rule of the standard."""
    body = (
        f"{draw(st.integers(110000, 659999))}{draw(st.integers(1900, 2026))}"
        f"{draw(st.integers(1, 12)):02d}{draw(st.integers(1, 28)):02d}{draw(st.integers(0, 999)):03d}"
    )
    weights = [2 ** (17 - place) % 11 for place in range(17)]  # the standard's weights, from their definition
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


@given(plausible_numbers(), st.text(alphabet=string.digits + " -", max_size=20))
def test_every_number_of_the_standard_is_found_whatever_digits_stand_before(number: str, before: str) -> None:
    assert is_identity_number(number)
    assert holds_identity_number(f"{before}，{number}")
    assert holds_identity_number(f"{before} {number}" if not before.endswith(("-", " ")) else before + number)


@given(plausible_numbers(), st.integers(0, 17), st.sampled_from(string.digits))
def test_one_wrong_digit_is_no_identity_number(number: str, place: int, digit: str) -> None:
    assume(number[place] != digit)
    wrong = number[:place] + digit + number[place + 1 :]
    assert not is_identity_number(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "440524188001010015",  # the check fails
        "440524188013010014",  # a thirteenth month
        "99010100100100101",  # an area's code
        "Z26-01-0042",
        "13812345678 13912345678 13712345678",
        "2026-11-20 09:00，2026-11-21 10:00",
        "11010519491231002",
        "51101051799123100167",  # cut out of a longer number, and nobody is that old
    ],
)
def test_what_is_none_is_left_alone(text: str) -> None:
    assert not holds_identity_number(text)
    assert mask_identity_numbers(text) == text


@pytest.mark.parametrize(
    "text", ["11010519491231002", "11010519491231002XX", "1101051949123100aX", "٤" * 17 + "X"]
)
def test_only_eighteen_plain_characters_are_a_number(text: str) -> None:
    assert not is_identity_number(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("卡号6222020000000000018。", Found.CARD),
        ("4111 1111 1111 1111", Found.CARD),
        ("打 13812345678", Found.PHONE),
        ("+86 138 1234 5678", Found.PHONE),
        ("１３８１２３４５６７８", Found.PHONE),
        ("0571-87654321", Found.PHONE),
        ("100-0000-0042", Found.PHONE),
    ],
)
def test_cards_and_phones_are_noticed_and_keep_two_digits(text: str, kind: Found) -> None:
    (finding,) = notice(text)
    assert finding.kind is kind
    hidden = mask(text, (finding,))
    assert len(hidden) == len(text)
    assert hidden[finding.end - 2 : finding.end] == text[finding.end - 2 : finding.end]
    assert hidden[finding.start : finding.end - 2] == MASK * (finding.end - finding.start - 2)
    assert mask_identity_numbers(text) == text  # only a warning: what was typed may stay


def test_everything_in_one_text_in_the_order_of_places() -> None:
    text = "打13812345678，证11010519491231002X，卡4111111111111111"
    assert [f.kind for f in notice(text)] == [Found.PHONE, Found.IDENTITY, Found.CARD]
    assert mask(text, notice(text)) == f"打{MASK * 9}78，证{MASK * 18}，卡{MASK * 14}11"


def test_a_number_that_fails_luhn_is_no_card() -> None:
    assert notice("4111111111111112") == ()


@given(st.text())
@example("0" * 4000)
@example("1 " * 2000)
@example("9-" * 2000 + "X")
@example("\x00" * 50 + "1" * 17 + "X")
@example("²²²²²²²²²²²²²²²²²²")
def test_nothing_makes_it_stumble(text: str) -> None:
    found = notice(text)
    assert all(f.text == text[f.start : f.end] for f in found)
    assert [f.start for f in found] == sorted(f.start for f in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert len(mask(text, found)) == len(text)
    assert not holds_identity_number(mask_identity_numbers(text))


@given(st.text(alphabet=string.digits + "Xx -.－", max_size=80))
def test_masking_is_final(text: str) -> None:
    assert not holds_identity_number(mask_identity_numbers(text))


def test_a_page_of_digits_is_read_in_one_go() -> None:
    """Not timed: a pattern that tried again at every place would never come back from this."""
    assert notice(("1 - " * 18 + "a") * 400) == ()


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("王小一说灯不亮", "王某说灯不亮"),
        ("灯不亮，演示·王小一和欧阳小明都说过，王小一还来过", "灯不亮，演示·王某和欧阳某都说过，王某还来过"),
        ("王小二说灯不亮", "王小二说灯不亮"),
        ("", ""),
    ],
)
def test_people_who_are_known_need_not_be_named(text: str, after: str) -> None:
    found = named(text, ("演示·王小一", "欧阳小明", "李", ""))
    assert {finding.kind for finding in found} <= {Found.NAME}
    assert [text[finding.start : finding.end] for finding in found] == [finding.text for finding in found]
    assert mask(text, found) == after
