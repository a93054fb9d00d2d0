-- Who pressed Join, and what that makes of a mark that says they did not come.
--
-- A press reaches the school when there is a network, which may be after the other side has marked its author as not
-- having come. So a press carries its own time beside that of its arrival. That time is the client's word, and anybody
-- can make one up: nothing follows from it but that both sides see both times, and that the one who made the mark is
-- asked once more.

create or replace function private.schema_number() returns integer
language sql immutable set search_path = '' as $$ select 3 $$;

insert into private.refusals (code, status, sentence) values
  ('has_opened', 'PT409', 'They have opened the meeting, so it can''t be said that they did not come.');

alter table public.session_participants
  -- When they say they pressed Join first; `opened_at` is when the school was told of it.
  add column pressed_at timestamptz,
  -- Marked, and says to have pressed Join inside the wait: `asked` while the answer of who marked them is outstanding,
  -- `kept` once that was to leave the mark. A mark that is taken back takes this with it.
  add column contest text check (contest in ('asked', 'kept')),
  add column contest_pressed_at timestamptz,
  add column contest_arrived_at timestamptz,
  add constraint contested_with_both_times check (num_nulls(contest, contest_pressed_at, contest_arrived_at) in (0, 3));

-- The same of the tutor, whom a student's side can mark.
alter table public.sessions
  add column tutor_pressed_at timestamptz,
  add column tutor_contest text check (tutor_contest in ('asked', 'kept')),
  add column tutor_contest_pressed_at timestamptz,
  add column tutor_contest_arrived_at timestamptz,
  add constraint tutor_contested_with_both_times
    check (num_nulls(tutor_contest, tutor_contest_pressed_at, tutor_contest_arrived_at) in (0, 3));

-- ---- the state table

-- Whoever has opened the meeting came: the wait has to have been in vain.
update private.state_table t set condition = 'waited_in_vain'
where t.action in ('mark_no_show_student', 'mark_no_show_tutor') and t.condition = 'after_wait';

-- To open the meeting is one thing (`join`), to tell the school of it another: that may come a day late.
insert into private.state_table (subject, status, action, role, condition, becomes)
select 'session', s.status, 'tell_opened', r.role, r.condition, s.status
from unnest(array['SCHEDULED', 'COMPLETED', 'EARLY_END', 'NO_SHOW_STUDENT', 'NO_SHOW_TUTOR']) as s (status),
  (values ('tutor', 'until_day_after'), ('student', 'door_until_day_after'), ('guardian', 'door_until_day_after')) as r (role, condition);

insert into private.state_table (subject, status, action, role, condition, becomes) values
  ('session', 'SCHEDULED', 'keep_no_show', 'tutor', 'contested', 'SCHEDULED'),
  ('session', 'COMPLETED', 'keep_no_show', 'tutor', 'contested', 'COMPLETED'),
  ('session', 'EARLY_END', 'keep_no_show', 'tutor', 'contested', 'EARLY_END'),
  ('session', 'NO_SHOW_STUDENT', 'keep_no_show', 'tutor', 'contested', 'NO_SHOW_STUDENT'),
  ('session', 'NO_SHOW_TUTOR', 'keep_no_show', 'student', 'contested', 'NO_SHOW_TUTOR'),
  ('session', 'NO_SHOW_TUTOR', 'keep_no_show', 'guardian', 'contested', 'NO_SHOW_TUTOR');

-- ---- requests of older clients

