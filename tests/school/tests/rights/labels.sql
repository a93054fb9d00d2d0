-- A label for each row of the scene, by which the matrix names it: who, with whom, on which day of November.
with
  who as (select p.id, lower(p.first_name) as name from public.people p),
  signed_in as (select split_part(u.email, '@', 1) as name, u.id from auth.users u),
  lesson as (
    select b.id, student.name || '_' || tutor.name || '_' || to_char(b.start_at at time zone 'UTC', 'FMDD') as label
    from public.bookings b join who student on student.id = b.student_id join who tutor on tutor.id = b.tutor_id),
  met as (
    select s.id, tutor.name || '_' || to_char(s.scheduled_start_at at time zone 'UTC', 'FMDD') as label
    from public.sessions s join who tutor on tutor.id = s.tutor_id)
select 'school_settings', s.id, 'the_school' from public.school_settings s
union all select 'people', who.id, who.name from who
union all select 'account_people', a.id, regexp_replace(signed_in.name, '^.*_', '') || '_for_' || who.name
  from public.account_people a join signed_in on signed_in.id = a.account_id join who on who.id = a.person_id
union all select 'invitations', i.id, coalesce('of_' || regexp_replace(signed_in.name, '^.*_', ''), 'open_for_' || i.role)
  from public.invitations i left join signed_in on signed_in.id = i.used_by
union all select 'join_requests', j.id, regexp_replace(signed_in.name, '^.*_', '') || '_as_' || j.role
  from public.join_requests j join signed_in on signed_in.id = j.account_id
union all select 'bookings', lesson.id, lesson.label from lesson
union all select 'booking_proposals', p.id, lesson.label || '_by_' || p.side
  from public.booking_proposals p join lesson on lesson.id = p.booking_id
union all select 'booking_messages', m.id, lesson.label || '_by_' || m.side
  from public.booking_messages m join lesson on lesson.id = m.booking_id
union all select 'sessions', met.id, met.label from met
union all select 'session_participants', sp.id, who.name || '_in_' || met.label
  from public.session_participants sp join met on met.id = sp.session_id join who on who.id = sp.person_id
union all select 'session_events', e.id, coalesce(lesson.label, met.label || '_all') || '_' || e.kind
  from public.session_events e left join met on met.id = e.session_id left join lesson on lesson.id = e.booking_id
union all select 'session_notes', n.id, met.label || '_' || n.kind || case when n.shared then '_shared' else '_private' end
  from public.session_notes n join met on met.id = n.session_id
union all select 'tutor_availability_rules', r.id, who.name || '_day_' || r.weekday
  from public.tutor_availability_rules r join who on who.id = r.tutor_id
union all select 'tutor_unavailability_blocks', b.id, who.name || '_' || b.source
  from public.tutor_unavailability_blocks b join who on who.id = b.tutor_id
union all select 'video_connections', v.id, who.name || '_' || v.provider
  from public.video_connections v join who on who.id = v.tutor_id
