# From the wish for a lesson to what became of it, at a school. One sentence or two: what happened, and what to do.

# A school's no.
refused-stale = This was changed in the meantime. Look at it again, then decide.
refused-not-found = This session isn’t there any more, or isn’t yours.
refused-not-allowed = That isn’t yours to do at { $school }.
refused-not-for-status = Somebody was faster: that can’t be done with it any more.
refused-not-now = That can’t be done at this time.
refused-slot-taken = That time is taken. Choose another one; what you typed is kept.
refused-series-clashes = Some of these times are taken. Choose other ones; what you typed is kept.
refused-short-notice = The tutor needs more notice than that. Choose a later time; what you typed is kept.
refused-in-the-past = That time has passed. Choose a later one; what you typed is kept.
refused-bad-input = { $school } can’t take one of the entries. Look at them again; what you typed is kept.
refused-times-differ = The request and the session aren’t at the same time.
refused-has-opened = They have opened the meeting, so it can’t be said that they didn’t come.
refused-link-being-made = Another computer of yours is making the link just now. Try again in two minutes.
refused-meeting-made-anew = The meeting was made anew in the meantime, so this link wasn’t added.
refused-request-id-reused = This was sent before with other details. Look at what became of it, then try again.
refused-dropped = What this belongs to was taken back.

# Why something waits.
waits-to-be-sent = Waiting to be sent.
waits-for-network = Will be sent when you’re online.
waits-for-school = { $school } isn’t answering. Trying again.
waits-for-sign-in = Will be sent when you have signed in again.
waits-for-update = { $school } needs an update for this. It is sent after that.
waits-set-aside = { $school } fails at this, though it answers otherwise. Trying again every hour.

waiting-some = { $count ->
    [one] One change will be sent when the school can be reached.
   *[other] { $count } changes will be sent when the school can be reached.
  }
refused-some = { $count ->
    [one] One thing that you did wasn’t done by the school.
   *[other] { $count } things that you did weren’t done by the school.
  }

# Sessions that were here. The time is "Tue 1 Dec, 16:00".
left-one-not-yours = { $school } doesn’t show you { $title }, { $when }, any more.
left-some-not-yours = { $school } doesn’t show you { $count } sessions any more, the first on { $when }.
left-one-gone = { $title }, { $when }, isn’t at { $school } any more.
left-some-gone = { $count } sessions aren’t at { $school } any more, the first on { $when }.

# What was done. The time is "Tue 1 Dec, 16:00".
waiting-request-booking = Ask { $name } for { $subject }, { $when }
waiting-approve-as-parent = Agree to { $subject } with { $name }, { $when }
waiting-confirm-booking = Confirm { $subject } with { $name }, { $when }
waiting-decline-booking = Decline { $subject } with { $name }, { $when }
waiting-cancel-booking = Cancel { $subject } with { $name }, { $when }
waiting-cancel-series-from = Cancel { $subject } with { $name }, from { $when } on
waiting-propose-time = Propose another time to { $name }
waiting-accept-proposal = Take the time that { $name } suggests
waiting-decline-proposal = Decline the time that { $name } suggests
waiting-add-message = A message to { $name }
waiting-move-session = Move { $subject } with { $name }, { $when }
waiting-claim-meeting = Add your link to { $subject } with { $name }, { $when }
waiting-attach-meeting = Add your link to { $subject } with { $name }, { $when }
waiting-release-meeting = Take the link off { $subject } with { $name }, { $when }
waiting-record-opened = You opened { $subject } with { $name }, { $when }
waiting-send-presence = Tell { $name } how you come
waiting-set-bell = Switch the bell of { $subject } with { $name }, { $when }
waiting-mark-no-show = { $name } didn’t come, { $when }
waiting-keep-no-show = { $name } didn’t come, { $when }, after they said otherwise
waiting-undo-no-show = Take back that { $name } didn’t come, { $when }
waiting-answer-no-show = Answer whether somebody came, { $when }
waiting-end-early = Ended early: { $subject } with { $name }, { $when }
waiting-mark-held = Held: { $subject } with { $name }, { $when }
waiting-write-note = Notes on { $subject } with { $name }, { $when }

# Asking for a time.
ask-subject = Say what the lesson is about, in at most 200 letters.
ask-minutes = A lesson lasts from 10 minutes to 8 hours.
ask-note = Keep the note under 4,000 letters.
ask-no-tutor = Nobody of that name can be asked. bell requests --tutors names those who can.
ask-several = More than one is meant by that name. Name them in full.
own-link-none = That isn’t a link that can be opened: it begins with https://.

# Requests, each in a line. "-mine": one's own answer is outstanding.
request-pending = { $name } hasn’t answered yet: { $subject }
request-pending-mine = { $name } asks for { $subject }
request-awaiting-parent = A parent has to agree first: { $subject } with { $name }
request-awaiting-parent-mine = { $student } wants to ask { $name } for { $subject }
request-counter-proposed = Another time was suggested to { $name }: { $subject }
request-counter-proposed-mine = { $name } suggests another time for { $subject }
request-expired = Nobody answered in time: { $subject } with { $name }
request-waits = Waiting to be sent: { $subject } with { $name }
