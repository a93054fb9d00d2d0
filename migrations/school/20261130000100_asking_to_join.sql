-- Without an invitation: what an app asks of a school before anything else, and a request to join that the school
-- answers. Where the school has opened its sign-up, a student is let in at once.
--
-- Strangers by the thousand may ask at the same time. What one of them writes is their own: a few rows that are kept
-- short, under a lock on their own account. No call of a member reads these rows or waits for that lock, but for the
-- calls that link or forget people of the same account.

create or replace function private.schema_number() returns integer
language sql immutable set search_path = '' as $$ select 2 $$;

alter table public.school_settings
  add column open_sign_up text not null default 'off' check (open_sign_up in ('off', 'students', 'all'));
-- Clients that have the row have it without the column.
select private.note_for_everybody('school_settings', s.id) from public.school_settings s;

insert into private.refusals (code, status, sentence) values
  ('not_confirmed', 'PT403', 'Confirm your e-mail address first, then ask again.'),
  ('already_asked', 'PT409', 'You have asked for this already. Your school will answer it.'),
  ('asked_too_often', 'PT409', 'This sign-in has asked ten times within a day. Try again tomorrow.'),
  ('already_answered', 'PT409', 'This request was answered already.');

-- What an account with no invitation asks of the school. Only the school reads it; who asked is told by `who_am_i`.
create table public.join_requests (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null references auth.users (id) on delete cascade,
  role text not null check (role in ('tutor', 'student', 'guardian')),
  first_name text not null check (length(first_name) <= 100),
  last_name text not null check (length(last_name) <= 100),
  zone text not null,
  note text not null check (length(note) <= 500),
  -- Which child a guardian means, in their own words; the school says who that is.
  child text not null check (length(child) <= 200),
  state text not null default 'waiting' check (state in ('waiting', 'admitted', 'turned_away')),
  -- Who the account became, or for whom it acts.
  person_id uuid references public.people (id),
  reason text not null default '' check (length(reason) <= 500),
  asked_at timestamptz not null default private.clock(),
  answered_at timestamptz,
  -- Without its texts since. The row stays for a day, so that it counts among those of the day.
  forgotten_at timestamptz,
  check ((state = 'waiting') = (answered_at is null)),
  check ((state = 'admitted') = (person_id is not null)),
  check (forgotten_at is null or (state <> 'waiting' and first_name || last_name || note || child || reason = '')),
  check (forgotten_at is not null or first_name <> ''),
  check ((role = 'guardian') = (child <> '') or forgotten_at is not null)
);
create unique index one_open_request_of_a_role on public.join_requests (account_id, role) where state = 'waiting';
create index on public.join_requests (account_id, asked_at);
-- The school's list, the oldest first.
create index on public.join_requests (asked_at, id) where state = 'waiting';
create index on public.join_requests (person_id) where person_id is not null;

alter table public.join_requests enable row level security;
grant select on public.join_requests to service_role;

-- ---- before there is a sign-in, and with one

-- What stands behind an address, before there is a sign-in: the school's name, and whether one may ask to join.
-- Nobody's name.
create function public.look_at_school() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object('school', s.name, 'zone', s.zone, 'open_sign_up', s.open_sign_up, 'schema', private.schema_number())
  from public.school_settings s
$$;

create function private.is_confirmed(account uuid) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from auth.users u where u.id = account and u.email_confirmed_at is not null)
$$;

create function private.people_of(account uuid)
returns table (person uuid, relation text, role text, first_name text, last_name text, approved boolean)
language sql stable set search_path = '' as $$
  select p.id, a.relation, case a.relation when 'self' then p.kind else 'guardian' end, p.first_name, p.last_name,
    p.kind <> 'tutor' or p.approved_at is not null
  from public.account_people a join public.people p on p.id = a.person_id
  where a.account_id = account and a.ended_at is null
  order by a.created_at, a.id limit 100
$$;

