"""One error for each thing a person can act on. The words live in the catalogue under `errors.<code>`: what
happened and what to do next. Nothing here formats text."""

from __future__ import annotations


class GridworkerError(Exception):
    """An error a person can act on. `code` is stable and may be copied into a report; `values` fill its sentence."""

    code = "internal"

    def __init__(self, **values: object) -> None:
        super().__init__(self.code, values)
        self.values = values

    def __str__(self) -> str:
        facts = ", ".join(f"{key}={value}" for key, value in self.values.items())
        return f"{self.code}({facts})"


class ProfileMissing(GridworkerError):
    code = "profile_missing"


class ProfileExists(GridworkerError):
    code = "profile_exists"


class ProfileInUse(GridworkerError):
    code = "profile_in_use"


class WrongPassphrase(GridworkerError):
    code = "wrong_passphrase"


class TooManyTries(GridworkerError):
    code = "too_many_tries"


class PassphraseNeeded(GridworkerError):
    code = "passphrase_needed"


class WeakPassphrase(GridworkerError):
    code = "weak_passphrase"


class DatabaseDamaged(GridworkerError):
    code = "database_damaged"


class DatabaseFromFuture(GridworkerError):
    code = "database_from_future"


class DatabaseBusy(GridworkerError):
    code = "database_busy"


class DatabaseAddressInvalid(GridworkerError):
    code = "database_address_invalid"


class DatabaseUnreachable(GridworkerError):
    code = "database_unreachable"


class DiskFull(GridworkerError):
    code = "disk_full"


class NoRoomToJoin(GridworkerError):
    code = "no_room_to_join"


class NoRoomForCopy(GridworkerError):
    code = "no_room_for_copy"


class FolderReadOnly(GridworkerError):
    code = "folder_read_only"


class SqliteUnsafe(GridworkerError):
    code = "sqlite_unsafe"


class KeyFileDamaged(GridworkerError):
    code = "key_file_damaged"


class BackupInvalid(GridworkerError):
    code = "backup_invalid"


class ServerDisagrees(GridworkerError):
    """A server, or a copy of one, does not agree with itself: `why` is the first of `count` findings."""

    code = "server_disagrees"


class FieldInvalid(GridworkerError):
    """`entity`, `record` (what a person calls it), `field` and `reason` (a key below errors.reason)."""

    code = "field_invalid"


class NotAllowed(GridworkerError):
    code = "not_allowed"


class EventRefused(GridworkerError):
    """A step of something with a road of its own that cannot be done now: `entity`, `record` (what a person calls it),
    `state` it is in, `event` that was wanted, `reason` (below errors.reason), `field` where one is wrong, and `legal`:
    the events that are possible instead, joined by commas."""

    code = "event_refused"


class NotFound(GridworkerError):
    code = "not_found"


class NotUndoable(GridworkerError):
    """`reason`: undone, too_old or changed_since (below `errors.reason`)."""

    code = "not_undoable"


class OnlyAuthority(GridworkerError):
    code = "only_authority"


class OnlySecretary(GridworkerError):
    code = "only_secretary"


class ProfileHasServer(GridworkerError):
    """Only what stands alone is brought over: this profile's community is the server's at `url`."""

    code = "profile_has_server"


class AlreadyJoined(GridworkerError):
    """The community belongs to a server already: `url`."""

    code = "already_joined"


class ServerOccupied(GridworkerError):
    code = "server_occupied"


class PracticeMix(GridworkerError):
    code = "practice_mix"


class ServerAway(GridworkerError):
    code = "server_away"


class ServerUnproven(ServerAway):
    """Something answers at `url` that cannot prove to be the server; the `reason` is a key below errors.reason."""

    code = "server_unproven"


class AdoptionStopped(GridworkerError):
    """A person stopped an adoption when the server had `done` of `total` records; it can be gone on with."""

    code = "adoption_stopped"


class ServerRefused(GridworkerError):
    code = "server_refused"


class VersionsApart(ServerRefused):
    """The other side speaks another major version; which of the two is older is not known."""

    code = "versions_apart"


class ProgramOlder(VersionsApart):
    """This program is older than its server: what it sends is understood, what it would get is not."""

    code = "program_older"


class ServerOlder(VersionsApart):
    """The server is older than this program and must not judge what it cannot read."""

    code = "server_older"


class ServerAnswerUnreadable(GridworkerError):
    code = "server_unreadable"


class AuthorityInvalid(GridworkerError):
    code = "authority_invalid"


class CodeInvalid(GridworkerError):
    code = "code_invalid"


class DeviceRevoked(GridworkerError):
    code = "device_revoked"


class NotStopped(GridworkerError):
    """Only a device that the server stopped is wiped."""

    code = "not_stopped"


class PlainHttpRefused(GridworkerError):
    code = "plain_http_refused"


class TargetNotWritable(GridworkerError):
    code = "target_not_writable"


class ImportRefused(GridworkerError):
    """A `file` that cannot be imported at all, and the `reason` (a key below errors.reason)."""

    code = "import_refused"


class ExportTooLong(GridworkerError):
    """More rows than a sheet holds. `caption` is the list, `most` the rows there is room for."""

    code = "export_too_long"


class UnmaskNotAllowed(GridworkerError):
    code = "unmask_not_allowed"


class FrozenDamaged(GridworkerError):
    """`what` of a frozen report does not fit its hash: figures, items or a file's format."""

    code = "frozen_damaged"


class FrozenGone(GridworkerError):
    """The files of a frozen report went with what they quoted, or have not come yet."""

    code = "frozen_gone"


class PeriodInvalid(GridworkerError):
    code = "period_invalid"


class PeriodAhead(GridworkerError):
    """A report was asked for a period that has not begun. `period`, `first`: its first day."""

    code = "period_ahead"


class BundleUnreadable(GridworkerError):
    """`file`; `reason`: not_bundle, cut, altered, newer, other_key."""

    code = "bundle_unreadable"


class BundleMisdirected(GridworkerError):
    """`file`; `reason`: request, answer, other_community, other_device, other_life, practice, real, none."""

    code = "bundle_misdirected"


class BundleOutdated(GridworkerError):
    code = "bundle_outdated"


class BundleNeedsNetwork(GridworkerError):
    code = "bundle_needs_network"


class NoDisplay(GridworkerError):
    code = "no_display"


class ClockSuspicious(GridworkerError):
    code = "clock_suspicious"


class StepFailed(GridworkerError):
    """A `step` of the headless story or of the self-test did not do what it must."""

    code = "step_failed"


class PlanRefused(GridworkerError):
    """A change of the trees or posts that cannot be carried out; `reason` and `name` say why and what is in the way."""

    code = "plan_refused"


class FormRefused(GridworkerError):
    """A `file` that cannot be filled at all, and the `reason` (a key below errors.reason)."""

    code = "form_refused"


class MappingInvalid(GridworkerError):
    """A `file` that is no mapping of a form; `detail` names the place in it."""

    code = "mapping_invalid"


class PlaceNotFound(GridworkerError):
    """A `place` of a form that cannot be filled, and the `reason` (a key below errors.reason)."""

    code = "place_not_found"


class FigureUnknown(GridworkerError):
    """There is no figure and no list with this `key`."""

    code = "figure_unknown"
