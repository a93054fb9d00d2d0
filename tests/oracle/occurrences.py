#!/usr/bin/env python3
"""What recurring-ical-events makes of calendar files: the second opinion of the tests.

  occurrences.py ZONE FROM UNTIL FILE...

For each file a line "# FILE", then a line for each timed occurrence that ends after FROM and starts before
UNTIL (times in UTC, 20261124T150000Z): start, end, title, separated by tabs, sorted. Floating times are read in ZONE. A file
that the library refuses gives "! " and the reason instead. FILE may be "-": then the names come from
standard input, one a line.
"""
import datetime as dt
import sys
import warnings
import zoneinfo

import icalendar
import recurring_ical_events

UTC = dt.timezone.utc


def instant(text):
    return dt.datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def utc(time, zone):
    if time.tzinfo is None:
        time = time.replace(tzinfo=zone)
    return time.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def rows(path, zone, start, until):
    with open(path, "rb") as file:
        calendar = icalendar.Calendar.from_ical(file.read())
    # The library compares floating times with the window's wall clock; the exact edge is cut below.
    for event in recurring_ical_events.of(calendar).between(start, until + dt.timedelta(days=2)):
        begin, end = event["DTSTART"].dt, event["DTEND"].dt
        if not isinstance(begin, dt.datetime):
            continue
        if utc(begin, zone) >= until.strftime("%Y%m%dT%H%M%SZ"):
            continue
        title = str(event.get("SUMMARY", "")).strip().replace("\n", " ")
        yield "%s\t%s\t%s" % (utc(begin, zone), utc(end, zone), title)


def main(zone, start, until, files):
    warnings.simplefilter("ignore")
    zone, start, until = zoneinfo.ZoneInfo(zone), instant(start), instant(until)
    if files == ["-"]:
        files = sys.stdin.read().splitlines()
    for path in files:
        print("# " + path)
        try:
            for row in sorted(rows(path, zone, start, until)):
                print(row)
        except Exception as problem:
            print("! %s: %s" % (type(problem).__name__, " ".join(str(problem).split())))


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    sys.stdout.reconfigure(encoding="utf-8")
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
