-- Invitations, links between sign-ins and people, approval.

-- Makes an invitation and gives its code. Only the school may. The invitation keeps a digest of it; the code itself
-- stands in the answer to this request alone, so that a repeat gets it too, and goes when it is used.
create function public.invite(request_id uuid, role text, person uuid default null, days integer default 30) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'invite', jsonb_build_array(role, person, days));
begin
  if known is not null then return known; end if;
  if not private.is_school() then
    perform private.refuse('not_allowed');
  end if;
  if role is null or role not in ('tutor', 'student', 'guardian') or (role = 'guardian' and person is null) then
    perform private.refuse('bad_input', jsonb_build_object('field', 'role'));
  end if;
  if days is null or days not between 1 and 365 then
    perform private.refuse('bad_input', jsonb_build_object('field', 'days'));
  end if;
  if person is not null and not exists (select from public.people p where p.id = person
      and p.kind = case role when 'tutor' then 'tutor' else 'student' end and p.forgotten_at is null) then
    perform private.refuse('not_found');
  end if;
  return private.answer_request(request_id, jsonb_build_object('code', private.new_code(role, person, make_interval(days => days)), 'role', role));
end $$;

-- Gives a child a one-time code for a parent, good for a week. The child itself asks, or the school.
create function public.invite_guardian(request_id uuid, person uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'invite_guardian', jsonb_build_array(person));
begin
  if known is not null then return known; end if;
  if not exists (select from public.people p where p.id = person and p.kind = 'student' and p.forgotten_at is null)
    or not (private.is_school() or person = any (private.mine())) then
    perform private.refuse('not_found');
  end if;
  if not (private.is_school() or person = any (private.my_selves())) then
    perform private.refuse('not_allowed');
  end if;
  return private.answer_request(request_id,
    jsonb_build_object('code', private.new_code('guardian', person, interval '7 days'), 'role', 'guardian'));
end $$;

-- A new code: 20 characters that are hard to mistake for each other, in groups of five; 100 bits.
create function private.new_code(role text, person uuid, lifetime interval) returns text
language plpgsql set search_path = '' as $$
declare
  letters constant text := '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
  code text := '';
  random_byte integer;
begin
  while length(replace(code, '-', '')) < 20 loop
    -- gen_random_uuid is a cryptographic source; its first byte is random as a whole. 248 = 8 × 31.
    random_byte := get_byte(uuid_send(gen_random_uuid()), 0);
    if random_byte < 248 then
      code := code || case when code <> '' and length(replace(code, '-', '')) % 5 = 0 then '-' else '' end
        || substr(letters, 1 + random_byte % 31, 1);
    end if;
  end loop;
  insert into public.invitations (code_hash, role, person_id, expires_at)
  values (private.code_hash(code), role, person, private.clock() + lifetime);
  return code;
end $$;

create function private.code_hash(code text) returns text
language sql immutable set search_path = '' as $$
  select encode(sha256(convert_to(upper(regexp_replace(code, '[^A-Za-z0-9]', '', 'g')), 'UTF8')), 'hex')
$$;

-- What an invitation is for, before there is a sign-in: the school's name and the role, nobody's name.
create function public.look_at_invitation(code text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  invitation public.invitations;
begin
  select * into invitation from public.invitations i where i.code_hash = private.code_hash(code);
  if not found or invitation.used_at is not null or invitation.expires_at <= private.clock() then
    perform private.refuse('invitation_over');
  end if;
  return jsonb_build_object('school', (select s.name from public.school_settings s), 'role', invitation.role);
end $$;

-- Takes an invitation up with the sign-in that asks. A tutor or student whom the school has not entered becomes a
-- new person; a new tutor stays invisible until the school approves. For a guardian the names are their own.
create function public.accept_invitation(request_id uuid, code text, first_name text, last_name text default '', zone text default 'UTC')
returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'accept_invitation', jsonb_build_array(code, first_name, last_name, zone));
  invitation public.invitations;
  given text := private.text_entry('first_name', first_name, 100);
  family text := private.text_entry('last_name', last_name, 100, true);
  person uuid;
begin
  if known is not null then return known; end if;
  if private.is_school() then
    perform private.refuse('not_allowed');
  end if;
  -- The person before the invitation: whoever forgets a person takes the two in that order.
  perform private.lock_people(array[i.person_id], '{}') from public.invitations i
  where i.code_hash = private.code_hash(code) and i.person_id is not null;
  select * into invitation from public.invitations i where i.code_hash = private.code_hash(code) for update;
  if not found or invitation.used_at is not null or invitation.expires_at <= private.clock() then
    perform private.refuse('invitation_over');
  end if;
  person := invitation.person_id;
  if person is null then
    insert into public.people (kind, first_name, last_name, zone)
    values (invitation.role, given, family, private.zone_entry(zone)) returning id into person;
  end if;
  update public.invitations i set used_at = private.clock(), used_by = auth.uid() where i.id = invitation.id;
  update private.requests r set answer = r.answer - 'code'
  where r.function in ('invite', 'invite_guardian') and private.code_hash(r.answer ->> 'code') = invitation.code_hash;
  perform private.link(auth.uid(), person, case invitation.role when 'guardian' then 'guardian' else 'self' end,
    btrim(given || ' ' || family));
  return private.answer_request(request_id, jsonb_build_object('person', person, 'role', invitation.role));
