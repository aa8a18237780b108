"""Who runs the embedded PostgreSQL: it refuses to run as root, so root lends it an unprivileged user."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from storage.postgres_programs import OURSELVES, Account, EmbeddedError, first_obstacle

#: Users that systems keep for such servers.
_UNPRIVILEGED = ("postgres", "_postgres", "nobody")


async def choose_account(folder: Path, cluster: Path) -> Account:
    """Say who runs the server on the data in `cluster`, which is in `folder`.

    Folders above are only looked at. Raises EmbeddedError, naming the closed folder, when no user can reach ours.
    """
    if os.geteuid() != 0:
        return OURSELVES
    refusal = "the embedded PostgreSQL needs a user other than root, and there is none"
    first = True
    for account in _candidates(folder, cluster):
        closed = await first_obstacle(account, list(reversed(folder.parents)))
        if closed is None:
            return account
        if first:
            first = False
            refusal = (
                f"the embedded PostgreSQL runs as user {account.name}, who cannot enter {closed}: "
                f"allow it (chmod o+x '{closed}'), set DATA_DIR to a folder that everybody can reach, "
                "run the service as an ordinary user, or set DATABASE_URL"
            )
    raise EmbeddedError(refusal)


def owner_of(path: Path) -> int | None:
    """Return the owner's number; None when there is no such path."""
    try:
        return path.stat().st_uid
    except FileNotFoundError:
        return None


def _candidates(folder: Path, cluster: Path) -> Iterator[Account]:
    owner = owner_of(cluster)
    if owner is not None and owner != 0:
        # PostgreSQL opens its data for their owner alone.
        yield Account(uid=owner, gid=cluster.stat().st_gid)
        return
    seen = {0}
    usual = []
    for name in _UNPRIVILEGED:
        with suppress(KeyError):
            usual.append(pwd.getpwnam(name).pw_uid)
    # Last, a project in somebody's private home: the owner of a folder above could replace the data anyway.
    for uid in (owner_of(folder), owner_of(folder.parent), *usual, *map(owner_of, folder.parents)):
        if uid is None or uid in seen:
            continue
        seen.add(uid)
        # initdb refuses users without a name.
        with suppress(KeyError):
            yield Account(uid=uid, gid=pwd.getpwuid(uid).pw_gid)
