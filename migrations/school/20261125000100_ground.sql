-- The ground that every later file stands on: who may do what by default, the clock, refusals, request ids.
--
-- Clients read the tables of `public` through row-level security and write through functions only. What no
-- client may name lies in `private`, which the REST server does not expose.

create schema private;
grant usage on schema private to authenticated, service_role;

create extension if not exists btree_gist with schema extensions;

-- Supabase grants everything in `public` to its three roles by default. Here each right is given by name.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
alter default privileges revoke execute on functions from public;

-- The number of this schema. A client that needs a later one says "Your school needs an update".
create function private.schema_number() returns integer
language sql immutable set search_path = '' as $$ select 1 $$;

-- The one place that asks for the time. Only a test set-up replaces it.
create function private.clock() returns timestamptz
language sql stable set search_path = '' as $$ select now() $$;

-- ---- refusals

-- Every way in which a function says no: PostgREST turns PTnnn into the HTTP status nnn.
create table private.refusals (
  code text primary key,
  status text not null check (status in ('PT403', 'PT404', 'PT409')),
  sentence text not null
);

insert into private.refusals (code, status, sentence) values
  ('not_signed_in', 'PT403', 'Sign in first.'),
  ('not_allowed', 'PT403', 'This is not yours to do.'),
  ('not_found', 'PT404', 'This isn''t there any more, or isn''t yours.'),
  ('request_id_reused', 'PT409', 'This was already sent with other details. Look at what became of it, then try again.'),
  ('stale', 'PT409', 'This was changed in the meantime. Look at it again, then decide.'),
  ('not_for_status', 'PT409', 'That can''t be done to it any more.'),
  ('not_now', 'PT409', 'That can''t be done at this time.'),
  ('slot_taken', 'PT409', 'This time is taken. Choose another one.'),
  ('series_clashes', 'PT409', 'Some of these times are taken. Leave them out, or choose another time.'),
  ('short_notice', 'PT409', 'The tutor needs more notice than that. Choose a later time.'),
  ('in_the_past', 'PT409', 'This time has already passed. Choose a later one.'),
  ('bad_input', 'PT409', 'One of the entries can''t be used. Change it and try again.'),
  ('invitation_over', 'PT409', 'This invitation was used already or has run out. Ask your school for a new one.'),
  ('already_linked', 'PT409', 'This sign-in and this person are linked already.'),
  ('link_being_made', 'PT409', 'Another computer is making the link right now.'),
  ('meeting_made_anew', 'PT409', 'The meeting was made anew in the meantime.'),
  ('times_differ', 'PT409', 'The request and the session are not at the same time.');

-- Refuses: the sentence as message, the code as hint, the arguments as detail.
create function private.refuse(code text, args jsonb default '{}') returns void
language plpgsql set search_path = '' as $$
declare
  refusal private.refusals;
begin
  select r.* into strict refusal from private.refusals r where r.code = refuse.code;
  raise exception using errcode = refusal.status, message = refusal.sentence, hint = refusal.code, detail = args::text;
end $$;

-- ---- who asks

-- Whether the school itself asks: with its secret key, or by hand in the database.
create function private.is_school() returns boolean
language sql stable set search_path = '' as $$
  select case
    when nullif(current_setting('request.jwt.claims', true), '') is null then session_user <> 'authenticator'
    else coalesce(auth.role(), '') = 'service_role'
  end
$$;

-- The account that asks; for the school itself the nil UUID. Refuses `not_signed_in` for everybody else.
create function private.account() returns uuid
language plpgsql stable set search_path = '' as $$
begin
  if private.is_school() then
    return '00000000-0000-0000-0000-000000000000';
  end if;
  if auth.uid() is null then
    perform private.refuse('not_signed_in');
  end if;
  return auth.uid();
end $$;

-- ---- request ids

-- Every write carries an id of the client's, so that a repeat is answered and not done again.
create table private.requests (
  account_id uuid not null,
  request_id uuid not null,
  function text not null,
  args_hash text not null,
  answer jsonb,
  asked_at timestamptz not null,
  primary key (account_id, request_id)
);