-- The arguments of a request as its digest has them: those that the function has always had, and of those that it
-- gained `later` as many as were given. A function that gains arguments is dropped and made again with defaults of null
-- at its end; whoever leaves them out sends what was always sent, and a repeat of it stays a repeat.
create function private.args_given(args jsonb, later jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select args || coalesce(jsonb_agg(a.value order by a.nth), '[]')
  from jsonb_array_elements(later) with ordinality as a (value, nth)
  where a.nth <= (select max(given.nth) from jsonb_array_elements(later) with ordinality as given (value, nth)
    where given.value <> 'null')
$$;

-- ---- the door and the wait

-- From when to when the door of a session is open.
create function private.door(s public.sessions) returns tstzrange
language sql stable set search_path = '' as $$
  select tstzrange(s.scheduled_start_at - make_interval(mins => school.join_lead_minutes),
    s.scheduled_end_at + make_interval(mins => school.join_after_end_minutes))
  from public.school_settings school
$$;

-- When the agreed wait ends: the school's, or the later one that the other side has asked for.
create function private.wait_ends(s public.sessions, of_tutor boolean, person uuid) returns timestamptz
language sql volatile set search_path = '' as $$
  select s.scheduled_start_at + make_interval(mins => greatest(school.wait_minutes, coalesce((word ->> 'minutes')::integer, 0)))
  from public.school_settings school, private.last_word(s.id, of_tutor, person) as word
$$;

create or replace function private.wait_is_over(s public.sessions, of_tutor boolean, person uuid) returns boolean
language sql volatile set search_path = '' as $$
  select case private.last_word(s.id, of_tutor, person) ->> 'presence'
    when 'here' then false
    when 'cant_come' then true
    else private.clock() >= private.wait_ends(s, of_tutor, person)
  end
$$;

-- When the school was told that they had opened the meeting; null if it was not.
create function private.opened_at(s public.sessions, of_tutor boolean, person uuid) returns timestamptz
language sql volatile set search_path = '' as $$
  select case when of_tutor then s.tutor_opened_at
    else (select sp.opened_at from public.session_participants sp where sp.session_id = s.id and sp.person_id = person) end
$$;

-- ---- deciding

-- Decides an action on a session that was taken in hand. `person` is the participant whom it is about, where it
-- is about one. Refuses as `private.decide` does, `has_opened` for a mark of who has opened the meeting, then `stale`
-- if the client has seen another version.
create or replace function private.decide_session(s public.sessions, action text, expected_version integer, person uuid default null)
returns private.decision
language plpgsql set search_path = '' as $$
declare
  roles text[] := private.my_roles(s.tutor_id, private.participants(s.id));
  now timestamptz := private.clock();
  door tstzrange := private.door(s);
  is_mark boolean := action like 'mark_no_show%';
  of_tutor boolean := action = 'mark_no_show_tutor';
  opened_at timestamptz;
  place public.session_participants;
  decision private.decision;
begin
  select * into place from public.session_participants sp where sp.session_id = s.id and sp.person_id = person;
  if is_mark then
    opened_at := private.opened_at(s, of_tutor, person);
    -- Of a session that could be marked.
    if opened_at is not null and exists (select from private.state_table t
        where (t.subject, t.status, t.action) = ('session', s.status, decide_session.action) and t.role = any (roles)) then
      perform private.refuse('has_opened', jsonb_build_object('opened_at', opened_at));
    end if;
  end if;
  decision := private.decide('session', s.status, action, roles, array_remove(array[
    case when now < s.scheduled_end_at then 'before_end' end,
    case when now >= s.scheduled_start_at then 'from_start' end,
    case when now >= s.scheduled_start_at and now < s.scheduled_end_at then 'during' end,
    case when now <@ door then 'door_open' end,
    case when now < s.scheduled_end_at + interval '24 hours' then 'until_day_after' end,
    case when now >= lower(door) and now < s.scheduled_end_at + interval '24 hours' then 'door_until_day_after' end,
    case when is_mark and opened_at is null and private.wait_is_over(s, of_tutor, person) then 'waited_in_vain' end,
    case when place.attendance = 'did_not_come' then 'marked' end,
    case when case s.status when 'NO_SHOW_TUTOR' then s.tutor_contest else place.contest end = 'asked' then 'contested' end], null));
  if expected_version <> s.version then
    perform private.refuse('stale', jsonb_build_object('version', s.version));
  end if;
  return decision;
end $$;

-- ---- a press

-- A press as it is believed. One from the future is of now: clocks go wrong. One that is older than two days is none
-- of a session that can still be told of, and counts as not said.
create function private.press_entry(pressed_at timestamptz) returns timestamptz
language sql stable set search_path = '' as $$
  select case when pressed_at > private.clock() - interval '2 days' then least(pressed_at, private.clock()) end
$$;

-- Whether they say to have pressed Join inside the wait that was ended by a mark: after the door had opened, and before
-- the mark could be made or was made, whichever is later. Of two marks the last counts.
create function private.pressed_in_wait(s public.sessions, of_tutor boolean, person uuid, pressed_at timestamptz) returns boolean
language sql volatile set search_path = '' as $$
  select coalesce(pressed_at >= lower(private.door(s)) and pressed_at < greatest(private.wait_ends(s, of_tutor, person), (
    select max(e.at) from public.session_events e
    where e.session_id = s.id and e.kind = 'no_show'
      and case when of_tutor then e.side <> 'tutor' else e.side = 'tutor' and e.person_id = pressed_in_wait.person end)), false)
$$;

-- Notes that a participant has opened the meeting, and contests their mark if they say so in time.
create function private.place_opened(s public.sessions, place public.session_participants, side text, pressed_at timestamptz) returns void
language plpgsql set search_path = '' as $$
#variable_conflict use_variable
begin
  update public.session_participants sp set opened_at = coalesce(sp.opened_at, private.clock()), pressed_at = least(sp.pressed_at, pressed_at)
  where sp.id = place.id and (sp.opened_at is null or sp.pressed_at is distinct from least(sp.pressed_at, pressed_at));
  if place.opened_at is null then
    perform private.tell('opened', side, s.tutor_id, place.person_id, s.id, place.booking_id,
      jsonb_strip_nulls(jsonb_build_object('pressed_at', pressed_at)));
  end if;
  if place.attendance = 'did_not_come' and place.contest is null and private.pressed_in_wait(s, false, place.person_id, pressed_at) then
    update public.session_participants sp set contest = 'asked', contest_pressed_at = pressed_at, contest_arrived_at = private.clock()
    where sp.id = place.id;
    perform private.tell('no_show_contested', side, s.tutor_id, place.person_id, s.id, place.booking_id,
      jsonb_build_object('pressed_at', pressed_at, 'arrived_at', private.clock()));
  end if;
end $$;

-- The same of the tutor.
create function private.tutor_opened(s public.sessions, pressed_at timestamptz) returns void
language plpgsql set search_path = '' as $$
#variable_conflict use_variable
begin
  update public.sessions k set tutor_opened_at = coalesce(k.tutor_opened_at, private.clock()),
    tutor_pressed_at = least(k.tutor_pressed_at, pressed_at)
  where k.id = s.id and (k.tutor_opened_at is null or k.tutor_pressed_at is distinct from least(k.tutor_pressed_at, pressed_at));
  if s.tutor_opened_at is null then
    perform private.tell('opened', 'tutor', s.tutor_id, null, s.id, null,
      jsonb_strip_nulls(jsonb_build_object('pressed_at', pressed_at)));
  end if;
  if s.status = 'NO_SHOW_TUTOR' and s.tutor_contest is null and private.pressed_in_wait(s, true, null, pressed_at) then
    update public.sessions k set tutor_contest = 'asked', tutor_contest_pressed_at = pressed_at,
      tutor_contest_arrived_at = private.clock()
    where k.id = s.id;
    perform private.tell('no_show_contested', 'tutor', s.tutor_id, null, s.id, null,
      jsonb_build_object('pressed_at', pressed_at, 'arrived_at', private.clock()));
  end if;
end $$;

-- Notes that somebody opened the meeting; until 24 hours after its end, because it may have been pressed where there
-- was no network. The first time counts. `pressed_at` is when, by the clock of who pressed.
drop function public.record_opened(uuid, uuid, uuid);
create function public.record_opened(request_id uuid, session uuid, person uuid default null, pressed_at timestamptz default null)
returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'record_opened',
    private.args_given(jsonb_build_array(session, person), jsonb_build_array(pressed_at)));
  s public.sessions;
  decision private.decision;
