-- Sessions of 50,000 people at random-looking places of every index: 2,000 tutors, 48,000 students of whom every third
-- has a guardian, a tenth of the sessions with two students; from two years ago until eighty days from now. Rows and
-- notes are written as the school's triggers would have written them. `{sessions}` is replaced.
set session_replication_role = replica;
set work_mem = '256MB';
set maintenance_work_mem = '512MB';

create function pg_temp.tutor(nth bigint) returns uuid language sql immutable as $$ select md5('tutor ' || nth)::uuid $$;
create function pg_temp.student(nth bigint) returns uuid language sql immutable as $$ select md5('student ' || nth)::uuid $$;
create function pg_temp.account(nth text) returns uuid language sql immutable as $$ select md5('account ' || nth)::uuid $$;
-- A booking's, session's, participant's or event's id.
create function pg_temp.row(kind text, nth bigint, place bigint) returns uuid language sql immutable as $$
  select md5(concat_ws(' ', kind, nth, place))::uuid
$$;

-- Autovacuum would come in between and hold dead rows up, at times that differ; the filling ends with its work done.
alter table public.people set (autovacuum_enabled = off);
alter table public.account_people set (autovacuum_enabled = off);
alter table public.bookings set (autovacuum_enabled = off);
alter table public.sessions set (autovacuum_enabled = off);
alter table public.session_participants set (autovacuum_enabled = off);
alter table public.session_events set (autovacuum_enabled = off);
alter table private.changes set (autovacuum_enabled = off);
-- As in tables that have been lived in, there is room on each page for the next version of a row.
alter table public.bookings set (fillfactor = 90);
alter table public.sessions set (fillfactor = 90);

-- Built once at the end, as a restored dump has them.
create temporary table later as
  select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as made_by
  from pg_index i join pg_class c on c.oid = i.indrelid
  where c.relname in ('bookings', 'sessions', 'session_participants', 'session_events', 'changes')
    and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    and not exists (select from pg_constraint k where k.conindid = i.indexrelid);
do $$
declare
  index record;
begin
  for index in select * from later loop
    execute 'drop index ' || index.name;
  end loop;
end $$;
alter table private.changes drop constraint changes_pkey;

insert into public.people (id, kind, first_name, zone, approved_at)
select pg_temp.tutor(nth), 'tutor', 'Tutor ' || nth, 'Europe/Madrid', now() from generate_series(0, 1999) as nth
union all
select pg_temp.student(nth), 'student', 'Student ' || nth, 'Europe/Madrid', null from generate_series(0, 47999) as nth;

insert into public.account_people (account_id, person_id, relation, name)
select pg_temp.account('tutor ' || nth), pg_temp.tutor(nth), 'self', '' from generate_series(0, 1999) as nth
union all
select pg_temp.account('student ' || nth), pg_temp.student(nth), 'self', '' from generate_series(0, 47999) as nth
union all
select pg_temp.account('guardian ' || nth), pg_temp.student(nth), 'guardian', '' from generate_series(0, 47999, 3) as nth;

create temporary table places as
  select nth, place, pg_temp.row('session', nth, 0) as session_id, pg_temp.tutor(nth % 2000) as tutor_id,
    pg_temp.student((nth * 7919 + place) % 48000) as student_id, pg_temp.row('booking', nth, place) as booking_id,
    pg_temp.row('participant', nth, place) as participant_id, pg_temp.row('event', nth, place) as event_id,
    date_trunc('minute', now() - interval '730 days' + interval '810 days' * ((nth / 2000 + 0.5) / ceil({sessions} / 2000.0))) as start_at
  from generate_series(0::bigint, {sessions} - 1) as nth, generate_series(0, case when nth % 10 = 0 then 1 else 0 end) as place;

insert into public.sessions (id, tutor_id, subject, provider, meeting_external_id, join_url, scheduled_start_at, scheduled_end_at,
  door_opens_at, door_closes_at, zone, status, first_names)
select session_id, tutor_id, 'Maths', 'jitsi', 'room', 'https://meet.example/' || session_id, start_at, start_at + interval '1 hour',
  start_at - interval '5 minutes', start_at + interval '2 hours', 'Europe/Madrid', case when start_at < now() then 'COMPLETED' else 'SCHEDULED' end, '{Student}'
from places where place = 0;

insert into public.bookings (id, tutor_id, student_id, subject, start_at, end_at, zone, stored_status, asked_by, reached_tutor_at, session_id)
select booking_id, tutor_id, student_id, 'Maths', start_at, start_at + interval '1 hour', 'Europe/Madrid',
  case when start_at < now() then 'COMPLETED' else 'CONFIRMED' end, student_id, now(), session_id
from places;

insert into public.session_participants (id, session_id, tutor_id, person_id, booking_id, attendance)
select participant_id, session_id, tutor_id, student_id, booking_id, case when start_at < now() then 'came' else 'unknown' end from places;

insert into public.session_events (id, session_id, booking_id, tutor_id, person_id, kind, side, account_id)
select event_id, session_id, booking_id, tutor_id, student_id, 'confirmed', 'tutor', tutor_id from places;

insert into private.changes (for_whom, xid, table_name, row_id, is_person)
select whom.id, '3'::xid8, noted.table_name, noted.id, true
from places,
  lateral (values (tutor_id), (student_id)) as whom (id),
  lateral (values ('bookings', booking_id), ('sessions', session_id), ('session_participants', participant_id), ('session_events', event_id))
    as noted (table_name, id)
where place = 0 or noted.table_name <> 'sessions' or whom.id = student_id;
insert into private.changes (for_whom, xid, table_name, row_id, is_person)
select '00000000-0000-0000-0000-000000000000', '3'::xid8, 'people', p.id, false from public.people p where p.kind = 'tutor';

do $$
declare
  index record;
begin
  alter table private.changes add constraint changes_pkey primary key (for_whom, xid, number);
  for index in select * from later loop
    execute index.made_by;
  end loop;
end $$;
drop table later, places;
reset session_replication_role;
