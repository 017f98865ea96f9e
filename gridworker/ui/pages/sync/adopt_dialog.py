"""Bringing a community that stands alone to a server: where to and with which code, what would go, how far it is, and
how it ended. May be stopped at any time and gone on with later."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from gridworker.complaints import complaint
from gridworker.errors import AdoptionStopped, ServerAway
from gridworker.ui.background import Background, Ticket
from gridworker.ui.join_errors import field_of
from gridworker.ui.open_profile import Adoption, AdoptionPlan, OpenProfile
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.sync.words import entity_name
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.file_field import authority_field
from gridworker.ui.widgets.labels import TextLabel
from gridworker.ui.widgets.progress_panel import ProgressPanel
from gridworker.wording import Wording

#: What is counted by its own name in the look at what goes; the rest is one figure.
_NAMED = ("household", "resident", "visit", "demand", "shop", "public_spot", "plan_item", "need", "issue")


class AdoptDialog(FormDialog):
    """`joined(OpenProfile)` when it is over and the person has read that; until then the profile stays alone."""

    joined = Signal(object)

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        adoption: Adoption,
        plan: AdoptionPlan,
        parent: QWidget,
    ) -> None:
        go = wording("sync.adopt.go_on" if plan.begun else "sync.adopt.go")
        super().__init__(theme, wording, wording("sync.adopt.title"), go, parent)
        self._background, self._adoption, self._plan = background, adoption, plan
        self._ticket: Ticket | None = None
        self._profile: OpenProfile | None = None
        self.server, self.code = QLineEdit(plan.begun), QLineEdit()
        self.authority = authority_field(theme, wording)
        self.progress = ProgressPanel(theme, wording, cancellable=False)  # Esc and its button stop it
        self.told = TextLabel(theme, "", "body", "ok", wrap=True)
        self._form: list[QWidget] = []
        self._fill()
        self.asked.connect(self._start)

    def _fill(self) -> None:
        say, plan = self._wording, self._plan
        lead = say("sync.adopt.resume", url=plan.begun) if plan.begun else say("sync.adopt.lead")
        self._form.append(self._paragraph(lead))
        for edit in (self.server, self.code):
            fit_control(self._theme, edit)
        self.server.setPlaceholderText("https://")
        self.add_field("server", say("welcome.fields.server"), self.server)
        self.add_field("code", say("welcome.fields.code"), self.code)
        self.fields["authority"] = self.authority
        self.authority.edit.setText(plan.authority)
        self.body.addWidget(self.authority)
        self._form += self.fields.values()
        for text in _look(say, plan):
            self._form.append(self._paragraph(text))
        self.body.addWidget(self.progress)
        self.told.hide()
        self.body.addWidget(self.told)
        self.finish(self.code if plan.begun else self.server, self._read_form)

    def _paragraph(self, text: str) -> TextLabel:
        label = TextLabel(self._theme, text, "body", "text2", wrap=True)
        self.body.addWidget(label)
        return label

    def _read_form(self) -> tuple[str, str, str]:
        return self.server.text().strip(), self.code.text().strip(), self.authority.text()

    # -- while it runs -----------------------------------------------------------------------------------------------

    def _start(self, form: tuple[str, str, str]) -> None:
        server, code, authority = form
        missing = "server" if not server else "code" if not code and not self._plan.begun else ""
        if missing:
            self._say_at(missing, self._wording(f"welcome.errors.{missing}"))
            return
        self._busy(busy=True)
        self._show_step("asking", 0, 0)
        self._ticket = self._background.run_with_progress(
            lambda report: self._adoption.bring(server, code, authority, report),
            self._done,
            self._failed,
            progress=self._show_step,
            owner=self,
            lane="serial",  # the profile is not closed before it ends
        )

    def _show_step(self, step: str, done: int, total: int) -> None:
        words = self._wording(f"sync.adopt.{step}", done=done, total=total)
        self.progress.show_progress(words, done, total)

    def stop(self) -> None:
        """Ask what runs to end, also when the window is locked."""
        if self._ticket is not None:
            self._ticket.cancel()

    def _busy(self, *, busy: bool) -> None:
        for part in self._form:  # where text is large, how far it is would be below what is seen
            part.setVisible(not busy)
        self.failure.setVisible(False)
        self.go_button.setVisible(not busy)
        self.cancel_button.setEnabled(True)
        self.cancel_button.set_label(self._wording("sync.adopt.stop" if busy else "widgets.cancel"))
        if busy:
            self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.progress.finish()
            self._ticket = None
        self.fit()

    def _failed(self, error: Exception) -> None:
        self._busy(busy=False)
        self.show_failure(error)

    def show_failure(self, error: Exception) -> None:
        """What went wrong, under the field it is about. Everything typed stays; from now on it goes on where it
        stopped."""
        found = complaint(error, self._wording)
        if isinstance(error, AdoptionStopped):
            self._plan = AdoptionPlan(self._plan.goes, self.server.text().strip(), self.authority.text())
            self.go_button.set_label(self._wording("sync.adopt.go_on"))
        next_step = found.next if type(error) is not ServerAway else self._wording("sync.adopt.away")
        self._say_at(field_of(error), f"{found.what} {next_step} [{found.code}]")

    def _say_at(self, name: str, text: str) -> None:
        self.go_button.setEnabled(True)
        if name:
            self.fields[name].show_error(text)
            self.fields[name].control.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.failure.setText(text)
            self.failure.show()
            self.go_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.fit()

    # -- the end -----------------------------------------------------------------------------------------------------

    def _done(self, profile: OpenProfile) -> None:
        self._profile, known = profile, profile.store.known
        self._busy(busy=False)
        for part in self._form:
            part.hide()
        self.told.setText(self._wording("sync.adopt.done", url=known.server_url, no=f"{known.device_no:02d}"))
        self.told.show()
        self.go_button.hide()
        self.cancel_button.set_label(self._wording("sync.adopt.ok"))
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.fit()

    def reject(self) -> None:
        """Esc stops what runs; it closes the form only when nothing does."""
        if self._ticket is not None:
            self.stop()
            self.cancel_button.setEnabled(False)
            self._show_step("stopping", 0, 0)
            return
        super().reject()
        if self._profile is not None:
            self.joined.emit(self._profile)


def _look(wording: Wording, plan: AdoptionPlan) -> list[str]:
    """What would go, what stays, and what it means: said before anything is sent."""
    goes = plan.goes
    named: Mapping[str, int] = {name: goes.counts[name] for name in _NAMED if name in goes.counts}
    counted = [wording("sync.erase.count", what=entity_name(wording, name), n=n) for name, n in named.items()]
    counts = wording("sync.adopt.among", counts=wording("sync.joint").join(counted)) if counted else ""
    found = [wording("sync.adopt.goes", n=goes.rows, counts=counts)]
    if goes.leaves:
        found.append(wording("sync.adopt.leaves", n=goes.leaves))
    return [*found, wording("sync.adopt.safe"), wording("sync.adopt.after")]
