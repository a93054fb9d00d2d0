-- Requests that wait for somebody, and what belongs to a session, are found without reading all that ever was.
CREATE INDEX rows_of_open_bookings ON rows (copy, id)
  WHERE tbl = 'bookings' AND row ->> '$.status' IN ('PENDING', 'AWAITING_PARENT', 'COUNTER_PROPOSED');
CREATE INDEX rows_of_bookings_by_session ON rows (copy, row ->> '$.session_id')
  WHERE tbl = 'bookings' AND row ->> '$.session_id' IS NOT NULL;
CREATE INDEX rows_of_open_proposals ON rows (copy, row ->> '$.booking_id')
  WHERE tbl = 'booking_proposals' AND row ->> '$.status' = 'OPEN';
