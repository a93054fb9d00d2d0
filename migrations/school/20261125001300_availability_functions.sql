-- When a tutor can be asked: rules, blocks, and the free times that follow from them.

-- Replaces a tutor's weekly rules. Each: {"weekday": 1–7 (Monday is 1), "from": "15:00", "to": "18:00" (24:00 is the
-- end of the day), "zone": "Europe/Madrid", "first_day"?, "last_day"?}. A rule that can't be used is named.
create function public.set_availability(request_id uuid, tutor uuid, rules jsonb, expected_version integer) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'set_availability', jsonb_build_array(tutor, rules, expected_version));
  p public.people;
  rule jsonb;
  at bigint;
  of_zone text;
begin
  if known is not null then return known; end if;
  p := private.take_tutor(tutor);
  if expected_version <> p.availability_version then
    perform private.refuse('stale', jsonb_build_object('version', p.availability_version));
  end if;
  if jsonb_typeof(rules) is distinct from 'array' or jsonb_array_length(rules) > 100 then
    perform private.refuse('bad_input', jsonb_build_object('field', 'rules'));
  end if;
  delete from public.tutor_availability_rules r where r.tutor_id = tutor;
  for rule, at in select r.value, r.ordinality from jsonb_array_elements(rules) with ordinality as r loop
    of_zone := private.zone_entry(rule ->> 'zone');
    begin
      insert into public.tutor_availability_rules (tutor_id, weekday, from_time, to_time, zone, first_day, last_day)
      values (tutor, (rule ->> 'weekday')::integer, (rule ->> 'from')::time, (rule ->> 'to')::time, of_zone,
        (rule ->> 'first_day')::date, (rule ->> 'last_day')::date);
    exception when data_exception or integrity_constraint_violation then
      perform private.refuse('bad_input', jsonb_build_object('field', 'rules', 'at', at));
    end;
  end loop;
  update public.people k set availability_version = k.availability_version + 1 where k.id = tutor;
  return private.answer_request(request_id, jsonb_build_object('tutor', tutor, 'version', p.availability_version + 1));
end $$;

-- Keeps a time free of requests. The reason is the tutor's own; a busy time from elsewhere has none.
create function public.add_block(request_id uuid, tutor uuid, start_at timestamptz, end_at timestamptz, reason text default '', source text default 'own')
returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'add_block', jsonb_build_array(tutor, start_at, end_at, reason, source));
  why text := private.text_entry('reason', reason, 500, true);
  block uuid;
begin
  if known is not null then return known; end if;
  perform private.take_tutor(tutor);
  if start_at is null or end_at is null or not isfinite(start_at) or not isfinite(end_at)
    or start_at >= end_at or end_at - start_at > interval '366 days' then
    perform private.refuse('bad_input', jsonb_build_object('field', 'time'));
  end if;
  if source is null or source not in ('own', 'elsewhere') or (source = 'elsewhere' and why <> '') then
    perform private.refuse('bad_input', jsonb_build_object('field', 'source'));
  end if;
  insert into public.tutor_unavailability_blocks (tutor_id, start_at, end_at, reason, source)
  values (tutor, start_at, end_at, why, source) returning id into block;
  return private.answer_request(request_id, jsonb_build_object('block', block));
end $$;

create function public.remove_block(request_id uuid, block uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  known jsonb := private.begin_request(request_id, 'remove_block', jsonb_build_array(block));
begin
  if known is not null then return known; end if;
  perform private.take_tutor((select b.tutor_id from public.tutor_unavailability_blocks b where b.id = block));
  delete from public.tutor_unavailability_blocks b where b.id = block;
  return private.answer_request(request_id, jsonb_build_object('block', block));
end $$;

-- The times at which a lesson of so many minutes can be asked for: inside the tutor's rules, on the school's grid
-- counted from the beginning of each rule, with the tutor's notice, and clear of blocks, live sessions and times
-- that are held. Starts lie in [from_at, to_at), at most 62 days. Only the times: whose they are stays unsaid.
create function public.free_slots(tutor uuid, from_at timestamptz, to_at timestamptz, minutes integer) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_variable
declare
  slots jsonb;
begin
  perform private.account();
  if not exists (select from public.people p where p.id = tutor and p.kind = 'tutor'
      and (p.id = any (private.mine()) or (p.approved_at is not null and cardinality(private.mine()) > 0))) then
    perform private.refuse('not_found');
  end if;
  if minutes is null or minutes not between 10 and 480 then
    perform private.refuse('bad_input', jsonb_build_object('field', 'minutes'));
  end if;
  if from_at is null or to_at is null or not isfinite(from_at) or not isfinite(to_at)
    or to_at - from_at not between interval '0' and interval '62 days' then
    perform private.refuse('bad_input', jsonb_build_object('field', 'time'));
  end if;
  select coalesce(jsonb_agg(jsonb_build_object('start_at', free.start_at, 'end_at', free.start_at + make_interval(mins => minutes))
    order by free.start_at), '[]') into slots
  from (
    select distinct slot.start_at
    from public.school_settings school
    join public.people p on p.id = tutor
    join public.tutor_availability_rules r on r.tutor_id = tutor
    -- A day more on either side: the rule's day is the wall clock's.
    cross join lateral generate_series(from_at::date - 2, to_at::date + 2, interval '1 day') as day
    cross join lateral (select private.instant(day::date + r.from_time, r.zone) as opens,
      private.instant(day::date + r.to_time, r.zone) as closes) as hours
    cross join lateral generate_series(hours.opens, hours.closes - make_interval(mins => minutes),
      make_interval(mins => school.slot_minutes)) as slot (start_at)
    where extract(isodow from day) = r.weekday
      and day::date between coalesce(r.first_day, '-infinity') and coalesce(r.last_day, 'infinity')
      and slot.start_at >= from_at and slot.start_at < to_at
      and slot.start_at >= private.clock() + make_interval(hours => coalesce(p.notice_hours, school.notice_hours))
      and not private.is_taken(tutor, slot.start_at, slot.start_at + make_interval(mins => minutes), null)
      and not private.is_blocked(tutor, slot.start_at, slot.start_at + make_interval(mins => minutes))) as free;
  return slots;
end $$;
