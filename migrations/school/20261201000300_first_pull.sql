-- `pull_changes` says more: for whom it answers and under which epoch, how much is still to come, and why a row is not there.
-- Who begins gets first what the next two weeks need.

-- ---- what an account has never seen is not told lost

-- What was committed before a link began is not new through it. A row that the person had lost by then the account has not
-- seen through them; to tell it lost would tell that it was there.
create table private.link_beginnings (
  link_id uuid primary key references public.account_people (id) on delete cascade,
  -- Of another epoch the snapshot says nothing.
  epoch text not null,
  began pg_snapshot not null
);
alter table private.link_beginnings enable row level security;
revoke all on table private.link_beginnings from public, anon, authenticated, service_role;

create function private.link_begins() returns trigger
language plpgsql set search_path = '' as $$
begin
  insert into private.link_beginnings (link_id, epoch, began) values (new.id, private.epoch(), pg_current_snapshot());
  return null;
end $$;
-- By its name before `note`, which looks around after it.
create trigger begins after insert on public.account_people for each row execute function private.link_begins();

-- Whether a note of a person's is older than the link by which an account reads it.
create function private.is_from_before_link(link uuid, xid xid8) returns boolean
language sql stable set search_path = '' as $$
  select exists (select from private.link_beginnings l
    where l.link_id = link and l.epoch = private.epoch() and pg_visible_in_snapshot(is_from_before_link.xid, l.began))
$$;

-- As before, but for what the account does not come to see by the link, and has not seen by it: another's link to a child, a
-- request that has not reached the tutor yet, what the person had lost before.
create or replace function private.note_link() returns trigger
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
    select 'account_people' as table_name, a.id from public.account_people a where a.person_id = person and new.relation = 'self'
    union all select 'people', person
    union all select 'people', b.student_id from public.bookings b where b.tutor_id = person and b.reached_tutor_at is not null
    union all select 'people', b.tutor_id from public.bookings b where b.student_id = person
    union all select 'bookings', b.id from public.bookings b where b.student_id = person
    union all select 'bookings', b.id from public.bookings b where b.tutor_id = person and b.reached_tutor_at is not null
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
      and not private.is_from_before_link(new.id, c.xid)
  ) as seen (table_name, id);
  return null;
end $$;

-- ---- what comes first

-- What somebody who begins needs first, in the order in which they get it: the school, the account's links and their people;
-- then the sessions of the last day and the next two weeks, each with all that is shown with it. Those that are not over come
-- first, each kind in the order of their starts, so that the next one is there after the first page.
create function private.first_rows(account uuid, mine uuid[], places uuid[]) returns table (nth bigint, table_name text, row_id uuid)
language sql stable set search_path = '' as $$
  with found as (
    select s.id, s.tutor_id, s.scheduled_start_at, s.scheduled_end_at from public.sessions s
    -- No lesson takes a day; so the index on the starts finds them.
    where s.tutor_id = any (mine) and s.scheduled_start_at > private.clock() - interval '2 days'
      and s.scheduled_start_at < private.clock() + interval '14 days'
    union
    select s.id, s.tutor_id, s.scheduled_start_at, s.scheduled_end_at from public.sessions s
    where s.id = any (places) and s.scheduled_start_at < private.clock() + interval '14 days'
  ), coming as materialized (
    select s.id, s.tutor_id, row_number() over (order by s.scheduled_end_at <= private.clock(), s.scheduled_start_at, s.id) as nth
    from found s where s.scheduled_end_at > private.clock() - interval '1 day'
  ), seats as materialized (
    select c.nth, sp.id, sp.person_id, sp.booking_id
    from coming c join public.session_participants sp on sp.session_id = c.id
    where sp.person_id = any (mine) or sp.tutor_id = any (mine)
  ), listed (nth, kind, table_name, row_id) as (
    select 0, 1, 'school_settings', s.id from public.school_settings s
    union all select 0, 2, 'account_people', a.id from public.account_people a where a.account_id = account and a.ended_at is null
    union all select 0, 3, 'people', person from unnest(mine) as person
    union all select c.nth, 1, 'sessions', c.id from coming c
    union all select c.nth, 2, 'people', c.tutor_id from coming c
    union all select s.nth, 2, 'people', s.person_id from seats s
    union all select s.nth, 3, 'session_participants', s.id from seats s
    union all select s.nth, 4, 'bookings', s.booking_id from seats s
    union all select s.nth, 5, 'booking_proposals', p.id from seats s join public.booking_proposals p on p.booking_id = s.booking_id
      where public.status(p) = 'OPEN'
    union all select c.nth, 6, 'session_notes', n.id from coming c join public.session_notes n on n.session_id = c.id where n.shared
  )
  select row_number() over (order by once.nth, once.kind, once.table_name, once.row_id), once.table_name, once.row_id
  from (select distinct on (l.table_name, l.row_id) l.* from listed l order by l.table_name, l.row_id, l.nth, l.kind) as once
  where cardinality(mine) > 0
