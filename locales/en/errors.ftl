# One sentence for each code: what happened, and what to do.

error-not-found = This session isn’t there any more.
error-stale = This session was changed somewhere else in the meantime. Look at it again, then repeat your change.
error-not-allowed = That can’t be done with this session any more.
error-not-now = That can’t be done with this session at this time.
error-not-open = Join opens at { $time }.
error-not-open-day = Join opens on { $day } at { $time }.
error-no-link = This session has no link yet. Add one first.
error-over = This session is over.
error-store-busy = Another program is writing to First Bell’s data. Try again in a moment.
error-store-newer = Your sessions were saved by a newer First Bell. Install that one to see them.
error-store-older = Start First Bell once to bring its data up to date, then try again.
error-store-damaged = The file with your sessions was damaged. It is kept as { $file }; First Bell starts afresh.
error-store-unreadable = The file with your sessions is damaged. Start First Bell: it keeps the file aside and starts afresh.
error-store-missing = There are no sessions on this computer yet. Start First Bell, or import a calendar file.
error-store-full = The disk is full, so this wasn’t saved. Make some room, then try again.
error-store-read-only = First Bell’s folder can’t be written to, so this wasn’t saved. Once it can be, try again.
error-store-unreachable = First Bell can’t reach its data just now. Check that its folder is where it was, then try again.
error-store-failed = First Bell couldn’t read or write its data. Check that the disk isn’t full or damaged.
error-folder = First Bell can’t use the folder { $folder }. Check that you may write there.
error-running-elsewhere = First Bell is already running with this data folder.
error-other-version = The First Bell that runs is another version. Quit it and start it again, then try once more.
error-stopped = Stopped. Nothing was changed.
error-import-gone = That calendar file isn’t open any more. Open it again.
start-failed = First Bell could not start: { $why }
error-file-unreadable = { $file } couldn’t be read. Check that it is still there and that you may open it.
error-file-unwritable = { $file } couldn’t be written. Choose another place.

file-too-large = This file is larger than 10 MB. Export fewer events and try again.
file-not-a-calendar = This isn’t a calendar file. Calendar files end in .ics.
file-empty = There is no calendar in this file.
file-broken = This calendar file is broken at line { $line }, so nothing was taken from it. Export it again and try once more.

draft-who-or-what = Say who it is with, or what it is about.
draft-too-long = That is too long. Keep it under { $most } characters.
draft-date = Give a date like 2026-11-24.
draft-time = Give a time like 16:00.
draft-minutes = A session lasts between 1 minute and 24 hours.
draft-zone = That time zone isn’t known.
draft-repeat = Choose between 1 and { $most } weeks.
draft-link-not-https = Only links that begin with https:// can be joined.
draft-link-user-name = This link carries a user name, so it can’t be trusted. Paste the plain meeting link.
draft-link-port = This link names a port, so it can’t be trusted. Paste the plain meeting link.
draft-link-unreadable = This isn’t a link. Paste the whole address, beginning with https://.

text-too-long = That is too long. Keep it under 20,000 characters.

event-no-start = It has no start.
event-bad-time = Its time can’t be read.
event-unknown-zone = Its time zone isn’t known.
event-bad-rule = Its repetition can’t be read.
event-bad-duration = Its length can’t be read.
event-end-before-start = It ends before it starts.
event-too-many-occurrences = It repeats too often to be a timetable.
