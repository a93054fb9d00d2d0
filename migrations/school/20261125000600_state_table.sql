-- The state table: what may be done, by whom, when, and what becomes of it. It is the same as the data file of
-- the app (src-tauri/core/src/state_table.json), which is the truth; a test compares the two, and another plays
-- every cell.

create table private.state_table (
  subject text not null check (subject in ('booking', 'session')),
  status text not null,
  action text not null,
  role text not null check (role in ('tutor', 'student', 'guardian')),
  condition text not null,
  becomes text not null,
  primary key (subject, status, action, role, condition)
);

insert into private.state_table (subject, status, action, role, condition, becomes) values
  ('booking', 'AWAITING_PARENT', 'approve', 'guardian', 'any', 'PENDING'),
  ('booking', 'AWAITING_PARENT', 'cancel', 'student', 'any', 'CANCELLED'),
  ('booking', 'AWAITING_PARENT', 'cancel', 'guardian', 'any', 'CANCELLED'),
  ('booking', 'PENDING', 'confirm', 'tutor', 'before_start', 'CONFIRMED'),
  ('booking', 'PENDING', 'decline', 'tutor', 'any', 'DECLINED'),
  ('booking', 'PENDING', 'propose', 'tutor', 'before_start', 'COUNTER_PROPOSED'),
  ('booking', 'PENDING', 'propose', 'student', 'before_start', 'COUNTER_PROPOSED'),
  ('booking', 'PENDING', 'propose', 'guardian', 'before_start', 'COUNTER_PROPOSED'),
  ('booking', 'PENDING', 'cancel', 'student', 'any', 'CANCELLED'),
  ('booking', 'PENDING', 'cancel', 'guardian', 'any', 'CANCELLED'),
  ('booking', 'PENDING', 'add_message', 'tutor', 'any', 'PENDING'),
  ('booking', 'PENDING', 'add_message', 'student', 'any', 'PENDING'),
  ('booking', 'PENDING', 'add_message', 'guardian', 'any', 'PENDING'),
  ('booking', 'COUNTER_PROPOSED', 'confirm', 'tutor', 'suggested_by_us', 'CONFIRMED'),
  ('booking', 'COUNTER_PROPOSED', 'decline', 'tutor', 'any', 'DECLINED'),
  ('booking', 'COUNTER_PROPOSED', 'propose', 'tutor', 'any', 'COUNTER_PROPOSED'),
  ('booking', 'COUNTER_PROPOSED', 'propose', 'student', 'any', 'COUNTER_PROPOSED'),
  ('booking', 'COUNTER_PROPOSED', 'propose', 'guardian', 'any', 'COUNTER_PROPOSED'),
  ('booking', 'COUNTER_PROPOSED', 'accept_proposal', 'tutor', 'suggested_by_them', 'CONFIRMED'),
  ('booking', 'COUNTER_PROPOSED', 'accept_proposal', 'student', 'suggested_by_them', 'CONFIRMED'),
  ('booking', 'COUNTER_PROPOSED', 'accept_proposal', 'guardian', 'suggested_by_them', 'CONFIRMED'),
  ('booking', 'COUNTER_PROPOSED', 'decline_proposal', 'tutor', 'suggested_by_them', 'PENDING'),
  ('booking', 'COUNTER_PROPOSED', 'decline_proposal', 'student', 'suggested_by_them', 'PENDING'),
  ('booking', 'COUNTER_PROPOSED', 'decline_proposal', 'guardian', 'suggested_by_them', 'PENDING'),
  ('booking', 'COUNTER_PROPOSED', 'cancel', 'student', 'any', 'CANCELLED'),
  ('booking', 'COUNTER_PROPOSED', 'cancel', 'guardian', 'any', 'CANCELLED'),
  ('booking', 'COUNTER_PROPOSED', 'add_message', 'tutor', 'any', 'COUNTER_PROPOSED'),
  ('booking', 'COUNTER_PROPOSED', 'add_message', 'student', 'any', 'COUNTER_PROPOSED'),
  ('booking', 'COUNTER_PROPOSED', 'add_message', 'guardian', 'any', 'COUNTER_PROPOSED'),
  ('booking', 'CONFIRMED', 'propose', 'tutor', 'before_end', 'CONFIRMED'),
  ('booking', 'CONFIRMED', 'propose', 'student', 'before_end', 'CONFIRMED'),
  ('booking', 'CONFIRMED', 'propose', 'guardian', 'before_end', 'CONFIRMED'),
  ('booking', 'CONFIRMED', 'accept_proposal', 'tutor', 'suggested_by_them', 'CONFIRMED'),
  ('booking', 'CONFIRMED', 'accept_proposal', 'student', 'suggested_by_them', 'CONFIRMED'),
  ('booking', 'CONFIRMED', 'accept_proposal', 'guardian', 'suggested_by_them', 'CONFIRMED'),
  ('booking', 'CONFIRMED', 'decline_proposal', 'tutor', 'suggested_by_them', 'CONFIRMED'),
  ('booking', 'CONFIRMED', 'decline_proposal', 'student', 'suggested_by_them', 'CONFIRMED'),
  ('booking', 'CONFIRMED', 'decline_proposal', 'guardian', 'suggested_by_them', 'CONFIRMED'),
  ('booking', 'CONFIRMED', 'cancel', 'tutor', 'before_end', 'CANCELLED'),
  ('booking', 'CONFIRMED', 'cancel', 'student', 'before_end', 'CANCELLED'),
  ('booking', 'CONFIRMED', 'cancel', 'guardian', 'before_end', 'CANCELLED'),
  ('booking', 'CONFIRMED', 'add_message', 'tutor', 'any', 'CONFIRMED'),
  ('booking', 'CONFIRMED', 'add_message', 'student', 'any', 'CONFIRMED'),
  ('booking', 'CONFIRMED', 'add_message', 'guardian', 'any', 'CONFIRMED'),
  ('booking', 'DECLINED', 'add_message', 'tutor', 'any', 'DECLINED'),
  ('booking', 'DECLINED', 'add_message', 'student', 'any', 'DECLINED'),
  ('booking', 'DECLINED', 'add_message', 'guardian', 'any', 'DECLINED'),
  ('booking', 'EXPIRED', 'add_message', 'tutor', 'any', 'EXPIRED'),
  ('booking', 'EXPIRED', 'add_message', 'student', 'any', 'EXPIRED'),
  ('booking', 'EXPIRED', 'add_message', 'guardian', 'any', 'EXPIRED'),
  ('booking', 'CANCELLED', 'add_message', 'tutor', 'any', 'CANCELLED'),
  ('booking', 'CANCELLED', 'add_message', 'student', 'any', 'CANCELLED'),
  ('booking', 'CANCELLED', 'add_message', 'guardian', 'any', 'CANCELLED'),
  ('booking', 'COMPLETED', 'add_message', 'tutor', 'any', 'COMPLETED'),
  ('booking', 'COMPLETED', 'add_message', 'student', 'any', 'COMPLETED'),
  ('booking', 'COMPLETED', 'add_message', 'guardian', 'any', 'COMPLETED'),
  ('session', 'SCHEDULED', 'join', 'tutor', 'any', 'SCHEDULED'),
  ('session', 'SCHEDULED', 'join', 'student', 'door_open', 'SCHEDULED'),
  ('session', 'SCHEDULED', 'join', 'guardian', 'door_open', 'SCHEDULED'),
  ('session', 'SCHEDULED', 'move', 'tutor', 'before_end', 'SCHEDULED'),
  ('session', 'SCHEDULED', 'write', 'tutor', 'any', 'SCHEDULED'),
  ('session', 'SCHEDULED', 'set_bell', 'student', 'before_end', 'SCHEDULED'),
  ('session', 'SCHEDULED', 'set_bell', 'guardian', 'before_end', 'SCHEDULED'),
  ('session', 'SCHEDULED', 'cancel', 'tutor', 'before_end', 'CANCELLED'),
  ('session', 'SCHEDULED', 'cancel', 'student', 'before_end', 'CANCELLED'),
  ('session', 'SCHEDULED', 'cancel', 'guardian', 'before_end', 'CANCELLED'),
  ('session', 'SCHEDULED', 'make_meeting', 'tutor', 'before_end', 'SCHEDULED'),
  ('session', 'SCHEDULED', 'tell_presence', 'tutor', 'before_end', 'SCHEDULED'),
  ('session', 'SCHEDULED', 'tell_presence', 'student', 'before_end', 'SCHEDULED'),
  ('session', 'SCHEDULED', 'tell_presence', 'guardian', 'before_end', 'SCHEDULED'),
  ('session', 'SCHEDULED', 'mark_held', 'tutor', 'from_start', 'COMPLETED'),
  ('session', 'SCHEDULED', 'mark_early_end', 'tutor', 'during', 'EARLY_END'),
  ('session', 'SCHEDULED', 'mark_no_show_student', 'tutor', 'after_wait', 'NO_SHOW_STUDENT'),
  ('session', 'SCHEDULED', 'mark_no_show_tutor', 'student', 'after_wait', 'NO_SHOW_TUTOR'),
  ('session', 'SCHEDULED', 'mark_no_show_tutor', 'guardian', 'after_wait', 'NO_SHOW_TUTOR'),
  ('session', 'SCHEDULED', 'undo_no_show', 'tutor', 'marked', 'SCHEDULED'),
  ('session', 'SCHEDULED', 'answer_no_show', 'student', 'marked', 'SCHEDULED'),
  ('session', 'SCHEDULED', 'answer_no_show', 'guardian', 'marked', 'SCHEDULED'),
  ('session', 'COMPLETED', 'write', 'tutor', 'any', 'COMPLETED'),
  ('session', 'EARLY_END', 'write', 'tutor', 'any', 'EARLY_END'),
  ('session', 'NO_SHOW_STUDENT', 'write', 'tutor', 'any', 'NO_SHOW_STUDENT'),
  ('session', 'NO_SHOW_TUTOR', 'write', 'tutor', 'any', 'NO_SHOW_TUTOR'),
  ('session', 'COMPLETED', 'undo_no_show', 'tutor', 'marked', 'COMPLETED'),
  ('session', 'COMPLETED', 'answer_no_show', 'student', 'marked', 'COMPLETED'),
  ('session', 'COMPLETED', 'answer_no_show', 'guardian', 'marked', 'COMPLETED'),
  ('session', 'EARLY_END', 'undo_no_show', 'tutor', 'marked', 'EARLY_END'),
  ('session', 'EARLY_END', 'answer_no_show', 'student', 'marked', 'EARLY_END'),
  ('session', 'EARLY_END', 'answer_no_show', 'guardian', 'marked', 'EARLY_END'),
  ('session', 'NO_SHOW_STUDENT', 'undo_no_show', 'tutor', 'marked', 'SCHEDULED'),
  ('session', 'NO_SHOW_STUDENT', 'answer_no_show', 'student', 'marked', 'NO_SHOW_STUDENT'),
  ('session', 'NO_SHOW_STUDENT', 'answer_no_show', 'guardian', 'marked', 'NO_SHOW_STUDENT'),
  ('session', 'NO_SHOW_TUTOR', 'undo_no_show', 'student', 'any', 'SCHEDULED'),
  ('session', 'NO_SHOW_TUTOR', 'undo_no_show', 'guardian', 'any', 'SCHEDULED'),
  ('session', 'NO_SHOW_TUTOR', 'answer_no_show', 'tutor', 'any', 'NO_SHOW_TUTOR'),
  ('session', 'CANCELLED', 'write', 'tutor', 'any', 'CANCELLED');