$$;

-- ---- a cursor

alter type private.pull_cursor
  -- How many of the first rows a client that begins has been told; null once it was told all of them, and for one that
  -- began before there were any.
  add attribute in_stage integer,
  -- How many rows, or notes, of the pass under way are still to come; null: not counted, or too many.
  add attribute to_come integer;

-- As before.
create or replace function private.read_cursor(text text, is_member boolean) returns private.pull_cursor
language plpgsql stable set search_path = '' as $$
declare
  place private.pull_cursor;
begin
  if text is null then
    return null;
  end if;
  place := jsonb_populate_record(null::private.pull_cursor, convert_from(decode(text, 'base64'), 'UTF8')::jsonb);
  if place.epoch is distinct from private.epoch() or place.account_id is distinct from auth.uid()
    or place.is_member is distinct from read_cursor.is_member
    -- A snapshot from the future is one from before a database went back.
    or pg_snapshot_xmax(coalesce(place.this_pass, place.last_pass)) > pg_snapshot_xmax(pg_current_snapshot()) then
    return null;
  end if;
  if not (coalesce(place.in_stage, 0) >= 0 and coalesce(place.to_come, 0) >= 0 and case
      when place.last_pass is not null then num_nulls(place.this_pass, place.after_xid, place.after_number) in (0, 3)
      else place.this_pass is not null and coalesce(place.in_table, 0) between 1 and cardinality(private.pulled_tables())
    end) then
    perform private.refuse('bad_input', jsonb_build_object('field', 'cursor'));
  end if;
  return place;
exception when data_exception or invalid_text_representation or undefined_function then
  perform private.refuse('bad_input', jsonb_build_object('field', 'cursor'));
  return null;
end $$;

-- ---- how much is to come

-- Counting stops here.
create function private.most_to_come() returns integer
language sql immutable set search_path = '' as $$ select 100000 $$;

-- How many rows a first pull has still to tell from where it stands, as far as they are counted.
create function private.count_rows_to_come(account uuid, mine uuid[], selves uuid[], places uuid[], place private.pull_cursor) returns integer
language plpgsql stable set search_path = '' as $$
declare
  tables text[] := private.pulled_tables();
  total bigint := 0;
  more bigint;
begin
  if place.in_stage is not null then
    select count(*) into total from private.first_rows(account, mine, places) f where f.nth > place.in_stage;
  end if;
  for at in place.in_table..cardinality(tables) loop
    exit when total >= private.most_to_come();
    execute format('select count(*) from (select from private.%I($1, $2, $3, $4) t where $5 is null or t.id > $5 limit $6) as counted',
      'seen_' || tables[at])
    into more using account, mine, selves, places, case when at = place.in_table then place.after_id end, private.most_to_come() - total;
    total := total + more;
  end loop;
  return total;
end $$;

-- The same of the notes of an ordinary pass.
create function private.count_notes_to_come(account uuid, mine uuid[], place private.pull_cursor) returns integer
language sql stable set search_path = '' as $$
  select count(*) from private.notes_between(account, mine, place, private.most_to_come())
$$;

-- ---- a page

-- What a page tells, how far that has come, and how many rows it has room for still.
create type private.pull_page as (changes jsonb, place private.pull_cursor, room integer);

-- The rows of a table with these ids that an account sees, by id.
create function private.rows_seen(account uuid, mine uuid[], selves uuid[], places uuid[], of_table text, ids uuid[]) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  seen jsonb;
begin
  execute format('select coalesce(jsonb_object_agg(t.id, %s), ''{}'') from private.%I($1, $2, $3, $4) t where t.id = any ($5)',
    private.row_in_answer(of_table), 'seen_' || of_table)
  into seen using account, mine, selves, places, ids;
  return seen;
end $$;

-- The next of the first rows, at most `size` of them.
create function private.pull_first_rows(account uuid, mine uuid[], selves uuid[], places uuid[], place private.pull_cursor, size integer)
returns private.pull_page
language plpgsql stable set search_path = '' as $$
declare
  page private.pull_page;
  names text[];
  ids uuid[];
  of_table text;
  seen jsonb := '{}';
