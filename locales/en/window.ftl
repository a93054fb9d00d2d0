### The window's words. Times come finished (“16:00”, “4:00 pm”).

## Dates: names, order and joints are the language's.

weekday-long = { $day ->
        [mon] Monday
        [tue] Tuesday
        [wed] Wednesday
        [thu] Thursday
        [fri] Friday
        [sat] Saturday
       *[sun] Sunday
    }
weekday-short = { $day ->
        [mon] Mon
        [tue] Tue
        [wed] Wed
        [thu] Thu
        [fri] Fri
        [sat] Sat
       *[sun] Sun
    }
month-long = { $month ->
        [jan] January
        [feb] February
        [mar] March
        [apr] April
        [may] May
        [jun] June
        [jul] July
        [aug] August
        [sep] September
        [oct] October
        [nov] November
       *[dec] December
    }
month-short = { $month ->
        [jan] Jan
        [feb] Feb
        [mar] Mar
        [apr] Apr
        [may] May
        [jun] Jun
        [jul] Jul
        [aug] Aug
        [sep] Sept
        [oct] Oct
        [nov] Nov
       *[dec] Dec
    }
date-long = { $weekday } { $day } { $month }
date-day = { $day } { $month }
date-weekday = { $weekday } { $date }
date-year = { $day } { $month } { $year }
before-noon = am
after-noon = pm
hours = { $start }–{ $end }
weekday-plural = { $weekday }s
week-day = { $weekday } { $day }
week-of = { $from } to { $to } { $month }
week-over = { $from } { $month } to { $to } { $lastMonth }

## The frame

places = Places
today = Today
week = Week
people = People
settings = Settings
search = Search
add = Add
list = Sessions
session = Session
close = Close
ok = OK
show = Show
show-why = Show me why
try-again = Try again
cancel = Cancel
save = Save
saved = Saved
undo = Undo
edit = Edit
move = Move
go-on = Continue
yes = Yes
drop-here = Drop the calendar file here

## Strips

notices = Notices
end-first-copy = End it and start anew
unread = Your sessions can’t be read just now.
unread-how = They aren’t lost by that. First Bell tries again by itself.
missed = While closed, { $count ->
        [one] one bell
       *[other] { $count } bells
    } did not ring.
clocks-changed = The clocks in { $place } changed: { $count ->
        [one] one session now begins
       *[other] { $count } sessions now begin
    } at another time.
clocks-changed-to = The clocks in { $place } changed: { $count ->
        [one] one session now begins
       *[other] { $count } sessions now begin
    } at { $time } your time.
samples = These sessions are samples.
remove-samples = Remove samples

## Today

next-session = Next session
later-today = Later today
earlier-today = Earlier today
tomorrow = Tomorrow
yesterday = Yesterday
empty = No sessions yet.
empty-how = Drop a calendar file here, paste an invitation, or add one.
add-session = Add a session
open-file = Open a calendar file
paste-invitation = Paste an invitation
samples-or = Or
samples-look = look round with samples
samples-go = . They go with one click.
done-next = That’s all for today. Next: { $day } { $time }, { $name }.
done-nothing-next = That’s all for today. Nothing else is planned.
later-sessions = Show later sessions
past-sessions = Past sessions
past-show = Show past sessions
past-earlier = Show earlier sessions
past-hide = Hide past sessions
past-none = No past sessions.

## Week

week-before = Week before
week-after = Week after
this-week = This week
week-empty = Nothing in this week.

## How far off

in-minutes = in { $minutes } min
in-hours = in { $hours } h
in-hours-minutes = in { $hours } h { $minutes } min
in-days = in { $days ->
        [one] one day
       *[other] { $days } days
    }
tomorrow-lower = tomorrow
today-lower = today
just-started = just started
started-ago = started { $minutes } min ago
when-next = Next · { $words }
when-now = Now · { $words }
when-day = { $day } · { $words }

## A session

name-subject = { $name }, { $subject }
subject-after = , { $subject }
view-session = View session
view-named = View session, { $name } { $time }
more-about = More about { $name }
homework-line = Homework: { $homework }
for-person = { $time } for { $person } ({ $place }){ $days ->
        [0] { "" }
        [1] , +1 day
        [-1] , −1 day
       *[other] , { NUMBER($days, signDisplay: "always") } days
    }
for-person-unknown = { $person }’s time ({ $place }) isn’t known
for-you = for you, { $place }
for-them-unknown = for { $person }, { $place }: their time isn’t known
for-them = for { $person }, { $place }{ $days ->
        [0] { "" }
        [1] , +1 day
        [-1] , −1 day
       *[other] , { NUMBER($days, signDisplay: "always") } days
    }
