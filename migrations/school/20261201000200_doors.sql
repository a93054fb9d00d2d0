-- When the door of each session opens and closes. The school computes it, because a student cannot see the tutor's other
-- sessions: in one room no door opens before the session before has ended, nor closes after the next has begun.

alter table public.sessions add column door_opens_at timestamptz, add column door_closes_at timestamptz;

-- ---- one room

-- A text without its percent-encoding; as it stands where that is none of UTF-8.
create function private.percent_decoded(entry text) returns text
language plpgsql immutable set search_path = '' as $$
begin
  if entry !~ '%[0-9A-Fa-f]{2}' then
    return entry;
  end if;
  return (select convert_from(string_agg(
      case when part[1] ~ '^%..$' then decode(substr(part[1], 2), 'hex') else convert_to(part[1], 'UTF8') end, ''::bytea order by nth), 'UTF8')
    from regexp_matches(entry, '%[0-9A-Fa-f]{2}|.', 'g') with ordinality as parts (part, nth));
exception when character_not_in_repertoire then
  return entry;
end $$;

-- The same for two links into the same room, as the app has it (core/src/join/join_url.rs): without passwords, language,
-- tracking and the name of the guest. A Zoom number is one meeting whatever host or path it is joined by.
create function private.room_of(join_url text) returns text
language plpgsql immutable set search_path = '' as $$
declare
  parts text[] := regexp_match(join_url, '^https://([^/?#]+)([^?#]*)(?:\?([^#]*))?(?:#(.*))?$');
  host text := lower(parts[1]);
  path text := rtrim(lower(private.percent_decoded(parts[2])), '/');
  zoom text[] := regexp_match(path, '/([0-9]{9,11})(?:/|$)');
  said text;
begin
  if zoom is not null and host ~ '(^|\.)(zoom\.us|zoom\.com|zoom\.com\.cn|zoom-x\.de|zoomgov\.com)$' then
    return case when host ~ 'zoomgov\.com$' then 'zoom_gov/' else 'zoom/' end || zoom[1];
  end if;
  select coalesce(string_agg('?' || pair, '' order by nth), '') into said
  from regexp_split_to_table(coalesce(parts[3], ''), '&') with ordinality as pairs (pair, nth)
  where pair <> '' and case
    -- Where the path is all of it, or one name of what follows.
    when host ~ '^(meet\.google\.com|meet\.jit\.si|teams\.live\.com|teams\.cloud\.microsoft|(.*\.)?teams\.microsoft\.(com|us))$' then false
    when host ~ '\.webex\.com$' then pair like 'MTID=%'
    else split_part(pair, '=', 1) !~ '^utm_' and split_part(pair, '=', 1) <> all ('{authuser,fbclid,from,gclid,hl,hs,lang,name,p,
      passcode,password,pli,pw,pwd,ref,source,tk,token,uname}')
  end;
  return host || regexp_replace(path, '^/_meet', '') || said || case when parts[4] ~ '^(v=|key=|/)' then '#' || parts[4] else '' end;
end $$;

create function private.same_room(one text, other text) returns boolean
language sql immutable set search_path = '' as $$
  select case
    when one is null or other is null then false
    when one = other then true
    else private.room_of(one) = private.room_of(other)
  end
$$;

-- ---- the door

-- From when to when the door of a session is to be open: by the school's numbers, and between its neighbours. These are the
-- tutor's sessions in the same room that are still to be held or under way. Its own time is always its own. A lesson takes
-- eight hours at most, so that no neighbour begins more than a day before.
create function private.door_due(s public.sessions) returns tstzrange
language sql volatile set search_path = '' as $$
  select tstzrange(
    greatest(s.scheduled_start_at - make_interval(mins => school.join_lead_minutes), least(s.scheduled_start_at, coalesce((
      select max(n.scheduled_end_at) from public.sessions n
      where n.tutor_id = s.tutor_id and n.id <> s.id and n.status = 'SCHEDULED'
        and n.scheduled_start_at > s.scheduled_start_at - interval '1 day' and n.scheduled_start_at < s.scheduled_start_at
        and n.scheduled_end_at > s.scheduled_start_at - make_interval(mins => school.join_lead_minutes)
        and private.same_room(n.join_url, s.join_url)), '-infinity'))),
    least(s.scheduled_end_at + make_interval(mins => school.join_after_end_minutes), greatest(s.scheduled_end_at, coalesce((
      select min(n.scheduled_start_at) from public.sessions n
      where n.tutor_id = s.tutor_id and n.id <> s.id and n.status = 'SCHEDULED' and n.scheduled_start_at > s.scheduled_start_at
        and n.scheduled_start_at < s.scheduled_end_at + make_interval(mins => school.join_after_end_minutes)
        and private.same_room(n.join_url, s.join_url)), 'infinity'))))
  from public.school_settings school
$$;

create or replace function private.door(s public.sessions) returns tstzrange
language sql stable set search_path = '' as $$
  select tstzrange(s.door_opens_at, s.door_closes_at)
$$;

