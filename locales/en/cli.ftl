# What the command line says beside the words of bell and errors.

cli-no-home = No folder for data is known for you. Name one with --data-dir.
cli-standard-input = standard input
cli-days-backwards = --to { $to } is before --from { $from }.

cli-nothing = No sessions from { $from } to { $to }.
cli-nothing-to-come = No sessions to come.

cli-cancelled = cancelled
cli-held = held
cli-ended-early = ended early
cli-student-away = the student didn’t come
cli-tutor-away = the tutor didn’t come
cli-ended = ended { $time }
cli-no-link = no link yet
cli-opens = opens { $time }
cli-open = open
cli-in-progress = in progress

cli-opened = The meeting is open in the browser.
cli-browser-failed = The browser didn’t open.
cli-not-opened = The meeting was not opened.
cli-ask = This link leads to { $host }. Open it? [yes/no]
cli-pass-yes = This link leads to { $host }, which isn’t a known meeting service. Look at it, then pass --yes to open it.
cli-looks-like = It looks like { $provider }, but it isn’t.

cli-exported = { $count ->
    [one] Wrote { $count } session to { $file }.
   *[other] Wrote { $count } sessions to { $file }.
}

cli-imported = { $added } added, { $changed } changed, { $removed } removed.
cli-imported-busy = { $count ->
    [one] { $count } series without a meeting link is shown without a bell.
   *[other] { $count } series without a meeting link are shown without a bell.
}
cli-imported-all-day = { $count ->
    [one] { $count } event of whole days was left out.
   *[other] { $count } events of whole days were left out.
}
cli-left-out = Line { $line }: “{ $title }” was left out. { $why }

cli-link-open = open
cli-link-ask = ask
cli-link-refuse = refuse
cli-reason-join-form = A join link of a known meeting service.
cli-reason-unknown-host = No known meeting service.
cli-reason-ip-address = The host is a bare address, no name.
cli-reason-not-a-join-path = A known meeting service, but no plain join link.
cli-reason-not-https = It doesn’t begin with https://.
cli-reason-user-name = It carries a user name.
cli-reason-port = It names a port.
cli-reason-control-character = It holds a blank or an invisible character.
cli-reason-too-long = It is too long.
cli-reason-not-a-url = It isn’t a link.
cli-reason-no-host = It names no host.

cli-ok = ok
cli-problem = problem
doctor-folder-ok = The data folder is { $folder }, and only you can read it.
doctor-folder-none = The data folder { $folder } will be made when something is stored.
doctor-folder-open = Others can look into the data folder. Take that away with: chmod 700 { $folder }
doctor-store-ok = The sessions can be read (version { $version }).
doctor-store-none = No sessions have been stored yet.
doctor-store-damaged = The file with your sessions is damaged. Export what you can, then restore a copy of it.
doctor-app-ok = First Bell is running.
doctor-bell-ok = The bell can ring, and what is written can be kept.
doctor-app-silent = First Bell runs but doesn’t answer, so bells may not ring. Start it again: it offers to end the copy that hangs.
doctor-app-none = First Bell isn’t running, so no bell rings. Start it.
doctor-notifications-ok = Notifications are shown by { $service }.
doctor-notifications-system = Notifications are shown by the system.
doctor-notifications-none = Nothing on this desktop shows notifications. Start or install a notification service.
doctor-no-bus = There is no session bus, so notifications can’t be shown. Log in to a desktop session.
doctor-browser-ok = Meetings are opened by { $program }.
doctor-browser-none = No program that opens links was found. Install xdg-utils.
doctor-zone-ok = The time zone is { $zone }.
doctor-zone-table = Time zones: IANA { $version }.
doctor-zone-none = The computer’s time zone isn’t known, so times are shown in UTC. Set it in the system’s settings.
doctor-clock-ok = The clock says { $time }.
doctor-clock-wrong = The clock says { $time }, which can’t be right. Set it, or bells ring at the wrong time.

cli-password = Password:
cli-code = Code from the mail:
cli-nothing-on-input = Give the password, or with --code the digits of the mail, on standard input.
cli-app-silent = First Bell runs and doesn’t answer. Try again in a moment.
cli-signed-out = Signed out.
cli-no-schools = You aren’t signed in to a school.
cli-school-in = signed in
cli-school-waiting = waits for the link or the code of the mail
cli-school-stranger = signed in, and not known to the school: take an invitation up, or ask to be let in
cli-school-asked = asked, and the school hasn’t answered yet
cli-school-turned-away = the school has said no
cli-step-confirm = { $school } has sent you a mail. Open its link and sign in, or give its code to bell sign-in --code.
cli-step-confirm-new-password = { $school } has sent you a mail for a new password.
cli-step-stranger = You are signed in at { $school }, which doesn’t know you yet. Take an invitation up, or ask to be let in.
cli-step-asked = { $school } was asked. It will answer; First Bell looks by itself.
cli-step-turned-away = { $school } has said no.
cli-step-arrived = You are signed in at { $school }.
cli-check-needs = Give --address and --key, or --invitation.
cli-check-school = { $school } answers.
cli-check-email = People can sign in with e-mail and password.
cli-check-no-email = People can’t sign in with e-mail and password: turn on the e-mail provider.
cli-check-sign-up = People can sign up.
cli-check-no-sign-up = Nobody can sign up: turn on sign-ups, or make the accounts yourself.
cli-check-confirms = Addresses are confirmed by mail.
cli-check-no-confirms = Addresses are not confirmed: whoever types an address gets in with it.
cli-check-clock = The school’s clock and this computer’s differ by { $seconds } seconds.
cli-check-not-seen = What can’t be seen from outside, and has to be looked at in the project’s settings:
cli-check-smtp = an own SMTP server: the built-in mail sends two an hour, and only to the project’s own team
cli-check-way-back = http://127.0.0.1:*/** among the redirect URLs, so that a mail’s link leads back to First Bell
cli-check-site = a Site URL that shows a page, for links that are opened elsewhere
cli-check-code = a code ({ "{{ .Token }}" }) in the mail templates, for people who read their mail on a phone

cli-synced = In step.
cli-synced-but = In step, but { $count ->
    [one] one change of yours waits. `bell waiting` says why.
   *[other] { $count } changes of yours wait. `bell waiting` says why.
  }
cli-no-requests = No request waits for anybody.
cli-no-tutors = There is nobody who can be asked.
cli-nothing-waits = Nothing waits to be sent.
cli-asked = Asked.
cli-approved = Agreed. Now it is the tutor’s turn.
cli-confirmed = Confirmed. The session is in the list.
cli-declined = Declined.
cli-taken-back = Taken back.
cli-dropped = Dropped.
cli-retried = Tried again.
cli-no-such-time = The clocks leave this time out there. Choose another one.
cli-wall = Write the time as 2026-12-01T16:00.