begin
  if known is not null then return known; end if;
  s := private.take_session(session);
  decision := private.decide_session(s, 'tell_opened', null);
  if decision.role = 'tutor' then
    perform private.tutor_opened(s, private.press_entry(pressed_at));
  else
    perform private.place_opened(s, private.participant_meant(s, person), decision.role, private.press_entry(pressed_at));
  end if;
  return private.answer_request(request_id, private.session_answer(s.id));
end $$;

-- Who opened the meeting opened it for the time it had. Moved to one whose door is not open yet, nobody has.
create function private.opened_anew() returns trigger
language plpgsql set search_path = '' as $$
begin
  if private.clock() >= lower(private.door(new)) then
    return new;
  end if;
  new.tutor_opened_at := null;
  new.tutor_pressed_at := null;
  update public.session_participants sp set opened_at = null, pressed_at = null
  where sp.session_id = new.id and sp.opened_at is not null;
  return new;
end $$;
create trigger opened_anew before update of scheduled_start_at on public.sessions
  for each row when (old.scheduled_start_at <> new.scheduled_start_at) execute function private.opened_anew();

-- ---- a mark that was contested

-- Keeps a mark that was contested: the one who made it was asked once more, and it stays. To take it back is to undo it.
create function public.keep_no_show(request_id uuid, session uuid, person uuid default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'keep_no_show', jsonb_build_array(session, person));
  s public.sessions;
  place public.session_participants;
  decision private.decision;
