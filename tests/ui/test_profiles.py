"""Several profiles on one computer: the first page lists them, each opens with its own passphrase, and a further one
never takes the place of another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QStackedWidget
from pytestqt.qtbot import QtBot

from gridworker.app import Doors
from gridworker.ui.background import Background
from gridworker.ui.dialogs.create_profile import ProfileRequest
from gridworker.ui.dialogs.unlock import UnlockPage
from gridworker.ui.dialogs.welcome import NEW, WelcomePage
from gridworker.ui.front_door import FrontDoor
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

PASSPHRASE = "river lamp seven stone"


class Silent:
    """Work whose progress nobody looks at."""

    cancelled = False

    def __call__(self, words: str, done: int, total: int) -> None:
        """Nothing is shown."""


def begin(doors: Doors, name: str) -> None:
    request = ProfileRequest(NEW, PASSPHRASE, name=name, number="330101001001", person="林", login="shuji")
    doors.begin(request, Silent()).close()


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    made = Background()
    yield made
    assert made.close()


@pytest.fixture
def doors(tmp_path: Path, zh: Wording) -> Doors:
    return Doors(zh, tmp_path / "profile", tmp_path / "practice")


def test_a_further_profile_gets_a_folder_of_its_own_and_both_are_listed(doors: Doors, tmp_path: Path) -> None:
    assert doors.known() is None
    begin(doors, "锦澜社区")
    known = doors.known()
    assert known is not None
    assert (known.name, known.profiles) == ("profile", ("profile",))
    first = (tmp_path / "profile" / "keys.json").read_bytes()
    begin(doors, "另一个社区")
    known = doors.known()
    assert known is not None
    assert (known.name, known.profiles) == ("profile-2", ("profile", "profile-2"))
    assert (tmp_path / "profile" / "keys.json").read_bytes() == first
    doors.choose(0)
    known = doors.known()
    assert known is not None
    assert known.name == "profile"
    opened = doors.unlock(PASSPHRASE, Silent())
    assert opened.store.identity.community_name == "锦澜社区"
    opened.close()


def test_what_is_no_profile_is_not_listed(doors: Doors, tmp_path: Path) -> None:
    begin(doors, "锦澜社区")
    (tmp_path / "notes").mkdir()
    (tmp_path / "aaa.txt").write_text("x")
    known = doors.known()
    assert known is not None
    assert known.profiles == ("profile",)


def test_the_first_page_changes_between_profiles(
    theme: Theme, zh: Wording, background: Background, qtbot: QtBot, doors: Doors
) -> None:
    begin(doors, "锦澜社区")
    begin(doors, "另一个社区")
    door = FrontDoor(theme, zh, background, doors)
    qtbot.addWidget(door)
    door.show()
    page = door.currentWidget()
    assert isinstance(page, UnlockPage)
    assert page.profiles.isVisible()
    assert page.profiles.accessibleName() == zh("unlock.profile")
    assert [page.profiles.itemText(n) for n in range(page.profiles.count())] == ["profile", "profile-2"]
    assert page.profiles.currentText() == "profile-2"
    page.profiles.activated.emit(0)
    other = door.currentWidget()
    assert isinstance(other, UnlockPage) and other is not page
    assert other.profiles.currentText() == "profile"
    assert "profile" in other.title.text() and "profile-2" not in other.title.text()


def test_the_passphrase_can_be_typed_at_once(
    theme: Theme, zh: Wording, background: Background, qtbot: QtBot, doors: Doors
) -> None:
    begin(doors, "锦澜社区")
    begin(doors, "另一个社区")
    window = QStackedWidget()
    qtbot.addWidget(window)
    window.addWidget(FrontDoor(theme, zh, background, doors))
    with qtbot.waitExposed(window):
        window.show()
    door = window.currentWidget()
    assert isinstance(door, FrontDoor)
    page = door.currentWidget()
    assert isinstance(page, UnlockPage)
    assert window.focusWidget() is page.passphrase.edit


def test_one_profile_needs_no_choice(
    theme: Theme, zh: Wording, background: Background, qtbot: QtBot, doors: Doors
) -> None:
    door = FrontDoor(theme, zh, background, doors)
    qtbot.addWidget(door)
    assert isinstance(door.currentWidget(), WelcomePage)
    begin(doors, "锦澜社区")
    door.show_first()
    door.show()
    page = door.currentWidget()
    assert isinstance(page, UnlockPage)
    assert not page.profiles.isVisible()