-- An account has few rows (`keep_requests_few`), so the latest of each role are found among them.
create function private.requests_of(account uuid)
returns table (id uuid, role text, first_name text, last_name text, note text, child text, state text, reason text, asked_at timestamptz)
language sql stable set search_path = '' as $$
  select distinct on (j.role) j.id, j.role, j.first_name, j.last_name, j.note, j.child, j.state, j.reason, j.asked_at
  from public.join_requests j where j.account_id = account and j.forgotten_at is null
  order by j.role, j.asked_at desc, j.state = 'waiting' desc, j.id
$$;

-- Who the account that asks is at this school:
--   account: null where the token says nobody, or was not read as a sign-in's
--   confirmed: whether its e-mail address is, without which `ask_to_join` refuses
--   people: those for whom it acts, at most 100, the first ones first; `approved` is false for a tutor who waits
--   requests: its latest of each role
create function public.who_am_i() returns jsonb
language sql stable security definer set search_path = '' as $$
  select jsonb_build_object(
    'account', auth.uid(), 'school', s.name, 'zone', s.zone, 'schema', private.schema_number(),
    'confirmed', private.is_confirmed(auth.uid()),
    'people', coalesce((select jsonb_agg(to_jsonb(people)) from private.people_of(auth.uid()) as people), '[]'),
    'requests', coalesce((select jsonb_agg(to_jsonb(asked)) from private.requests_of(auth.uid()) as asked), '[]'))
  from public.school_settings s
$$;

-- ---- asking

-- Asks to join the school as a tutor, a student or the guardian of a child that is named. The account's address has
-- to be confirmed. One request of a role can be open, and ten made within 24 hours. Answers whether it waits or was
-- let in, and as whom; a tutor who was let in is invisible until the school approves, as with an invitation.
create function public.ask_to_join(request_id uuid, role text, first_name text, last_name text, zone text,
  note text default '', child text default '') returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'ask_to_join', jsonb_build_array(role, first_name, last_name, zone, note, child));
  asking public.join_requests;
begin
  if known is not null then return known; end if;
  if private.is_school() then
    perform private.refuse('not_allowed');
  end if;
  asking.account_id := auth.uid();
  asking.role := private.role_entry(role);
  asking.first_name := private.text_entry('first_name', first_name, 100);
  asking.last_name := private.text_entry('last_name', last_name, 100, true);
  asking.zone := private.zone_entry(zone);
  asking.note := private.text_entry('note', note, 500, true);
  asking.child := private.text_entry('child', child, 200, role <> 'guardian');
  if role <> 'guardian' and asking.child <> '' then
    perform private.refuse('bad_input', jsonb_build_object('field', 'child'));
  end if;
  perform private.check_confirmed(asking.account_id);
  perform private.take_account(asking.account_id);
  perform private.check_may_ask(asking.account_id, role);
  if (select case s.open_sign_up when 'all' then role in ('student', 'tutor') when 'students' then role = 'student' else false end
      from public.school_settings s) then
    asking.person_id := private.new_person(asking);
  end if;
  asking.id := private.enter_request(asking);
  perform private.keep_requests_few(asking.account_id);
  return private.answer_request(request_id, jsonb_build_object('request', asking.id, 'role', role,
    'state', case when asking.person_id is null then 'waiting' else 'admitted' end, 'person', asking.person_id));
end $$;

-- Refuses an account whose address is not confirmed, and one that is gone while its token is good.
create function private.check_confirmed(account uuid) returns void
language plpgsql stable set search_path = '' as $$
begin
  if not exists (select from auth.users u where u.id = account) then
    perform private.refuse('not_signed_in');
  elsif not private.is_confirmed(account) then
    perform private.refuse('not_confirmed');
  end if;
end $$;

create function private.role_entry(entry text) returns text
language plpgsql immutable set search_path = '' as $$
begin
  if entry is null or entry not in ('tutor', 'student', 'guardian') then
    perform private.refuse('bad_input', jsonb_build_object('field', 'role'));
  end if;
  return entry;
end $$;