end $$;

-- Links an account to a person, with the person in hand, so that nothing of theirs is written meanwhile.
create function private.link(account uuid, person uuid, relation text, name text) returns uuid
language plpgsql set search_path = '' as $$
declare
  link_id uuid;
begin
  -- One person alone, so it is all the same as what they are taken. In hand first: they may be being forgotten.
  perform private.lock_people(array[person], '{}');
  if not exists (select from public.people p where p.id = person and p.forgotten_at is null) then
    perform private.refuse('not_found');
  end if;
  insert into public.account_people (account_id, person_id, relation, name)
  values (account, person, relation, name) returning id into link_id;
  return link_id;
exception when unique_violation then
  perform private.refuse('already_linked');
  return null;
end $$;

-- Lets an account act and see for a child. Only the school may; a parent with the child's code accepts that.
create function public.link_guardian(request_id uuid, account uuid, person uuid, name text) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'link_guardian', jsonb_build_array(account, person, name));
begin
  if known is not null then return known; end if;
  if not private.is_school() then
    perform private.refuse('not_allowed');
  end if;
  if not exists (select from auth.users u where u.id = account)
    or not exists (select from public.people p where p.id = person and p.kind = 'student') then
    perform private.refuse('not_found');
  end if;
  return private.answer_request(request_id,
    jsonb_build_object('link', private.link(account, person, 'guardian', private.text_entry('name', name, 200))));
end $$;

-- Ends a guardian's link. Either side may, and the school.
create function public.end_guardian(request_id uuid, link uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'end_guardian', jsonb_build_array(link));
  ending public.account_people;
begin
  if known is not null then return known; end if;
  select * into ending from public.account_people a where a.id = link and a.relation = 'guardian' and a.ended_at is null
    and (private.is_school() or a.account_id = auth.uid() or a.person_id = any (private.my_selves()));
  if not found then
    perform private.refuse('not_found');
  end if;
  perform private.lock_people('{}', array[ending.person_id]);
  update public.account_people a set ended_at = private.clock() where a.id = link and a.ended_at is null;
  return private.answer_request(request_id, jsonb_build_object('link', link));
end $$;

-- Lets a tutor be seen and asked, or no longer. Only the school may.
create function public.approve_tutor(request_id uuid, person uuid, approved boolean default true) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'approve_tutor', jsonb_build_array(person, approved));
begin
  if known is not null then return known; end if;
  if not private.is_school() then
    perform private.refuse('not_allowed');
  end if;
  if approved is null then
    perform private.refuse('bad_input', jsonb_build_object('field', 'approved'));
  end if;
  perform private.lock_people(array[person], '{}');
  update public.people p set approved_at = case when approved then coalesce(p.approved_at, private.clock()) end
  where p.id = person and p.kind = 'tutor' and p.forgotten_at is null;
  if not found then
    perform private.refuse('not_found');
  end if;
  return private.answer_request(request_id, jsonb_build_object('person', person, 'approved', approved));
end $$;

-- Forgets a person: names, texts and links go, what was taught stays as numbers. Lessons to come are called off.
-- The person's own sign-in may ask, and the school.
create function public.forget_person(request_id uuid, person uuid) returns jsonb
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
  update public.account_people a set ended_at = private.clock(), name = '' where a.person_id = person and a.ended_at is null;
  -- What was answered to earlier requests may hold texts.
  update private.requests r set answer = '{"forgotten": true}'
  where r.answer::text like '%' || person || '%' and r.request_id <> request_id;
  return private.answer_request(request_id, jsonb_build_object('person', person));
end $$;

-- Says what became of a tutor's sign-in at a video provider. Never a token.
create function public.set_video_connection(request_id uuid, tutor uuid, provider text, state text, label text default '') returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'set_video_connection', jsonb_build_array(tutor, provider, state, label));
  account_label text := private.text_entry('label', label, 200, true);
begin
  if known is not null then return known; end if;
  perform private.take_tutor(tutor);
  if provider is null or provider not in ('google_meet', 'zoom') then
    perform private.refuse('bad_input', jsonb_build_object('field', 'provider'));
  end if;
  if state is null or state not in ('connected', 'sign_in_again', 'off') then
    perform private.refuse('bad_input', jsonb_build_object('field', 'state'));
  end if;
  insert into public.video_connections as v (tutor_id, provider, state, label) values (tutor, provider, state, account_label)
  on conflict on constraint one_connection_a_provider do update set state = excluded.state, label = excluded.label;
  return private.answer_request(request_id, jsonb_build_object('tutor', tutor, 'provider', provider, 'state', state));
end $$;

-- Takes a tutor in hand who is the asking account's own person. Refuses `not_found` for every other.
create function private.take_tutor(tutor uuid) returns public.people
language plpgsql set search_path = '' as $$
declare
  p public.people;
begin
  perform private.account();
  if tutor is null or not tutor = any (private.my_selves()) then
    perform private.refuse('not_found');
  end if;
  perform private.lock_people(array[tutor], '{}');
  select * into p from public.people where id = tutor and kind = 'tutor' and forgotten_at is null for update;
  if not found then
    perform private.refuse('not_found');
  end if;
  return p;
end $$;
