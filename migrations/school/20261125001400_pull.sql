-- `pull_changes`: what changed since a cursor, for all tables, a page at a time.

-- ---- all that somebody sees, table by table
--
-- The same rows as the policies give, in a form that finds one row, or all of one's own, at a cost that does not
-- grow with the school: a row that is looked at is read once, by its id. They have no search path of their own, so
-- that the planner looks into them. `places` are the sessions in which one of one's people is a participant.

create function private.seen_school_settings(account uuid, mine uuid[], selves uuid[], places uuid[]) returns setof public.school_settings
language sql stable as $$
  select s.* from public.school_settings s where cardinality(mine) > 0
$$;

create function private.seen_people(account uuid, mine uuid[], selves uuid[], places uuid[]) returns setof public.people
language sql stable as $$
  select p.* from public.people p where p.id = any (mine)
  union
  select p.* from public.people p where p.kind = 'tutor' and p.approved_at is not null and cardinality(mine) > 0
  union
  select p.* from public.bookings b join public.people p on p.id = b.student_id
    where b.tutor_id = any (mine) and b.reached_tutor_at is not null
  union
  select p.* from public.bookings b join public.people p on p.id = b.tutor_id where b.student_id = any (mine)
$$;

create function private.seen_account_people(account uuid, mine uuid[], selves uuid[], places uuid[]) returns setof public.account_people
language sql stable as $$
  select a.* from public.account_people a where a.account_id = account
  union
  select a.* from public.account_people a where a.person_id = any (selves)
$$;

create function private.seen_bookings(account uuid, mine uuid[], selves uuid[], places uuid[]) returns setof public.bookings
language sql stable as $$
  select b.* from public.bookings b
  where b.student_id = any (mine) or (b.tutor_id = any (mine) and b.reached_tutor_at is not null)
$$;

create function private.seen_booking_proposals(account uuid, mine uuid[], selves uuid[], places uuid[]) returns setof public.booking_proposals
language sql stable as $$
  select p.* from public.booking_proposals p where p.student_id = any (mine) or p.tutor_id = any (mine)
$$;

create function private.seen_booking_messages(account uuid, mine uuid[], selves uuid[], places uuid[]) returns setof public.booking_messages
language sql stable as $$
  select m.* from public.booking_messages m where m.student_id = any (mine) or m.tutor_id = any (mine)
$$;

create function private.seen_sessions(account uuid, mine uuid[], selves uuid[], places uuid[]) returns setof public.sessions
language sql stable as $$
  select s.* from public.sessions s where s.tutor_id = any (mine) or s.id = any (places)
$$;

create function private.seen_session_participants(account uuid, mine uuid[], selves uuid[], places uuid[]) returns setof public.session_participants
language sql stable as $$
  select sp.* from public.session_participants sp where sp.person_id = any (mine) or sp.tutor_id = any (mine)
$$;

create function private.seen_session_events(account uuid, mine uuid[], selves uuid[], places uuid[]) returns setof public.session_events
language sql stable as $$
  select e.* from public.session_events e
  where e.tutor_id = any (mine) or e.person_id = any (mine) or (e.person_id is null and e.session_id = any (places))
$$;

create function private.seen_session_notes(account uuid, mine uuid[], selves uuid[], places uuid[]) returns setof public.session_notes
language sql stable as $$
  select n.* from public.session_notes n where n.tutor_id = any (mine) or (n.shared and n.session_id = any (places))
$$;

create function private.seen_tutor_availability_rules(account uuid, mine uuid[], selves uuid[], places uuid[])
returns setof public.tutor_availability_rules
language sql stable as $$
  select r.* from public.tutor_availability_rules r where r.tutor_id = any (mine)
$$;

create function private.seen_tutor_unavailability_blocks(account uuid, mine uuid[], selves uuid[], places uuid[])
returns setof public.tutor_unavailability_blocks
language sql stable as $$
  select b.* from public.tutor_unavailability_blocks b where b.tutor_id = any (mine)