-- Takes an account in hand until the transaction ends: what it asks for, what becomes of that, and whom it is linked
-- with. Always after people, never before.
create function private.take_account(account uuid) returns void
language sql set search_path = '' as $$
  select pg_advisory_xact_lock(hashtextextended('account ' || account, 0))
$$;

-- Refuses an account that is such a person already, has such a request open, or has asked too often. With the account
-- in hand. A guardian may ask for another child. Planned anew each time, as in the functions below: what a connection
-- planned while hardly anybody had asked reads all of the table, or all of an index, when ten thousand have.
create function private.check_may_ask(account uuid, role text) returns void
language plpgsql set search_path = '' set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_variable
declare
  open_one uuid;
begin
  if private.self_of(account, role) is not null then
    perform private.refuse('already_linked');
  end if;
  select j.id into open_one from public.join_requests j
  where j.account_id = account and j.role = role and j.state = 'waiting';
  if found then
    perform private.refuse('already_asked', jsonb_build_object('request', open_one));
  end if;
  if (select count(*) from public.join_requests j
      where j.account_id = account and j.asked_at > private.clock() - interval '24 hours') >= 10 then
    perform private.refuse('asked_too_often', jsonb_build_object('most', 10));
  end if;
end $$;

-- The account's own person of a kind; null for a guardian, who is none.
create function private.self_of(account uuid, kind text) returns uuid
language sql stable set search_path = '' as $$
  select p.id from public.account_people a join public.people p on p.id = a.person_id
  where a.account_id = account and a.ended_at is null and a.relation = 'self' and p.kind = self_of.kind
  order by a.created_at, a.id limit 1
$$;

-- Makes a new person of a request and links the account with them.
create function private.new_person(asked public.join_requests) returns uuid
language plpgsql set search_path = '' as $$
declare
  person uuid;
begin
  insert into public.people (kind, first_name, last_name, zone)
  values (asked.role, asked.first_name, asked.last_name, asked.zone) returning id into person;
  perform private.link(asked.account_id, person, 'self', btrim(asked.first_name || ' ' || asked.last_name));
  return person;
end $$;

-- Stores a request; one with a person is answered already. The account may have been deleted while its token is good.
create function private.enter_request(asking public.join_requests) returns uuid
language plpgsql set search_path = '' as $$
declare
  entered uuid;
begin
  insert into public.join_requests (account_id, role, first_name, last_name, zone, note, child, state, person_id, answered_at)
  values (asking.account_id, asking.role, asking.first_name, asking.last_name, asking.zone, asking.note, asking.child,
    case when asking.person_id is null then 'waiting' else 'admitted' end, asking.person_id,
    case when asking.person_id is not null then private.clock() end)
  returning id into entered;
  return entered;
exception when foreign_key_violation then
  perform private.refuse('not_signed_in');
  return null;
end $$;

-- Of what an account has asked for, what was answered and is older than the day that counts goes. After a new one
-- was entered, which waits for whoever deletes the account: what it deletes must not be held by us then.
create function private.keep_requests_few(account uuid) returns void
language sql set search_path = '' set plan_cache_mode = force_custom_plan as $$
  delete from public.join_requests j
  where j.account_id = account and j.state <> 'waiting' and j.asked_at <= private.clock() - interval '24 hours'
$$;

-- ---- the school's answer

-- Lets in who asked. Only the school may. Of a tutor or student it makes a new person, or links the one whom the
-- school has entered already; a guardian is linked with the child, who has to be named.
--
-- An admitted tutor is not approved by that: to be let in says who somebody is; to be seen and asked by students is
-- another decision, which `approve_tutor` alone takes, for whoever came by whichever way.
create function public.admit(request_id uuid, request uuid, person uuid default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'admit', jsonb_build_array(request, person));
  asked public.join_requests;
  becomes uuid := person;
