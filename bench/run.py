#!/usr/bin/env python3
"""Measures First Bell beside yardsticks, in one run, and prints figures. It asserts nothing.

  run.py --programs DIR [--before DIR]... [--rounds 21] [--sessions 10000] [--only window,agenda,rings,school]
         [--switch NAME=VALUE] [--keep]

The window: from exec until text is on the screen (pixels of the ink, read from the frame buffer), processor
time and PSS of the whole process tree two seconds later; against a bare Tauri window that the same profile
has built and that runs under the same switches; once more with a sign-in at a school (*signed in*); with `--before` beside the `firstbell` of another build as well, which
lies in DIR (and its `bell`, where the store was another one then). `bell agenda`: processor time for a week, against `khal list`
over the same events. Rings: by how much 200 come late, against a bare timer in the same process. The school (only
when it is asked for; it takes minutes): a first pull against curl fetching the same pages, one moved session, the window
over sessions of a school; pages and times of a pull and of the coming sessions, in the database, with 10,000 and with
1,000,000 sessions.
Rounds are interleaved, figures are medians. Each run has its own HOME, display and session bus.
"""
import argparse
import ctypes
import datetime as dt
import json
import mmap
import os
import resource
import shutil
import signal
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

WIDTH, HEIGHT = 1000, 700
INK = bytes((0x2B, 0x29, 0x20))  # #20292b as the frame buffer holds it
POLL = 0.008
SETTLE = 2.0
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
SWITCHES = {"WEBKIT_DISABLE_DMABUF_RENDERER": "1", "LIBGL_ALWAYS_SOFTWARE": "1", "GDK_BACKEND": "x11",
            "NO_AT_BRIDGE": "1", "GTK_USE_PORTAL": "0", "GSETTINGS_BACKEND": "memory", "GTK_THEME": "Adwaita"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--before", type=Path, action="append", default=[], metavar="DIR",
                        help="programs of before, whose window is measured in the same rounds")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--only", default="window,agenda,rings")
    parser.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE",
                        help="one more variable in the environment of both windows")
    parser.add_argument("--keep", action="store_true", help="keep the folder of the run")
    args = parser.parse_args()
    args.programs = args.programs.resolve()
    args.before = [folder.resolve() for folder in args.before]
    SWITCHES.update(switch.split("=", 1) for switch in args.switch)
    # Whatever a run starts stays below this process, so that it can be counted and ended.
    ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0)
    base = Path(tempfile.mkdtemp(prefix="firstbell-bench-"))
    try:
        store = Store(base, args)
        print(f"{args.sessions} sessions, {args.rounds} rounds, {os.cpu_count()} cores, "
              f"load {os.getloadavg()[0]:.1f} at the start")
        for what in args.only.split(","):
            {"window": window, "agenda": agenda, "rings": rings, "school": school}[what](args, store)
        print(f"\nload {os.getloadavg()[0]:.1f} at the end")
    finally:
        if not args.keep:
            shutil.rmtree(base, ignore_errors=True)


# ---- what there is to show

