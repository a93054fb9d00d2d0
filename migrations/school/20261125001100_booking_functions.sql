-- From the first wish to a confirmed lesson, and what may happen to it on the way.

-- ---- what a place takes

-- Makes the session of a booking, or takes the place in one that is there (a group), and confirms the booking.
create function private.give_place(b public.bookings, start_at timestamptz, end_at timestamptz, zone text, into_session uuid)
returns uuid
language plpgsql set search_path = '' as $$
#variable_conflict use_variable
declare
  session uuid := into_session;
begin
  if session is null then
    insert into public.sessions (tutor_id, subject, scheduled_start_at, scheduled_end_at, zone)
    values (b.tutor_id, b.subject, start_at, end_at, zone) returning id into session;
  end if;
  update public.bookings k set stored_status = 'CONFIRMED', expires_at = null, session_id = session,
    start_at = give_place.start_at, end_at = give_place.end_at, zone = give_place.zone
  where k.id = b.id;
  insert into public.session_participants (session_id, tutor_id, person_id, booking_id)
  values (session, b.tutor_id, b.student_id, b.id);
  return session;
end $$;

-- Ends a booking by calling it off, and its session with the last participant. Those who remain in a group are
-- not told of it.
create function private.call_off(b public.bookings, side text, reason text) returns void
language plpgsql set search_path = '' as $$
begin
  perform private.close_proposals(b.id, 'WITHDRAWN');
  update public.bookings k set stored_status = 'CANCELLED', expires_at = null, ended_by = side, reason = call_off.reason where k.id = b.id;
  if public.status(b) <> 'CONFIRMED' then
    perform private.tell('cancelled', side, case when b.reached_tutor_at is not null then b.tutor_id end, b.student_id, null, b.id);
    return;
  end if;
  perform private.tell('cancelled', side, b.tutor_id, b.student_id, b.session_id, b.id);
  if exists (select from public.session_participants sp where sp.session_id = b.session_id and sp.booking_id <> b.id) then
    delete from public.session_participants sp where sp.booking_id = b.id;
  else
    update public.sessions s set status = 'CANCELLED', cancelled_at = private.clock(), cancelled_by = side where s.id = b.session_id;
  end if;
end $$;

-- Ends a booking that is not confirmed with the tutor's no.
create function private.turn_down(b public.bookings, side text, reason text) returns void
language plpgsql set search_path = '' as $$
begin
  perform private.close_proposals(b.id, 'DECLINED');
  update public.bookings k set stored_status = 'DECLINED', expires_at = null, ended_by = side, reason = turn_down.reason where k.id = b.id;
  perform private.tell('declined', side, b.tutor_id, b.student_id, null, b.id);
end $$;

create function private.close_proposals(booking uuid, becomes text) returns void
language sql set search_path = '' as $$
  update public.booking_proposals p set stored_status = becomes where p.booking_id = booking and p.stored_status = 'OPEN'
$$;

-- When a request runs out that is asked or comes back now: after the school's hours, or at the tutor's notice.
create function private.runs_out_at(tutor uuid, start_at timestamptz) returns timestamptz
language sql stable set search_path = '' as $$
  select least(private.clock() + make_interval(hours => school.answer_hours),
    runs_out_at.start_at - make_interval(hours => coalesce(p.notice_hours, school.notice_hours)))
  from public.school_settings school, public.people p where p.id = tutor
$$;

-- Whether somebody's time is taken, by anything but `owner`: a live session, or a time that is held.
create function private.is_taken(person uuid, start_at timestamptz, end_at timestamptz, owner uuid) returns boolean
language sql volatile set search_path = '' as $$
  select exists (select from private.slots s where s.person_id = person and s.during && tstzrange(start_at, end_at)
    and s.owner_id is distinct from owner and (s.held_until is null or s.held_until > private.clock()))
$$;