begin
  select coalesce(array_agg(f.table_name order by f.nth), '{}'), coalesce(array_agg(f.row_id order by f.nth), '{}') into names, ids
  from (select * from private.first_rows(account, mine, places) as f where f.nth > place.in_stage order by f.nth limit size) as f;
  for of_table in select distinct unnest(names) loop
    seen := seen || jsonb_build_object(of_table, private.rows_seen(account, mine, selves, places, of_table,
      array(select t.id from unnest(names, ids) as t (name, id) where t.name = of_table)));
  end loop;
  select coalesce(jsonb_agg(jsonb_build_object('table', t.name, 'id', t.id, 'row', seen -> t.name -> t.id::text) order by t.nth), '[]')
  into page.changes from unnest(names, ids) with ordinality as t (name, id, nth) where seen -> t.name ? t.id::text;
  page.room := size - cardinality(ids);
  place.in_stage := case when page.room = 0 then place.in_stage + cardinality(ids) end;
  page.place := place;
  return page;
end $$;

-- The next rows of the pass that lists all, table by table.
create function private.pull_all_rows(account uuid, mine uuid[], selves uuid[], places uuid[], place private.pull_cursor, size integer)
returns private.pull_page
language plpgsql stable set search_path = '' as $$
declare
  tables text[] := private.pulled_tables();
  changes jsonb := '[]';
  room integer := size;
  of_table text;
  found_now jsonb;
begin
  while room > 0 and place.in_table <= cardinality(tables) loop
    of_table := tables[place.in_table];
    execute format('select coalesce(jsonb_agg(jsonb_build_object(''table'', %L, ''id'', page.id, ''row'', page.answer) order by page.id), ''[]'')
      from (select t.id, %s as answer from (
        -- Apart from the order, for which all of the table would be read until enough is one''s own.
        select t.* from private.%I($1, $2, $3, $6) t where $4 is null or t.id > $4 offset 0) t
        order by t.id limit $5) page',
      of_table, private.row_in_answer(of_table), 'seen_' || of_table)
    into found_now using account, mine, selves, place.after_id, room, places;
    changes := changes || found_now;
    if jsonb_array_length(found_now) = room then
      place.after_id := (found_now -> -1 ->> 'id')::uuid;
    else
      place.in_table := place.in_table + 1;
      place.after_id := null;
    end if;
    room := room - jsonb_array_length(found_now);
  end loop;
  return row(changes, place, room);
end $$;

-- The rows of the next notes, as they are now.
create function private.pull_noted_rows(account uuid, mine uuid[], selves uuid[], places uuid[], place private.pull_cursor, size integer)
returns private.pull_page
language plpgsql stable set search_path = '' as $$
declare
  changes jsonb := '[]';
  room integer := size;
  note record;
  -- By table and id: whether its loss may be told.
  touched jsonb := '{}';
  of_table text;
  seen jsonb;
  ids uuid[];
  there uuid[];
begin
  for note in select n.*, (not n.is_person or not coalesce((
        select private.is_from_before_link(a.id, n.xid) from public.account_people a
        where a.account_id = account and a.person_id = n.for_whom and a.ended_at is null), false)) as may_be_lost
      from private.notes_between(account, mine, place, size) n order by n.xid, n.number loop
    room := room - 1;
    place.after_xid := note.xid;
    place.after_number := note.number;
    touched := touched || jsonb_build_object(note.table_name, coalesce(touched -> note.table_name, '{}')
      || jsonb_build_object(note.row_id::text,
        note.may_be_lost or coalesce((touched -> note.table_name ->> note.row_id::text)::boolean, false)));
  end loop;
  for of_table in select jsonb_object_keys(touched) loop
    ids := array(select id::uuid from jsonb_object_keys(touched -> of_table) as id);
    seen := private.rows_seen(account, mine, selves, places, of_table, ids);
    there := '{}';
    if (select count(*) from jsonb_object_keys(seen)) < cardinality(ids) then
      execute format('select array_agg(t.id) from public.%I t where t.id = any ($1)', of_table) into there using ids;
    end if;
    changes := changes || (
      select coalesce(jsonb_agg(jsonb_build_object('table', of_table, 'id', one.id, 'row', seen -> one.id::text) || case
          when seen ? one.id::text then '{}'
          else jsonb_build_object('why', case when one.id = any (there) then 'not_yours' else 'gone' end)
        end order by one.id), '[]')
      from unnest(ids) as one (id)
      where seen ? one.id::text or (touched -> of_table ->> one.id::text)::boolean);
  end loop;
  return row(changes, place, room);
end $$;