-- Those that are there. Without the triggers: for nobody has anything changed but by a column that older clients do not
-- know, and who knows it pulls all once.
alter table public.sessions disable trigger user;
update public.sessions s set door_opens_at = s.scheduled_start_at - make_interval(mins => school.join_lead_minutes),
  door_closes_at = s.scheduled_end_at + make_interval(mins => school.join_after_end_minutes)
from public.school_settings school;
-- Of lessons long over nobody asks what their neighbours were.
update public.sessions s set door_opens_at = lower(due.door), door_closes_at = upper(due.door)
from public.sessions k cross join lateral private.door_due(k) as due (door)
where k.id = s.id and k.join_url is not null and k.scheduled_end_at > private.clock() - interval '2 days';
alter table public.sessions enable trigger user;
alter table public.sessions
  alter column door_opens_at set not null,
  alter column door_closes_at set not null,
  add constraint the_door_is_open_while_it_lasts
    check (door_opens_at <= scheduled_start_at and door_closes_at >= scheduled_end_at);

-- ---- what changes it

create function private.compute_door() returns trigger
language plpgsql set search_path = '' as $$
declare
  due tstzrange := private.door_due(new);
begin
  new.door_opens_at := lower(due);
  new.door_closes_at := upper(due);
  return new;
end $$;
-- By its name before those that ask when the door opens.
create trigger door before insert or update of tutor_id, scheduled_start_at, scheduled_end_at, status, join_url on public.sessions
  for each row execute function private.compute_door();

-- Computes anew the doors in the room of a session that are near enough to it: no door opens more than an hour before, or
-- closes more than four hours after. With the tutor in hand.
create function private.compute_doors_about(s public.sessions) returns void
language sql set search_path = '' as $$
  update public.sessions k set door_opens_at = lower(due.door), door_closes_at = upper(due.door)
  from public.sessions n cross join lateral private.door_due(n) as due (door)
  where k.id = n.id and n.tutor_id = s.tutor_id
    and n.scheduled_start_at > s.scheduled_start_at - interval '1 day' and n.scheduled_start_at < s.scheduled_end_at + interval '1 hour'
    and n.scheduled_end_at > s.scheduled_start_at - interval '4 hours'
    and private.same_room(n.join_url, s.join_url)
    and (n.door_opens_at, n.door_closes_at) is distinct from (lower(due.door), upper(due.door))
$$;

-- A session without a room has no neighbours.
create function private.compute_doors_of_neighbours() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.join_url is not null then
    perform private.compute_doors_about(new);
  end if;
  if tg_op = 'UPDATE' and old.join_url is not null and (old.tutor_id, old.scheduled_start_at, old.scheduled_end_at, old.join_url)
    is distinct from (new.tutor_id, new.scheduled_start_at, new.scheduled_end_at, new.join_url) then
    perform private.compute_doors_about(old);
  end if;
  return null;
end $$;
create trigger doors_of_neighbours after insert or update of tutor_id, scheduled_start_at, scheduled_end_at, status, join_url
  on public.sessions for each row execute function private.compute_doors_of_neighbours();

-- ---- when the school changes its numbers

-- Whoever takes people in hand computes doors by numbers that stay until they are done: they share a lock that a change of
-- the numbers takes alone. It comes before all others, so that nobody holds a row that the change waits for.
create or replace function private.wait_for(people uuid[]) returns void
language plpgsql set search_path = '' as $$
declare
  person uuid;
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('the numbers of the doors', 0));
  for person in select distinct unnest(people) order by 1 loop
    perform pg_advisory_xact_lock(hashtextextended(person::text, 0));
  end loop;
end $$;

create function private.numbers_in_hand() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('the numbers of the doors', 0));
  return null;
end $$;
create trigger numbers_in_hand before update of join_lead_minutes, join_after_end_minutes on public.school_settings
  for each statement execute function private.numbers_in_hand();

-- Only doors that can still be open: those of lessons long over stay as they were, however many there are. The door of one
-- closes four hours after its end at the latest.
create function private.compute_all_doors() returns trigger
language plpgsql set search_path = '' as $$
begin
  update public.sessions k set door_opens_at = lower(due.door), door_closes_at = upper(due.door)
  from public.sessions n cross join lateral private.door_due(n) as due (door)
  where k.id = n.id and n.scheduled_end_at > private.clock() - interval '4 hours'
    and (n.door_opens_at, n.door_closes_at) is distinct from (lower(due.door), upper(due.door));
  return null;
end $$;
create trigger doors after update of join_lead_minutes, join_after_end_minutes on public.school_settings
  for each row when ((old.join_lead_minutes, old.join_after_end_minutes) is distinct from (new.join_lead_minutes, new.join_after_end_minutes))
  execute function private.compute_all_doors();

-- ---- who may call what

-- The defaults of the schemas have closed all of it; should they ever be others, it is closed all the same.
revoke all on function private.percent_decoded(text), private.room_of(text), private.same_room(text, text),
  private.door_due(public.sessions), private.compute_door(), private.compute_doors_about(public.sessions),
  private.compute_doors_of_neighbours(), private.numbers_in_hand(), private.compute_all_doors()
  from public, anon, authenticated, service_role;