begin
  if known is not null then return known; end if;
  s := private.take_session(session);
  place := private.participant_meant(s, person);
  decision := private.decide_session(s, 'keep_no_show', null, place.person_id);
  if decision.role = 'tutor' then
    update public.session_participants sp set contest = 'kept' where sp.id = place.id;
  else
    update public.sessions k set tutor_contest = 'kept' where k.id = s.id;
  end if;
  perform private.tell('no_show_kept', decision.role, s.tutor_id, place.person_id, s.id, place.booking_id);
  return private.answer_request(request_id, private.session_answer(s.id));
end $$;

-- As before; what was contested is so no more.
create or replace function public.undo_no_show(request_id uuid, session uuid, expected_version integer, person uuid default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'undo_no_show', jsonb_build_array(session, expected_version, person));
  s public.sessions;
  place public.session_participants;
  decision private.decision;
begin
  if known is not null then return known; end if;
  s := private.take_session(session);
  place := private.participant_meant(s, person);
  decision := private.decide_session(s, 'undo_no_show', expected_version, place.person_id);
  update public.session_participants sp set attendance = 'unknown', contest = null, contest_pressed_at = null, contest_arrived_at = null
  where sp.id = place.id and sp.attendance = 'did_not_come';
  update public.sessions k set tutor_contest = null, tutor_contest_pressed_at = null, tutor_contest_arrived_at = null
  where k.id = s.id and s.status = 'NO_SHOW_TUTOR' and k.tutor_contest is not null;
  perform private.end_session(s, decision.becomes);
  perform private.tell('no_show_undone', decision.role, s.tutor_id, place.person_id, s.id, place.booking_id);
  return private.answer_request(request_id, private.session_answer(s.id));
exception when exclusion_violation then
  perform private.refuse('slot_taken');
  return null;
end $$;

-- ---- forgetting

-- Takes away when a person says to have pressed Join, and what they have contested or would have to answer. With the
-- person in hand, and all with whom they have lessons; once they are forgotten.
create function private.forget_presses(person uuid) returns void
language sql set search_path = '' as $$
  update public.session_participants sp set contest = null, contest_pressed_at = null, contest_arrived_at = null,
    pressed_at = case when sp.person_id <> person then sp.pressed_at end
  where (sp.person_id = person and (sp.pressed_at is not null or sp.contest is not null))
    or (sp.tutor_id = person and sp.contest is not null);
  update public.sessions s set tutor_pressed_at = null, tutor_contest = null, tutor_contest_pressed_at = null, tutor_contest_arrived_at = null
  where s.tutor_id = person and (s.tutor_pressed_at is not null or s.tutor_contest is not null);
  -- Nobody is left who could answer.
  update public.sessions s set tutor_contest = null, tutor_contest_pressed_at = null, tutor_contest_arrived_at = null
  from public.session_participants own
  where own.person_id = person and s.id = own.session_id and s.tutor_contest is not null
    and not exists (select from public.session_participants sp join public.people p on p.id = sp.person_id
      where sp.session_id = s.id and p.forgotten_at is null);
