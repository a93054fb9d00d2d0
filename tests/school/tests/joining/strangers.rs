//! Ten thousand strangers who ask: what they leave behind is small, members' calls read none of it, and wait for
//! nobody. Counted in rows, bytes and locks, never in time.

use firstbell_school::postgres::{Client, GenericClient};
use firstbell_school::{Account, Cast, Database};
use serde_json::{Value, json};
use uuid::Uuid;

use super::scene::{ask, by_hand, cast, is_sound, who_am_i, wish};

const STRANGERS: i64 = 10_000;
const CONNECTIONS: i64 = 8;

/// As many accounts, and a request of each: by the function, on several connections at the same time.
async fn ask_all(database: &Database) {
    let accounts = database.connect("supabase_auth_admin").await.unwrap();
    let sign_up = format!(
        "insert into auth.users (id, aud, role, email, email_confirmed_at)
         select md5('stranger ' || nth)::uuid, 'authenticated', 'authenticated', nth || '@strangers.example', now()
         from generate_series(0, {STRANGERS} - 1) as nth"
    );
    accounts.batch_execute(&sign_up).await.unwrap();
    let mut asking = Vec::new();
    for door in 0..CONNECTIONS {
        let client = database.as_authenticator().await.unwrap();
        asking.push(tokio::spawn(async move {
            client.batch_execute("set role authenticated; set statement_timeout = 0").await.unwrap();
            // One transaction for each, as the REST server does.
            let ask = format!(
                "do $$
                 declare
                   nth integer;
                 begin
                   for nth in select n from generate_series({door}, {STRANGERS} - 1, {CONNECTIONS}) as n loop
                     perform set_config('request.jwt.claims',
                       jsonb_build_object('sub', md5('stranger ' || nth)::uuid, 'role', 'authenticated')::text, false);
                     perform public.ask_to_join(gen_random_uuid(), (array['student', 'tutor', 'guardian'])[1 + nth % 3],
                       'Nth ' || nth, 'Stranger', 'Europe/Madrid', repeat('n', 500),
                       case when nth % 3 = 2 then repeat('c', 200) else '' end);
                     commit;
                   end loop;
                 end $$"
            );
            client.batch_execute(&ask).await.unwrap();
        }));
    }
    for one in asking {
        one.await.unwrap();
    }
}

/// How many join requests this connection has read since it last reported, by whichever way.
async fn rows_read(client: &impl GenericClient) -> i64 {
    let read = "select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables
        where relid = 'public.join_requests'::regclass";
    client.query_one(read, &[]).await.unwrap().get(0)
}

/// Calls as somebody; gives the answer, and how many rows of join requests were read for it.
async fn call_counted(door: &mut Account, function: &str, arguments: &Value) -> (Value, i64) {
    let transaction = door.begin().await.unwrap();
    let before = rows_read(&transaction).await;
    let answer = Account::call_in(&transaction, function, arguments).await.unwrap();
    let read = rows_read(&transaction).await - before;
    transaction.commit().await.unwrap();
    (answer, read)
}

fn lesson(cast: &Cast, hour: u32) -> Value {
    json!({"request_id": Uuid::new_v4(), "tutor": cast.person("tutor_ada"), "student": cast.person("student_ben"),
        "subject": "Maths", "start_at": format!("2026-11-05T{hour:02}:00:00Z"),
        "end_at": format!("2026-11-05T{:02}:00:00Z", hour + 1), "zone": "Europe/Madrid"})
}

