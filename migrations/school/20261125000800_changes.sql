-- What changed, for whom: the ground of `pull_changes`.
--
-- Triggers note (for whom, table, id, transaction) for every person through whom the row was seen before or is seen
-- after. A note says only "look at this row again": what an account gets is the row as it is then, or that it is
-- gone. Transactions commit in another order than they begin, so a note is found by its transaction's place in a
-- snapshot and never by a time or a number. See docs/adr/0010.
--
-- Notes are for people, not for the accounts that act for them: who acts for a person is asked when it is pulled, so
-- that a change and a link that are made at the same time do not miss each other. What is new for a person, or gone,
-- is written with the person in hand (private.lock_people), as links are; what only changes need not be.

create table private.changes (
  -- A person, an account (what a link brings or takes), or the nil UUID: everybody.
  for_whom uuid not null,
  xid xid8 not null default pg_current_xact_id(),
  number bigint generated always as identity,
  -- The collation of tg_table_name, by which it is compared: with another the index would not be used.
  table_name text collate "C" not null,
  row_id uuid not null,
  -- Whether for_whom is a person. All others' notes are few, and have a small index of their own.
  is_person boolean not null,
  primary key (for_whom, xid, number)
);
create index changes_not_for_people on private.changes (for_whom, xid, number) where not is_person;
create index on private.changes (for_whom, table_name, row_id);

-- Changes whenever the numbers of transactions begin anew or go back: a dump that was restored, another
-- cluster, another timeline.
create function private.epoch() returns text
language sql stable security definer set search_path = '' as $$
  select md5(concat_ws('/', (select s.system_identifier from pg_control_system() s),
    (select c.timeline_id from pg_control_checkpoint() c),
    (select d.oid from pg_database d where d.datname = current_database()), 'private.changes'::regclass::oid))
$$;

-- Notes a row for some people or accounts. Older notes of the same row are taken away, so that there is about one
-- for each of them and row; one that somebody else is taking away is left to them. A plan that was made while the
-- table was small must not go on reading all of it for every row of a huge transaction.
create function private.note(for_whom uuid[], table_name text, row_id uuid, is_person boolean default true) returns void
language plpgsql set search_path = '' set enable_seqscan = off as $$
begin
  delete from private.changes c where c.ctid = any (array(
    select older.ctid from private.changes older
    where older.for_whom = any (note.for_whom) and older.table_name = note.table_name and older.row_id = note.row_id
    for update skip locked));
  insert into private.changes (for_whom, table_name, row_id, is_person)
  select distinct whom, note.table_name, note.row_id, note.is_person from unnest(note.for_whom) as whom;
end $$;

create function private.note_for_everybody(table_name text, row_id uuid) returns void
language sql set search_path = '' as $$
  select private.note(array['00000000-0000-0000-0000-000000000000'::uuid], table_name, row_id, false)
$$;

-- ---- one trigger a table

create function private.note_settings() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform private.note_for_everybody('school_settings', new.id);
  return null;
end $$;
create trigger note after insert or update on public.school_settings for each row execute function private.note_settings();

create function private.note_person() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform private.note(array[new.id] || array(
    select b.student_id from public.bookings b where b.tutor_id = new.id
    union
    select b.tutor_id from public.bookings b where b.student_id = new.id and b.reached_tutor_at is not null), 'people', new.id);
  -- Everybody sees approved tutors.
  if new.approved_at is not null or (tg_op = 'UPDATE' and old.approved_at is not null) then
    perform private.note_for_everybody('people', new.id);
  end if;
  return null;
end $$;
create trigger note after insert or update on public.people for each row execute function private.note_person();

create function private.note_booking() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform private.note(
    case when new.reached_tutor_at is null then array[new.student_id] else array[new.student_id, new.tutor_id] end,
    'bookings', new.id);
  -- With their first request the two come to see each other.
  if tg_op = 'INSERT' then
    perform private.note(array[new.student_id], 'people', new.tutor_id);
  end if;
  if new.reached_tutor_at is not null and (tg_op = 'INSERT' or old.reached_tutor_at is null) then
    perform private.note(array[new.tutor_id], 'people', new.student_id);
  end if;
  return null;
end $$;
create trigger note after insert or update on public.bookings for each row execute function private.note_booking();

-- For tables whose rows both sides of a booking see.
create function private.note_both_sides() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform private.note(array[new.student_id, new.tutor_id], tg_table_name, new.id);
  return null;
end $$;
create trigger note after insert or update on public.booking_proposals for each row execute function private.note_both_sides();
create trigger note after insert or update on public.booking_messages for each row execute function private.note_both_sides();

-- The participants of a session.
create function private.participants(session uuid) returns uuid[]
language sql stable set search_path = '' as $$
  select coalesce(array_agg(sp.person_id), '{}') from public.session_participants sp where sp.session_id = session
$$;

create function private.note_session() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform private.note(new.tutor_id || private.participants(new.id), 'sessions', new.id);
  return null;