-- What somebody decided, and as whom.
create type private.decision as (becomes text, role text);

-- Looks the action up for the first of the roles that may do it now. `conditions` are those that hold.
-- Refuses `not_allowed` if none of the roles ever may, `not_for_status` if none may in this status, and `not_now`
-- if the moment is wrong.
create function private.decide(subject text, status text, action text, roles text[], conditions text[]) returns private.decision
language plpgsql stable set search_path = '' as $$
declare
  decision private.decision;
begin
  select t.becomes, t.role into decision from private.state_table t
  where (t.subject, t.status, t.action) = (decide.subject, decide.status, decide.action)
    and t.role = any (roles) and t.condition = any (conditions || array['any'])
  order by array_position(array['tutor', 'student', 'guardian'], t.role)
  limit 1;
  if found then
    return decision;
  end if;
  if not exists (select from private.state_table t
      where (t.subject, t.action) = (decide.subject, decide.action) and t.role = any (roles)) then
    perform private.refuse('not_allowed');
  end if;
  if not exists (select from private.state_table t
      where (t.subject, t.status, t.action) = (decide.subject, decide.status, decide.action) and t.role = any (roles)) then
    perform private.refuse('not_for_status', jsonb_build_object('status', decide.status));
  end if;
  perform private.refuse('not_now', jsonb_build_object('status', decide.status));
  return null;
end $$;
