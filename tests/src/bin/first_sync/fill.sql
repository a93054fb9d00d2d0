-- One tutor with four students and many lessons: three years back and one ahead, seven a day, an hour each. Rows and notes
-- are written as the school's triggers would have written them. `{sessions}` and `{account}` are replaced.
set session_replication_role = replica;

create function pg_temp.id(kind text, nth bigint) returns uuid language sql immutable as $$
  select md5(kind || ' ' || nth)::uuid
$$;

insert into public.people (id, kind, first_name, zone, approved_at)
values (pg_temp.id('tutor', 0), 'tutor', 'Ada', 'Europe/Madrid', now());
insert into public.people (id, kind, first_name, zone)
select pg_temp.id('student', nth - 1), 'student', name, 'Europe/London'
from unnest(array['Ben', 'Mia', 'Dan', 'Eva']) with ordinality as named (name, nth);
insert into public.account_people (account_id, person_id, relation, name)
values ('{account}', pg_temp.id('tutor', 0), 'self', '');

create temporary table lessons as
  select nth, pg_temp.id('session', nth) as session_id, pg_temp.id('booking', nth) as booking_id,
    pg_temp.id('participant', nth) as participant_id, pg_temp.id('event', nth) as event_id,
    pg_temp.id('tutor', 0) as tutor_id, pg_temp.id('student', nth % 4) as student_id,
    date_trunc('hour', now()) - interval '1095 days' + interval '2 hours'
      + interval '1 day' * (nth / greatest(1, {sessions} / 1460)) + interval '1 hour' * (nth % greatest(1, {sessions} / 1460)) as start_at
  from generate_series(0::bigint, {sessions} - 1) as nth;

insert into public.sessions (id, tutor_id, subject, provider, meeting_external_id, join_url, scheduled_start_at, scheduled_end_at,
  door_opens_at, door_closes_at, zone, status, first_names)
select session_id, tutor_id, 'Maths', 'zoom', 'room', 'https://zoom.us/j/93' || lpad((nth % 40)::text, 9, '0'), start_at,
  start_at + interval '50 minutes', start_at - interval '5 minutes', start_at + interval '110 minutes', 'Europe/Madrid',
  case when start_at < now() then 'COMPLETED' else 'SCHEDULED' end, '{Student}'
from lessons;

insert into public.bookings (id, tutor_id, student_id, subject, start_at, end_at, zone, stored_status, asked_by, reached_tutor_at, session_id)
select booking_id, tutor_id, student_id, 'Maths', start_at, start_at + interval '50 minutes', 'Europe/Madrid',
  case when start_at < now() then 'COMPLETED' else 'CONFIRMED' end, student_id, now(), session_id
from lessons;

insert into public.session_participants (id, session_id, tutor_id, person_id, booking_id, attendance)
select participant_id, session_id, tutor_id, student_id, booking_id, case when start_at < now() then 'came' else 'unknown' end from lessons;

insert into public.session_events (id, session_id, booking_id, tutor_id, person_id, kind, side, account_id)
select event_id, session_id, booking_id, tutor_id, student_id, 'confirmed', 'tutor', tutor_id from lessons;

insert into private.changes (for_whom, xid, table_name, row_id, is_person)
select whom.id, '3'::xid8, noted.table_name, noted.id, true
from lessons,
  lateral (values (tutor_id), (student_id)) as whom (id),
  lateral (values ('bookings', booking_id), ('sessions', session_id), ('session_participants', participant_id), ('session_events', event_id))
    as noted (table_name, id);
insert into private.changes (for_whom, xid, table_name, row_id, is_person)
select '00000000-0000-0000-0000-000000000000', '3'::xid8, 'people', p.id, false from public.people p where p.kind = 'tutor';
set session_replication_role = default;
