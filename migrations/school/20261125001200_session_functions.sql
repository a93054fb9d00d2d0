-- Sessions: moving them, their meetings, who opened and who came, how they ended, what is written about them.

-- Moves a session. Only its tutor decides that; a student suggests a time. A suggested time is settled by it.
create function public.move_session(request_id uuid, session uuid, start_at timestamptz, end_at timestamptz, zone text, expected_version integer)
returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'move_session', jsonb_build_array(session, start_at, end_at, zone, expected_version));
  zone_name text := private.zone_entry(zone);
  s public.sessions;
  decision private.decision;
begin
  if known is not null then return known; end if;
  perform private.check_time(start_at, end_at);
  s := private.take_session(session);
  decision := private.decide_session(s, 'move', expected_version);
  perform private.close_proposals(b.id, 'WITHDRAWN') from public.bookings b where b.session_id = s.id;
  update public.sessions k set scheduled_start_at = start_at, scheduled_end_at = end_at, zone = zone_name where k.id = s.id;
  update public.bookings b set start_at = move_session.start_at, end_at = move_session.end_at, zone = zone_name
  where b.session_id = s.id and b.stored_status = 'CONFIRMED';
  perform private.tell('moved', decision.role, s.tutor_id, null, s.id, null, jsonb_build_object('start_at', start_at, 'end_at', end_at,
    'from', s.scheduled_start_at));
  return private.answer_request(request_id, private.session_answer(s.id));
exception when exclusion_violation then
  perform private.refuse('slot_taken');
  return null;
end $$;

-- ---- the meeting

-- Takes a two-minute lease on making the meeting of this generation. While somebody holds it nobody else calls
-- the provider; the same device takes it again.
create function public.claim_meeting(request_id uuid, session uuid, generation integer, device uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'claim_meeting', jsonb_build_array(session, generation, device));
  s public.sessions;
  lease private.meeting_leases;
begin
  if known is not null then return known; end if;
  s := private.take_meeting(session, generation, device);
  select * into lease from private.meeting_leases l where l.session_id = s.id;
  if lease.device_id <> device and lease.generation = generation and lease.ends_at > private.clock() then
    perform private.refuse('link_being_made', jsonb_build_object('until', lease.ends_at));
  end if;
  insert into private.meeting_leases (session_id, generation, device_id, ends_at)
  values (s.id, generation, device, private.clock() + interval '2 minutes')
  on conflict (session_id) do update set generation = excluded.generation, device_id = excluded.device_id, ends_at = excluded.ends_at
  returning * into lease;
  return private.answer_request(request_id, private.session_answer(s.id) || jsonb_build_object('until', lease.ends_at));
end $$;

-- Stores the meeting that the holder of the lease has made.
create function public.attach_meeting(request_id uuid, session uuid, generation integer, device uuid, provider text, external_id text, join_url text)
returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'attach_meeting',
    jsonb_build_array(session, generation, device, provider, external_id, join_url));
  of_provider text := private.text_entry('provider', provider, 40);
  known_as text := private.text_entry('external_id', external_id, 500);
  s public.sessions;
begin
  if known is not null then return known; end if;
  if join_url is null or length(join_url) > 2048 or join_url !~ '^https://[A-Za-z0-9.-]+(/[^[:space:][:cntrl:]]*)?$' then
    perform private.refuse('bad_input', jsonb_build_object('field', 'join_url'));
  end if;
  s := private.take_meeting(session, generation, device);
  perform private.holds_lease(s, generation, device);
  update public.sessions k set provider = of_provider, meeting_external_id = known_as, join_url = attach_meeting.join_url where k.id = s.id;
  delete from private.meeting_leases l where l.session_id = s.id;
  perform private.tell('meeting_made', 'tutor', s.tutor_id, null, s.id, null, jsonb_build_object('provider', of_provider, 'generation', generation));
  return private.answer_request(request_id, private.session_answer(s.id));
end $$;

-- Gives the lease back. With `anew` the meeting that is there is let go of, so that another one can be made: the
-- generation counts on, and whoever still makes the old one is refused.
create function public.release_meeting(request_id uuid, session uuid, generation integer, device uuid, anew boolean default false) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'release_meeting', jsonb_build_array(session, generation, device, anew));
  s public.sessions;
begin
  if known is not null then return known; end if;
  s := private.take_meeting(session, generation, device);
  perform private.holds_lease(s, generation, device);
  delete from private.meeting_leases l where l.session_id = s.id;
  if anew then
    update public.sessions k set provider = null, meeting_external_id = null, join_url = null, meeting_generation = generation + 1
    where k.id = s.id;
    perform private.tell('meeting_let_go', 'tutor', s.tutor_id, null, s.id, null, jsonb_build_object('generation', generation));
  end if;
  return private.answer_request(request_id, private.session_answer(s.id));
end $$;

-- Takes a session in hand whose meeting is to be made. Refuses `meeting_made_anew` for another generation.
create function private.take_meeting(session uuid, generation integer, device uuid) returns public.sessions
language plpgsql set search_path = '' as $$
declare
  s public.sessions := private.take_session(session);
