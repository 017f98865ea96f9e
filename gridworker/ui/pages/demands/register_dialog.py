"""登记诉求: where, what, from whom, in as few keys as it takes. What is not filled in has a usual value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QWidget

from gridworker.models.demand import TYPES, URGENCIES
from gridworker.services.catalogues import Entry
from gridworker.services.demands import DemandForm
from gridworker.ui.pages.demands.form_body import body_of, form_of
from gridworker.ui.pages.demands.presenter import Offer, Place
from gridworker.ui.pages.demands.words import category_word, source_word
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.running import Run
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.fields import FieldRow
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.wording import Wording

_TYPING_MS = 200
_TITLE_LENGTH = 60
HOTLINE = "hotline_12345"


class Finder(Protocol):
    """What the form asks of the open profile; runs away from the window."""

    def people(self, household_id: bytes) -> Sequence[tuple[bytes, str]]: ...


class RegisterDialog(FormDialog):
    """`asked(DemandForm)`, `typed` on every edit, `dropped` to throw a draft away that was taken up again. `find(text)`
    answers with places."""

    typed = Signal()
    dropped = Signal()

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        run: Run,
        offer: Offer,
        look_up: tuple[Callable[[str], Sequence[Place]], Finder],
        parent: QWidget,
    ) -> None:
        super().__init__(theme, wording, wording("demands.new.title"), wording("demands.new.go"), parent)
        self._run, self._offer, (self._find, self._finder) = run, offer, look_up
        self.place, self._found = offer.place, ()  # type: Place | None, tuple[Place, ...]
        self.where, self.hits, self._people = QLineEdit(), QComboBox(), ()  # type: QLineEdit, QComboBox, tuple[str, ...]
        self.headline = GuardedText(theme, wording, wording("errors.field.title"), lines=0)
        note = wording("demands.new.content_note")
        self.content = GuardedText(theme, wording, wording("errors.field.content"), lines=2, note=note)
        note = wording("demands.new.result_note")
        self.answered = GuardedText(theme, wording, wording("demands.new.result"), lines=0, note=note)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._choices()
        self._fill()
        self._connect()
        self._reporter: tuple[str, bytes | None] | None = None
        self._show_place()
        self.finish(self.where if offer.place is None else self.headline, self.form)
        if offer.body is not None:
            self._take_up(offer.body)

    def _choices(self) -> None:
        wording, names = self._wording, self._offer.names
        self.category = _box((code, category_word(wording, names, code)) for code in _codes(names.categories))
        self.source = _box((code, source_word(wording, names, code)) for code in _codes(names.sources))
        self.source.setCurrentIndex(max(self.source.findData(self._offer.source), 0))
        self.type = _box((code, wording(f"choices.demand.type.{code}")) for code in TYPES)
        self.type.setCurrentIndex(max(self.type.findData("help"), 0))
        urgencies = [(code, wording(f"choices.demand.urgency.{code}")) for code in URGENCIES]
        self.urgency = _box([("", wording("demands.new.urgency_usual")), *urgencies])
        self.reporter = QComboBox()
        self.name, self.phone, self.outside_no = QLineEdit(), QLineEdit(), QLineEdit()
        self.reply = QCheckBox(self._wording("errors.field.wants_reply"))
        self.reply.setChecked(True)

    def _fill(self) -> None:
        wording, theme = self._wording, self._theme
        note = wording("demands.new.place_note", area=self._offer.area.words)
        self.where.setPlaceholderText(wording("demands.new.place_hint"))
        self.add_field("place", wording("demands.new.place"), self.where, note)
        self.hits.setAccessibleName(wording("demands.new.place_found"))
        self.body.addWidget(self.hits)
        for name, text in (("title", self.headline), ("content", self.content)):
            self.fields[name] = text.field
            self.body.addWidget(text)
        self._pair(("category", self.category), ("source", self.source))
        self._pair(("type", self.type), ("urgency", self.urgency))
        line = self._line(("reporter", self.reporter))
        line.addWidget(self.reply, 1, Qt.AlignmentFlag.AlignBottom)
        self.body.addLayout(line)
        self.person = QWidget()
        self.person.setLayout(self._line(("reporter_name", self.name), ("reporter_phone", self.phone)))
        self.body.addWidget(self.person)
        self.outside = FieldRow(theme, wording("errors.field.outside_no"), self.outside_no)
        self.fields["outside_no"] = self.outside
        self.body.addWidget(self.outside)
        self.fields["result_text"] = self.answered.field
        self.body.addWidget(self.answered)

    def _line(self, *parts: tuple[str, QWidget] | None) -> QHBoxLayout:
        made = []
        for part in parts:
            if part is not None:
                self.fields[part[0]] = FieldRow(
                    self._theme, self._wording(f"errors.field.{part[0]}"), part[1]
                )
                made.append(self.fields[part[0]])
        line = row(*made, gap=SIZES.gap_3)
        for at in range(len(made)):
            line.setStretch(at, 1)
        return line

    def _pair(self, *parts: tuple[str, QWidget] | None) -> None:
        self.body.addLayout(self._line(*parts))

    def _connect(self) -> None:
        self.where.textEdited.connect(lambda _: self._typing.start())
        self._typing.timeout.connect(self.look)
        self.hits.activated.connect(self._take)
        self.reporter.currentIndexChanged.connect(lambda _: self._show_parts())
        self.source.currentIndexChanged.connect(lambda _: self._show_parts())
        for text in (self.headline, self.content, self.answered):
            text.noticed.connect(self._noticed)
            text.changed.connect(self.typed)
        self.name.editingFinished.connect(self._watch)
        for line in (self.where, self.name, self.phone, self.outside_no):
            line.textEdited.connect(lambda _: self.typed.emit())
        for choice in (self.category, self.source, self.type, self.urgency, self.reporter, self.hits):
            choice.activated.connect(lambda _: self.typed.emit())
        self.reply.clicked.connect(lambda _: self.typed.emit())

    def _watch(self) -> None:
        """Whoever reports has a field of their own, which is emptied in time; words are not."""
        for text in (self.headline, self.content, self.answered):
            text.watch_names((*(name.split(" ")[0] for name in self._people), self.name.text()))

    def _noticed(self) -> None:
        """Alt+M belongs to the first text that asks."""
        asking = [text for text in (self.headline, self.content, self.answered) if text.asks()]
        for text in (self.headline, self.content, self.answered):
            text.take_mask_key(bool(asking) and text is asking[0])
        self.fit()

    # Where

    def look(self) -> None:
        """Look up what is typed now."""
        self._typing.stop()
        text = self.where.text().strip()
        self.place = None
        if text:
            self._run(lambda: self._find(text), self._show_hits, self.show_failure, topic="demands.places")
        else:
            self._show_hits(())

    def _show_hits(self, found: Sequence[Place]) -> None:
        self._found = tuple(found)
        self.hits.clear()
        for place in self._found:
            self.hits.addItem(place.words)
        typed = bool(self.where.text().strip())
        self.fields["place"].show_error(
            self._wording("demands.new.place_unknown") if typed and not found else ""
        )
        self.hits.setVisible(len(self._found) > 0)
        self._take(0)

    def _take(self, at: int) -> None:
        self.place = self._found[at] if at < len(self._found) else None
        self._show_place()

    def _show_place(self) -> None:
        """The people of the place that is meant now may be the ones who report."""
        if self._offer.place is not None and self.place is self._offer.place:
            self.where.setText(self.place.words)
        self.hits.setVisible(bool(self._found))
        self._show_people(())
        place = self.place
        if place is not None and place.household:
            self._run(
                lambda: self._finder.people(place.id),
                self._show_people,
                self.show_failure,
                topic="demands.people",
            )

    def _show_people(self, people: Sequence[tuple[bytes, str]]) -> None:
        wording = self._wording
        self._people = tuple(name for _, name in people)
        self._watch()
        self.reporter.clear()
        for person, name in people:
            self.reporter.addItem(name, ("resident", person))
        for code in ("resident", "anonymous", "outside"):
            self.reporter.addItem(wording(f"demands.new.reporter.{code}"), (code, None))
        wanted = self.place.person if self.place is not None else None
        at = next((at for at, one in enumerate(people) if one[0] == wanted), 0)
        known = [self.reporter.itemData(n) for n in range(self.reporter.count())]
        self.reporter.setCurrentIndex(known.index(self._reporter) if self._reporter in known else at)
        self._show_parts()

    def _show_parts(self) -> None:
        chosen = self.reporter.currentData()
        code, person = chosen if chosen is not None else ("resident", None)
        self.person.setVisible(person is None and code != "anonymous")
        self.outside.setVisible(self.source.currentData() == HOTLINE)
        if code == "anonymous":
            self.reply.setChecked(False)
        self.fit()

    # Drafts

    def drafted(self) -> dict[str, object]:
        """Everything as it stands, for a draft."""
        place = self.place
        shown = {"where": self.where.text(), "place_words": place.words if place else ""}
        return {**body_of(self.form()), **shown, "place_household": bool(place and place.household)}

    def _take_up(self, body: Mapping[str, object]) -> None:
        """A draft as it was left."""
        form = form_of(body)
        self._reporter = (form.reporter, form.reporter_resident_id)
        if form.place[1] and str(body.get("where", "")):
            words, household = str(body.get("place_words", "")), body.get("place_household") is True
            self.place = Place(form.place[0], form.place[1], words, household)
            self._found = (self.place,)
            self.hits.addItem(words)
        self.where.setText(str(body.get("where", "")))
        for text, words in ((self.headline, form.title), (self.content, form.content)):
            text.set_text(words)
        self.answered.set_text(form.result_text)
        for box, code in (
            (self.category, form.category), (self.source, form.source), (self.type, form.type),
            (self.urgency, form.urgency),
        ):  # fmt: skip
            box.setCurrentIndex(max(box.findData(code), 0))
        self._show_place()
        for line, words in (
            (self.name, form.reporter_name), (self.phone, form.reporter_phone), (self.outside_no, form.outside_no),
        ):  # fmt: skip
            line.setText(words)
        self.reply.setChecked(form.wants_reply)
        again = Button(self._theme, self._wording("demands.new.blank"), "quiet", icon="x", small=True)
        again.clicked.connect(self.dropped)
        said = TextLabel(self._theme, self._wording("demands.new.taken_up"), "caption", "text2")
        self.body.insertLayout(1, row(said, None, again))

    # What comes of it

    def form(self) -> DemandForm:
        code, person = self.reporter.currentData()
        area = self._offer.area
        place = self.place or (Place("", b"", "") if self.where.text().strip() else area)
        title, content = self.headline.text().strip(), self.content.text().strip()
        named = person is None and code != "anonymous"
        return DemandForm(
            place=(place.field, place.id),
            title=title or content[:_TITLE_LENGTH],
            content=content or title,
            category=str(self.category.currentData()),
            type=str(self.type.currentData()),
            source=str(self.source.currentData()),
            reporter=code,
            reporter_resident_id=person,
            reporter_name=self.name.text() if named else "",
            reporter_phone=self.phone.text() if named else "",
            wants_reply=self.reply.isChecked(),
            urgency=str(self.urgency.currentData()),
            outside_no=self.outside_no.text() if self.source.currentData() == HOTLINE else "",
            visit_id=self._offer.visit_id,
            result_text=self.answered.text(),
        )


def _codes(entries: Mapping[str, Entry]) -> Iterable[str]:
    return entries.keys()


def _box(items: Iterable[tuple[str, str]]) -> QComboBox:
    box = QComboBox()
    for code, word in items:
        box.addItem(word, code)
    return box
