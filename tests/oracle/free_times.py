#!/usr/bin/env python3
"""When a tutor can be asked, and when the lessons of a weekly series are: the second opinion of the tests.

A case a line of standard input, its answer a line of standard output, both JSON; instants are seconds since 1970.

  {"zone", "slot_minutes", "notice_hours", "now",
   "rules": [{"weekday", "from", "to", "zone", "first_day", "last_day"}],
   "busy": [[start, end]],                    live lessons and the tutor's blocks
   "held": [[start, end, until]],             times that are suggested, and until when they are kept free
   "of_student": [[start, end]],              live lessons of the student with others
   "look": {"from", "to", "minutes"},
   "series": {"start", "minutes", "weeks", "skip"}}
  -> {"free": [start], "series": {"refused": code} or {"asked": [[start, end]], "left_out": [[start, end]]}}

Written from the words of the design, with zoneinfo and dateutil: a rule holds on its weekday, between two times of
the wall clock in its zone; lessons start on the grid that begins where the rule does; a series keeps its hour of
the wall clock. A wall-clock time that the clock leaves out is read with the offset from before the change, one that
comes twice is the first, and the first lesson of a series is at the instant that was asked.
"""
import datetime as dt
import json
import sys
import zoneinfo

from dateutil import rrule

UTC = dt.timezone.utc
MIDNIGHT = dt.time()


def at(seconds):
    return dt.datetime.fromtimestamp(seconds, UTC)


def seconds(instant):
    return int(instant.timestamp())


def on_the_clock(naive, zone):
    """The instant of a wall-clock time. `fold=0` is what Python calls the two rules above (PEP 495)."""
    return naive.replace(tzinfo=zone, fold=0).astimezone(UTC)


def meets(start, end, others):
    return any(start < other_end and other_start < end for other_start, other_end in others)


def windows(rule, first, last):
    """The rule's hours, as instants, on all of its days between two dates."""
    zone = zoneinfo.ZoneInfo(rule["zone"])
    if rule["first_day"]:
        first = max(first, dt.date.fromisoformat(rule["first_day"]))
    if rule["last_day"]:
        last = min(last, dt.date.fromisoformat(rule["last_day"]))
    days = rrule.rrule(
        rrule.DAILY,
        byweekday=rule["weekday"] - 1,
        dtstart=dt.datetime.combine(first, MIDNIGHT),
        until=dt.datetime.combine(last, MIDNIGHT),
    )
    for day in days:
        yield (on_the_clock(day + clock(rule["from"]), zone), on_the_clock(day + clock(rule["to"]), zone))


def clock(text):
    hours, minutes = text.split(":")
    return dt.timedelta(hours=int(hours), minutes=int(minutes))


def free(case, taken):
    look = case["look"]
    length = 60 * look["minutes"]
    earliest = case["now"] + 3600 * case["notice_hours"]
    starts = set()
    for rule in case["rules"]:
        first, last = at(look["from"]).date(), at(look["to"]).date()
        for opens, closes in windows(rule, first - dt.timedelta(days=3), last + dt.timedelta(days=3)):
            for start in range(seconds(opens), seconds(closes) - length + 1, 60 * case["slot_minutes"]):
                if look["from"] <= start < look["to"] and start >= earliest:
                    if not meets(start, start + length, taken):
                        starts.add(start)
    return sorted(starts)


def series(case, taken):
    asked = case["series"]
    zone = zoneinfo.ZoneInfo(case["zone"])
    length = 60 * asked["minutes"]
    if asked["start"] - 3600 * case["notice_hours"] <= case["now"]:
        return {"refused": "short_notice"}
    wall = at(asked["start"]).astimezone(zone).replace(tzinfo=None, fold=0)
    starts = [seconds(on_the_clock(time, zone)) for time in rrule.rrule(rrule.WEEKLY, dtstart=wall, count=asked["weeks"])]
    starts[0] = asked["start"]
    times = [[start, start + length] for start in starts]
    clashes = [time for time in times if meets(*time, taken) or meets(*time, case["of_student"])]
    if len(clashes) == len(times):
        return {"refused": "slot_taken"}
    if clashes and not asked["skip"]:
        return {"refused": "series_clashes"}
    return {"asked": [time for time in times if time not in clashes], "left_out": clashes}


def main():
    for line in sys.stdin:
        case = json.loads(line)
        taken = case["busy"] + [[start, end] for start, end, until in case["held"] if until > case["now"]]
        print(json.dumps({"free": free(case, taken), "series": series(case, taken)}))


if __name__ == "__main__":
    main()