begin
  if known is not null then return known; end if;
  if not private.is_school() then
    perform private.refuse('not_allowed');
  end if;
  if person is not null then
    -- In hand first: they may be being forgotten. One person alone, so it is all the same as what they are taken.
    perform private.lock_people(array[person], '{}');
  end if;
  asked := private.take_join_request(request);
  if asked.role = 'guardian' and person is null then
    perform private.refuse('bad_input', jsonb_build_object('field', 'person'));
  end if;
  if person is not null and not exists (select from public.people p where p.id = person
      and p.kind = case asked.role when 'tutor' then 'tutor' else 'student' end and p.forgotten_at is null) then
    perform private.refuse('not_found');
  end if;
  if asked.role = 'guardian' then
    -- The child may have handed out a code meanwhile.
    if not exists (select from public.account_people a
        where a.account_id = asked.account_id and a.person_id = person and a.relation = 'guardian' and a.ended_at is null) then
      perform private.link(asked.account_id, person, 'guardian', btrim(asked.first_name || ' ' || asked.last_name));
    end if;
  elsif private.self_of(asked.account_id, asked.role) is not null then
    perform private.refuse('already_linked');
  elsif person is null then
    becomes := private.new_person(asked);
  else
    perform private.link(asked.account_id, person, 'self', btrim(asked.first_name || ' ' || asked.last_name));
  end if;
  perform private.answer_join_request(request, 'admitted', becomes, '');
  return private.answer_request(request_id,
    jsonb_build_object('request', request, 'role', asked.role, 'state', 'admitted', 'person', becomes));
end $$;

-- Turns away who asked, who reads the reason. Only the school may. They may ask again.
create function public.turn_away(request_id uuid, request uuid, reason text default '') returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'turn_away', jsonb_build_array(request, reason));
  why text := private.text_entry('reason', reason, 500, true);
  asked public.join_requests;
begin
  if known is not null then return known; end if;
  if not private.is_school() then
    perform private.refuse('not_allowed');
  end if;
  asked := private.take_join_request(request);
  perform private.answer_join_request(asked.id, 'turned_away', null, why);
  return private.answer_request(request_id, jsonb_build_object('request', asked.id, 'role', asked.role, 'state', 'turned_away'));
end $$;

-- Takes a request that waits and its account in hand. Refuses `not_found` for one that is gone, with its account or
-- its person, and `already_answered` for one that does not wait.
create function private.take_join_request(request uuid) returns public.join_requests
language plpgsql set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  asked public.join_requests;
begin
  perform private.take_account(j.account_id) from public.join_requests j where j.id = request;
  -- As it is now that nobody else is at it.
  select * into asked from public.join_requests j where j.id = request for update;
  if not found or asked.forgotten_at is not null then
    perform private.refuse('not_found');
  end if;
  if asked.state <> 'waiting' then
    perform private.refuse('already_answered', jsonb_build_object('state', asked.state));
  end if;
  return asked;
end $$;

create function private.answer_join_request(request uuid, state text, person uuid, reason text) returns void
language sql set search_path = '' set plan_cache_mode = force_custom_plan as $$
  update public.join_requests j set state = answer_join_request.state, person_id = person,
    reason = answer_join_request.reason, answered_at = private.clock()
  where j.id = request
$$;

-- ---- links and forgetting, which a request has to do with

-- Links an account to a person, with the person in hand, so that nothing of theirs is written meanwhile. What the
-- account had asked for to become such a person has come true with it.
create or replace function private.link(account uuid, person uuid, relation text, name text) returns uuid
language plpgsql set search_path = '' as $$
declare
  link_id uuid;
  of_kind text;
begin
  -- One person alone, so it is all the same as what they are taken. In hand first: they may be being forgotten.
  perform private.lock_people(array[person], '{}');
  perform private.take_account(account);
  select p.kind into of_kind from public.people p where p.id = person and p.forgotten_at is null;
  if not found then
    perform private.refuse('not_found');
  end if;
  insert into public.account_people (account_id, person_id, relation, name)
  values (account, person, relation, name) returning id into link_id;
  if relation = 'self' then
    perform private.close_request(account, of_kind, person);
  end if;
  return link_id;