-- Whether a tutor has said that they are busy.
create function private.is_blocked(tutor uuid, start_at timestamptz, end_at timestamptz) returns boolean
language sql volatile set search_path = '' as $$
  select exists (select from public.tutor_unavailability_blocks b
    where b.tutor_id = tutor and b.start_at < is_blocked.end_at and is_blocked.start_at < b.end_at)
$$;

-- ---- what clients call

-- Asks a tutor for a time, or for a series of weekly ones at the same hour of the wall clock in `zone`. Where the
-- school lets parents decide and the student has one, a parent has to agree first. Times that are taken are
-- refused before anything is stored: `series_clashes` lists them, and `skip_clashes` leaves them out.
create function public.request_booking(request_id uuid, tutor uuid, student uuid, subject text, start_at timestamptz, end_at timestamptz,
  zone text, wish text default '', weeks integer default 1, skip_clashes boolean default false) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'request_booking',
    jsonb_build_array(tutor, student, subject, start_at, end_at, zone, wish, weeks, skip_clashes));
  what text := private.text_entry('subject', subject, 200);
  wished text := private.text_entry('wish', wish, 4000, true);
  zone_name text := private.zone_entry(zone);
  is_guardian boolean := not coalesce(student = any (private.my_selves()), false);
  waits_for_parent boolean;
  series uuid := case when weeks > 1 then gen_random_uuid() end;
  times tstzrange[];
  clashes jsonb;
  booking uuid;
  bookings jsonb := '[]';
  at tstzrange;
begin
  if known is not null then return known; end if;
  if student is null or not student = any (private.mine())
    or not exists (select from public.people p where p.id = student and p.kind = 'student')
    or not exists (select from public.people p where p.id = tutor and p.kind = 'tutor' and p.approved_at is not null) then
    perform private.refuse('not_found');
  end if;
  perform private.check_time(start_at, end_at);
  if weeks is null or weeks not between 1 and 52 then
    perform private.refuse('bad_input', jsonb_build_object('field', 'weeks'));
  end if;
  perform private.lock_people(array[tutor], array[student]);
  -- While it waited, a link may have ended, or the tutor's approval.
  if not student = any (private.mine())
    or not exists (select from public.people p where p.id = tutor and p.approved_at is not null) then
    perform private.refuse('not_found');
  end if;
  if private.runs_out_at(tutor, start_at) <= private.clock() then
    perform private.refuse('short_notice');
  end if;
  times := array(
    select tstzrange(private.instant(start_at at time zone zone_name + make_interval(days => 7 * week), zone_name),
      private.instant(start_at at time zone zone_name + make_interval(days => 7 * week), zone_name) + (end_at - start_at))
    from generate_series(0, weeks - 1) as week order by week);
  -- The hour that comes twice: the first time is the one that was asked for.
  times[1] := tstzrange(start_at, end_at);
  select coalesce(jsonb_agg(jsonb_build_object('start_at', lower(t), 'end_at', upper(t)) order by lower(t)), '[]') into clashes
  from unnest(times) as t
  where private.is_taken(tutor, lower(t), upper(t), null) or private.is_taken(student, lower(t), upper(t), null)
    or private.is_blocked(tutor, lower(t), upper(t));
  if jsonb_array_length(clashes) = weeks then
    perform private.refuse('slot_taken');
  end if;
  if clashes <> '[]' and not coalesce(skip_clashes, false) then
    perform private.refuse('series_clashes', jsonb_build_object('clashes', clashes));
  end if;
  waits_for_parent := not is_guardian and (select s.parent_approves from public.school_settings s)
    and exists (select from public.account_people a where a.person_id = student and a.relation = 'guardian' and a.ended_at is null);
  foreach at in array times loop
    continue when clashes @> jsonb_build_array(jsonb_build_object('start_at', lower(at)));
    insert into public.bookings (series_id, tutor_id, student_id, subject, wish, start_at, end_at, zone, stored_status, expires_at,
      asked_by, reached_tutor_at)
    values (series, tutor, student, what, wished, lower(at), upper(at), zone_name,
      case when waits_for_parent then 'AWAITING_PARENT' else 'PENDING' end, private.runs_out_at(tutor, lower(at)),
      private.account(), case when not waits_for_parent then private.clock() end)
    returning id into booking;
    perform private.tell('asked', case when is_guardian then 'guardian' else 'student' end,
      case when not waits_for_parent then tutor end, student, null, booking);
    bookings := bookings || jsonb_build_array(private.booking_answer(booking) -> 'booking');
  end loop;
  return private.answer_request(request_id, jsonb_build_object('bookings', bookings, 'series_id', series, 'left_out', clashes));
