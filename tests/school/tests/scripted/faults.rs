//! Each fault, as a client meets it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use firstbell_school::{Fault, Scripted, TokenForm};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::client::{ADA, Answer, Client};

const TOKEN: &str = "/auth/v1/token";

#[tokio::test]
async fn faults_that_are_answers() {
    let (school, client) = school_of_ada();
    let faults = [
        (Fault::ServerError, 500, "application/json; charset=utf-8"),
        (Fault::BadGateway, 502, "text/html; charset=utf-8"),
        (Fault::Unavailable, 503, ""),
        (Fault::Unknown520, 520, "text/html; charset=utf-8"),
        (Fault::Paused540, 540, "text/html; charset=utf-8"),
        (Fault::TooMany(None), 429, "application/json; charset=utf-8"),
        (Fault::TooMany(Some(7)), 429, "application/json; charset=utf-8"),
        (Fault::TooManyRequests, 429, "application/json"),
        (Fault::PortalPage, 200, "text/html; charset=utf-8"),
        (Fault::PortalRedirect, 302, "text/html; charset=utf-8"),
        (Fault::EmptyObject, 200, "application/json; charset=utf-8"),
        (Fault::BadRequest, 400, "text/plain"),
        (Fault::InvalidKey, 401, "application/json; charset=utf-8"),
    ];
    for (fault, status, kind) in faults {
        school.fault(TOKEN, fault.clone());
        let answer = client.sign_in(ADA).await;
        assert_eq!((answer.status, answer.header("content-type")), (status, kind), "{fault:?}");
        let hint = if fault == Fault::TooMany(Some(7)) { "7" } else { "" };
        assert_eq!(answer.header("retry-after"), hint, "{fault:?}");
        school.no_fault(TOKEN);
    }
    assert_eq!(client.sign_in(ADA).await.status, 200, "the school is in order again");
}

