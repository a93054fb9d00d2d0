-- Notes each status that changes: from what to what, in which functions, and as whom the account acts.
create schema test_audit;
create table test_audit.steps (
  number bigint generated always as identity,
  subject text not null,
  id uuid not null,
  -- Null for a row that is new. What time alone has made of it counts.
  old text,
  new text not null,
  ran_out boolean not null,
  functions text[] not null,
  roles text[] not null
);

create function test_audit.step(subject text, id uuid, old text, new text, ran_out boolean, stack text, roles text[]) returns void
language sql set search_path = '' as $$
  insert into test_audit.steps (subject, id, old, new, ran_out, functions, roles)
  select subject, id, old, new, ran_out,
    array(select found.name[1] from regexp_matches(stack, 'function (?:public|private)\.(\w+)\(', 'g') as found (name)), roles
$$;

create function test_audit.booking() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  stack text;
begin
  get diagnostics stack = pg_context;
  if tg_op = 'INSERT' or new.stored_status <> old.stored_status then
    perform test_audit.step('booking', new.id, case tg_op when 'UPDATE' then old.stored_status end, new.stored_status,
      tg_op = 'UPDATE' and public.status(old) = 'EXPIRED', stack, private.my_roles(new.tutor_id, array[new.student_id]));
  end if;
  return null;
end $$;
create trigger audit after insert or update on public.bookings for each row execute function test_audit.booking();

create function test_audit.session() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  stack text;
begin
  get diagnostics stack = pg_context;
  if tg_op = 'INSERT' or new.status <> old.status then
    perform test_audit.step('session', new.id, case tg_op when 'UPDATE' then old.status end, new.status, false, stack,
      private.my_roles(new.tutor_id, array(select b.student_id from public.bookings b where b.session_id = new.id)));
  end if;
  return null;
end $$;
create trigger audit after insert or update on public.sessions for each row execute function test_audit.session();