$$;

-- As before, and takes away the presses.
create or replace function public.forget_person(request_id uuid, person uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'forget_person', jsonb_build_array(person));
  other_tutors uuid[];
  students uuid[];
  side text;
begin
  if known is not null then return known; end if;
  if not (private.is_school() or person = any (private.mine()))
    or not exists (select from public.people p where p.id = person and p.forgotten_at is null) then
    perform private.refuse('not_found');
  end if;
  if not (private.is_school() or person = any (private.my_selves())) then
    perform private.refuse('not_allowed');
  end if;
  select coalesce(array_agg(distinct b.tutor_id), '{}'), coalesce(array_agg(distinct b.student_id), '{}')
  into other_tutors, students from public.bookings b where person in (b.tutor_id, b.student_id);
  -- The person as either: whichever they are, the other lock is nobody else's.
  perform private.lock_people(other_tutors || array(select p.id from public.people p where p.id = person and p.kind = 'tutor'),
    students || array(select p.id from public.people p where p.id = person and p.kind = 'student'));
  side := case when private.is_school() then 'school'
    when exists (select from public.people p where p.id = person and p.kind = 'tutor') then 'tutor' else 'student' end;
  perform private.call_off(b, side, '') from public.bookings b
  where person in (b.tutor_id, b.student_id) and public.status(b) in ('PENDING', 'AWAITING_PARENT', 'COUNTER_PROPOSED', 'CONFIRMED')
    and b.end_at > private.clock();
  delete from public.session_notes n where n.tutor_id = person;
  delete from public.tutor_availability_rules r where r.tutor_id = person;
  delete from public.tutor_unavailability_blocks b where b.tutor_id = person;
  delete from public.video_connections v where v.tutor_id = person;
  delete from public.invitations i where i.person_id = person and i.used_at is null;
  update public.booking_messages m set body = '…' where person in (m.tutor_id, m.student_id)
    and (m.side = 'tutor') = exists (select from public.people p where p.id = person and p.kind = 'tutor');
  update public.bookings b set wish = '', reason = '' where person in (b.tutor_id, b.student_id);
  update public.people p set first_name = 'Somebody', last_name = '', approved_at = null, forgotten_at = private.clock()
  where p.id = person;
  perform private.forget_presses(person);
  -- While the accounts are still linked.
  perform private.forget_requests(person);
  update public.account_people a set ended_at = private.clock(), name = '' where a.person_id = person and a.ended_at is null;
  -- What was answered to earlier requests may hold texts.
  update private.requests r set answer = '{"forgotten": true}'
  where r.answer::text like '%' || person || '%' and r.request_id <> request_id;
  return private.answer_request(request_id, jsonb_build_object('person', person));
end $$;

-- ---- who may call what

-- The defaults of the schemas have closed all of it; should they ever be others, it is closed all the same.
revoke all on function public.record_opened(uuid, uuid, uuid, timestamptz), public.keep_no_show(uuid, uuid, uuid),
  private.args_given(jsonb, jsonb), private.door(public.sessions), private.wait_ends(public.sessions, boolean, uuid),
  private.opened_at(public.sessions, boolean, uuid), private.press_entry(timestamptz),
  private.pressed_in_wait(public.sessions, boolean, uuid, timestamptz),
  private.place_opened(public.sessions, public.session_participants, text, timestamptz),
  private.tutor_opened(public.sessions, timestamptz), private.opened_anew(), private.forget_presses(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.record_opened(uuid, uuid, uuid, timestamptz), public.keep_no_show(uuid, uuid, uuid) to authenticated;