#[tokio::test]
async fn a_fault_of_one_path_is_met_there_and_as_often_as_it_was_set() {
    let (school, client) = school_of_ada();
    school.fault_times("/auth/v1/token?grant_type=refresh", Fault::BadGateway, 2);
    let session = client.sign_in(ADA).await.body;
    for status in [502, 502, 200] {
        assert_eq!(client.refresh(&session["refresh_token"]).await.status, status);
    }
    let seen = school.asked_for(TOKEN).iter().map(|asked| asked.status.unwrap()).collect::<Vec<_>>();
    assert_eq!(seen, [200, 502, 502, 200]);
    school.forget_asked();
    assert!(school.asked().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_lost_was_given_all_the_same() {
    let (school, client) = school_of_ada();
    let first = client.sign_in(ADA).await.body;
    school.fault_times(TOKEN, Fault::AnswerLost, 1);
    assert!(try_refresh(&client, &first["refresh_token"]).await.is_err());
    assert_eq!(school.asked()[1].status, None);
    let child = client.refresh(&first["refresh_token"]).await.body;
    let again = client.refresh(&first["refresh_token"]).await.body;
    assert_eq!(child["refresh_token"], again["refresh_token"], "the child was made when nobody heard of it");
}

#[tokio::test]
async fn half_an_answer_is_none() {
    let (school, _client) = school_of_ada();
    school.fault_times(TOKEN, Fault::CutOff, 1);
    let heard = by_hand(&school).await;
    let (head, body) = heard.split_once("\r\n\r\n").unwrap();
    let promised = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(!body.is_empty() && body.len() < promised.parse().unwrap(), "{} of {promised}", body.len());
}

#[tokio::test]
async fn silence_is_silence_until_it_is_taken_away() {
    let (school, client) = school_of_ada();
    for fault in [Fault::Silence, Fault::AnswerHeld] {
        school.fault(TOKEN, fault);
        let asked = client.sign_in(ADA);
        // It is asked for, and an answer does not come while another request has all its answer.
        tokio::select! {
            _ = asked => panic!("it is answered"),
            () = until_asked(&school, &client) => {}
        }
        school.no_faults();
        school.forget_asked();
    }
}

#[tokio::test]
async fn a_slow_answer_comes_whole() {
    let (school, client) = school_of_ada();
    school.fault_times(TOKEN, Fault::Slow(Duration::from_millis(1)), 1);
    let answer = client.sign_in((ADA.0, "wrong")).await;
    assert_eq!(answer.refusal(), (400, "invalid_credentials"));
}

#[tokio::test]
async fn a_clock_that_is_off_is_off_by_so_much() {
    let (school, client) = school_of_ada();
    for off in [-4200, 0, 4200] {
        school.fault(TOKEN, Fault::DateOff(off));
        let answer = client.sign_in(ADA).await;
        let date = DateTime::parse_from_rfc2822(answer.header("date")).unwrap();
        let seen = (date.to_utc() - Utc::now()).num_seconds();
        assert!((seen - off).abs() < 20, "{seen}");
        assert_eq!(answer.headers.get_all("date").iter().count(), 1);
    }
}

#[tokio::test]
async fn a_shut_port_refuses_and_an_open_one_is_the_same() {
    let (mut school, client) = school_of_ada();
    let session = client.sign_in(ADA).await.body;
    school.close();
    // One that has no connection from before.
    let client = Client::of(&school);
    let refused = try_refresh(&client, &session["refresh_token"]).await.err().unwrap();
    assert!(refused.is_connect(), "{refused:?}");
    school.reopen().unwrap();
    assert_eq!(client.refresh(&session["refresh_token"]).await.status, 200);
}

#[tokio::test]
async fn a_redirect_leads_where_it_is_told_to() {
    let (school, client) = school_of_ada();
    let elsewhere = Scripted::start().unwrap();
    school.fault(TOKEN, Fault::Redirect(format!("{}/auth/v1/token", elsewhere.url())));
    let answer = client.sign_in(ADA).await;
    assert_eq!((answer.status, answer.header("location")), (307, &*format!("{}{TOKEN}", elsewhere.url())));
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn the_rest_servers_refusals_are_postgrests() {
    let (school, client) = school_of_ada();
    for (fault, message) in
        [(Fault::RestExpired, "JWT expired"), (Fault::RestIssuedInFuture, "JWT issued at future")]
    {
        school.fault("/rest/v1/", fault);
        let answer = client.post("/rest/v1/rpc/who_am_i", Some("x"), json!({})).await;
        assert_eq!(answer.refusal(), (401, "PGRST303"));
        assert_eq!(answer.body["message"], message);
        assert!(answer.header("www-authenticate").contains("invalid_token"));
    }
    school.fault("/rest/v1/rpc/pull_changes", Fault::Rest(200, json!({"changes": []})));
    let answer = client.post("/rest/v1/rpc/pull_changes", Some("x"), json!({})).await;
    assert_eq!(answer.body, json!({"changes": []}));
}

#[test]
#[should_panic(expected = "only the REST server's answers may be made up")]
fn no_answer_of_the_accounts_is_made_up() {
    Scripted::start().unwrap().fault(TOKEN, Fault::Rest(200, json!({})));
}

#[tokio::test]
async fn tls_is_spoken_with_a_certificate_for_these_names() {
    for (names, trusted) in [(["localhost"], true), (["somebody.example"], false)] {
        let school = Scripted::with_tls(&names).unwrap();
        let authority = school.authority().unwrap();
        assert!(authority.starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(client_trusts(&school, names[0]).await, "its own name");
        assert_eq!(client_trusts(&school, "localhost").await, trusted);
    }
}

/// Whether a client that trusts the authority takes the certificate for this name.
async fn client_trusts(school: &Scripted, name: &'static str) -> bool {
    use std::sync::Arc;

    use tokio_rustls::TlsConnector;
    use tokio_rustls::rustls::crypto::ring;
    use tokio_rustls::rustls::pki_types::pem::PemObject as _;
    use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(school.authority().unwrap().as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let port = school.url().rsplit_once(':').unwrap().1.parse::<u16>().unwrap();
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    match connector.connect(ServerName::try_from(name).unwrap(), stream).await {
        Ok(_) => true,
        Err(error) => {
            assert!(error.to_string().contains("certificate"), "{error}");
            false
        }
    }
}

async fn try_refresh(client: &Client, token: &Value) -> Result<Answer, reqwest::Error> {
    let body = json!({ "refresh_token": token });
    client.try_ask(Method::POST, "/auth/v1/token?grant_type=refresh_token", None, Some(&body)).await
}

async fn until_asked(school: &Scripted, client: &Client) {
    while school.asked_for(TOKEN).is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(client.get("/auth/v1/user", None).await.status, 401);
}

/// All that comes for a sign-in, as it comes.
async fn by_hand(school: &Scripted) -> String {
    let address = school.url().strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let body = json!({"email": ADA.0, "password": ADA.1}).to_string();
    let request = format!(
        "POST /auth/v1/token?grant_type=password HTTP/1.1\r\nhost: {address}\r\napikey: {}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        school.publishable_key(),
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard).await;
    String::from_utf8(heard).unwrap()
}

fn school_of_ada() -> (Scripted, Client) {
    let school = Scripted::start().unwrap();
    school.keep_sign_ins(TokenForm::Two);
    school.add_account(ADA.0, ADA.1);
    let client = Client::of(&school);
    (school, client)
}
