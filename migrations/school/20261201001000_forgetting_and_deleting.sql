-- Somebody is forgotten while the auth server deletes their account, or one that asked to be their guardian. Both take
-- several requests of the account, and each in an order of the database's own, so that they could stop each other.

-- As before, but holds each account whose requests it clears against being deleted, before it holds any of them:
-- whoever deletes an account takes its row first, and then what goes with it. With the person in hand.
create or replace function private.forget_requests(person uuid) returns void
language plpgsql set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  account uuid;
begin
  -- An account that is asking right now is waited for, so that its request is cleared too.
  for account in
    select a.account_id from public.account_people a where a.person_id = person
    union
    select about.account_id from public.join_requests about where about.person_id = person
    order by 1
  loop
    perform private.take_account(account);
    perform from auth.users u where u.id = account for key share;
  end loop;
  update public.join_requests j set first_name = '', last_name = '', note = '', child = '', reason = '',
    state = case j.state when 'waiting' then 'turned_away' else j.state end,
    answered_at = coalesce(j.answered_at, private.clock()), forgotten_at = private.clock()
  where j.forgotten_at is null and j.id = any (array(
    select own.id from public.account_people a
    join public.join_requests own on own.account_id = a.account_id and (a.relation = 'self' or own.role = 'guardian')
    where a.person_id = person and (a.ended_at is null or own.asked_at <= a.ended_at)
    union all
    select about.id from public.join_requests about where about.person_id = person));
  update public.account_people a set name = '' where a.person_id = person and a.ended_at is not null and a.name <> '';
end $$;
