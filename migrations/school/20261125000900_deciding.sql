-- What the functions that clients call are made of: taking a row in hand, deciding, telling what happened.

-- ---- locks

-- Takes people in hand until the transaction ends: first tutors, then students, each in the order of their ids,
-- so that two who take the same people wait for each other and never for good. The exclusion constraint alone
-- ends in deadlocks. Then stores what has run out by time for them; not before all are in hand, because whoever
-- waits for a person must not have written what somebody else waits for.
create function private.lock_people(tutors uuid[], students uuid[]) returns void
language plpgsql set search_path = '' as $$
begin
  perform private.wait_for(tutors);
  perform private.wait_for(students);
  perform private.store_what_ran_out(tutors || students);
end $$;

-- The locks alone.
create function private.wait_for(people uuid[]) returns void
language plpgsql set search_path = '' as $$
declare
  person uuid;
begin
  for person in select distinct unnest(people) order by 1 loop
    perform pg_advisory_xact_lock(hashtextextended(person::text, 0));
  end loop;
end $$;

-- Stores what time alone has changed. Reads say it already; only the time that a proposal held has to be given
-- back, each person's by whoever has that person in hand. Rows that others are at are left to them.
create function private.store_what_ran_out(people uuid[]) returns void
language plpgsql set search_path = '' as $$
begin
  delete from private.slots s where s.person_id = any (people) and s.held_until <= private.clock();
  update public.booking_proposals p set stored_status = 'EXPIRED' where p.id = any (array(
    select late.id from public.booking_proposals late
    where late.stored_status = 'OPEN' and late.held_until <= private.clock()
      and (late.tutor_id = any (people) or late.student_id = any (people))
    for update skip locked));
  update public.bookings b set stored_status = 'EXPIRED' where b.id = any (array(
    select late.id from public.bookings late
    where late.stored_status in ('PENDING', 'AWAITING_PARENT', 'COUNTER_PROPOSED') and late.expires_at <= private.clock()
      and (late.tutor_id = any (people) or late.student_id = any (people))
    for update skip locked));
end $$;

-- ---- what happened

create function private.tell(kind text, side text, tutor uuid, person uuid, session uuid, booking uuid, detail jsonb default '{}')
returns void
language sql set search_path = '' as $$
  insert into public.session_events (session_id, booking_id, tutor_id, person_id, kind, side, account_id, detail)
  values (session, booking, tutor, person, kind, side, private.account(), detail)
$$;

-- ---- answers

create function private.booking_json(booking public.bookings) returns jsonb
language sql stable set search_path = '' as $$
  select to_jsonb(booking) - 'stored_status' || jsonb_build_object('status', public.status(booking))
$$;

create function private.proposal_json(proposal public.booking_proposals) returns jsonb
language sql stable set search_path = '' as $$
  select to_jsonb(proposal) - 'stored_status' || jsonb_build_object('status', public.status(proposal))
$$;

-- A booking as it is now, with its session if it has one.
create function private.booking_answer(booking uuid) returns jsonb
language sql volatile set search_path = '' as $$
  select jsonb_build_object('booking', private.booking_json(b), 'session', to_jsonb(s))
  from public.bookings b left join public.sessions s on s.id = b.session_id where b.id = booking
$$;

create function private.session_answer(session uuid) returns jsonb
language sql volatile set search_path = '' as $$
  select jsonb_build_object('session', to_jsonb(s)) from public.sessions s where s.id = session
$$;

-- ---- a booking in hand

-- Takes a booking and its two people in hand. Refuses `not_found` to whoever does not see it.
create function private.take_booking(booking uuid) returns public.bookings
language plpgsql set search_path = '' as $$
declare
  b public.bookings;
begin
  perform private.account();
  select * into b from public.bookings where id = booking;
  if not found or not private.sees_booking(b) then
    perform private.refuse('not_found');
  end if;
  perform private.lock_people(array[b.tutor_id], array[b.student_id]);
  select * into strict b from public.bookings where id = booking for update;
  -- While it waited, a link may have ended.
  if not private.sees_booking(b) then
    perform private.refuse('not_found');
  end if;
  return b;
end $$;

create function private.sees_booking(b public.bookings) returns boolean
language sql volatile set search_path = '' as $$
  select case when b.reached_tutor_at is null then roles && array['student', 'guardian'] else roles <> '{}' end
  from private.my_roles(b.tutor_id, array[b.student_id]) as roles
$$;

-- The time suggested last, if it still stands.
create function private.open_proposal(booking uuid) returns public.booking_proposals
language sql volatile set search_path = '' as $$
  select p from public.booking_proposals p where p.booking_id = booking and public.status(p) = 'OPEN'
$$;