begin
  perform private.decide_session(s, 'make_meeting', null);
  if device is null then
    perform private.refuse('bad_input', jsonb_build_object('field', 'device'));
  end if;
  if generation is distinct from s.meeting_generation then
    perform private.refuse('meeting_made_anew', jsonb_build_object('generation', s.meeting_generation));
  end if;
  return s;
end $$;

-- Refuses `link_being_made` unless this device holds the lease now.
create function private.holds_lease(s public.sessions, generation integer, device uuid) returns void
language plpgsql set search_path = '' as $$
declare
  lease private.meeting_leases;
begin
  select * into lease from private.meeting_leases l where l.session_id = s.id;
  if lease.device_id is distinct from device or lease.generation <> generation or lease.ends_at <= private.clock() then
    perform private.refuse('link_being_made', jsonb_build_object('until', lease.ends_at));
  end if;
end $$;

-- ---- who is there

-- Notes that somebody opened the meeting. The first time counts.
create function public.record_opened(request_id uuid, session uuid, person uuid default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'record_opened', jsonb_build_array(session, person));
  s public.sessions;
  place public.session_participants;
  decision private.decision;
begin
  if known is not null then return known; end if;
  s := private.take_session(session);
  decision := private.decide_session(s, 'join', null);
  if decision.role = 'tutor' then
    if s.tutor_opened_at is null then
      update public.sessions k set tutor_opened_at = private.clock() where k.id = s.id;
      perform private.tell('opened', 'tutor', s.tutor_id, null, s.id, null);
    end if;
  else
    place := private.participant_meant(s, person);
    if place.opened_at is null then
      update public.session_participants sp set opened_at = private.clock() where sp.id = place.id;
      perform private.tell('opened', decision.role, s.tutor_id, place.person_id, s.id, place.booking_id);
    end if;
  end if;
  return private.answer_request(request_id, private.session_answer(s.id));
end $$;

-- Tells the other side: here, late (by `minutes`), or cant_come.
create function public.send_presence(request_id uuid, session uuid, presence text, minutes integer default null, person uuid default null)
returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'send_presence', jsonb_build_array(session, presence, minutes, person));
  s public.sessions;
  place public.session_participants;
  decision private.decision;
begin
  if known is not null then return known; end if;
  if presence is null or presence not in ('here', 'late', 'cant_come') then
    perform private.refuse('bad_input', jsonb_build_object('field', 'presence'));
  end if;
  if (presence = 'late') <> (minutes is not null) or minutes not between 1 and 60 then
    perform private.refuse('bad_input', jsonb_build_object('field', 'minutes'));
  end if;
  s := private.take_session(session);
  decision := private.decide_session(s, 'tell_presence', null);
  if decision.role <> 'tutor' then
    place := private.participant_meant(s, person);
  end if;
  perform private.tell('presence', decision.role, s.tutor_id, place.person_id, s.id, place.booking_id,
    jsonb_strip_nulls(jsonb_build_object('presence', presence, 'minutes', minutes)));
  return private.answer_request(request_id, private.session_answer(s.id));
end $$;

-- Switches a participant's bell off or on.
create function public.set_bell(request_id uuid, session uuid, bell_on boolean, person uuid default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'set_bell', jsonb_build_array(session, bell_on, person));
  s public.sessions;
  place public.session_participants;
begin
  if known is not null then return known; end if;
  if bell_on is null then
    perform private.refuse('bad_input', jsonb_build_object('field', 'bell_on'));
  end if;
  s := private.take_session(session);
  perform private.decide_session(s, 'set_bell', null);
  place := private.participant_meant(s, person);
  update public.session_participants sp set bell_off = not bell_on where sp.id = place.id;
  return private.answer_request(request_id, private.session_answer(s.id));
end $$;

-- ---- how it ended

-- Gives a session the status that was decided, and its bookings what follows from it.
create function private.end_session(s public.sessions, becomes text) returns void
language plpgsql set search_path = '' as $$
begin
  if becomes = s.status then
    return;
  end if;
  perform private.close_proposals(b.id, 'WITHDRAWN') from public.bookings b where b.session_id = s.id;
  update public.sessions k set status = becomes where k.id = s.id;
  update public.bookings b set stored_status = case becomes when 'SCHEDULED' then 'CONFIRMED' else 'COMPLETED' end
  where b.session_id = s.id and b.stored_status in ('CONFIRMED', 'COMPLETED')
    and exists (select from public.session_participants sp where sp.booking_id = b.id);
end $$;

-- Says that the other side did not come, once the agreed wait is over: a tutor of a student, the student's side of
-- the tutor. In a group the session ends so when nobody came.
create function public.mark_no_show(request_id uuid, session uuid, expected_version integer, person uuid default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'mark_no_show', jsonb_build_array(session, expected_version, person));
  s public.sessions;
  place public.session_participants;
  decision private.decision;