class Store:
    """The same events as First Bell's store and as khal's calendar."""

    def __init__(self, base, args):
        self.base, self.args = base, args
        self.data = base / "data"
        self.home = base / "home"
        self.home.mkdir()
        now = dt.datetime.now(dt.timezone.utc).replace(minute=0, second=0, microsecond=0)
        # Three years back and one ahead, seven a day, an hour each. None is about to begin or running: its bell would
        # open a window of its own, as no notification service is here.
        per_day = max(1, args.sessions // (4 * 365))
        first = now - dt.timedelta(days=3 * 365) + dt.timedelta(hours=2)
        starts = [first + dt.timedelta(days=n // per_day, hours=n % per_day) for n in range(args.sessions)]
        events = [event(n, start) for n, start in enumerate(starts)]
        self.file = base / "all.ics"
        self.file.write_text(calendar("".join(events)), newline="")
        self.fill(self.data, args.programs / "bell")
        vdir = base / "khal" / "lessons"
        vdir.mkdir(parents=True)
        for n, text in enumerate(events):
            (vdir / f"{n}.ics").write_text(calendar(text), newline="")
        self.khal = base / "khal.conf"
        self.khal.write_text(f"[calendars]\n[[lessons]]\npath = {vdir}\n[sqlite]\npath = {base}/khal.db\n"
                             "[locale]\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
                             "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
                             "local_timezone = UTC\ndefault_timezone = UTC\n")

    def fill(self, data, bell):
        run([bell, "--data-dir", data, "import", self.file], self.env())
        with sqlite3.connect(data / "this-computer.sqlite3") as db:
            count, = db.execute("SELECT count(*) FROM sessions").fetchone()
            assert count == self.args.sessions, f"{count} sessions are stored"
            db.execute("INSERT INTO settings (key, value) VALUES ('settings', ?1)",
                       (json.dumps({"first_run_done": True, "theme": "light"}),))

    def of(self, programs):
        """The same as the programs of that folder have stored it."""
        data = self.base / "stores" / str(programs).strip("/").replace("/", "-")
        if not (programs / "bell").exists() or programs == self.args.programs:
            return self.data
        if not data.exists():
            self.fill(data, programs / "bell")
        return data

    def env(self):
        home = str(self.home)
        return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8", "TZ": "UTC",
                "XDG_DATA_HOME": home + "/.local/share", "XDG_CONFIG_HOME": home + "/.config",
                "XDG_CACHE_HOME": home + "/.cache"}


def event(n, start):
    stamp = "%Y%m%dT%H%M%SZ"
    return (f"BEGIN:VEVENT\r\nUID:bench-{n}@firstbell.example\r\nDTSTAMP:20260101T000000Z\r\n"
            f"DTSTART:{start.strftime(stamp)}\r\nDTEND:{(start + dt.timedelta(minutes=50)).strftime(stamp)}\r\n"
            f"SUMMARY:Maths with {('Ben', 'Mia', 'Dan', 'Eva')[n % 4]}\r\n"
            f"LOCATION:https://zoom.us/j/93{n % 40:09}\r\nEND:VEVENT\r\n")


def calendar(events):
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\n{events}END:VCALENDAR\r\n"


# ---- the window

AIMS = (("ms", "time, ms", 1.35), ("cpu_ms", "processor time, ms", 1.35), ("pss_mb", "memory (PSS), MB", 1.20))


def window(args, store):
    # By their folders' names, where there are several of before.
    of_before = {"before" if len(args.before) == 1 else folder.name: folder for folder in args.before}
    candidates = {"bare": None} | of_before | {"First Bell": args.programs, "signed in": args.programs}
    found = {name: [] for name in candidates}
    for number in range(-1, args.rounds):
        for name, programs in candidates.items():
            # The same data each time: nothing that the run before has written.
            data = store.base / "window-data"
            shutil.rmtree(data, ignore_errors=True)
            shutil.copytree(store.of(programs or args.programs), data)
            if name == "signed in":
                sign_in(data)
            command = [programs / "firstbell", "--data-dir", data] if programs \
                else [args.programs / "firstbell-bench-bare"]
            figures = start_window(store, command)
            if number >= 0:  # the first round warms the caches
                found[name].append(figures)
    own = list(candidates)[1:]
    width = max(11, *(len(name) + 1 for name in own))
    print("\nWindow with data on the screen" + " " * 8 + "bare" + "".join(f"{name:>{width}}    ratio" for name in own)
          + "   aim")
    for key, label, aim in AIMS:
        bare, *others = (statistics.median(run[key] for run in found[name]) for name in candidates)
        print(f"  {label:28}{bare:12.1f}" + "".join(f"{one:{width}.1f}{one / bare:9.2f}" for one in others)
              + f"   {aim:.2f}")
    for name, programs in candidates.items():
        if programs:
            print(f"  {name}: the program has {(programs / 'firstbell').stat().st_size / 1e6:.1f} MB")
    for name, runs in found.items():
        spread = ", ".join(f"{run['ms']:.0f}" for run in runs)
        print(f"  {name}: ms of each round {spread}")
        for process in sorted({process for one in runs for process in one["parts"]}):
            cpu, pss = (statistics.median(one["parts"].get(process, (0, 0))[n] for one in runs) for n in (0, 1))
            print(f"    {process:26}{cpu:8.0f} ms{pss:8.1f} MB")


def sign_in(data, role="student", account=None):
    """A sign-in at a school where nobody answers, and no keychain to ask: the start must wait for neither."""
    own = str(uuid.uuid4())
    with sqlite3.connect(data / "this-computer.sqlite3") as db:
        db.execute("INSERT INTO sign_ins (id, entry, address, key, school, email, account, state, standing, made_at)"
                   " VALUES (?1, ?2, 'http://127.0.0.1:9', 'sb_publishable_bench123', 'Northside', 'ben@example.com',"
                   " ?3, 'in', ?4, 0)",
                   (own, str(uuid.uuid4()), account,
                    json.dumps({"people": [{"person": str(uuid.uuid4()), "role": role, "approved": True}],
                                "request": None, "open_sign_up": "off"})))
    return own


def start_window(store, command):
    run_dir = Path(tempfile.mkdtemp(prefix="fbb", dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    started = []
    try:
        env = store.env() | SWITCHES | {"XDG_RUNTIME_DIR": str(run_dir)}
        display = start_display(run_dir, started)
        env["DISPLAY"] = f":{display}"
        env["DBUS_SESSION_BUS_ADDRESS"] = start_bus(run_dir, env, started)
        env["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={run_dir}/none"
        screen = Screen(run_dir / "Xvfb_screen0")
        time.sleep(0.3)
        log = open(store.base / "window.log", "wb")
        begin = time.monotonic()
        app = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                               cwd=store.home)
        while screen.ink() < 400:
            if app.poll() is not None or time.monotonic() - begin > 60:
                raise SystemExit(f"{command[0]} showed nothing: {(store.base / 'window.log').read_text()}")
            time.sleep(POLL)
        ms = (time.monotonic() - begin) * 1000
        time.sleep(SETTLE)
        tree = below(app.pid)
        parts = {}
        for pid in tree:
            parts.setdefault(Path(f"/proc/{pid}/comm").read_text().strip(), []).append((cpu_ms(pid), pss_mb(pid)))
        parts = {name: tuple(map(sum, zip(*same))) for name, same in parts.items()}
        return {"ms": ms, "cpu_ms": sum(cpu for cpu, _ in parts.values()),
                "pss_mb": sum(pss for _, pss in parts.values()), "parts": parts}
    finally:
        for process in reversed(started + ([app] if "app" in locals() else [])):
            end(process)
        reap()
        shutil.rmtree(run_dir, ignore_errors=True)


def start_display(folder, started):
    read, write = os.pipe()
    started.append(subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-fbdir", str(folder), "-br",
         "-nolisten", "tcp", "-noreset", "-dpi", "96", "-ac"],
        pass_fds=[write], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    os.close(write)
    with os.fdopen(read) as told:
        return int(told.readline())


def start_bus(folder, env, started):
    """A session bus on which nothing starts by itself."""
    config = folder / "bus.conf"
    config.write_text(f"<busconfig><type>session</type><listen>unix:path={folder}/bus</listen>"
                      "<policy context='default'><allow send_destination='*' eavesdrop='true'/>"
                      "<allow eavesdrop='true'/><allow own='*'/></policy></busconfig>")
    bus = subprocess.Popen(["dbus-daemon", "--nofork", "--print-address=1", f"--config-file={config}"], env=env,
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    started.append(bus)
    return bus.stdout.readline().strip()


class Screen:
    """What Xvfb shows, read from the file in which it keeps the picture (an xwd dump)."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        head = struct.unpack(">25I", self.map[:100])
        self.start, self.stride = head[0] + head[19] * 12, head[12]

    def ink(self):
        """Pixels of the ink in the upper half of the window."""
        return self.map[self.start:self.start + self.stride * HEIGHT // 2].count(INK)


def below(pid):
    """A process and all below it."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parents.setdefault(int(stat(entry)[1]), []).append(int(entry))
            except OSError:
                pass
    found, left = [], [pid]
    while left:
        found.append(left.pop())
        left += parents.get(found[-1], [])
    return found


def stat(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def cpu_ms(pid):
    """Its own, to the nanosecond from its clock (clock_getcpuclockid(3); /proc counts whole ticks only, and a start
    has few), and that of its children that have ended, in ticks."""
    return time.clock_gettime(~pid << 3 | 2) * 1000 + sum(map(int, stat(pid)[13:15])) * TICK_MS


def pss_mb(pid):
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0


def end(process):
    for pid in reversed(below(process.pid)):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.wait()


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


# ---- the command line

def agenda(args, store):
    today = dt.date.today()
    week = today + dt.timedelta(days=7)
    own = [args.programs / "bell", "--data-dir", store.data, "agenda", "--from", today, "--to", week]
    khal = ["khal", "-c", store.khal, "list", today, "7d"]
    env = store.env()
    # khal reads every file into its cache at the first start; that is not counted.
    listed = run(khal, env).stdout.count("Maths with")
    shown = run(own, env).stdout.count("Maths with")
    figures = {"bell": [], "khal": []}
    for _ in range(args.rounds * 3):
        figures["bell"].append(cpu_of(own, env))
        figures["khal"].append(cpu_of(khal, env))
    bell, yardstick = (statistics.median(figures[name]) for name in ("bell", "khal"))
    print("\nA week on the command line" + " " * 12 + "khal         bell    ratio   aim")
    print(f"  {'processor time, ms':28}{yardstick:12.1f}{bell:13.1f}{bell / yardstick:9.3f}  0.2")
    print(f"  sessions listed: khal {listed}, bell {shown}")


def cpu_of(command, env):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command, env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def run(command, env):
    done = subprocess.run([str(word) for word in command], env=env, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True)
    if done.returncode:
        raise SystemExit(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


# ---- rings

def rings(args, store):
    data = store.base / "ring-data"
    shutil.copytree(store.data, data)
    late = json.loads(run([args.programs / "ring_lateness", data], store.env()).stdout)
    print(f"\nHow late {len(late['bell_ms'])} rings come, ms       p50       p99")
    for key, label in (("timer_ms", "bare timer"), ("bell_ms", "bell")):
        values = sorted(late[key])
        print(f"  {label:28}{values[len(values) // 2]:10.1f}{values[len(values) * 99 // 100]:10.1f}")


# ---- the school

# The account whose sessions `first_sync` makes.
TUTOR = "00000000-0000-4000-8000-0000000000ad"


def school(args, store):
    print("\nA school")
    print(run([args.programs / "first_sync", str(args.sessions)], school_env(store)).stdout, end="")
    window_at_school(args, store)
    print("\nA school, in its database")
    print(run([args.programs / "pull_at_size"], school_env(store)).stdout, end="")


def window_at_school(args, store):
    """The same number of sessions on this computer, and at a school that does not answer."""
    there = store.base / "school-data"
    shutil.copytree(store.data, there)
    with sqlite3.connect(there / "this-computer.sqlite3") as db:
        for table in ("session_events", "sessions", "series"):
            db.execute(f"DELETE FROM {table}")
    own = sign_in(there, "tutor", TUTOR)
    run([args.programs / "first_sync", str(args.sessions), "--into", there, own], school_env(store))
    found = {"this computer": [], "at a school": []}
    for number in range(-1, args.rounds):
        for name, origin in (("this computer", store.data), ("at a school", there)):
            data = store.base / "window-data"
            shutil.rmtree(data, ignore_errors=True)
            shutil.copytree(origin, data)
            figures = start_window(store, [args.programs / "firstbell", "--data-dir", data])
            if number >= 0:
                found[name].append(figures["ms"])
    here, school_ms = (statistics.median(found[name]) for name in found)
    print(f"The window with {args.sessions} sessions: on this computer {here:.0f} ms, at a school {school_ms:.0f} ms,"
          f" {school_ms - here:+.0f} (aim: at most +50)")


def school_env(store):
    """What the school's programs need to find PostgreSQL and what speaks for it."""
    kept = ("PATH", "FIRSTBELL_SCHOOL_REST")
    return store.env() | {name: os.environ[name] for name in kept if name in os.environ}


if __name__ == "__main__":
    sys.exit(main())
