-- When a tutor can be asked, and when not.

create table public.tutor_availability_rules (
  id uuid primary key default gen_random_uuid(),
  tutor_id uuid not null references public.people (id),
  -- ISO 8601: Monday is 1.
  weekday integer not null check (weekday between 1 and 7),
  -- Wall clock in `zone`; 24:00 is the end of the day.
  from_time time not null,
  to_time time not null,
  zone text not null,
  first_day date,
  last_day date,
  created_at timestamptz not null default private.clock(),
  check (from_time < to_time),
  check (first_day <= last_day)
);
create index on public.tutor_availability_rules (tutor_id);

create table public.tutor_unavailability_blocks (
  id uuid primary key default gen_random_uuid(),
  tutor_id uuid not null references public.people (id),
  start_at timestamptz not null,
  end_at timestamptz not null,
  -- Own: with a reason that only the tutor sees. Elsewhere: a nameless busy time of another calendar.
  source text not null check (source in ('own', 'elsewhere')),
  reason text not null default '' check (length(reason) <= 500),
  created_at timestamptz not null default private.clock(),
  check (start_at < end_at),
  check (source = 'own' or reason = '')
);
create index on public.tutor_unavailability_blocks (tutor_id, start_at);

-- What is known of a tutor's grant at a video provider: its state, never a token.
create table public.video_connections (
  id uuid primary key default gen_random_uuid(),
  tutor_id uuid not null references public.people (id),
  provider text not null check (provider in ('google_meet', 'zoom')),
  state text not null check (state in ('connected', 'sign_in_again', 'off')),
  -- As whom: "ada@…". Only the tutor sees it.
  label text not null default '' check (length(label) <= 200),
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  version integer not null default 1,
  constraint one_connection_a_provider unique (tutor_id, provider)
);
create trigger touch before update on public.video_connections for each row execute function private.touch();