/// What the members and the school call while everybody's requests wait.
async fn members_go_on(cast: &mut Cast, hour: u32) {
    let account = cast.player("student_ben").account;
    let mut ben = cast.database.as_account(account).await.unwrap();
    let (asked, read) = call_counted(&mut ben, "request_booking", &lesson(cast, hour)).await;
    assert_eq!(read, 0, "request_booking");
    let (pulled, read) = call_counted(&mut ben, "pull_changes", &json!({})).await;
    assert_eq!(read, 0, "pull_changes");
    assert!(!pulled.to_string().contains("Stranger"), "nobody's request is told to a member");
    let booking = &asked["bookings"][0];
    let account = cast.player("tutor_ada").account;
    let mut ada = cast.database.as_account(account).await.unwrap();
    let confirm = json!({"request_id": Uuid::new_v4(), "booking": booking["id"], "expected_version": booking["version"]});
    let (_, read) = call_counted(&mut ada, "confirm_booking", &confirm).await;
    assert_eq!(read, 0, "confirm_booking");
}

/// The query of docs/school.md for those who wait, as its plan says how it is answered.
async fn list_reads(client: &Client) -> (u64, String) {
    let list = "explain (analyze, costs off, timing off, summary off, format json)
        select j.id, j.role, j.first_name, j.last_name, j.child, j.note from public.join_requests j
        where j.state = 'waiting' order by j.asked_at, j.id limit 50";
    let plan: Value = client.query_one(list, &[]).await.unwrap().get(0);
    let scan = &plan[0]["Plan"]["Plans"][0];
    (scan["Actual Rows"].as_f64().unwrap() as u64, scan["Node Type"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_who_ask_at_once_leave_little_and_nobody_reads_it_but_whom_it_concerns() {
    let mut cast = cast().await;
    let database = cast.database.clone();
    ask_all(&database).await;
    let client = database.as_superuser().await.unwrap();
    let waiting =
        cast.read_one("select count(*) from public.join_requests where state = 'waiting'").await.unwrap();
    assert_eq!(waiting, STRANGERS, "each is there once");

    let account = cast.player("stranger_sam").account;
    let mut sam = database.as_account(account).await.unwrap();
    let mut one = wish("student");
    one["request_id"] = json!(Uuid::new_v4());
    let (_, read) = call_counted(&mut sam, "ask_to_join", &one).await;
    assert!(read <= 2, "ask_to_join reads {read}");
    // Before any statistics were gathered, and after: no plan of a member's reads one of them.
    for (hour, gather) in [(8, "select"), (10, "analyze public.join_requests")] {
        client.batch_execute(gather).await.unwrap();
        members_go_on(&mut cast, hour).await;
        let (told, read) = call_counted(&mut sam, "who_am_i", &json!({})).await;
        assert_eq!((told["requests"].as_array().unwrap().len(), read), (1, 1));
        let (rows, how) = list_reads(&client).await;
        assert_eq!((rows, how.as_str()), (50, "Index Scan"), "the school's list");
    }
    let size: i64 = client
        .query_one(
            "select (select max(pg_column_size(j)) from public.join_requests j)::bigint
               + (select max(pg_column_size(r)) from private.requests r where r.function = 'ask_to_join')",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert!(size < 1500, "a request and the answer that is kept for its repeat: {size} bytes");
    let noted =
        cast.read_one("select count(*) from private.changes c where c.table_name = 'join_requests'").await;
    assert_eq!(noted.unwrap(), 0, "nobody has it to pull");

    let request =
        cast.read_one("select id from public.join_requests order by asked_at, id limit 1 offset 5000");
    let request = request.await.unwrap();
    let mut office = database.as_service().await.unwrap();
    let answer = json!({"request_id": Uuid::new_v4(), "request": request, "reason": "We are full."});
    let (_, read) = call_counted(&mut office, "turn_away", &answer).await;
    assert!(read <= 4, "turn_away reads {read}");
    is_sound(&cast).await;
}

#[tokio::test]
async fn an_answer_about_oneself_stays_small_whatever_was_written() {
    let mut cast = cast().await;
    for role in ["student", "tutor", "guardian"] {
        for _ in 0..3 {
            let mut long = wish(role);
            for (field, most) in [("first_name", 100), ("last_name", 100), ("note", 500)] {
                long[field] = json!("ñ".repeat(most));
            }
            if role == "guardian" {
                long["child"] = json!("ñ".repeat(200));
            }
            let asked = cast.player("stranger_sam").call("ask_to_join", long).await.unwrap();
            assert!(asked.to_string().len() < 200, "{asked}");
            let reason = json!({"request": asked["request"], "reason": "ñ".repeat(500)});
            cast.school("turn_away", reason).await.unwrap();
        }
    }
    let told = who_am_i(&mut cast, "stranger_sam").await;
    assert_eq!(told["requests"].as_array().unwrap().len(), 3);
    assert!(told.to_string().len() < 10_000, "{} bytes", told.to_string().len());
}

/// A plan that a connection has made while hardly anybody had asked serves ten thousand as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_was_there_before_the_crowd_reads_no_more_for_the_next_who_asks() {
    let mut cast = cast().await;
    let database = cast.database.clone();
    by_hand(&cast, "analyze public.join_requests").await;
    let account = cast.player("parent_cleo").account;
    let mut cleo = database.as_account(account).await.unwrap();
    let mut office = database.as_service().await.unwrap();
    let turn = async |cleo: &mut Account, office: &mut Account| {
        let mut one = wish("student");
        one["request_id"] = json!(Uuid::new_v4());
        let (asked, read) = call_counted(cleo, "ask_to_join", &one).await;
        let answer = json!({"request_id": Uuid::new_v4(), "request": asked["request"], "reason": ""});
        let (_, read_by_office) = call_counted(office, "turn_away", &answer).await;
        (read, read_by_office)
    };
    // PostgreSQL keeps a plan after the fifth time.
    for _ in 0..7 {
        turn(&mut cleo, &mut office).await;
    }
    ask_all(&database).await;
    let (read, read_by_office) = turn(&mut cleo, &mut office).await;
    // Its own seven of the day are counted.
    assert!(read <= 20, "ask_to_join reads {read} rows");
    assert!(read_by_office <= 6, "turn_away reads {read_by_office} rows");
}

#[tokio::test]
async fn members_and_the_school_go_on_while_strangers_transactions_stand_open() {
    for open in ["off", "all"] {
        let mut cast = cast().await;
        by_hand(&cast, &format!("update public.school_settings set open_sign_up = '{open}'")).await;
        let database = cast.database.clone();
        let other = ask(&mut cast, "former_fay", "guardian").await.unwrap()["request"].clone();
        let mut doors = Vec::new();
        for nth in 0..30 {
            let account = database.sign_up(&format!("{nth}@strangers.example"), &json!({})).await.unwrap();
            doors.push(database.as_account(account).await.unwrap());
        }
        let mut standing = Vec::new();
        for (door, role) in doors.iter_mut().zip(["student", "tutor", "guardian"].into_iter().cycle()) {
            let transaction = door.begin().await.unwrap();
            let mut one = wish(role);
            one["request_id"] = json!(Uuid::new_v4());
            Account::call_in(&transaction, "ask_to_join", &one).await.unwrap();
            standing.push(transaction);
        }
        // A wait for one of them would end with the roles' lock_timeout.
        members_go_on(&mut cast, 8).await;
        ask(&mut cast, "stranger_sam", "student").await.unwrap();
        cast.school("admit", json!({"request": other, "person": cast.person("student_dan")})).await.unwrap();
        let invited = cast.school("invite", json!({"role": "student"})).await.unwrap();
        cast.newcomer("newcomer_lea").await.unwrap();
        let accept = json!({"code": invited["code"], "first_name": "Lea"});
        cast.player("newcomer_lea").call("accept_invitation", accept).await.unwrap();
        let nina = cast.person("tutor_nina");
        cast.school("approve_tutor", json!({"person": nina})).await.unwrap();
        by_hand(&cast, "update public.school_settings set name = 'Northside'").await;
        let kim = cast.person("student_kim");
        cast.player("student_kim").call("forget_person", json!({"person": kim})).await.unwrap();
        assert_eq!(standing.len(), 30);
        for transaction in standing {
            transaction.commit().await.unwrap();
        }
        is_sound(&cast).await;
    }
}