$$;

create function private.seen_video_connections(account uuid, mine uuid[], selves uuid[], places uuid[]) returns setof public.video_connections
language sql stable as $$
  select v.* from public.video_connections v where v.tutor_id = any (mine)
$$;

-- The tables that are pulled, in the order in which a client that begins gets them.
create function private.pulled_tables() returns text[]
language sql immutable set search_path = '' as $$
  select array['school_settings', 'people', 'account_people', 'bookings', 'booking_proposals', 'booking_messages', 'sessions',
    'session_participants', 'session_events', 'session_notes', 'tutor_availability_rules', 'tutor_unavailability_blocks',
    'video_connections']
$$;

-- What stands for a row of a table in an answer, as SQL over `t`.
create function private.row_in_answer(table_name text) returns text
language sql immutable set search_path = '' as $$
  select case table_name
    when 'bookings' then 'private.booking_json(t)'
    when 'booking_proposals' then 'private.proposal_json(t)'
    else 'to_jsonb(t)'
  end
$$;

-- ---- a cursor

-- Where a client stands: which numbering of transactions it was given under, what its last whole pass had seen, what
-- the pass under way sees, and how far that has come. Opaque to the client.
create type private.pull_cursor as (
  epoch text,
  account_id uuid,
  -- Whether the account acted for anybody: who does sees the school and its tutors, which no link notes.
  is_member boolean,
  -- Null: the client has not got everything once yet.
  last_pass pg_snapshot,
  -- Null between two passes.
  this_pass pg_snapshot,
  -- How far an ordinary pass has come.
  after_xid xid8,
  after_number bigint,
  -- How far the first pass, which lists all, has come.
  in_table integer,
  after_id uuid
);

