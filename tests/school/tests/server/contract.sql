-- What the API's contract is asked with: small things of its own beside the school's, in the schema that is exposed.
-- Run by the migrations' role. Safe to run again.
drop table if exists public.contract_notes, public.contract_rooms, public.contract_closed;
drop function if exists public.contract_add(int, int), public.contract_who(), public.contract_refuse(text),
  public.contract_raise(text), public.contract_note();

create table public.contract_rooms (id int primary key, name text not null unique);
insert into public.contract_rooms (id, name) values (1, 'Alpha'), (2, 'Beta plus'), (3, 'Gamma, "the third"');

create table public.contract_notes (
  id uuid primary key default gen_random_uuid(),
  account uuid not null default auth.uid(),
  room int not null references public.contract_rooms (id),
  note text not null check (note <> ''),
  during tstzrange,
  written_at timestamptz not null default now(),
  exclude using gist (account with =, room with =, during with &&)
);
create table public.contract_closed (id int primary key);

alter table public.contract_rooms enable row level security;
alter table public.contract_notes enable row level security;
alter table public.contract_closed enable row level security;
create policy everyone on public.contract_rooms for select to anon, authenticated using (true);
create policy own on public.contract_notes to authenticated
  using (account = (select auth.uid())) with check (account = (select auth.uid()));

revoke all on public.contract_rooms, public.contract_notes, public.contract_closed
  from anon, authenticated, service_role;
grant select on public.contract_rooms to anon, authenticated;
grant select, insert, update, delete on public.contract_notes to authenticated, service_role;
grant select on public.contract_notes to anon;

create function public.contract_add(a int, b int) returns int language sql immutable return a + b;

create function public.contract_who() returns jsonb language sql stable as $$
  select jsonb_build_object(
    'uid', auth.uid(), 'role', auth.role(), 'email', auth.email(), 'sub', auth.jwt() ->> 'sub', 'as', current_user)
$$;

create function public.contract_refuse(status text) returns jsonb language plpgsql as $$
begin
  raise exception using errcode = status, message = 'This time is taken.', hint = 'slot_taken',
    detail = '{"start":"2026-03-29T01:00:00Z"}';
end
$$;

create function public.contract_raise(state text) returns jsonb language plpgsql as $$
begin
  raise exception using errcode = state, message = 'raised';
end
$$;

create function public.contract_note() returns public.contract_rooms language sql stable as $$
  select * from public.contract_rooms where id = 1
$$;

grant execute on function public.contract_add(int, int), public.contract_who(), public.contract_refuse(text),
  public.contract_raise(text), public.contract_note() to anon, authenticated;
notify pgrst, 'reload schema';
