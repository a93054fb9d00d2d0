-- Who sees what: row-level security on every table. No client writes a row.
--
-- The arrays come from functions that read past row-level security, each asked once a query: `= any (array)` can
-- use an index, which a subquery in a policy can't.

-- The sessions in which one of the asking account's people is a participant.
create function private.my_places() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(sp.session_id), '{}') from public.session_participants sp
  where sp.person_id = any (private.mine())
$$;

-- The people with whom one of the asking account's people has a request or a session.
create function private.my_others() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(distinct other), '{}') from (
    select b.student_id as other from public.bookings b
      where b.tutor_id = any (private.mine()) and b.reached_tutor_at is not null
    union all
    select b.tutor_id from public.bookings b where b.student_id = any (private.mine())) as others
$$;

-- Policies ask these as the one who queries; nothing else can be called in `private`.
revoke all on all functions in schema private from public, anon, authenticated, service_role;
grant execute on function private.mine(), private.my_selves(), private.my_places(), private.my_others(), private.clock()
  to authenticated;
grant execute on function private.clock() to service_role;

alter table public.school_settings enable row level security;
create policy "members see the school" on public.school_settings for select to authenticated
  using (cardinality((select private.mine())) > 0);

alter table public.people enable row level security;
create policy "own people, approved tutors, and those one has to do with" on public.people for select to authenticated
  using (id = any ((select private.mine())::uuid[])
    or (kind = 'tutor' and approved_at is not null and cardinality((select private.mine())) > 0)
    or id = any ((select private.my_others())::uuid[]));

alter table public.account_people enable row level security;
create policy "own links, and those to oneself" on public.account_people for select to authenticated
  using (account_id = (select auth.uid()) or person_id = any ((select private.my_selves())::uuid[]));

-- Codes are the school's: no policy, so no client sees a row.
alter table public.invitations enable row level security;

alter table public.bookings enable row level security;
create policy "the student's side" on public.bookings for select to authenticated
  using (student_id = any ((select private.mine())::uuid[]));
create policy "the tutor, once it has reached them" on public.bookings for select to authenticated
  using (tutor_id = any ((select private.mine())::uuid[]) and reached_tutor_at is not null);

alter table public.booking_proposals enable row level security;
create policy "both sides" on public.booking_proposals for select to authenticated
  using (student_id = any ((select private.mine())::uuid[]) or tutor_id = any ((select private.mine())::uuid[]));

alter table public.booking_messages enable row level security;
create policy "both sides" on public.booking_messages for select to authenticated
  using (student_id = any ((select private.mine())::uuid[]) or tutor_id = any ((select private.mine())::uuid[]));

alter table public.sessions enable row level security;
create policy "the tutor and the participants" on public.sessions for select to authenticated
  using (tutor_id = any ((select private.mine())::uuid[]) or id = any ((select private.my_places())::uuid[]));

alter table public.session_participants enable row level security;
create policy "the tutor all, a participant their own" on public.session_participants for select to authenticated
  using (tutor_id = any ((select private.mine())::uuid[]) or person_id = any ((select private.mine())::uuid[]));

alter table public.session_events enable row level security;
create policy "the tutor, and whom it is about" on public.session_events for select to authenticated
  using (tutor_id = any ((select private.mine())::uuid[])
    or person_id = any ((select private.mine())::uuid[])
    or (person_id is null and session_id = any ((select private.my_places())::uuid[])));

alter table public.session_notes enable row level security;
create policy "the tutor all, participants what is shared" on public.session_notes for select to authenticated
  using (tutor_id = any ((select private.mine())::uuid[]) or (shared and session_id = any ((select private.my_places())::uuid[])));

alter table public.tutor_availability_rules enable row level security;
create policy "the tutor" on public.tutor_availability_rules for select to authenticated
  using (tutor_id = any ((select private.mine())::uuid[]));

alter table public.tutor_unavailability_blocks enable row level security;
create policy "the tutor" on public.tutor_unavailability_blocks for select to authenticated
  using (tutor_id = any ((select private.mine())::uuid[]));

alter table public.video_connections enable row level security;
create policy "the tutor" on public.video_connections for select to authenticated
  using (tutor_id = any ((select private.mine())::uuid[]));

revoke all on all tables in schema public from anon, authenticated, service_role;
grant select on public.school_settings, public.people, public.account_people, public.bookings, public.booking_proposals,
  public.booking_messages, public.sessions, public.session_participants, public.session_events, public.session_notes,
  public.tutor_availability_rules, public.tutor_unavailability_blocks, public.video_connections
  to authenticated, service_role;
-- Only digests of codes, and only for the school itself.
grant select on public.invitations to service_role;
grant execute on function public.status(public.bookings), public.status(public.booking_proposals) to authenticated, service_role;
