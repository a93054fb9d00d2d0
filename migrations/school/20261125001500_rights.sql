-- Who may call what. Everything was closed by the defaults; here each right is given by name.

revoke all on all functions in schema public from public, anon, authenticated, service_role;
revoke all on all functions in schema private from public, anon, authenticated, service_role;
revoke all on all tables in schema private from public, anon, authenticated, service_role;

-- Nobody has a right on these; should that ever change by mistake, no row is seen all the same.
alter table private.refusals enable row level security;
alter table private.requests enable row level security;
alter table private.state_table enable row level security;
alter table private.slots enable row level security;
alter table private.meeting_leases enable row level security;
alter table private.changes enable row level security;

-- What the policies and the computed columns ask, as the one who queries.
grant execute on function private.mine(), private.my_selves(), private.my_places(), private.my_others(), private.clock()
  to authenticated;
grant execute on function private.clock() to service_role;
grant execute on function public.status(public.bookings), public.status(public.booking_proposals) to authenticated, service_role;

-- Before there is a sign-in: what an invitation is for.
grant execute on function public.look_at_invitation(text) to anon, authenticated;

-- The school itself.
grant execute on function
  public.invite(uuid, text, uuid, integer),
  public.invite_guardian(uuid, uuid),
  public.link_guardian(uuid, uuid, uuid, text),
  public.end_guardian(uuid, uuid),
  public.approve_tutor(uuid, uuid, boolean),
  public.forget_person(uuid, uuid)
  to service_role;

-- Whoever is signed in; each function looks for itself who asks.
grant execute on function
  public.accept_invitation(uuid, text, text, text, text),
  public.invite_guardian(uuid, uuid),
  public.end_guardian(uuid, uuid),
  public.forget_person(uuid, uuid),
  public.set_video_connection(uuid, uuid, text, text, text),
  public.request_booking(uuid, uuid, uuid, text, timestamptz, timestamptz, text, text, integer, boolean),
  public.approve_as_parent(uuid, uuid, integer),
  public.confirm_booking(uuid, uuid, integer, uuid),
  public.decline_booking(uuid, uuid, integer, text),
  public.propose_time(uuid, uuid, timestamptz, timestamptz, text, integer),
  public.accept_proposal(uuid, uuid, integer),
  public.decline_proposal(uuid, uuid, integer),
  public.cancel_booking(uuid, uuid, integer, text),
  public.cancel_series_from(uuid, uuid, integer, text),
  public.add_message(uuid, uuid, text),
  public.move_session(uuid, uuid, timestamptz, timestamptz, text, integer),
  public.claim_meeting(uuid, uuid, integer, uuid),
  public.attach_meeting(uuid, uuid, integer, uuid, text, text, text),
  public.release_meeting(uuid, uuid, integer, uuid, boolean),
  public.record_opened(uuid, uuid, uuid),
  public.send_presence(uuid, uuid, text, integer, uuid),
  public.set_bell(uuid, uuid, boolean, uuid),
  public.mark_no_show(uuid, uuid, integer, uuid),
  public.undo_no_show(uuid, uuid, integer, uuid),
  public.answer_no_show(uuid, uuid, boolean, uuid),
  public.end_early(uuid, uuid, integer),
  public.mark_held(uuid, uuid, integer),
  public.write_note(uuid, uuid, text, boolean, text, integer),
  public.set_availability(uuid, uuid, jsonb, integer),
  public.add_block(uuid, uuid, timestamptz, timestamptz, text, text),
  public.remove_block(uuid, uuid),
  public.free_slots(uuid, timestamptz, timestamptz, integer),
  public.pull_changes(text, integer)
  to authenticated;
