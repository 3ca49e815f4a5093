"""As whom PostgreSQL runs: it refuses to run as root.

As root, PostgreSQL is shown another user id, by the first of these that the machine allows:

1. a user namespace of its own, in which root bears another id: files stay root's, nothing is copied or opened up;
2. another account that keeps one capability, to pass directories closed to it: so a data directory below a closed
   home works too. Its files belong to that account. This is the way inside a container, where namespaces are refused.
"""

import ctypes
import errno
import os
import pwd
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from beatbook.runtime.refusal import Refusal

_CLONE_NEWUSER = 0x10000000
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_CAP_DAC_OVERRIDE = 1
_CAP_VERSION_3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)


class Way(StrEnum):
    """How a process comes to a user id that PostgreSQL accepts."""

    AS_IS = "as it is"
    NAMESPACE = "user namespace"
    ACCOUNT = "other account"


@dataclass(frozen=True)
class Identity:
    """A way, and the user and group id that PostgreSQL sees then."""

    way: Way
    uid: int
    gid: int

    @property
    def owner(self) -> tuple[int, int]:
        """The user and group id, as seen from outside, that its files must have."""
        return (os.geteuid(), os.getegid()) if self.way is Way.NAMESPACE else (self.uid, self.gid)

    def assume(self) -> None:
        """Take this identity; for a child on its way to PostgreSQL. Raises `OSError`."""
        if self.way is Way.NAMESPACE:
            _enter_namespace(self.uid, self.gid)
        elif self.way is Way.ACCOUNT:
            _become(self.uid, self.gid)

    def own(self, directory: Path) -> None:
        """Make a directory and all in it this identity's, when it is another's; only root ever needs to."""
        if not directory.exists() or directory.stat().st_uid == self.owner[0]:
            return
        for path in (directory, *directory.rglob("*")):
            os.chown(path, *self.owner)


def choose_identity() -> Identity:
    """The identity for PostgreSQL on this machine; raises `Refusal` when there is none."""
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0 and _named(uid):
        return Identity(Way.AS_IS, uid, gid)
    account = _account()
    for way in (Way.NAMESPACE, Way.ACCOUNT):
        identity = Identity(way, account.pw_uid, account.pw_gid)
        if _works(identity.assume):
            return identity
    raise Refusal(
        "PostgreSQL does not run as root, and this machine allows neither a user namespace nor another account: "
        "start as an ordinary user, or name a server in BEATBOOK_DATABASE_URL."
    )


def _named(uid: int) -> bool:
    """Whether the id has an account's name, which initdb insists on."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _account() -> pwd.struct_passwd:
    accounts = {account.pw_name: account for account in pwd.getpwall() if account.pw_uid != 0}
    for name in ("postgres", "nobody", "daemon", *accounts):
        if name in accounts:
            return accounts[name]
    raise Refusal("PostgreSQL does not run as root, and this machine has no other account to run it as.")


def _works(assume: Callable[[], None]) -> bool:
    """Whether a child can assume an identity here."""
    pid = os.fork()
    if pid == 0:
        try:
            assume()
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def _enter_namespace(uid: int, gid: int) -> None:
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    _unshare_users()
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {outer_uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {outer_gid} 1")


def _unshare_users() -> None:
    """Enter a user namespace; tried again for a second while the kernel holds this process for a threaded one.

    Seen twice in many hundred starts, just after a fork. Raises `OSError`, at once when it is refused for good.
    """
    deadline = time.monotonic() + 1.0
    while True:
        try:
            return _call("unshare", _CLONE_NEWUSER)
        except OSError as error:
            if error.errno != errno.EINVAL or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Capabilities(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def _become(uid: int, gid: int) -> None:
    _call("prctl", _PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    bit = 1 << _CAP_DAC_OVERRIDE
    sets = (_Capabilities * 2)(_Capabilities(bit, bit, bit), _Capabilities(0, 0, 0))
    header = _CapabilityHeader(_CAP_VERSION_3, 0)
    _call("capset", ctypes.byref(header), sets)
    _call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


def _call(function: str, *arguments: object) -> None:
    try:
        failed = getattr(_libc, function)(*arguments) != 0
    except AttributeError as error:
        raise OSError(f"{function} is not known on this system") from error
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