-- Reads a cursor. Gives null, which begins afresh, if it is from another epoch or another account, or from before the
-- account came to the school or left it. Refuses `bad_input` if it is none.
create function private.read_cursor(text text, is_member boolean) returns private.pull_cursor
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
  if not (case
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

create function private.write_cursor(place private.pull_cursor) returns text
language sql immutable set search_path = '' as $$
  select translate(encode(convert_to(jsonb_strip_nulls(to_jsonb(place))::text, 'UTF8'), 'base64'), E'\n', '')
$$;

-- ---- a page

-- What changed for the asking account since the cursor:
--   changes: {"table", "id", "row"}; the row is null where it is gone, or not the account's to see any more
--   afresh: forget everything, what follows lists all (no cursor, a restored database, another account, or one that
--     has come to the school or left it)
--   more: ask again at once;  cursor: for the next call, to be stored with this page
--   schema: the number of the school's schema;  now: the school's clock
-- A row may come more than once, and always as it is when it is read. What time alone changes is not told: a client
-- takes a booking that waits (PENDING, AWAITING_PARENT, COUNTER_PROPOSED) for EXPIRED from its expires_at on, and a
-- proposal that is OPEN from its held_until on, as `status` does here. It is told when the next write stores it.
create function public.pull_changes("cursor" text default null, "limit" integer default 500) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  account uuid := private.account();
  mine uuid[] := private.mine();
  selves uuid[] := private.my_selves();
  places uuid[] := private.my_places();
  place private.pull_cursor := private.read_cursor("cursor", cardinality(mine) > 0);
  size integer := least(greatest(coalesce("limit", 500), 1), 1000);
  begins boolean := place.epoch is null;
  changes jsonb := '[]';
  found_now jsonb;
  more boolean := true;
  of_table text;
  note record;
  touched jsonb := '{}';
begin
  if private.is_school() then
    perform private.refuse('not_allowed');
  end if;
  if begins then
    place := row(private.epoch(), account, cardinality(mine) > 0, null, null, null, null, 1, null);
  end if;
  place.this_pass := coalesce(place.this_pass, pg_current_snapshot());

  if place.last_pass is null then
    while size > 0 and place.in_table <= cardinality(private.pulled_tables()) loop
      of_table := (private.pulled_tables())[place.in_table];
      execute format('select coalesce(jsonb_agg(jsonb_build_object(''table'', %L, ''id'', page.id, ''row'', page.answer) order by page.id), ''[]'')
        from (select t.id, %s as answer from (
          -- Apart from the order, for which all of the table would be read until enough is one''s own.
          select t.* from private.%I($1, $2, $3, $6) t where $4 is null or t.id > $4 offset 0) t
          order by t.id limit $5) page',
        of_table, private.row_in_answer(of_table), 'seen_' || of_table)
      into found_now using account, mine, selves, place.after_id, size, places;
      changes := changes || found_now;
      if jsonb_array_length(found_now) = size then
        place.after_id := (found_now -> -1 ->> 'id')::uuid;
      else
        place.in_table := place.in_table + 1;
        place.after_id := null;
      end if;
      size := size - jsonb_array_length(found_now);
    end loop;
    more := place.in_table <= cardinality(private.pulled_tables());
  else
    for note in select * from private.notes_between(account, mine, place, size) loop
      size := size - 1;
      place.after_xid := note.xid;
      place.after_number := note.number;
      touched := touched || jsonb_build_object(note.table_name,
        coalesce(touched -> note.table_name, '{}') || jsonb_build_object(note.row_id::text, null));
    end loop;
    for of_table in select jsonb_object_keys(touched) loop
      execute format('select jsonb_agg(jsonb_build_object(''table'', %L, ''id'', looked_at.id, ''row'', page.answer) order by looked_at.id)
        from unnest($4) as looked_at (id)
        left join (select t.id, %s as answer from private.%I($1, $2, $3, $5) t where t.id = any ($4)) page on page.id = looked_at.id',
        of_table, private.row_in_answer(of_table), 'seen_' || of_table)
      into found_now using account, mine, selves,
        array(select id::uuid from jsonb_object_keys(touched -> of_table) as id), places;
      changes := changes || found_now;
    end loop;
    more := size = 0;
  end if;

  if not more then
    place := row(place.epoch, account, place.is_member, place.this_pass, null, null, null, null, null);
  end if;
  return jsonb_build_object('changes', changes, 'afresh', begins, 'more', more, 'cursor', private.write_cursor(place),
    'schema', private.schema_number(), 'now', private.clock());
end $$;

-- The notes that the pass under way sees and the last one had not, from where it stands: the account's, its
-- people's and everybody's. All below the oldest transaction that the last pass did not see were seen.
create function private.notes_between(account uuid, mine uuid[], place private.pull_cursor, most integer) returns setof private.changes
language sql stable set search_path = '' as $$
  select notes.* from unnest(mine) as reader (id)
  cross join lateral (
    select c.* from private.changes c
    where c.for_whom = reader.id and c.is_person
      and (c.xid, c.number) > (coalesce(place.after_xid, pg_snapshot_xmin(place.last_pass)), coalesce(place.after_number, -1))
      and c.xid < pg_snapshot_xmax(place.this_pass)
      and pg_visible_in_snapshot(c.xid, place.this_pass) and not pg_visible_in_snapshot(c.xid, place.last_pass)
    order by c.xid, c.number limit most) as notes
  union all
  select notes.* from (values (account), ('00000000-0000-0000-0000-000000000000')) as reader (id)
  cross join lateral (
    select c.* from private.changes c
    where c.for_whom = reader.id and not c.is_person
      and (c.xid, c.number) > (coalesce(place.after_xid, pg_snapshot_xmin(place.last_pass)), coalesce(place.after_number, -1))
      and c.xid < pg_snapshot_xmax(place.this_pass)
      and pg_visible_in_snapshot(c.xid, place.this_pass) and not pg_visible_in_snapshot(c.xid, place.last_pass)
    order by c.xid, c.number limit most) as notes
  order by xid, number limit most
$$;