exception when unique_violation then
  perform private.refuse('already_linked');
  return null;
end $$;

create function private.close_request(account uuid, role text, person uuid) returns void
language sql set search_path = '' set plan_cache_mode = force_custom_plan as $$
  update public.join_requests j set state = 'admitted', person_id = person, answered_at = private.clock()
  where j.account_id = account and j.role = close_request.role and j.state = 'waiting'
$$;

-- Clears what the accounts of a person have asked for: all of it where the person is the account's own; of a guardian
-- what they asked as one, which names children. With the person in hand.
create function private.forget_requests(person uuid) returns void
language plpgsql set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  account uuid;
begin
  -- An account that is asking right now is waited for, so that its request is cleared too.
  for account in select distinct a.account_id from public.account_people a
    where a.person_id = person and a.ended_at is null order by 1 loop
    perform private.take_account(account);
  end loop;
  update public.join_requests j set first_name = '', last_name = '', note = '', child = '', reason = '',
    state = case j.state when 'waiting' then 'turned_away' else j.state end,
    answered_at = coalesce(j.answered_at, private.clock()), forgotten_at = private.clock()
  where j.forgotten_at is null and j.id = any (array(
    select own.id from public.account_people a
    join public.join_requests own on own.account_id = a.account_id and (a.relation = 'self' or own.role = 'guardian')
    where a.person_id = person and a.ended_at is null
    union all
    select about.id from public.join_requests about where about.person_id = person));
end $$;

-- As before, and clears what was asked without an invitation.
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
  -- While the accounts are still linked.
  perform private.forget_requests(person);
  update public.account_people a set ended_at = private.clock(), name = '' where a.person_id = person and a.ended_at is null;
  -- What was answered to earlier requests may hold texts.
  update private.requests r set answer = '{"forgotten": true}'
  where r.answer::text like '%' || person || '%' and r.request_id <> request_id;
  return private.answer_request(request_id, jsonb_build_object('person', person));
end $$;

-- ---- for the texts that a school sends

-- A text as it stands in a link's parameter (RFC 3986, section 2.1).
create function private.percent_encoded(entry text) returns text
language sql immutable set search_path = '' as $$
  select coalesce(string_agg(case
      when letter collate "C" ~ '^[A-Za-z0-9._~-]$' then letter
      else regexp_replace(upper(encode(convert_to(letter, 'UTF8'), 'hex')), '(..)', '%\1', 'g') end, '' order by nth), '')
  from regexp_split_to_table(entry, '') with ordinality as letters (letter, nth)
$$;

-- ---- who may call what

-- The defaults of the schemas have closed all of it; should they ever be others, it is closed all the same.
revoke all on table public.join_requests from public, anon, authenticated;
revoke all on function public.look_at_school(), public.who_am_i(),
  public.ask_to_join(uuid, text, text, text, text, text, text),
  public.admit(uuid, uuid, uuid), public.turn_away(uuid, uuid, text),
  private.is_confirmed(uuid), private.check_confirmed(uuid), private.people_of(uuid), private.requests_of(uuid), private.role_entry(text),
  private.take_account(uuid), private.check_may_ask(uuid, text), private.self_of(uuid, text),
  private.new_person(public.join_requests), private.enter_request(public.join_requests), private.keep_requests_few(uuid),
  private.take_join_request(uuid), private.answer_join_request(uuid, text, uuid, text), private.close_request(uuid, text, uuid), private.forget_requests(uuid),
  private.percent_encoded(text)
  from public, anon, authenticated, service_role;

-- Before there is a sign-in, and with a token that may not be read as one.
grant execute on function public.look_at_school(), public.who_am_i() to anon, authenticated;
grant execute on function public.ask_to_join(uuid, text, text, text, text, text, text) to authenticated;
-- The school itself.
grant execute on function public.admit(uuid, uuid, uuid), public.turn_away(uuid, uuid, text) to service_role;