no-link = No link. Add one to be able to join.
overlaps = Overlaps with { $with }
busy = No bell: it has no link.
bell-off = No bell
cancelled = Cancelled
cancelled-you = Cancelled by you, { $time }
cancelled-file = Cancelled in the calendar file, { $time }
held = Held
ended-early = Ended early
person-absent = { $person } didn’t come
nobody-came = Nobody came
you-absent = You didn’t come

## Join

join = Join
join-again = Join again
join-asks = Join…
opens = Opens { $time }
opens-day = Opens { $day } { $time }
opens-why = Join opens five minutes before the start. To go in sooner, choose Open early in the menu.
ended = Ended { $time }
add-link = Add a link
open-early = Open early
snooze = Snooze
open-app = Open First Bell
copy-link = Copy link
link-copied = Link copied.
copy-failed = The link could not be copied. It is shown on the session’s page.
nothing-open = No session is planned that could be joined.
browser-failed = The browser didn’t open.
can-join-person = You can join { $person }’s session
can-join-title = You can join { $title }
open-host = This link leads to { $host }. Open it?
open-host-why = First Bell doesn’t know this address. Open it only if you know who sent it.
open-it = Open it
looks-like = It looks like { $provider }, but it isn’t { $provider }’s address. Open it only if you are sure who sent it.

## The session's page

from-file = From the calendar file
homework-and-plan = Homework and plan
homework = Homework
plan = Plan
edit-homework = Edit homework and plan
notes = Notes
edit-notes = Edit notes
only-you = Only you
on-this-computer-stays = stays on this computer
nothing-written = Nothing written yet.
what-happened = What happened
source-file = calendar file
source-bell = bell
happened-when = · { $time }
happened-from = · { $time } · { $source }
how-it-went = How did it go?
mark-held = It was held
mark-early = It ended early
mark-undone = Not marked any more
save-calendar = Save as calendar file
saved-as = Saved as { $file }.
cancel-session = Cancel session
restore = Restore session
restored = Restored
turn-bell-on = Ring the bell
turn-bell-off = Don’t ring the bell
bell-on-now = The bell will ring for { $name }
bell-off-now = The bell won’t ring for { $name }

## Add, edit, move, cancel

edit-named = Edit { $name }
move-named = Move { $name }
added = Added
moved = Moved
who = Who
what = What
optional = optional
date = Date
time-in = Time in { $place }
length = Length
minutes = { $minutes } min
link = Link
link-hint = Google Meet, Zoom, Teams or any other https link. You can add it later.
link-of = A { $provider } link
link-asks = { $host } is no provider that First Bell knows. It asks before opening it.
link-for = Link for { $name }
their-zone = Their time zone
zone-example = Such as New York
place = Place
repeat = Repeats
once = Once
weekly = Every week
how-often = How many weeks
night-for = Night for { $person }
add-sessions = Add { $count ->
        [one] 1 session
       *[other] { $count } sessions
    }
change-sessions = Change { $count ->
        [one] 1 session
       *[other] { $count } sessions
    }
scope = Which sessions
scope-this = Only this session
scope-later = This and { $count ->
        [one] the next one
       *[other] the { $count } after it
    }
cancel-title = Cancel this session?
cancel-which = { $name }, { $day }, { $time }
cancel-nobody-told = It stays in the list, struck through, and doesn’t ring. Nobody is told.
cancel-sessions = Cancel { $count ->
        [one] 1 session
       *[other] { $count } sessions
    }
keep = Keep it

## Calendar files and invitations

import-add = Add { $count ->
        [one] 1 session
       *[other] { $count } sessions
    }?
import-change = Change { $count ->
        [one] 1 session
       *[other] { $count } sessions
    }?
import-none = Nothing to add
import-about = { $file } · times in { $place } · nothing is sent to anyone
import-chosen = { $chosen } of { $all } chosen
import-working = Adding…
import-changing = Changing…
import-percent = { $percent }%
reading = Reading { $file }… { $percent }%
stop = Stop
imported = Added { $added }, changed { $changed }, removed { $removed }.
series-once = { $date } { $hours }
series-weekly = { $weekdays } { $hours }, { $from } to { $to }
series-other = { $hours }, { $from } to { $to }
series-over = Over already.
series-past = { $count ->
        [one] One before these is over; it is kept in the past.
       *[other] { $count } before these are over; they are kept in the past.
    }
