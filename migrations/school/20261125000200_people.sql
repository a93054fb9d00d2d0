-- The school, its people, and the sign-ins that act for them. People are not sign-ins: a child may have none.

create table public.school_settings (
  id uuid primary key default gen_random_uuid(),
  -- There is one school in a project.
  is_the_one boolean not null default true unique check (is_the_one),
  name text not null default 'Our school' check (length(name) between 1 and 100),
  zone text not null default 'UTC',
  join_lead_minutes integer not null default 5 check (join_lead_minutes between 5 and 60),
  join_after_end_minutes integer not null default 60 check (join_after_end_minutes between 0 and 240),
  wait_minutes integer not null default 15 check (wait_minutes between 0 and 60),
  answer_hours integer not null default 48 check (answer_hours between 1 and 336),
  hold_hours integer not null default 24 check (hold_hours between 1 and 168),
  notice_hours integer not null default 12 check (notice_hours between 0 and 168),
  slot_minutes integer not null default 30 check (slot_minutes between 5 and 120),
  parent_approves boolean not null default true,
  -- Money is off: while it is, no price is shown or asked.
  prices_on boolean not null default false,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  version integer not null default 1
);
create trigger touch before update on public.school_settings for each row execute function private.touch();
insert into public.school_settings (is_the_one) values (true);

create table public.people (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('tutor', 'student')),
  first_name text not null check (length(first_name) between 1 and 100),
  last_name text not null default '' check (length(last_name) <= 100),
  zone text not null,
  -- A tutor without it is invisible to students.
  approved_at timestamptz,
  -- How much notice a tutor wants; null: the school's.
  notice_hours integer check (notice_hours between 0 and 168),
  availability_version integer not null default 1,
  forgotten_at timestamptz,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  version integer not null default 1
);
create index on public.people (id) where kind = 'tutor' and approved_at is not null;
create trigger touch before update on public.people for each row execute function private.touch();

create table public.account_people (
  id uuid primary key default gen_random_uuid(),
  account_id uuid not null,
  person_id uuid not null references public.people (id),
  relation text not null check (relation in ('self', 'guardian')),
  -- What the guardian is called; both sides see it.
  name text not null default '' check (length(name) <= 200),
  ended_at timestamptz,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  version integer not null default 1
);
create unique index one_link_between_account_and_person on public.account_people (account_id, person_id) where ended_at is null;
create unique index one_self_of_a_person on public.account_people (person_id) where ended_at is null and relation = 'self';
create index on public.account_people (person_id);
create trigger touch before update on public.account_people for each row execute function private.touch();

-- A code that the school, or a child for a parent, hands out. Only its digest is stored.
create table public.invitations (
  id uuid primary key default gen_random_uuid(),
  code_hash text not null unique,
  role text not null check (role in ('tutor', 'student', 'guardian')),
  -- For whom; a tutor or student without one becomes a new person.
  person_id uuid references public.people (id),
  expires_at timestamptz not null,
  used_at timestamptz,
  used_by uuid,
  created_at timestamptz not null default private.clock(),
  check (role <> 'guardian' or person_id is not null)
);

-- ---- who acts for whom

-- The people for whom the account that asks acts now.
create function private.mine() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(a.person_id), '{}') from public.account_people a
  where a.account_id = auth.uid() and a.ended_at is null
$$;

-- Those of them who are the account's own person.
create function private.my_selves() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(a.person_id), '{}') from public.account_people a
  where a.account_id = auth.uid() and a.ended_at is null and a.relation = 'self'
$$;

-- As what the account that asks stands to a tutor and some students: any of tutor, student, guardian.
create function private.my_roles(tutor uuid, students uuid[]) returns text[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(distinct case
      when a.person_id = tutor and a.relation = 'self' then 'tutor'
      when a.relation = 'self' then 'student'
      else 'guardian' end), '{}')
  from public.account_people a
  where a.account_id = auth.uid() and a.ended_at is null
    and ((a.person_id = tutor and a.relation = 'self') or a.person_id = any (students))
$$;
