-- What a guardian whose link has ended leaves behind when the child is forgotten.

-- Clears what the accounts of a person have asked for: all of it where the person is the account's own; of a guardian
-- what they asked as one, which names children, up to the end of their link: what they ask later is about others. And
-- how guardians of before are called. With the person in hand.
create or replace function private.forget_requests(person uuid) returns void
language plpgsql set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  account uuid;
begin
  -- An account that is asking right now is waited for, so that its request is cleared too.
  for account in select distinct a.account_id from public.account_people a where a.person_id = person order by 1 loop
    perform private.take_account(account);
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