begin
  if known is not null then return known; end if;
  s := private.take_session(session);
  place := private.participant_meant(s, person);
  if 'tutor' = any (private.my_roles(s.tutor_id, private.participants(s.id))) then
    decision := private.decide_session(s, 'mark_no_show_student', expected_version, place.person_id);
    update public.session_participants sp set attendance = 'did_not_come' where sp.id = place.id;
    if not exists (select from public.session_participants sp where sp.session_id = s.id and sp.attendance <> 'did_not_come') then
      perform private.end_session(s, decision.becomes);
    end if;
  else
    decision := private.decide_session(s, 'mark_no_show_tutor', expected_version, place.person_id);
    perform private.end_session(s, decision.becomes);
  end if;
  perform private.tell('no_show', decision.role, s.tutor_id, place.person_id, s.id, place.booking_id);
  return private.answer_request(request_id, private.session_answer(s.id));
end $$;

-- Takes that back, by the side that said it.
create function public.undo_no_show(request_id uuid, session uuid, expected_version integer, person uuid default null) returns jsonb
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
  update public.session_participants sp set attendance = 'unknown' where sp.id = place.id and sp.attendance = 'did_not_come';
  perform private.end_session(s, decision.becomes);
  perform private.tell('no_show_undone', decision.role, s.tutor_id, place.person_id, s.id, place.booking_id);
  return private.answer_request(request_id, private.session_answer(s.id));
exception when exclusion_violation then
  perform private.refuse('slot_taken');
  return null;
end $$;

-- The side that was marked answers: it agrees, or it says that it was there. The mark stays; both are on record.
create function public.answer_no_show(request_id uuid, session uuid, agrees boolean, person uuid default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'answer_no_show', jsonb_build_array(session, agrees, person));
  s public.sessions;
  place public.session_participants;
  decision private.decision;
begin
  if known is not null then return known; end if;
  if agrees is null then
    perform private.refuse('bad_input', jsonb_build_object('field', 'agrees'));
  end if;
  s := private.take_session(session);
  place := private.participant_meant(s, person);
  decision := private.decide_session(s, 'answer_no_show', null, place.person_id);
  perform private.tell(case when agrees then 'no_show_agreed' else 'no_show_denied' end, decision.role, s.tutor_id,
    place.person_id, s.id, place.booking_id);
  return private.answer_request(request_id, private.session_answer(s.id));
end $$;

-- The lesson is over before its time.
create function public.end_early(request_id uuid, session uuid, expected_version integer) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'end_early', jsonb_build_array(session, expected_version));
  s public.sessions;
  decision private.decision;
begin
  if known is not null then return known; end if;
  s := private.take_session(session);
  decision := private.decide_session(s, 'mark_early_end', expected_version);
  perform private.was_held(s, decision);
  perform private.tell('ended_early', decision.role, s.tutor_id, null, s.id, null);
  return private.answer_request(request_id, private.session_answer(s.id));
end $$;

-- The lesson was held.
create function public.mark_held(request_id uuid, session uuid, expected_version integer) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'mark_held', jsonb_build_array(session, expected_version));
  s public.sessions;
  decision private.decision;
begin
  if known is not null then return known; end if;
  s := private.take_session(session);
  decision := private.decide_session(s, 'mark_held', expected_version);
  perform private.was_held(s, decision);
  perform private.tell('held', decision.role, s.tutor_id, null, s.id, null);
  return private.answer_request(request_id, private.session_answer(s.id));
end $$;

-- A lesson that was held: who was not marked came.
create function private.was_held(s public.sessions, decision private.decision) returns void
language plpgsql set search_path = '' as $$
begin
  update public.session_participants sp set attendance = 'came' where sp.session_id = s.id and sp.attendance = 'unknown';
  perform private.end_session(s, decision.becomes);
end $$;

-- ---- what is written

-- Writes homework, the plan, or a note, private or shared. `expected_version` is that of the text before, 0 if
-- there was none. An empty text takes it away.
create function public.write_note(request_id uuid, session uuid, kind text, shared boolean, body text, expected_version integer) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'write_note', jsonb_build_array(session, kind, shared, body, expected_version));
  s public.sessions;
  before public.session_notes;
  note public.session_notes;
begin
  if known is not null then return known; end if;
  if kind is null or kind not in ('note', 'homework', 'plan') then
    perform private.refuse('bad_input', jsonb_build_object('field', 'kind'));
  end if;
  if shared is null then
    perform private.refuse('bad_input', jsonb_build_object('field', 'shared'));
  end if;
  if length(body) > 20000 then
    perform private.refuse('bad_input', jsonb_build_object('field', 'body', 'longest', 20000));
  end if;
  s := private.take_session(session);
  perform private.decide_session(s, 'write', null);
  select * into before from public.session_notes n where n.session_id = s.id and n.kind = kind and n.shared = shared;
  if coalesce(before.version, 0) <> expected_version then
    perform private.refuse('stale', jsonb_build_object('version', coalesce(before.version, 0)));
  end if;
  if coalesce(body, '') = '' then
    delete from public.session_notes n where n.id = before.id;
  else
    insert into public.session_notes (session_id, tutor_id, kind, shared, body) values (s.id, s.tutor_id, kind, shared, body)
    on conflict on constraint one_note_of_a_kind do update set body = excluded.body
    returning * into note;
  end if;
  return private.answer_request(request_id, jsonb_build_object('note', to_jsonb(note)));
end $$;