end $$;

-- A parent agrees to a child's request; now it goes to the tutor.
create function public.approve_as_parent(request_id uuid, booking uuid, expected_version integer) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'approve_as_parent', jsonb_build_array(booking, expected_version));
  b public.bookings;
  decision private.decision;
begin
  if known is not null then return known; end if;
  b := private.take_booking(booking);
  decision := private.decide_booking(b, 'approve', expected_version);
  update public.bookings k set stored_status = decision.becomes, reached_tutor_at = private.clock(),
    expires_at = private.runs_out_at(b.tutor_id, b.start_at)
  where k.id = b.id;
  perform private.tell('approved', decision.role, b.tutor_id, b.student_id, null, b.id);
  return private.answer_request(request_id, private.booking_answer(b.id));
end $$;

-- The tutor says yes: now there is a session. With `into_session` the student joins one that the tutor has at the
-- same time (a group).
create function public.confirm_booking(request_id uuid, booking uuid, expected_version integer, into_session uuid default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'confirm_booking', jsonb_build_array(booking, expected_version, into_session));
  b public.bookings;
  decision private.decision;
  joined public.sessions;
  session uuid;
begin
  if known is not null then return known; end if;
  b := private.take_booking(booking);
  decision := private.decide_booking(b, 'confirm', expected_version);
  if private.clock() >= b.start_at then
    perform private.refuse('in_the_past');
  end if;
  if into_session is not null then
    select * into joined from public.sessions s where s.id = into_session and s.tutor_id = b.tutor_id and s.status = 'SCHEDULED';
    if not found then
      perform private.refuse('not_found');
    end if;
    if (joined.scheduled_start_at, joined.scheduled_end_at) <> (b.start_at, b.end_at) then
      perform private.refuse('times_differ');
    end if;
    if b.student_id = any (private.participants(into_session)) then
      perform private.refuse('slot_taken');
    end if;
  end if;
  perform private.close_proposals(b.id, 'WITHDRAWN');
  session := private.give_place(b, b.start_at, b.end_at, b.zone, into_session);
  perform private.tell('confirmed', decision.role, b.tutor_id, b.student_id, session, b.id);
  return private.answer_request(request_id, private.booking_answer(b.id));
exception when exclusion_violation then
  perform private.refuse('slot_taken');
  return null;
end $$;

-- The tutor says no.
create function public.decline_booking(request_id uuid, booking uuid, expected_version integer, reason text default '') returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'decline_booking', jsonb_build_array(booking, expected_version, reason));
  why text := private.text_entry('reason', reason, 500, true);
  b public.bookings;
  decision private.decision;
begin
  if known is not null then return known; end if;
  b := private.take_booking(booking);
  decision := private.decide_booking(b, 'decline', expected_version);
  perform private.turn_down(b, decision.role, why);
  return private.answer_request(request_id, private.booking_answer(b.id));
end $$;

-- Suggests another time, before or after the booking is confirmed. It is kept free for the school's hours, or
-- until it begins. An earlier suggestion gives way to it; a confirmed lesson stays where it is until it is accepted.
create function public.propose_time(request_id uuid, booking uuid, start_at timestamptz, end_at timestamptz, zone text, expected_version integer)
returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'propose_time', jsonb_build_array(booking, start_at, end_at, zone, expected_version));
  zone_name text := private.zone_entry(zone);
  b public.bookings;
  decision private.decision;
  held timestamptz;