-- Begins a request. Returns the stored answer if it was answered before, else null. A repeat that comes while
-- the first is still under way waits for it here. Refusals roll the row back, so a refused request may be
-- asked again. Refuses `request_id_reused` for other arguments.
create function private.begin_request(request_id uuid, function text, args jsonb) returns jsonb
language plpgsql set search_path = '' as $$
declare
  asker uuid := private.account();
  hash text := md5(args::text);
  earlier private.requests;
begin
  if request_id is null then
    perform private.refuse('bad_input', jsonb_build_object('field', 'request_id'));
  end if;
  insert into private.requests (account_id, request_id, function, args_hash, asked_at)
  values (asker, begin_request.request_id, begin_request.function, hash, private.clock())
  on conflict do nothing;
  if found then
    return null;
  end if;
  select r.* into strict earlier from private.requests r
  where r.account_id = asker and r.request_id = begin_request.request_id;
  if (earlier.function, earlier.args_hash) is distinct from (begin_request.function, hash) then
    perform private.refuse('request_id_reused');
  end if;
  return earlier.answer;
end $$;

-- Stores the answer of a request, and returns it.
create function private.answer_request(request_id uuid, answer jsonb) returns jsonb
language plpgsql set search_path = '' as $$
begin
  update private.requests r set answer = answer_request.answer
  where r.account_id = private.account() and r.request_id = answer_request.request_id;
  return answer;
end $$;

-- ---- rows that know when they changed

create function private.touch() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.version := old.version + 1;
  new.updated_at := private.clock();
  return new;
end $$;

-- ---- entries that people make

-- The text without spaces around it. Refuses `bad_input`, naming the field, if it is empty and must not be, or
-- longer than `longest` characters.
create function private.text_entry(field text, entry text, longest integer, may_be_empty boolean default false) returns text
language plpgsql immutable set search_path = '' as $$
declare
  tidy text := btrim(coalesce(entry, ''));
begin
  if length(tidy) > longest or (tidy = '' and not may_be_empty) then
    perform private.refuse('bad_input', jsonb_build_object('field', field, 'longest', longest));
  end if;
  return tidy;
end $$;

-- The name of a time zone as given. Refuses `bad_input` if it is none.
create function private.zone_entry(entry text) returns text
language plpgsql stable set search_path = '' as $$
begin
  if entry ~ '^[A-Za-z_]+[A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$' then
    begin
      perform now() at time zone entry;
      return entry;
    exception when invalid_parameter_value then
      null;
    end;
  end if;
  perform private.refuse('bad_input', jsonb_build_object('field', 'zone'));
  return null;
end $$;

-- Refuses a time that is no lesson's: it must end after it starts, take ten minutes to eight hours, start
-- after now and within two years.
create function private.check_time(start_at timestamptz, end_at timestamptz) returns void
language plpgsql stable set search_path = '' as $$
begin
  if start_at is null or end_at is null or not isfinite(start_at) or not isfinite(end_at)
    or end_at - start_at not between interval '10 minutes' and interval '8 hours'
    or start_at > private.clock() + interval '2 years' then
    perform private.refuse('bad_input', jsonb_build_object('field', 'time'));
  end if;
  if start_at <= private.clock() then
    perform private.refuse('in_the_past');
  end if;
end $$;

-- The instant of a wall-clock time in a zone. In the hour that a clock change leaves out, the offset from
-- before the change holds; in the hour that comes twice, the first one is meant (RFC 5545, section 3.3.5).
create function private.instant(wall timestamp, zone text) returns timestamptz
language sql stable set search_path = '' as $$
  -- The offsets of the day before and the day after; one change lies between them at most.
  select case
    when ((wall - before) at time zone 'UTC') at time zone zone = wall then (wall - before) at time zone 'UTC'
    when ((wall - after) at time zone 'UTC') at time zone zone = wall then (wall - after) at time zone 'UTC'
    else (wall - before) at time zone 'UTC'
  end
  from (select
    ((wall - interval '1 day') at time zone 'UTC') at time zone zone - (wall - interval '1 day') as before,
    ((wall + interval '1 day') at time zone 'UTC') at time zone zone - (wall + interval '1 day') as after) as offsets
$$;
