-- Requests for a place, the times suggested for them, and what is said about them.

create table public.bookings (
  id uuid primary key default gen_random_uuid(),
  -- Links weekly ones.
  series_id uuid,
  tutor_id uuid not null references public.people (id),
  student_id uuid not null references public.people (id),
  subject text not null check (length(subject) between 1 and 200),
  wish text not null default '' check (length(wish) <= 4000),
  start_at timestamptz not null,
  end_at timestamptz not null,
  zone text not null,
  -- As last written. What time alone has made of it since is in `status(bookings)`: read that one.
  stored_status text not null check (stored_status in ('PENDING', 'AWAITING_PARENT', 'COUNTER_PROPOSED', 'CONFIRMED',
    'DECLINED', 'EXPIRED', 'CANCELLED', 'COMPLETED')),
  -- While it waits for an answer: when it runs out.
  expires_at timestamptz,
  asked_by uuid not null,
  -- When the tutor could first see it: at once, or when a parent has agreed.
  reached_tutor_at timestamptz,
  session_id uuid,
  ended_by text check (ended_by in ('tutor', 'student', 'guardian', 'school')),
  reason text not null default '' check (length(reason) <= 500),
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  version integer not null default 1,
  check (start_at < end_at),
  check (stored_status not in ('PENDING', 'AWAITING_PARENT', 'COUNTER_PROPOSED') or expires_at is not null),
  check (stored_status <> 'CONFIRMED' or session_id is not null)
);
create index on public.bookings (tutor_id, start_at);
create index on public.bookings (student_id, start_at);
create index on public.bookings (series_id) where series_id is not null;
create index on public.bookings (session_id) where session_id is not null;
create index bookings_that_wait_at_a_tutor on public.bookings (tutor_id)
  where stored_status in ('PENDING', 'AWAITING_PARENT', 'COUNTER_PROPOSED');
create index bookings_that_wait_of_a_student on public.bookings (student_id)
  where stored_status in ('PENDING', 'AWAITING_PARENT', 'COUNTER_PROPOSED');
create trigger touch before update on public.bookings for each row execute function private.touch();

-- The status now. A request that waits runs out by time alone; nothing has to be written for it.
-- This is the one place that says so, and every read goes through it: `select b.status from bookings b` in SQL,
-- `select=*,status` over REST.
create function public.status(booking public.bookings) returns text
language sql stable set search_path = '' as $$
  select case
    when booking.stored_status in ('PENDING', 'AWAITING_PARENT', 'COUNTER_PROPOSED') and booking.expires_at <= private.clock()
      then 'EXPIRED'
    else booking.stored_status
  end
$$;

create table public.booking_proposals (
  id uuid primary key default gen_random_uuid(),
  booking_id uuid not null references public.bookings (id),
  tutor_id uuid not null references public.people (id),
  student_id uuid not null references public.people (id),
  start_at timestamptz not null,
  end_at timestamptz not null,
  zone text not null,
  side text not null check (side in ('tutor', 'student')),
  stored_status text not null default 'OPEN' check (stored_status in ('OPEN', 'ACCEPTED', 'DECLINED', 'WITHDRAWN', 'EXPIRED')),
  -- Until then the time is kept free for it.
  held_until timestamptz not null,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  version integer not null default 1,
  check (start_at < end_at)
);
create unique index one_open_proposal_of_a_booking on public.booking_proposals (booking_id) where stored_status = 'OPEN';
create index on public.booking_proposals (booking_id);
create index on public.booking_proposals (tutor_id);
create index on public.booking_proposals (student_id);
create trigger touch before update on public.booking_proposals for each row execute function private.touch();

-- The status now: an open one runs out by time alone.
create function public.status(proposal public.booking_proposals) returns text
language sql stable set search_path = '' as $$
  select case
    when proposal.stored_status = 'OPEN' and proposal.held_until <= private.clock() then 'EXPIRED'
    else proposal.stored_status
  end
$$;

create table public.booking_messages (
  id uuid primary key default gen_random_uuid(),
  booking_id uuid not null references public.bookings (id),
  tutor_id uuid not null references public.people (id),
  student_id uuid not null references public.people (id),
  side text not null check (side in ('tutor', 'student', 'guardian')),
  author_account_id uuid not null,
  body text not null check (length(body) between 1 and 4000),
  created_at timestamptz not null default private.clock()
);
create index on public.booking_messages (booking_id);
create index on public.booking_messages (tutor_id);
create index on public.booking_messages (student_id);
