"""What can be done with what was referred, and with joint submissions, as buttons with their forms: only what is
possible now for this account."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from gridworker.models.demand import REPLY_CHANNELS
from gridworker.models.demand_machine import LEVELS, REFERRAL_MACHINE
from gridworker.models.op import Value
from gridworker.services.acts import Done
from gridworker.store.queries.packages import PackageDetail, PackageRow
from gridworker.store.queries.referrals import ReferralRow
from gridworker.ui.pages.ask_form import AskForm, Part
from gridworker.ui.pages.lists.shown import Verb
from gridworker.ui.pages.referrals.presenter import ReferralsPresenter
from gridworker.ui.pages.referrals.source import PACKAGE, Board, Chosen, ReferralsSource
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

_RESULTS = dict(REFERRAL_MACHINE.by_name["handle"].choices)["result_kind"]
#: A joint submission lies open for more until it is handed in; where it was handed in wrongly it is recalled.
_AT_ONCE = ("submit", "recall", "reopen")
#: What leads on stands first.
_ORDER = ("submit", "handle", "feed_back", "recall", "reopen")
Save = Callable[[Mapping[str, Value]], Done]


class ReferralActs:
    """Makes the verbs of a record and opens their forms over `page`; `open_demand` goes to a demand that is here."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        source: ReferralsSource,
        presenter: ReferralsPresenter,
        page: QWidget,
        open_demand: Callable[[bytes], None],
    ) -> None:
        self._theme, self._wording, self._source = theme, wording, source
        self._presenter, self._page, self._open_demand = presenter, page, open_demand
        self.form: AskForm | None = None

    def verbs(self, chosen: Chosen, board: Board) -> list[Verb]:
        """The possible steps, then what leads elsewhere; the first is the main one."""
        found: list[Verb] = []
        if chosen.referral is not None:
            found = self._for_referral(chosen.referral, chosen.steps, board)
        elif chosen.package is not None:
            found = self._for_package(chosen.package, chosen.steps)
        return _first_is_main(found)

    def verbs_for_several(self, rows: Sequence[ReferralRow], board: Board) -> list[Verb]:
        """What can be done with all of them together."""
        states, ids = {row.state for row in rows}, [row.id for row in rows]
        found: list[Verb] = []
        if states == {"open"}:
            found.append(self._verb("all_accept", partial(self._accept, ids, len(rows))))
        if states <= {"open", "accepted"}:
            found.append(self._verb("all_handle", partial(self._handle, ids, len(rows))))
        if states == {"handled"} and not any(row.kind == "help" for row in rows):
            found.append(self._verb("all_reply", partial(self._reply, ids, len(rows))))
        if board.may_package and not any(row.package_id for row in rows):
            found.append(self._verb("package", partial(self._collect, ids, board.packages_open), "J"))
        return _first_is_main(found)

    def _verb(self, name: str, do: Callable[[], None], key: str = "") -> Verb:
        return Verb(self._wording(f"referrals.act.{name}"), do, key=key)

    # -- one referral ------------------------------------------------------------------------------------------------

    def _for_referral(self, row: ReferralRow, steps: Sequence[str], board: Board) -> list[Verb]:
        ways: dict[str, Callable[[], None]] = {
            "accept": partial(self._accept, [row.id], 1),
            "handle": partial(self._handle, [row.id], 1),
            "reply": partial(self._reply, [row.id], 1),
            "return": partial(self._give_back, row),
        }
        found = [self._verb(step, ways[step]) for step in steps if step in ways]
        if board.may_package and row.package_id is None and row.state in ("open", "accepted", "handled"):
            found.append(self._verb("package", partial(self._collect, [row.id], board.packages_open), "J"))
        if row.here:
            found.append(self._verb("open_demand", partial(self._open_demand, row.demand_id), "O"))
        return found

    def _accept(self, ids: Sequence[bytes], count: int) -> None:
        words = self._told("accept", count)
        self._presenter.act(partial(self._source.accept, ids), words)

    def _handle(self, ids: Sequence[bytes], count: int) -> None:
        say = self._wording
        kinds = [(code, say(f"choices.referral.result_kind.{code}")) for code in _RESULTS]
        parts = (
            Part("result_kind", say("errors.field.result_kind"), kinds),
            Part("result_text", say("errors.field.result_text"), lines=3),
        )

        def save(values: Mapping[str, Value]) -> Done:
            return self._source.handle(ids, str(values["result_kind"]), str(values["result_text"]))

        self._ask("handle", parts, save, self._told("handle", count))

    def _reply(self, ids: Sequence[bytes], count: int) -> None:
        parts = (self._channel(),)

        def save(values: Mapping[str, Value]) -> Done:
            return self._source.reply(ids, str(values["reply_channel"]))

        self._ask("reply", parts, save, self._told("reply", count))

    def _channel(self) -> Part:
        say = self._wording
        channels = [(code, say(f"choices.referral.reply_channel.{code}")) for code in REPLY_CHANNELS]
        return Part("reply_channel", say("errors.field.reply_channel"), channels, value="phone")

    def _give_back(self, row: ReferralRow) -> None:
        parts = (Part("returned_why", self._wording("errors.field.returned_why"), lines=2),)

        def save(values: Mapping[str, Value]) -> Done:
            return self._source.give_back(row.id, str(values["returned_why"]))

        self._ask("return", parts, save, self._told("return", 1))

    def _told(self, step: str, count: int) -> str:
        return self._wording("referrals.told", step=act_word(self._wording, step), count=count)

    # -- joint submissions -------------------------------------------------------------------------------------------

    def _collect(self, ids: Sequence[bytes], offered: Sequence[PackageRow]) -> None:
        parts = package_parts(self._wording, offered)

        def save(values: Mapping[str, Value]) -> Done:
            into = values.get("into")
            return self._source.collect(str(values["title"]), ids, into if isinstance(into, bytes) else None)

        self._ask("package", parts, save, self._wording("referrals.packaged", count=len(ids)), then=PACKAGE)

    def _for_package(self, package: PackageDetail, steps: Sequence[str]) -> list[Verb]:
        record = package.row.id
        found: list[Verb] = []
        for step in (one for one in _ORDER if one in steps):
            if step in _AT_ONCE:
                work = partial(self._source.cause, record, step)
                words = self._wording(
                    "referrals.package_told", no=package.row.no, step=self._wording(f"referrals.act.{step}")
                )
                found.append(self._verb(step, partial(self._presenter.act, work, words)))
            elif step == "handle":
                found.append(self._verb("handle_package", partial(self._handle_package, package)))
            elif step == "feed_back":
                found.append(self._verb("feed_back", partial(self._feed_back, package)))
        if package.row.state == "collecting" and package.members:
            out = partial(self._source.take_out, package)
            words = self._wording("referrals.taken_out", no=package.row.no)
            found.append(self._verb("take_out", partial(self._presenter.act, out, words)))
        return found

    def _handle_package(self, package: PackageDetail) -> None:
        say = self._wording
        kinds = [(code, say(f"choices.referral.result_kind.{code}")) for code in _RESULTS]
        levels = [(code, say(f"choices.demand.solve_level.{code}")) for code in LEVELS]
        parts = (
            Part("handling", say("referrals.fact.handling"), lines=3),
            Part("result_kind", say("errors.field.result_kind"), kinds),
            Part("solve_level", say("errors.field.solve_level"), levels, value="community"),
        )

        def save(values: Mapping[str, Value]) -> Done:
            chosen = str(values["result_kind"]), str(values["solve_level"])
            return self._source.handle_package(package.row.id, str(values["handling"]), *chosen)

        words = say("referrals.package_told", no=package.row.no, step=act_word(say, "handle_package"))
        self._ask("handle_package", parts, save, words)

    def _feed_back(self, package: PackageDetail) -> None:
        say = self._wording
        parts = (Part("feedback", say("referrals.fact.feedback"), lines=3), self._channel())

        def save(values: Mapping[str, Value]) -> Done:
            channel = str(values["reply_channel"])
            return self._source.feed_back(package.row.id, str(values["feedback"]), channel)

        words = say("referrals.package_told", no=package.row.no, step=act_word(say, "feed_back"))
        self._ask("feed_back", parts, save, words)

    # -- forms -------------------------------------------------------------------------------------------------------

    def _ask(self, name: str, parts: Sequence[Part], save: Save, words: str, *, then: str = "") -> None:
        say = self._wording
        title = act_word(say, name)
        form = AskForm(self._theme, say, title, title, parts, self._page)
        hint = f"referrals.explain.{name}"
        if say.has(hint):
            form.explain(say(hint))

        def go(values: Mapping[str, Value]) -> None:
            self._presenter.act(lambda: save(values), words, form.accept, form.show_failure, then=then)

        form.asked.connect(go)
        self.form = form
        form.open()


def act_word(wording: Wording, name: str) -> str:
    """What an act is called where no box follows any more."""
    return wording(f"referrals.act.{name}").removesuffix("…")


def package_parts(wording: Wording, offered: Sequence[PackageRow]) -> tuple[Part, ...]:
    """What is asked when something is put into a joint submission: into which, and what a new one is called."""
    title = Part("title", wording("referrals.package_title"), note=wording("referrals.package_note"))
    if not offered:
        return (title,)
    known: list[tuple[Value, str]] = [(None, wording("referrals.package_new"))]
    known += [(row.id, f"{row.no} {row.title}") for row in offered]
    return (Part("into", wording("referrals.package_into"), known), title)


def _first_is_main(found: list[Verb]) -> list[Verb]:
    """The first verb stands out; those without a letter are numbered."""
    numbered = [replace(verb, key=verb.key or str(at)) for at, verb in enumerate(found, 1)]
    return [replace(verb, kind="primary") if at == 0 else verb for at, verb in enumerate(numbered)]
