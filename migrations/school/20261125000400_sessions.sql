-- Scheduled lessons, the places in them, what happened at them, and what is written about them.

create table public.sessions (
  id uuid primary key default gen_random_uuid(),
  tutor_id uuid not null references public.people (id),
  subject text not null check (length(subject) between 1 and 200),
  provider text check (length(provider) between 1 and 40),
  meeting_external_id text check (length(meeting_external_id) between 1 and 500),
  -- Plain https: no user name, no port, no space. What may be opened is decided again where it is opened.
  join_url text check (length(join_url) <= 2048 and join_url ~ '^https://[A-Za-z0-9.-]+(/[^[:space:][:cntrl:]]*)?$'),
  -- Counts the meetings made for this session. Event id and marker at the provider derive from it.
  meeting_generation integer not null default 1,
  scheduled_start_at timestamptz not null,
  scheduled_end_at timestamptz not null,
  zone text not null,
  status text not null default 'SCHEDULED' check (status in ('SCHEDULED', 'COMPLETED', 'EARLY_END', 'NO_SHOW_STUDENT',
    'NO_SHOW_TUTOR', 'CANCELLED')),
  -- All that a student is told of the others in a group.
  first_names text[] not null default '{}',
  tutor_opened_at timestamptz,
  cancelled_at timestamptz,
  cancelled_by text check (cancelled_by in ('tutor', 'student', 'guardian', 'school')),
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  version integer not null default 1,
  check (scheduled_start_at < scheduled_end_at)
);
create index on public.sessions (tutor_id, scheduled_start_at);

-- The version counts what people decide, so that a write is not stale because somebody opened the meeting.
create function private.touch_session() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := private.clock();
  new.version := old.version + case
    when (new.subject, new.scheduled_start_at, new.scheduled_end_at, new.zone, new.status)
      is distinct from (old.subject, old.scheduled_start_at, old.scheduled_end_at, old.zone, old.status) then 1
    else 0
  end;
  return new;
end $$;
create trigger touch before update on public.sessions for each row execute function private.touch_session();
alter table public.bookings add foreign key (session_id) references public.sessions (id);

create table public.session_participants (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.sessions (id),
  tutor_id uuid not null references public.people (id),
  person_id uuid not null references public.people (id),
  booking_id uuid not null unique references public.bookings (id),
  attendance text not null default 'unknown' check (attendance in ('unknown', 'came', 'did_not_come')),
  opened_at timestamptz,
  bell_off boolean not null default false,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  version integer not null default 1,
  unique (session_id, person_id)
);
create index on public.session_participants (person_id, session_id);
create index on public.session_participants (tutor_id);
create trigger touch before update on public.session_participants for each row execute function private.touch();

-- Facts with their source, in the order in which they came. Never changed, never deleted.
create table public.session_events (
  id uuid primary key default gen_random_uuid(),
  -- Their order: two of one transaction have the same time.
  number bigint generated always as identity,
  session_id uuid references public.sessions (id),
  booking_id uuid references public.bookings (id),
  -- Who may see it: this tutor, and this person or, without one, all participants.
  tutor_id uuid references public.people (id),
  person_id uuid references public.people (id),
  kind text not null check (length(kind) between 1 and 40),
  -- Who said so.
  side text not null check (side in ('tutor', 'student', 'guardian', 'school')),
  account_id uuid not null,
  detail jsonb not null default '{}',
  at timestamptz not null default private.clock(),
  check (session_id is not null or (booking_id is not null and person_id is not null))
);
create index on public.session_events (session_id);
create index on public.session_events (booking_id);
create index on public.session_events (tutor_id);
create index on public.session_events (person_id);

create function private.keep_events() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'what happened at a session is only ever added to';
end $$;
create trigger only_added_to before update or delete on public.session_events
  for each row execute function private.keep_events();

create table public.session_notes (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.sessions (id),
  tutor_id uuid not null references public.people (id),
  kind text not null check (kind in ('note', 'homework', 'plan')),
  -- Private: the tutor's alone. Shared: the participants' and their guardians' too.
  shared boolean not null,
  body text not null check (length(body) <= 20000),
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  version integer not null default 1,
  constraint one_note_of_a_kind unique (session_id, kind, shared)
);
create index on public.session_notes (tutor_id);
create trigger touch before update on public.session_notes for each row execute function private.touch();