series-changed = Changed in the file; yours will follow it.
series-cancelled = Cancelled in the file; yours will be cancelled.
link-in-each = { $count ->
        [one] { $provider } link
       *[other] { $provider } link in each
    }
no-link-bell = No link: the bell rings, but there is no Join.
no-link-no-bell = No link and no bell: it only fills the time.
no-link-appointment = No link. Looks like an appointment.
sessions-count = { $count ->
        [one] 1 session
       *[other] { $count } sessions
    }
events-count = { $count ->
        [one] 1 event
       *[other] { $count } events
    }
over-here = Over already
over-here-hint = They go to the past sessions, without a bell.
over-each = Show each
over-together = Show together
left-out-more = { $count ->
        [one] and 1 more
       *[other] and { $count } more
    }
already-here = Already here
already-here-hint = Nothing changes for these.
older-here = Older than what is here
older-here-hint = Yours are kept.
all-day = All-day events
all-day-hint = They have no time to ring at, so they are left out.
left-out = { $count ->
        [one] 1 event can’t be read and is left out
       *[other] { $count } events can’t be read and are left out
    }
line = Line { $line }
refused-title = This file can’t be read
refused-kept = Nothing was added or changed.
another-file = Open another file
paste-here = The invitation’s text, or a link
paste-nothing = That is neither an invitation nor a link. Copy the whole invitation, or the link alone.



## People

no-next = Nothing planned
next-near = { $day } { $time }
next-far = { $weekday } { $day } { $month }, { $time }
zone-now = { $place }, { $time } there now
zone-now-unknown = { $place }, the time there isn’t known
zone-unknown = Time zone not known
zone-of = { $person }’s time zone
view-person = View { $person }
people-empty = People you have sessions with are listed here.

## Settings

bell = Bell
rings-before = Rings five minutes before a session
rings-before-hint = Join opens then too.
sound = Sound
sound-hint = One soft strike. Silent while your own session runs.
hide-names = Hide names
hide-names-hint = “Next session in 5 minutes”
break-through = Ring through Do Not Disturb
break-through-hint = Shown even when other notifications are held back.
last-bell = Last bell: { $day } { $time }, { $outcome }
last-bell-none = No bell has rung yet
bell-shown = shown
bell-joined = you joined
bell-opened = you looked
bell-snoozed = snoozed
bell-dismissed = closed by you
bell-timed-out = shown, no answer
bell-failed = could not be shown
shown-by = Shown by { $service }
ring-test = Ring a test bell
ring-again = Ring again
test-rang = The test bell has rung
schools = Schools
school-sign-in = Sign in to a school
school-coming = This is coming. Until then, your sessions live on this computer.
this-computer = This computer
autostart = Start with this computer
autostart-hint = First Bell can only ring while it runs.
colours = Colours
as-computer = As the computer
light = Light
dark = Dark
clock = Clock
clock-24 = 24 hours (16:00)
clock-12 = 12 hours (4:00 pm)
sessions-here = Sessions on this computer
sessions-here-hint = All of them, as one calendar file
save-copy = Save a copy
version = First Bell { $version }

## Search

search-what = Name, subject or words
search-nothing = Nothing found for ‘{ $text }’.
search-found = { $count ->
        [one] 1 session found
       *[other] { $count } sessions found
    }

## Keys

keys = Keys
key-join = Join what is open
key-places = Today, Week, People
key-add = Add a session
key-import = Open a calendar file
key-paste = On Today: paste an invitation or a link
key-search = Search
key-settings = Settings
key-rows = Go from session to session
key-view = View the session
key-row = On a session: join, move, copy its link
key-back = Back
key-close = Close
key-hide = Hide the window; bells still ring
key-quit = Quit
key-keys = These keys

## Quitting

quit-one = Your { $time } bell won’t ring.
quit-many = Your { $times } bells won’t ring.
quit-why = First Bell can only ring while it runs. You can close the window and leave it running.
quit = Quit
keep-running = Keep running

## First run

first-runs = First Bell can only ring while it runs.
first-waits = Let it start with this computer. It waits quietly and rings five minutes before each session.
not-now = Not now
first-hear = Hear it once.
first-hear-how = A notification and one soft strike, as before a session.
first-seen = It rang just now. Did you see it?
no-why = No, show me why
bell-no-problem = This computer says that it showed the bell. Look whether Do Not Disturb is on, and whether First Bell is allowed to show notifications in the system’s settings.
first-still = You can ring a test bell at any time in Settings.
first-step = Step { $step } of 2

