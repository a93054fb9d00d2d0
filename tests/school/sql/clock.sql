-- Replaces the school's clock by one that a test can hold. Safe to run again.
create schema if not exists test_clock;
create table if not exists test_clock.hands (stands_at timestamptz);
-- The clock stays its owner's, who is the migrations' role.
grant usage on schema test_clock to postgres;
grant select on test_clock.hands to postgres;
insert into test_clock.hands select null where not exists (select from test_clock.hands);

do $$
begin
  -- `create or replace` would make one where the school has none, and hide that nothing asks it.
  if to_regprocedure('private.clock()') is null then
    raise exception 'the school has no private.clock()';
  end if;
end
$$;

create or replace function private.clock() returns timestamptz
language sql stable security definer set search_path = '' as $$
  select coalesce((select stands_at from test_clock.hands), statement_timestamp())
$$;
