-- What must never be true of a school's rows; each row is a sentence. Whose time is taken is read from sessions and
-- participants, and `private.slots` is compared with that.
with live as (
  select s.id, s.tutor_id as person, tstzrange(s.scheduled_start_at, s.scheduled_end_at) as during
  from public.sessions s where s.status = 'SCHEDULED'
  union all
  select s.id, sp.person_id, tstzrange(s.scheduled_start_at, s.scheduled_end_at)
  from public.sessions s join public.session_participants sp on sp.session_id = s.id where s.status = 'SCHEDULED'
),
held as (
  select p.id, coalesce(b.session_id, b.id) as owner, who.person, tstzrange(p.start_at, p.end_at) as during
  from public.booking_proposals p join public.bookings b on b.id = p.booking_id
  cross join lateral (values (p.tutor_id), (p.student_id)) as who (person)
  where public.status(p) = 'OPEN'
),
seats as (
  select b.id as booking, s.id as session, s.status, b.stored_status as booked,
    (b.tutor_id, b.student_id, b.session_id) = (s.tutor_id, sp.person_id, s.id) as same,
    (b.start_at, b.end_at) = (s.scheduled_start_at, s.scheduled_end_at) as same_time
  from public.session_participants sp
  join public.sessions s on s.id = sp.session_id
  join public.bookings b on b.id = sp.booking_id
)
select format('%s is in %s and %s at once', a.person, a.id, b.id)
from live a join live b on b.person = a.person and b.id > a.id and b.during && a.during
union all
select format('%s is in %s twice', person, id) from live group by person, id having count(*) > 1
union all
select format('the time of %s is held for %s, and taken by %s', h.person, h.id, l.id)
from held h join live l on l.person = h.person and l.id <> h.owner and l.during && h.during
union all
select format('%s takes no time from %s', id, person) from (
  select id, person, during from live
  except all select owner_id, person_id, during from private.slots where proposal_id is null) as missing
union all
select format('%s takes time from %s and is not live', owner_id, person_id) from (
  select owner_id, person_id, during from private.slots where proposal_id is null
  except all select id, person, during from live) as too_many
union all
select format('%s holds no time of %s', id, person) from (
  select id, owner, person, during from held
  except all select proposal_id, owner_id, person_id, during from private.slots where proposal_id is not null) as missing
union all
select format('%s holds time of %s and is not open', proposal_id, person_id) from (
  select proposal_id, owner_id, person_id, during from private.slots where held_until > private.clock()
  except all select id, owner, person, during from held) as too_many
union all
select format('booking %s is CONFIRMED and has no place in a live session', b.id) from public.bookings b
where b.stored_status = 'CONFIRMED' and not exists (
  select from seats where seats.booking = b.id and seats.status = 'SCHEDULED')
union all
select format('booking %s is COMPLETED and has no place in a session that was held', b.id) from public.bookings b
where b.stored_status = 'COMPLETED' and not exists (
  select from seats where seats.booking = b.id
    and seats.status in ('COMPLETED', 'EARLY_END', 'NO_SHOW_STUDENT', 'NO_SHOW_TUTOR'))
union all
select format('booking %s is %s in a session that is %s', booking, booked, status) from seats
where booked <> case status when 'SCHEDULED' then 'CONFIRMED' when 'CANCELLED' then 'CANCELLED' else 'COMPLETED' end
union all
select format('booking %s and its session %s name other people', booking, session) from seats where not same
union all
select format('booking %s and its session %s are at other times', booking, session) from seats
where not same_time and status <> 'CANCELLED'
union all
select format('session %s is %s and has no participant', s.id, s.status) from public.sessions s
where not exists (select from public.session_participants sp where sp.session_id = s.id)
union all
select format('session %s is CANCELLED and booking %s CONFIRMED', s.id, b.id)
from public.sessions s join public.bookings b on b.session_id = s.id
where s.status = 'CANCELLED' and b.stored_status = 'CONFIRMED'
union all
select format('session %s tells other names than its participants have', s.id) from public.sessions s
where s.first_names <> array(
  select p.first_name from public.session_participants sp join public.people p on p.id = sp.person_id
  where sp.session_id = s.id order by p.first_name, p.id)
union all
select format('booking %s has %s open proposals', p.booking_id, count(*)) from public.booking_proposals p
where public.status(p) = 'OPEN' group by p.booking_id having count(*) > 1
union all
select format('booking %s is %s and proposal %s open', b.id, public.status(b), p.id)
from public.booking_proposals p join public.bookings b on b.id = p.booking_id
where public.status(p) = 'OPEN' and public.status(b) not in ('COUNTER_PROPOSED', 'CONFIRMED')
union all
select format('booking %s waits for an answer to no proposal', b.id) from public.bookings b
where public.status(b) = 'COUNTER_PROPOSED' and not exists (
  select from public.booking_proposals p where p.booking_id = b.id and public.status(p) = 'OPEN')
union all
select format('booking %s is %s and %s the tutor', b.id, b.stored_status,
  case when b.reached_tutor_at is null then 'has not reached' else 'has reached' end)
from public.bookings b
where b.stored_status in ('PENDING', 'COUNTER_PROPOSED', 'CONFIRMED', 'COMPLETED', 'DECLINED') and b.reached_tutor_at is null
  or b.stored_status = 'AWAITING_PARENT' and b.reached_tutor_at is not null
union all
select format('%s is %s and asks to become one', j.account_id, j.role) from public.join_requests j
where j.state = 'waiting' and exists (
  select from public.account_people a join public.people p on p.id = a.person_id
  where a.account_id = j.account_id and a.relation = 'self' and a.ended_at is null and p.kind = j.role)
union all
select format('join request %s was let in as %s, who is a %s', j.id, j.role, p.kind)
from public.join_requests j join public.people p on p.id = j.person_id
where p.kind <> case j.role when 'tutor' then 'tutor' else 'student' end
union all
select format('join request %s keeps a name of %s, who is forgotten', j.id, p.id)
from public.join_requests j join public.people p on p.id = j.person_id
where p.forgotten_at is not null and j.forgotten_at is null
union all
select format('%s has %s requests of one day', j.account_id, count(*)) from public.join_requests j
where j.asked_at > private.clock() - interval '24 hours' group by j.account_id having count(*) > 10
union all
select format('%s contests a mark in %s and has none', sp.person_id, sp.session_id) from public.session_participants sp
where sp.contest is not null and sp.attendance <> 'did_not_come'
union all
select format('the tutor of %s contests a mark and has none', s.id) from public.sessions s
where s.tutor_contest is not null and s.status <> 'NO_SHOW_TUTOR'
union all
select format('session %s has a door from %s to %s', rooms.id, rooms.door_opens_at, rooms.door_closes_at) from (
  select s.*, lag(s.scheduled_end_at) over in_room as before, lead(s.scheduled_start_at) over in_room as after
  from public.sessions s where s.status = 'SCHEDULED'
  window in_room as (partition by s.tutor_id, coalesce(private.room_of(s.join_url), s.id::text) order by s.scheduled_start_at)
) as rooms, public.school_settings school
where scheduled_end_at > private.clock() - interval '4 hours' and (door_opens_at, door_closes_at) is distinct from (
  greatest(scheduled_start_at - make_interval(mins => school.join_lead_minutes), before),
  least(scheduled_end_at + make_interval(mins => school.join_after_end_minutes), after))
union all
select format('request %s was answered with nothing', r.request_id) from private.requests r where r.answer is null
