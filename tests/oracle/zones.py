#!/usr/bin/env python3
"""What PyPI's tzdata says of time zones: the second opinion of the tests. The computer's own tables are not asked.

  zones.py names             every name, one a line, after "# " and the table's version
  zones.py changes           for each name each time from 2024 to 2030 at which its clocks change, and what the
                             clocks show in each hour around it, both ways (see `changes`)
  zones.py at                for each line "NAME SECONDS" of standard input what its clocks show then
  zones.py before FOLDER     where the tzdata in FOLDER differs, in the form of
                             src-tauri/core/src/zone/differences_2025b.txt
"""
import datetime as dt
import os
import sys
import zoneinfo

import tzdata

UTC = dt.timezone.utc
zoneinfo.reset_tzpath([])


def seconds(year, month=1, day=1):
    return int(dt.datetime(year, month, day, tzinfo=UTC).timestamp())


def folder_of(package):
    return os.path.join(os.path.dirname(package.__file__), "zoneinfo")


def names(folder):
    with open(os.path.join(os.path.dirname(folder), "zones")) as file:
        return file.read().split()


def version(folder):
    with open(os.path.join(folder, "tzdata.zi")) as file:
        return file.readline().split()[2]


def load(folder, name):
    with open(os.path.join(folder, *name.split("/")), "rb") as file:
        return zoneinfo.ZoneInfo.from_file(file, key=name)


def offset(zone, at):
    return int(dt.datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset().total_seconds())


def first(before, after, holds):
    """The first second after `before` at which it holds; at `after` it does."""
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (before, middle) if holds(middle) else (middle, after)
    return after


DAY = 86_400


def changes_of(zone, start, end):
    """No zone changes its clocks there and back within a day."""
    at = start
    while at < end:
        then = at + DAY
        if offset(zone, then) == offset(zone, at):
            at = then
            continue
        at = first(at, then, lambda when, was=offset(zone, at): offset(zone, when) != was)
        yield at


def wall_seconds(wall):
    return int(wall.replace(tzinfo=UTC, fold=0).timestamp())


def both_ways(zone, at):
    """What the wall shows at an instant, and which instants that wall clock means: fold 0, fold 1, and whether the
    clocks ever show it."""
    wall = dt.datetime.fromtimestamp(at, UTC).astimezone(zone).replace(tzinfo=None)
    return [at, wall_seconds(wall), *read(zone, wall)]


def read(zone, wall):
    wall = wall.replace(fold=0)
    one, two = (int(wall.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (0, 1))
    shown = dt.datetime.fromtimestamp(one, UTC).astimezone(zone).replace(tzinfo=None, fold=0) == wall
    return [one, two, int(shown)]


def changes():
    """NAME, then for each change: A of an instant, W of a wall clock (its instants by either fold, and whether it is
    ever shown); every quarter of an hour from three hours before to three hours after."""
    folder = folder_of(tzdata)
    for name in names(folder):
        zone = load(folder, name)
        print(name)
        moments = [seconds(2024), seconds(2026, 12), *changes_of(zone, seconds(2024), seconds(2031))]
        for change in moments:
            for at in range(change - 3 * 3600, change + 3 * 3600 + 1, 900):
                print("A", *both_ways(zone, at))
            middle = wall_seconds(dt.datetime.fromtimestamp(change, UTC).astimezone(zone).replace(tzinfo=None))
            for shown in range(middle - 3 * 3600, middle + 3 * 3600 + 1, 900):
                wall = dt.datetime.fromtimestamp(shown, UTC).replace(tzinfo=None)
                print("W", shown, *read(zone, wall))


def at():
    folder = folder_of(tzdata)
    for line in sys.stdin:
        name, when = line.split()
        print(offset(load(folder, name), int(when)))


def before(old):
    new = folder_of(tzdata)
    found = {}
    for name in names(old):
        paths = [os.path.join(folder, *name.split("/")) for folder in (old, new)]
        if open(paths[0], "rb").read() == open(paths[1], "rb").read():
            continue
        was, now = load(old, name), load(new, name)
        start, end = seconds(2022), seconds(2060)
        edges = sorted({start, end, *changes_of(was, start, end), *changes_of(now, start, end)})
        spans = []
        for begins, ends in zip(edges, edges[1:]):
            if offset(was, begins) != offset(now, begins):
                if spans and spans[-1][1] == begins and spans[-1][2] == offset(was, begins):
                    spans[-1][1] = ends
                else:
                    spans.append([begins, ends, offset(was, begins)])
        if spans:
            found.setdefault(tuple(map(tuple, spans)), []).append(name)
    print("# Where IANA's table %s differs from %s, from 2022 to 2060: zones, then from when to when" % (version(old), version(new)))
    print("# (UTC) its clocks were how many seconds from UTC. Written by tests/oracle/zones.py out of PyPI's tzdata.")
    for spans, zones in sorted(found.items(), key=lambda each: each[1]):
        print("zone", *zones)
        for begins, ends, was in spans:
            stamp = lambda when: dt.datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            print(stamp(begins), stamp(ends), was)


def main(what, *rest):
    if what == "names":
        print("#", version(folder_of(tzdata)))
        print("\n".join(names(folder_of(tzdata))))
    else:
        {"changes": changes, "at": at, "before": before}[what](*rest)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
