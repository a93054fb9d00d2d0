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
empty-how-schools = What is planned at { $schools } comes here by itself. For your own, drop a calendar file here, paste an invitation, or add one.
sources = On this computer and at { $schools }
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
no-link-yet = No link yet
overlaps = Overlaps with { $with }
busy = No bell: it has no link.
bell-off = No bell
cancelled = Cancelled
cancelled-you = Cancelled by you, { $time }
cancelled-file = Cancelled in the calendar file, { $time }
cancelled-person = Cancelled by { $person }, { $time }
cancelled-parent = Cancelled by a parent, { $time }
cancelled-school = Cancelled by the school, { $time }
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
at-the-school-stays = kept at the school for you alone
nothing-written = Nothing written yet.
what-happened = What happened
source-file = calendar file
source-bell = bell
source-tutor = tutor
source-student = student
source-guardian = parent
source-school = school
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
lives-in = Lives in { $place }
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
school-in = Signed in as { $email }
school-in-this-run = Signed in as { $email } until you quit First Bell: this computer has no place where sign-ins are kept
school-onwards = { $action }, { $school }
another-school = Another school
no-school = No school yet
no-school-hint = Its sessions come into the same list as your own. Nothing is sent before you ask for one.
sign-in-again = Sign in again
sign-out = Sign out
sign-up-remove = Remove
sign-up-remove-of = Remove the sign-up at { $school }
sign-out-of = Sign out of { $school }
sign-out-title = Sign out of { $school }?
sign-out-where = Where to sign out
sign-out-here = On this computer
sign-out-everywhere = Everywhere you are signed in
sign-out-others-stay = Other computers and phones stay signed in.
sign-out-elsewhere = Other computers and phones are signed out as well. Where the school can’t be reached now, that happens as soon as it can.
sign-out-kept = Your own sessions on this computer stay. Those at { $school } go from it, and come back when you sign in again.
signed-out = You’re signed out of { $school }.
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
first-invitation = I have an invitation to a school

## Getting in to a school

school-sign-in = Sign in to a school
begin-go-on = Go on
asking = Asking { $school }…
the-school = the school
invitation-paste = Paste the invitation: the code, the link, or the whole mail.
invitation = Invitation
invitation-example = Such as K7QM3-XTD9P-22ABC-HJKMN
no-invitation = I have no invitation
no-invitation-how = The school’s office knows its address and its key.
school-of-code = Which school is the code from?
school-of-code-how = A code alone doesn’t say that. The mail with the invitation, or the school’s office, has the address and the key.
school-address = The school’s address
school-key = Its key
invitation-leads = This invitation leads to
invitation-not-sent = Nothing has been sent there yet. When you go on, this school is asked who it is and whom it invites. It gets the invitation’s code, and nothing about you.
another-invitation = Another invitation
other-host = Is this still { $school }?
other-host-known = Its address on this computer
other-host-given = The address in what you were given
other-host-why = Did { $school } tell you that its address has changed? If not, somebody else may be after your password.
other-host-else = If you keep the one you know, nothing is sent to the other, and everything goes on at { $known } as before.
other-host-keep = Keep the one I know
other-host-take = Use the new one
invites = { $school } invites you as { $role ->
        [student] a student
        [tutor] a tutor
       *[guardian] a parent
    }.
invites-how = { $role ->
        [guardian] Your child’s sessions there come into the same list as your own, and ring with them.
       *[student] Its sessions come into the same list as your own, and ring with them.
    }
sign-up-at = Sign up at { $school }
sign-up-follows = { $follows ->
        [let_in] You’re in as soon as your e-mail address is confirmed.
        [approved] You’re in as soon as your e-mail address is confirmed. Students see you once { $school } has approved you.
       *[asked] { $school } is asked, and answers when somebody there has seen it.
    }
role-asked = At { $school } I am
role-student = a student
role-tutor = a tutor
role-guardian = a parent
first-name = First name
last-name = Last name
child-name = Your child’s name
child-hint = As the school knows it.
note-to = A note to { $school }
email = E-mail
password = Password
at-least-eight = At least eight characters.
times-as-here = Times in { $place }, as on this computer
times-change = Change
times-change-named = Change your time zone
your-zone = Your time zone
show-password = Show password
hide-password = Hide password
hide = Hide
sign-up = Sign up
sign-in = Sign in
have-account = I have an account
only-server = Only { $school }’s server gets what you type, at { $host }.
what-is-sent = What is sent
sent-sign-up = Your name, e-mail and password, the invitation’s code, and that your times are those of { $place } go to { $host }, and nowhere else.
sent-asking = Your name, e-mail and password, who you are there, your note, and that your times are those of { $place } go to { $host }, and nowhere else.
sent-sign-in = Your e-mail and password go to { $host }, and nowhere else.
sent-kept = The password isn’t kept. So that you stay signed in, a key of this school’s is kept where this computer keeps its passwords.
sent-own = The sessions and notes that you have on this computer aren’t sent.
sign-in-to = Sign in to { $school }
sign-in-stays = Everything here stays as it is until you do.
sign-in-invited = { $school } invites you as { $role ->
        [student] a student
        [tutor] a tutor
       *[guardian] a parent
    }. The invitation is taken as soon as you’re in.