-- Decides an action on a booking that was taken in hand. Refuses as `private.decide` does, then `stale` if the
-- client has seen another version.
create function private.decide_booking(b public.bookings, action text, expected_version integer) returns private.decision
language plpgsql set search_path = '' as $$
declare
  roles text[] := private.my_roles(b.tutor_id, array[b.student_id]);
  proposal public.booking_proposals := private.open_proposal(b.id);
  ends timestamptz := coalesce((select s.scheduled_end_at from public.sessions s where s.id = b.session_id), b.end_at);
  decision private.decision;
begin
  decision := private.decide('booking', public.status(b), action, roles, array_remove(array[
    case when private.clock() < b.start_at then 'before_start' end,
    case when private.clock() < ends then 'before_end' end,
    case when proposal.side is null then null
      when (proposal.side = 'tutor') = ('tutor' = any (roles)) then 'suggested_by_us'
      else 'suggested_by_them' end], null));
  if expected_version <> b.version then
    perform private.refuse('stale', jsonb_build_object('version', b.version));
  end if;
  return decision;
end $$;

-- ---- a session in hand

-- Takes a session and all its people in hand. Refuses `not_found` to whoever does not see it.
create function private.take_session(session uuid) returns public.sessions
language plpgsql set search_path = '' as $$
declare
  s public.sessions;
begin
  perform private.account();
  select * into s from public.sessions where id = session;
  if not found or private.my_roles(s.tutor_id, private.participants(session)) = '{}' then
    perform private.refuse('not_found');
  end if;
  -- With the tutor in hand the participants stay the same.
  perform private.wait_for(array[s.tutor_id]);
  perform private.lock_people(array[s.tutor_id], private.participants(session));
  select * into strict s from public.sessions where id = session for update;
  if private.my_roles(s.tutor_id, private.participants(session)) = '{}' then
    perform private.refuse('not_found');
  end if;
  return s;
end $$;

-- The participant whom an action is about: the one named, else the asking account's only one, else the session's
-- only one. Refuses `bad_input` where that is nobody or more than one.
create function private.participant_meant(s public.sessions, person uuid) returns public.session_participants
language plpgsql set search_path = '' as $$
declare
  meant public.session_participants;
  mine uuid[] := private.mine();
begin
  select * into strict meant from public.session_participants sp
  where sp.session_id = s.id
    and (person is null or sp.person_id = person)
    and (s.tutor_id = any (mine) or sp.person_id = any (mine));
  return meant;
exception when no_data_found or too_many_rows then
  perform private.refuse('bad_input', jsonb_build_object('field', 'person'));
  return null;
end $$;

-- What the other side has said last of whether they come: here, late or cant_come, with minutes.
create function private.last_word(session uuid, of_tutor boolean, person uuid) returns jsonb
language sql volatile set search_path = '' as $$
  select e.detail from public.session_events e
  where e.session_id = last_word.session and e.kind = 'presence'
    and case when of_tutor then e.side = 'tutor' else e.person_id = last_word.person and e.side <> 'tutor' end
  order by e.number desc limit 1
$$;

-- Whether the agreed wait is over: that of the school, or longer if the other side has said by how much they are
-- late. Who has said that they can't come is not waited for, and who has said that they are here did come.
create function private.wait_is_over(s public.sessions, of_tutor boolean, person uuid) returns boolean
language sql volatile set search_path = '' as $$
  select case word ->> 'presence'
    when 'here' then false
    when 'cant_come' then true
    else private.clock() >= s.scheduled_start_at
      + make_interval(mins => greatest(school.wait_minutes, coalesce((word ->> 'minutes')::integer, 0)))
  end
  from public.school_settings school, private.last_word(s.id, of_tutor, person) as word
$$;

-- Decides an action on a session that was taken in hand. `person` is the participant whom it is about, where it
-- is about one. Refuses as `private.decide` does, then `stale` if the client has seen another version.
create function private.decide_session(s public.sessions, action text, expected_version integer, person uuid default null)
returns private.decision
language plpgsql set search_path = '' as $$
declare
  roles text[] := private.my_roles(s.tutor_id, private.participants(s.id));
  school public.school_settings;
  now timestamptz := private.clock();
  decision private.decision;
begin
  select * into strict school from public.school_settings;
  decision := private.decide('session', s.status, action, roles, array_remove(array[
    case when now < s.scheduled_end_at then 'before_end' end,
    case when now >= s.scheduled_start_at then 'from_start' end,
    case when now >= s.scheduled_start_at and now < s.scheduled_end_at then 'during' end,
    case when now >= s.scheduled_start_at - make_interval(mins => school.join_lead_minutes)
      and now < s.scheduled_end_at + make_interval(mins => school.join_after_end_minutes) then 'door_open' end,
    case when action like 'mark_no_show%' and private.wait_is_over(s, action = 'mark_no_show_tutor', person) then 'after_wait' end,
    case when exists (select from public.session_participants sp where sp.session_id = s.id
      and sp.person_id = person and sp.attendance = 'did_not_come') then 'marked' end], null));
  if expected_version <> s.version then
    perform private.refuse('stale', jsonb_build_object('version', s.version));
  end if;
  return decision;
end $$;