begin
  if known is not null then return known; end if;
  perform private.check_time(start_at, end_at);
  b := private.take_booking(booking);
  decision := private.decide_booking(b, 'propose', expected_version);
  held := least(private.clock() + make_interval(hours => (select s.hold_hours from public.school_settings s)), start_at);
  perform private.close_proposals(b.id, 'WITHDRAWN');
  insert into public.booking_proposals (booking_id, tutor_id, student_id, start_at, end_at, zone, side, held_until)
  values (b.id, b.tutor_id, b.student_id, start_at, end_at, zone_name,
    case decision.role when 'tutor' then 'tutor' else 'student' end, held);
  update public.bookings k set stored_status = decision.becomes,
    expires_at = case when decision.becomes = 'COUNTER_PROPOSED' then held end
  where k.id = b.id;
  perform private.tell('proposed', decision.role, b.tutor_id, b.student_id, b.session_id, b.id,
    jsonb_build_object('start_at', start_at, 'end_at', end_at));
  return private.answer_request(request_id, private.booking_answer(b.id));
exception when exclusion_violation then
  perform private.refuse('slot_taken');
  return null;
end $$;

-- Takes the time that the other side has suggested: the booking is confirmed at it, or its session moves there.
create function public.accept_proposal(request_id uuid, proposal uuid, expected_version integer) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'accept_proposal', jsonb_build_array(proposal, expected_version));
  b public.bookings;
  p public.booking_proposals;
  decision private.decision;
  session uuid;
begin
  if known is not null then return known; end if;
  b := private.take_booking(private.booking_of_proposal(proposal));
  select * into strict p from public.booking_proposals where id = proposal;
  if public.status(p) <> 'OPEN' then
    perform private.refuse('not_for_status', jsonb_build_object('status', public.status(p)));
  end if;
  decision := private.decide_booking(b, 'accept_proposal', expected_version);
  if private.clock() >= p.start_at then
    perform private.refuse('in_the_past');
  end if;
  perform private.close_proposals(b.id, 'ACCEPTED');
  if b.session_id is null then
    session := private.give_place(b, p.start_at, p.end_at, p.zone, null);
  else
    session := private.move_place(b, p);
  end if;
  perform private.tell('accepted', decision.role, b.tutor_id, b.student_id, session, b.id,
    jsonb_build_object('start_at', p.start_at, 'end_at', p.end_at));
  return private.answer_request(request_id, private.booking_answer(b.id));
exception when exclusion_violation then
  perform private.refuse('slot_taken');
  return null;
end $$;

-- Moves one student's place to another time. Alone in the session, the session moves; in a group the student
-- leaves it for a session of their own, because the others have not been asked.
create function private.move_place(b public.bookings, p public.booking_proposals) returns uuid
language plpgsql set search_path = '' as $$
begin
  if private.participants(b.session_id) = array[b.student_id] then
    update public.sessions s set scheduled_start_at = p.start_at, scheduled_end_at = p.end_at, zone = p.zone where s.id = b.session_id;
    update public.bookings k set start_at = p.start_at, end_at = p.end_at, zone = p.zone where k.id = b.id;
    return b.session_id;
  end if;
  delete from public.session_participants sp where sp.booking_id = b.id;
  return private.give_place(b, p.start_at, p.end_at, p.zone, null);
end $$;

create function private.booking_of_proposal(proposal uuid) returns uuid
language sql stable set search_path = '' as $$
  select p.booking_id from public.booking_proposals p where p.id = proposal
$$;

-- Does not take the time that the other side has suggested. What was asked or agreed before stands again.
create function public.decline_proposal(request_id uuid, proposal uuid, expected_version integer) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'decline_proposal', jsonb_build_array(proposal, expected_version));
  b public.bookings;
  p public.booking_proposals;
  decision private.decision;
