//! What stands at the school now, as somebody sees it who then decides.

use firstbell_school::postgres::Client;
use serde_json::Value;

/// Ids and versions. By the time they are used somebody else may have changed the rows.
pub struct Board {
    /// id, version, session, start, end, people, status.
    pub bookings: Vec<Value>,
    /// id, and the version of their booking.
    pub proposals: Vec<Value>,
    /// id, version, generation, people, start, end, status, and which computer makes the meeting.
    pub sessions: Vec<Value>,
    /// The school's clock: seconds since 1970.
    pub now: i64,
}

const LOOK: &str = "
    select jsonb_build_object(
      'now', extract(epoch from private.clock())::bigint,
      'bookings', coalesce((select jsonb_agg(to_jsonb(b) || jsonb_build_object('status', public.status(b))
        order by b.created_at desc, b.id) from public.bookings b), '[]'),
      'proposals', coalesce((select jsonb_agg(to_jsonb(p) || jsonb_build_object('booking_version', b.version, 'status', public.status(p))
        order by p.created_at desc, p.id)
        from public.booking_proposals p join public.bookings b on b.id = p.booking_id
        where public.status(p) = 'OPEN' or p.updated_at > private.clock() - interval '1 hour'), '[]'),
      'sessions', coalesce((select jsonb_agg(to_jsonb(s) || jsonb_build_object('people', private.participants(s.id),
        'lease', (select l.device_id from private.meeting_leases l where l.session_id = s.id
          and l.ends_at > private.clock() and l.generation = s.meeting_generation),
        'contested', s.tutor_contest = 'asked' or exists (select from public.session_participants sp
          where sp.session_id = s.id and sp.contest = 'asked'))
        order by s.created_at desc, s.id) from public.sessions s), '[]'))";

impl Board {
    pub async fn look(client: &Client) -> Self {
        let mut seen: Value = client.query_one(LOOK, &[]).await.unwrap().get(0);
        let mut rows = |table: &str| match seen[table].take() {
            Value::Array(rows) => rows,
            other => panic!("{table}: {other}"),
        };
        let (bookings, proposals, sessions) = (rows("bookings"), rows("proposals"), rows("sessions"));
        Self { bookings, proposals, sessions, now: seen["now"].as_i64().unwrap() }
    }
}
