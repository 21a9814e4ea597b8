"""Waking other processes of this machine: datagrams to the Unix sockets that they open in one folder.

A ring is never waited for and may be lost; the socket of a dead listener is swept away.
"""

import contextlib
import os
import secrets
import socket
from pathlib import Path

LONGEST = 64  # bytes of a ring


def ring(folder: Path, text: str = "") -> None:
    """Send a short text to every listener in the folder. Never raises for a listener's sake."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.settimeout(0)
        for path in folder.iterdir():
            try:
                sender.sendto(text.encode(), str(path))
            except (ConnectionRefusedError, FileNotFoundError):
                path.unlink(missing_ok=True)
            except OSError:
                # Its buffer is full: it has rings enough to wake by.
                continue


def listen(folder: Path) -> socket.socket:
    """Open a socket that hears every ring; closing it ends the hearing."""
    folder.mkdir(parents=True, exist_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    # Random, for a process may have had this number before.
    listener.bind(str(folder / f"{os.getpid()}-{secrets.token_hex(4)}"))
    return listener


def stop_listening(listener: socket.socket) -> None:
    """Close a listener and take its socket out of the folder."""
    with contextlib.suppress(OSError):
        Path(listener.getsockname()).unlink(missing_ok=True)
    listener.close()