-- What changed for the asking account since the cursor:
--   account: whom it answers;  epoch: of the school's numbering; with another one the client begins afresh
--   changes: {"table", "id", "row"}; where the row is null, also "why": `gone`, there is no such row any more, or
--     `not_yours`, the account does not see it any more
--   afresh: forget everything, what follows lists all (no cursor, a restored database, another account, or one that
--     has come to the school or left it)
--   more: ask again at once;  cursor: for the next call, to be stored with this page
--   to_come: how many rows this pass has to tell after this page, at most 100,000; it is counted once, and what changes in
--     between is not in it
--   schema: the number of the school's schema;  now: the school's clock
-- A row may come more than once, and always as it is when it is read. Who begins is told first what the next two weeks need
-- (private.first_rows), then all. What time alone changes is not told: a client takes a booking that waits (PENDING,
-- AWAITING_PARENT, COUNTER_PROPOSED) for EXPIRED from its expires_at on, and a proposal that is OPEN from its held_until on,
-- as `status` does here. It is told when the next write stores it.
create or replace function public.pull_changes("cursor" text default null, "limit" integer default 500) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  account uuid := private.account();
  mine uuid[] := private.mine();
  selves uuid[] := private.my_selves();
  places uuid[] := private.my_places();
  place private.pull_cursor := private.read_cursor("cursor", cardinality(mine) > 0);
  size integer := least(greatest(coalesce("limit", 500), 1), 1000);
  begins boolean := place.epoch is null;
  page private.pull_page := row('[]', null, size);
  first_ones jsonb := '[]';
  more boolean;
  to_come integer;
begin
  if private.is_school() then
    perform private.refuse('not_allowed');
  end if;
  if begins then
    place := row(private.epoch(), account, cardinality(mine) > 0, null, null, null, null, 1, null, 0, null);
  end if;
  place.this_pass := coalesce(place.this_pass, pg_current_snapshot());
  to_come := place.to_come;

  if place.last_pass is null then
    to_come := coalesce(to_come, private.count_rows_to_come(account, mine, selves, places, place));
    if place.in_stage is not null then
      page := private.pull_first_rows(account, mine, selves, places, place, size);
      first_ones := page.changes;
      place := page.place;
      page.changes := '[]';
    end if;
    -- All goes on with a page of its own; but who gets all with the first page gets each row once.
    if page.room > 0 and (begins or first_ones = '[]') then
      page := private.pull_all_rows(account, mine, selves, places, place, page.room);
      place := page.place;
      select coalesce(jsonb_agg(c.change order by c.nth), '[]') into page.changes
      from jsonb_array_elements(page.changes) with ordinality as c (change, nth)
      where first_ones = '[]' or not exists (select from jsonb_array_elements(first_ones) as told (change)
        where (told.change -> 'table', told.change -> 'id') = (c.change -> 'table', c.change -> 'id'));
    end if;
    page.changes := first_ones || page.changes;
    more := place.in_table <= cardinality(private.pulled_tables());
    to_come := greatest(to_come - (size - page.room), 0);
  else
    page := private.pull_noted_rows(account, mine, selves, places, place, size);
    place := page.place;
    more := page.room = 0;
    to_come := case
      when not more then 0
      when to_come is null then private.count_notes_to_come(account, mine, place)
      else greatest(to_come - size, 0)
    end;
  end if;

  to_come := case when more then to_come else 0 end;
  -- Where counting has stopped there may be more: counted again with the next page.
  place.to_come := case when to_come + size < private.most_to_come() then to_come end;
  if not more then
    place := row(place.epoch, account, place.is_member, place.this_pass, null, null, null, null, null, null, null);
  end if;
  return jsonb_build_object('account', account, 'epoch', place.epoch, 'changes', page.changes, 'afresh', begins, 'more', more,
    'to_come', to_come, 'cursor', private.write_cursor(place), 'schema', private.schema_number(), 'now', private.clock());
end $$;

-- ---- who may call what

-- The defaults of the schemas have closed all of it; should they ever be others, it is closed all the same.
revoke all on function private.link_begins(), private.is_from_before_link(uuid, xid8), private.first_rows(uuid, uuid[], uuid[]),
  private.most_to_come(), private.count_rows_to_come(uuid, uuid[], uuid[], uuid[], private.pull_cursor),
  private.count_notes_to_come(uuid, uuid[], private.pull_cursor), private.rows_seen(uuid, uuid[], uuid[], uuid[], text, uuid[]),
  private.pull_first_rows(uuid, uuid[], uuid[], uuid[], private.pull_cursor, integer),
  private.pull_all_rows(uuid, uuid[], uuid[], uuid[], private.pull_cursor, integer),
  private.pull_noted_rows(uuid, uuid[], uuid[], uuid[], private.pull_cursor, integer)
  from public, anon, authenticated, service_role;