-- ---- first names

create function private.name_participants(session uuid) returns void
language sql set search_path = '' as $$
  update public.sessions s set first_names = names.all_of_them
  from (select coalesce(array_agg(p.first_name order by p.first_name, p.id), '{}') as all_of_them
    from public.session_participants sp join public.people p on p.id = sp.person_id
    where sp.session_id = session) as names
  where s.id = session and s.first_names <> names.all_of_them
$$;

create function private.participants_changed() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform private.name_participants(coalesce(new.session_id, old.session_id));
  return null;
end $$;
create trigger name_participants after insert or delete on public.session_participants
  for each row execute function private.participants_changed();

create function private.person_renamed() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform private.name_participants(sp.session_id) from public.session_participants sp where sp.person_id = new.id;
  return null;
end $$;
create trigger name_participants after update of first_name on public.people
  for each row when (old.first_name <> new.first_name) execute function private.person_renamed();

-- ---- nobody is in two places at once

-- The time that a live session or a held proposal takes from each of its people. `owner_id` is the session, or
-- the booking of a proposal that has no session yet: a proposal may overlap the session that it moves.
create table private.slots (
  person_id uuid not null references public.people (id),
  owner_id uuid not null,
  during tstzrange not null,
  -- For a proposal: which one, and until when it is held. After that it takes no time from anybody.
  proposal_id uuid references public.booking_proposals (id),
  held_until timestamptz,
  constraint slot_taken exclude using gist (person_id with =, owner_id with <>, during with &&)
);
create index on private.slots (owner_id);
create index on private.slots (proposal_id) where proposal_id is not null;

create function private.session_takes_time() returns trigger
language plpgsql set search_path = '' as $$
begin
  delete from private.slots s where s.owner_id = new.id and s.proposal_id is null;
  if new.status = 'SCHEDULED' then
    insert into private.slots (person_id, owner_id, during)
    select who.person, new.id, tstzrange(new.scheduled_start_at, new.scheduled_end_at)
    from (select new.tutor_id union all
      select sp.person_id from public.session_participants sp where sp.session_id = new.id) as who (person);
  end if;
  return null;
end $$;
create trigger takes_time after insert or update of tutor_id, scheduled_start_at, scheduled_end_at, status on public.sessions
  for each row execute function private.session_takes_time();

create function private.participant_takes_time() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    delete from private.slots s where s.owner_id = old.session_id and s.person_id = old.person_id and s.proposal_id is null;
  else
    insert into private.slots (person_id, owner_id, during)
    select new.person_id, s.id, tstzrange(s.scheduled_start_at, s.scheduled_end_at)
    from public.sessions s where s.id = new.session_id and s.status = 'SCHEDULED';
  end if;
  return null;
end $$;
create trigger takes_time after insert or delete on public.session_participants
  for each row execute function private.participant_takes_time();

create function private.proposal_takes_time() returns trigger
language plpgsql set search_path = '' as $$
begin
  -- One that has run out takes no time from anybody, and the other one's row is not in hand then: it goes when they
  -- are taken in hand.
  if new.stored_status <> 'EXPIRED' then
    delete from private.slots s where s.proposal_id = new.id;
  end if;
  if new.stored_status = 'OPEN' then
    insert into private.slots (person_id, owner_id, during, proposal_id, held_until)
    select who.person, coalesce(b.session_id, b.id), tstzrange(new.start_at, new.end_at), new.id, new.held_until
    from public.bookings b, (values (new.tutor_id), (new.student_id)) as who (person)
    where b.id = new.booking_id;
  end if;
  return null;
end $$;
create trigger takes_time after insert or update of stored_status on public.booking_proposals
  for each row execute function private.proposal_takes_time();

-- ---- who makes the meeting

-- A lease: the computer that holds it is the only one that calls the provider for this session.
create table private.meeting_leases (
  session_id uuid primary key references public.sessions (id),
  generation integer not null,
  device_id uuid not null,
  ends_at timestamptz not null
);