begin
  if known is not null then return known; end if;
  b := private.take_booking(private.booking_of_proposal(proposal));
  select * into strict p from public.booking_proposals where id = proposal;
  if public.status(p) <> 'OPEN' then
    perform private.refuse('not_for_status', jsonb_build_object('status', public.status(p)));
  end if;
  decision := private.decide_booking(b, 'decline_proposal', expected_version);
  perform private.close_proposals(b.id, 'DECLINED');
  update public.bookings k set stored_status = decision.becomes,
    expires_at = case when decision.becomes = 'PENDING' then private.runs_out_at(b.tutor_id, b.start_at) end
  where k.id = b.id;
  perform private.tell('proposal_declined', decision.role, b.tutor_id, b.student_id, b.session_id, b.id);
  return private.answer_request(request_id, private.booking_answer(b.id));
end $$;

-- Calls a booking off, and its session with the last participant.
create function public.cancel_booking(request_id uuid, booking uuid, expected_version integer, reason text default '') returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'cancel_booking', jsonb_build_array(booking, expected_version, reason));
  why text := private.text_entry('reason', reason, 500, true);
  b public.bookings;
  decision private.decision;
begin
  if known is not null then return known; end if;
  b := private.take_booking(booking);
  decision := private.decide_booking(b, 'cancel', expected_version);
  perform private.call_off(b, decision.role, why);
  return private.answer_request(request_id, private.booking_answer(b.id));
end $$;

-- Calls off this booking of a series and all later ones that can be called off still. By the tutor, requests that
-- are not answered yet are declined, and those that wait for a parent stay: a tutor does not see them.
create function public.cancel_series_from(request_id uuid, booking uuid, expected_version integer, reason text default '') returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'cancel_series_from', jsonb_build_array(booking, expected_version, reason));
  why text := private.text_entry('reason', reason, 500, true);
  b public.bookings;
  later public.bookings;
  decision private.decision;
  ended jsonb := '[]';
begin
  if known is not null then return known; end if;
  b := private.take_booking(booking);
  decision := private.decide_booking(b, 'cancel', expected_version);
  for later in select * from public.bookings k
    where (k.id = b.id or k.series_id = b.series_id) and k.start_at >= b.start_at
      and public.status(k) in ('PENDING', 'AWAITING_PARENT', 'COUNTER_PROPOSED', 'CONFIRMED')
      and (decision.role <> 'tutor' or k.reached_tutor_at is not null)
    order by k.start_at, k.id for update
  loop
    if decision.role = 'tutor' and public.status(later) <> 'CONFIRMED' then
      perform private.turn_down(later, decision.role, why);
    else
      perform private.call_off(later, decision.role, why);
    end if;
    ended := ended || jsonb_build_array(private.booking_answer(later.id) -> 'booking');
  end loop;
  return private.answer_request(request_id, jsonb_build_object('bookings', ended));
end $$;

-- Says something about a booking; both sides read it.
create function public.add_message(request_id uuid, booking uuid, body text) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'add_message', jsonb_build_array(booking, body));
  said text := private.text_entry('body', body, 4000);
  b public.bookings;
  decision private.decision;
  message public.booking_messages;
begin
  if known is not null then return known; end if;
  b := private.take_booking(booking);
  decision := private.decide_booking(b, 'add_message', null);
  if b.reached_tutor_at is null then
    perform private.refuse('not_for_status', jsonb_build_object('status', public.status(b)));
  end if;
  insert into public.booking_messages (booking_id, tutor_id, student_id, side, author_account_id, body)
  values (b.id, b.tutor_id, b.student_id, decision.role, private.account(), said) returning * into message;
  return private.answer_request(request_id, jsonb_build_object('message', to_jsonb(message)));
end $$;