end $$;
create trigger note after insert or update on public.sessions for each row execute function private.note_session();

create function private.note_participant() returns trigger
language plpgsql set search_path = '' as $$
declare
  place public.session_participants := coalesce(new, old);
begin
  perform private.note(array[place.tutor_id, place.person_id], 'session_participants', place.id);
  -- With the place the session comes, or goes, and what all its participants may see.
  if tg_op <> 'UPDATE' then
    perform private.note(array[place.person_id], 'sessions', place.session_id);
    perform private.note(array[place.person_id], 'session_notes', n.id)
      from public.session_notes n where n.session_id = place.session_id and n.shared;
    perform private.note(array[place.person_id], 'session_events', e.id)
      from public.session_events e where e.session_id = place.session_id and e.person_id is null;
  end if;
  return null;
end $$;
create trigger note after insert or update or delete on public.session_participants
  for each row execute function private.note_participant();

create function private.note_event() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform private.note(array_remove(array[new.tutor_id], null) || case
      when new.person_id is null then private.participants(new.session_id)
      else array[new.person_id]
    end, 'session_events', new.id);
  return null;
end $$;
create trigger note after insert on public.session_events for each row execute function private.note_event();

create function private.note_note() returns trigger
language plpgsql set search_path = '' as $$
declare
  about public.session_notes := coalesce(new, old);
begin
  perform private.note(about.tutor_id || case
      when coalesce(new.shared, false) or coalesce(old.shared, false) then private.participants(about.session_id)
      else '{}'
    end, 'session_notes', about.id);
  return null;
end $$;
create trigger note after insert or update or delete on public.session_notes for each row execute function private.note_note();

-- For tables whose rows only the tutor sees.
create function private.note_tutor() returns trigger
language plpgsql set search_path = '' as $$
declare
  tutor uuid := coalesce(new.tutor_id, old.tutor_id);
begin
  perform private.note(array[tutor], tg_table_name, coalesce(new.id, old.id));
  return null;
end $$;
create trigger note after insert or update or delete on public.tutor_availability_rules for each row execute function private.note_tutor();
create trigger note after insert or update or delete on public.tutor_unavailability_blocks for each row execute function private.note_tutor();
create trigger note after insert or update or delete on public.video_connections for each row execute function private.note_tutor();

-- A link that begins or ends brings, or takes, all that the account sees through it. What every member sees is not
-- among it: who becomes one, or is none any more, pulls afresh (private.read_cursor).
create function private.note_link() returns trigger
language plpgsql set search_path = '' as $$
declare
  account uuid[] := array[new.account_id];
  person uuid := new.person_id;
begin
  perform private.note(account || array(
    select a.account_id from public.account_people a
    where a.person_id = person and a.relation = 'self' and a.ended_at is null), 'account_people', new.id, false);
  if tg_op = 'UPDATE' and new.ended_at is not distinct from old.ended_at then
    return null;
  end if;
  perform private.note(account, seen.table_name, seen.id, false) from (
    select 'account_people' as table_name, a.id from public.account_people a where a.person_id = person
    union all select 'people', person
    union all select 'people', b.student_id from public.bookings b where b.tutor_id = person
    union all select 'people', b.tutor_id from public.bookings b where b.student_id = person
    union all select 'bookings', b.id from public.bookings b where person in (b.student_id, b.tutor_id)
    union all select 'booking_proposals', p.id from public.booking_proposals p where person in (p.student_id, p.tutor_id)
    union all select 'booking_messages', m.id from public.booking_messages m where person in (m.student_id, m.tutor_id)
    union all select 'sessions', s.id from public.sessions s where s.tutor_id = person
    union all select 'session_participants', sp.id from public.session_participants sp where person in (sp.person_id, sp.tutor_id)
    union all select 'session_events', e.id from public.session_events e where person in (e.person_id, e.tutor_id)
    union all select 'session_notes', n.id from public.session_notes n where n.tutor_id = person
    union all select 'sessions', sp.session_id from public.session_participants sp where sp.person_id = person
    union all select 'session_events', e.id from public.session_participants sp
      join public.session_events e on e.session_id = sp.session_id and e.person_id is null where sp.person_id = person
    union all select 'session_notes', n.id from public.session_participants sp
      join public.session_notes n on n.session_id = sp.session_id and n.shared where sp.person_id = person
    union all select 'tutor_availability_rules', r.id from public.tutor_availability_rules r where r.tutor_id = person
    union all select 'tutor_unavailability_blocks', b.id from public.tutor_unavailability_blocks b where b.tutor_id = person
    union all select 'video_connections', v.id from public.video_connections v where v.tutor_id = person
    -- What was the person's and is no more may not have been told yet, and the account reads their notes no longer.
    union select c.table_name, c.row_id from private.changes c where c.for_whom = person and new.ended_at is not null
  ) as seen (table_name, id);
  return null;
end $$;
create trigger note after insert or update on public.account_people for each row execute function private.note_link();
