# What the bell, the tray and the command line say. Times and names come in ready to be read.

ring-with-person = { $subject } with { $person } { $when }
ring-title-only = { $title } { $when }
ring-hidden = Next session { $when }
ring-several = { $count } sessions { $when }
ring-several-mixed = { $count } sessions are waiting

when-in-minutes = { $minutes ->
    [one] in { $minutes } minute
   *[other] in { $minutes } minutes
}
when-now = starts now
when-started = { $minutes ->
    [one] started { $minutes } minute ago
   *[other] started { $minutes } minutes ago
}
when-over = was planned until { $end }

late-started = { $minutes ->
    [one] Started { $minutes } minute ago
   *[other] Started { $minutes } minutes ago
}

body-time = { $time }
body-two-clocks = { $time } · { $theirs } for { $person }
body-several-line = { $time } { $name }
body-cannot-join = { $body } · no link yet

action-join = Join
action-snooze = Snooze
action-open = Open First Bell

test-ring-title = This is your bell
test-ring-body = It rings like this five minutes before each session.

tray-next = { $time } { $name }, { $when }
tray-later = { $time } { $name }
tray-hidden = { $time } session
tray-nothing = No sessions to come
tray-ended = ended { $time }
tray-opens = Opens { $time }
tray-join = Join
tray-open = Open First Bell
tray-hide-names = Hide names
tray-cannot-ring = Bells can’t be shown
tray-unread = Your sessions can’t be read just now
tray-quit = Quit First Bell

happened-added = Added
happened-imported = Came with a calendar file
happened-moved = Moved from { $before }
happened-clocks-changed = Its clocks changed; it stood at { $before }
happened-length-changed = The length changed
happened-link-added = A link was added
happened-link-changed = The link changed
happened-link-removed = The link was removed
happened-place-changed = The place changed
happened-renamed = The title changed
happened-homework-changed = Homework or plan changed
happened-notes-changed = Your notes changed
happened-bell-on = The bell was switched on
happened-bell-off = The bell was switched off
happened-changed = Changed
happened-cancelled = Cancelled
happened-restored = Brought back
happened-rang = The bell rang
happened-opened = You opened the meeting
happened-they-opened = Opened the meeting
happened-held = Marked as held
happened-ended-early = Marked as ended early
happened-student-away = Marked: the student didn’t come
happened-tutor-away = Marked: the tutor didn’t come
happened-mark-undone = Mark taken back

title-with-person = { $subject } with { $person }

check-person-time = { $time } for { $person } ({ $city })

pasted-file-name = Pasted calendar

bell-no-service = No notification service answers on this desktop. First Bell shows a small window of its own instead.

minimised-title = First Bell keeps running
minimised-body = This desktop has no tray, so the window was minimised instead of hidden. Your bells still ring.

tray-next-hidden = { $time } session, { $when }

# What is wrong with bell or store, on the strip and in `bell doctor`: what happened, what still works, what to do.
bell-stopped = The bell stopped and is being started again. Keep an eye on the time for the next minute.
cannot-ring = Bells can’t ring on this computer.
first-copy-silent = Another copy of First Bell doesn’t answer, so bells may not ring. Join works here.
first-copy-unknown = Another copy of First Bell doesn’t answer, so bells may not ring. Join works here. To ring again, end the other copy or restart the computer.
bells-still-ring = Bells still ring.
bells-do-not-ring = Bells can’t ring until your sessions can be read.
store-fault-full = The disk is full, so nothing can be saved. { $bells } Make some room.
store-fault-read-only = First Bell’s folder can’t be written to, so nothing can be saved. { $bells } Check who may write there.
store-fault-busy = Another program has been writing First Bell’s data for a while, so nothing can be saved yet. { $bells }
store-fault-moved = First Bell’s folder isn’t where it was. { $bells } Put it back, or quit and start First Bell again.
store-fault-deleted = First Bell’s folder was deleted, so it began a new one. Your sessions are gone from here; their bells still ring until tomorrow.
store-fault-replaced = Another folder was put in the place of First Bell’s, and its sessions are shown now. The bells of those before still ring until tomorrow.
store-fault-newer = Your sessions were saved by a newer First Bell, so nothing can be saved here. { $bells } Install the newer one.
store-fault-failed = First Bell can’t read or write its data just now. { $bells } Check the disk.

# The page in the browser, after a link was opened or an account connected.
way-back-done = You can close this page
way-back-done-text = First Bell has what it needs. Go back to it.
way-back-failed = This didn’t work
way-back-failed-text = Go back to First Bell. It says what happened and what to do.
way-back-open = Go back to First Bell
way-back-open-text = It is still at work and says there how it went. You can close this page.