forgotten = Forgotten password
no-account = No account there yet?
back-to-mail = Back to the mail
mail-sent = { $school } has sent you a mail.
mail-open-link = Open the link in it, here or on your phone. It went to
mail-open-link-here = Open the link in it on this computer: this page then goes on by itself, and you choose a new password. It went to
mail-page-not-shown = If the page behind it can’t be shown, that’s all right: your address is confirmed.
mail-opened = I have opened the link
mail-code = Is there a code in the mail?
mail-code-or = Or type the code from the mail
mail-code-example = 123 456
mail-confirm = Confirm
mail-none = No mail after five minutes? Look among the unwanted ones. If { $email } has an account already, none comes.
mail-none-known = No mail after five minutes? Look among the unwanted ones. If { $email } has no account there, none comes.
mail-again = Send it again
mail-sent-again = Sent again, { $time }.
another-address = Another address
new-password-for = Choose a new password for { $school }
new-password-how = For { $email }. Wherever else you are signed in with it, you sign in again with the new one.
new-password = New password
new-password-set = Set password
stranger = { $school } doesn’t know you yet.
stranger-how = You’re signed in as { $email }, but nobody at { $school } belongs to this account. An invitation changes that, or ask to join.
turned-away = { $school } said no.
turned-away-as = You asked to join as { $role ->
        [student] a student
        [tutor] a tutor
       *[guardian] a parent
    }, with { $email }. What you have on this computer stays as it is.
turned-away-how = With an invitation you’re in all the same. { $school }’s office knows more.
ask-once-more = Ask once more
ask-to-join = Ask to join
asked = { $school } hasn’t answered yet.
asked-how = Nothing is left for you to do. You’re told here when it has, and everything of your own rings as before.
asked-for = Asked to join as { $role ->
        [student] a student
        [tutor] a tutor
       *[guardian] a parent
    }
asked-with = With the account
asked-at = Asked
asked-look = Look again
asked-no-answer = No answer yet at { $time }.
full-name = { $first } { $last }
day-time = { $day }, { $time }
arrived = You’re in at { $school }.
arrived-approval = { $school } has yet to approve you as a tutor. Until then students there don’t see you. Nothing is left for you to do.
signed-in-to = You’re signed in to { $school }.
check-invitation = Paste the invitation first.
check-address = Type the address that the school gave you, such as school.example.org.
check-key = Type the key too. It was given to you with the address.
check-role = Say who you are at the school.
check-first-name = Type your first name.
check-last-name = Type your last name.
check-child = Type your child’s name, so that the school knows whose parent you are.
check-zone = Type a city in your time zone, such as New York.
check-email = Type an e-mail address, such as ben@example.com.
check-password = Type your password.
check-new-password = Choose a password.
check-short-password = A password has at least eight characters. This one has { $count ->
        [one] one
       *[other] { $count }
    }.
check-code = Type the code as it stands in the mail: six digits.

## Requests at a school.

needs-you = Needs you
all-requests = All { $count }
waiting-for-answer = Waiting for an answer
request-asks = { $name } asks for { $subject }
request-asked = You asked { $name } for { $subject }
request-child-asks = { $student } wants to ask { $name } for { $subject }
request-parent-first = { $subject } with { $name }, once a parent agrees
request-suggests = { $name } suggests { $time } for { $subject }
request-suggested = You suggested { $time } to { $name }, for { $subject }
request-ran-out = Nobody answered in time: { $subject } with { $name }
answer-by = answer by { $time }
day-and-time = { $day } { $time }
said = “{ $text }”
waits = Waiting to be sent
confirm = Confirm
agree = Agree
decline = Decline
take-time = Take { $time }
not-that-time = Not that time
time-declined = { $name } is told. Your first wish stands.
take-back = Take back
confirmed = Confirmed. The session is in the list.
agreed = Agreed. Now it’s the tutor’s turn.
declined = Declined.
taken-back = Taken back.
decline-named = Decline { $name }’s request
decline-why = Why, for { $name }, if you like
will-be-sent = You can’t reach the school just now. It is sent as soon as you can.
what-waits = { $count ->
    [0] Nothing waits
    [one] One change waits
   *[other] { $count } changes wait
  }
nothing-waits = Everything that you did has arrived.
waits-how = They are sent in this order as soon as the school can be reached. Until then nobody there knows.
waits-since = Since { $time }.
drop = Drop it
try-now = Try now
ask-for-a-time = Ask for a time
ask-named = Ask { $name } for a time
ask-whom = Whom
ask-for-whom = For whom
at-school = { $name }, { $school }
also-here = Also on this computer
also-here-with = Also on this computer, with { $person }
also-at = Also at { $school }
also-at-with = Also at { $school }, with { $person }
look-there = Look there
free-times = { $name }’s free times
another-time = Another time
no-free-times = { $name } has entered no free times. Ask for any time that suits you.
not-free = That isn’t among { $name }’s free times. You can ask all the same.
message-to = Message to { $name }, if you like
ask = Ask
ask-for-named = Ask for { $day } { $time }
ask-subject-missing = Say what the lesson is about.
own-link = Your own meeting link
own-link-hint = If you teach: what you confirm gets it as its meeting. It is kept on this computer.
own-link-kept = Your link is kept on this computer.
own-link-gone = There is no link of your own any more.
request-sent = { $name } has your request.
cancel-all-told = Everybody who is in it is told by the school.
