//! The receiver on this computer's own address, asked over real sockets.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::{Duration, Instant};

use firstbell_core::{
    oauth::loopback::{Arrival, NotTheWayBack, Outcome, Receiver},
    words::say,
};
use secrecy::ExposeSecret as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

const SOON: Duration = Duration::from_secs(5);

/// Where a receiver is to be reached.
struct Place {
    port: u16,
    path: String,
}

impl Place {
    fn of(receiver: &Receiver) -> Self {
        let rest = receiver.way_back().strip_prefix("http://127.0.0.1:").unwrap();
        let (port, path) = rest.split_once('/').unwrap();
        Self { port: port.parse().unwrap(), path: format!("/{path}") }
    }

    fn get(&self, query: &str) -> String {
        format!(
            "GET {}{query} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAccept: text/html\r\n\r\n",
            self.path, self.port
        )
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }

    /// The whole answer to a request, until the other side closes.
    async fn ask(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_ref()).await.unwrap();
        let mut answer = String::new();
        timeout(Duration::from_secs(20), stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        answer
    }
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).unwrap_or_else(|| panic!("{answer:?}")).parse().unwrap()
}

async fn receiver() -> (Receiver, Place) {
    let receiver = Receiver::bind("signed-in").await.unwrap();
    let place = Place::of(&receiver);
    (receiver, place)
}

fn code(arrival: &Arrival) -> String {
    match arrival {
        Arrival::Code(code) => code.expose_secret().to_owned(),
        Arrival::Refused { code } => format!("refused {code}"),
    }
}

async fn arrival(receiver: &Receiver) -> String {
    code(&timeout(SOON, receiver.arrival()).await.unwrap())
}

/// Whether nothing has arrived, seen by a look and not by waiting.
async fn is_empty(receiver: &Receiver) -> bool {
    timeout(Duration::ZERO, receiver.arrival()).await.is_err()
}

#[tokio::test]
async fn the_browser_comes_back_and_the_page_says_what_came_of_it() {
    for (outcome, title) in [(Outcome::Done, "way-back-done"), (Outcome::Failed, "way-back-failed")] {
        let (receiver, place) = receiver().await;
        let request = place.get("?code=abc-123");
        let page = tokio::spawn(async move { place.ask(request).await });
        assert_eq!(arrival(&receiver).await, "abc-123");
        assert!(!page.is_finished(), "the page waits for what comes of it");
        receiver.outcome().tell(outcome);
        let page = timeout(SOON, page).await.unwrap().unwrap();
        assert_eq!(status(&page), 200);
        assert!(page.contains(&format!("<h1>{}</h1>", say(title, &[]))), "{page}");
        for line in [
            "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'",
            "Cache-Control: no-store\r\n",
            "Referrer-Policy: no-referrer\r\n",
            "Connection: close\r\n",
            "Content-Type: text/html; charset=utf-8\r\n",
        ] {
            assert!(page.contains(line), "{line} is missing in {page}");
        }
        assert!(!page.contains("abc-123") && !page.contains("<script"));
    }
}

#[tokio::test]
async fn a_refusal_is_told_by_its_word_and_nothing_of_it_is_shown() {
    for (query, told) in [
        (
            "?error=access_denied&error_code=otp_expired&error_description=Email+link+is+invalid",
            "otp_expired",
        ),
        ("?error=access_denied&error_description=%3Cscript%3Ealert(1)%3C/script%3E", "access_denied"),
        ("?error=%3Cscript%3Ealert(1)%3C/script%3E", "unknown"),
    ] {
        let (receiver, place) = receiver().await;
        let page = place.ask(place.get(query)).await;
        assert!(page.contains(&say("way-back-failed", &[])), "at once, with no outcome told");
        assert!(!page.contains("script") && !page.contains("invalid") && !page.contains("denied"), "{page}");
        assert_eq!(arrival(&receiver).await, format!("refused {told}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_arrival_is_the_one_and_two_hundred_repeats_get_its_page() {
    let (receiver, place) = receiver().await;
    let place = std::sync::Arc::new(place);
    let first = place.get("?code=first");
    let first = tokio::spawn({
        let place = place.clone();
        async move { place.ask(first).await }
    });
    assert_eq!(arrival(&receiver).await, "first");
    let mut same = 0;
    let ask_all = |numbers: std::ops::Range<usize>| -> Vec<_> {
        let asks = numbers.map(|number| {
            let place = place.clone();
            let query = match number % 3 {
                0 => "?code=first".to_owned(),
                1 => format!("?code=other-{number}"),
                _ => "?error=access_denied".to_owned(),
            };
            tokio::spawn(async move { place.ask(place.get(&query)).await })
        });
        asks.collect()
    };
    let before = ask_all(0..100);
    receiver.outcome().tell(Outcome::Done);
    receiver.outcome().tell(Outcome::Failed);
    let first = first.await.unwrap();
    for repeats in [before, ask_all(100..200)] {
        for repeat in repeats {
            assert_eq!(repeat.await.unwrap(), first);
            same += 1;
        }
    }
    assert_eq!(same, 200);
    assert!(first.contains(&say("way-back-done", &[])));
    assert_eq!(arrival(&receiver).await, "first");
}

#[tokio::test]
async fn what_is_not_the_browser_coming_back_uses_nothing_up() {
    let (receiver, place) = receiver().await;
    let (path, port) = (&place.path, place.port);
    let host = format!("Host: 127.0.0.1:{port}\r\n");
    let long = "a".repeat(9000);
    let mut count = 0;
    for (request, expected) in [
        (format!("HEAD {path}?code=abc HTTP/1.1\r\n{host}\r\n"), 405),
        (format!("POST {path}?code=abc HTTP/1.1\r\n{host}Content-Length: 2\r\n\r\nab"), 405),
        (format!("OPTIONS {path}?code=abc HTTP/1.1\r\n{host}\r\n"), 405),
        (format!("GET {path}?code=abc HTTP/1.1\r\n{host}Sec-Purpose: prefetch;prerender\r\n\r\n"), 503),
        (format!("GET {path}?code=abc HTTP/1.1\r\n{host}Purpose: prefetch\r\n\r\n"), 503),
        (format!("GET /favicon.ico HTTP/1.1\r\n{host}\r\n"), 404),
        (format!("GET /?code=abc HTTP/1.1\r\n{host}\r\n"), 404),
        (format!("GET {path}x?code=abc HTTP/1.1\r\n{host}\r\n"), 404),
        (format!("GET /signed-in/{}?code=abc HTTP/1.1\r\n{host}\r\n", "0".repeat(32)), 404),
        (format!("GET {path}?code=abc HTTP/1.1\r\nHost: evil.example:{port}\r\n\r\n"), 400),
        (format!("GET {path}?code=abc HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"), 400),
        (format!("GET {path}?code=abc HTTP/1.1\r\n\r\n"), 400),
        (format!("GET {path}?code=abc&code=def HTTP/1.1\r\n{host}\r\n"), 400),
        (format!("GET {path} HTTP/1.1\r\n{host}\r\n"), 400),
        (format!("GET {path}?code={long} HTTP/1.1\r\n{host}\r\n"), 431),
        (format!("GET {path}?code=abc HTTP/1.1\r\n{host}X: {long}\r\n\r\n"), 431),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n\r\n".to_owned(), 400),
        ("GET\r\n\r\n".to_owned(), 400),
    ] {
        let answer = place.ask(&request).await;
        assert_eq!(status(&answer), expected, "{request:.90}");
        assert!(answer.contains("Connection: close\r\n") && !answer.contains("abc"), "{answer}");
        assert!(is_empty(&receiver).await, "{request:.90}");
        count += 1;
    }
    assert_eq!(count, 18);
    // One that ends in the middle gets nothing, and changes nothing.
    let mut cut = place.connect().await;
    cut.write_all(&place.get("?code=abc").as_bytes()[..40]).await.unwrap();
    cut.shutdown().await.unwrap();
    assert_eq!(cut.read(&mut [0; 8]).await.unwrap(), 0);
    assert!(is_empty(&receiver).await);
    receiver.outcome().tell(Outcome::Done);
    assert_eq!(status(&place.ask(place.get("?code=real")).await), 200);
    assert_eq!(arrival(&receiver).await, "real");
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_idle_nor_slow_connections_keep_the_browser_out() {
    let (receiver, place) = receiver().await;
    receiver.outcome().tell(Outcome::Done);
    let mut idle = Vec::new();
    for number in 0..300 {
        let mut stream = place.connect().await;
        if number % 2 == 0 {
            stream.write_all(b"GET /signed-in/").await.unwrap();
        }
        idle.push(stream);
    }
    let began = Instant::now();
    assert_eq!(status(&timeout(SOON, place.ask(place.get("?code=real"))).await.unwrap()), 200);
    println!("beside 300 idle connections: {} ms", began.elapsed().as_millis());
    assert_eq!(arrival(&receiver).await, "real");
    // The oldest were ended in favour of those that came later.
    let mut ended = 0;
    for stream in &mut idle[..150] {
        if let Ok(Ok(0) | Err(_)) = timeout(SOON, stream.read(&mut [0; 8])).await {
            ended += 1;
        }
    }
    assert_eq!(ended, 150);
}

#[tokio::test]
async fn a_request_that_does_not_end_is_ended_after_ten_seconds() {
    let (receiver, place) = receiver().await;
    let mut stream = place.connect().await;
    stream.write_all(b"GET /signed-in/").await.unwrap();
    let began = Instant::now();
    assert_eq!(timeout(Duration::from_secs(15), stream.read(&mut [0; 8])).await.unwrap().unwrap(), 0);
    let took = began.elapsed();
    assert!(took > Duration::from_secs(9), "{took:?}");
    assert!(is_empty(&receiver).await);
}

#[tokio::test]
async fn a_page_whose_outcome_is_long_in_coming_sends_the_person_back() {
    let (receiver, place) = receiver().await;
    let began = Instant::now();
    let page = place.ask(place.get("?code=abc")).await;
    println!("it waited {} ms", began.elapsed().as_millis());
    assert!(page.contains(&say("way-back-open", &[])), "{page}");
    // What comes later is what a reload shows.
    receiver.outcome().tell(Outcome::Done);
    assert!(place.ask(place.get("?code=abc")).await.contains(&say("way-back-done", &[])));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_port_is_free_as_soon_as_it_is_not_waited_for_any_more() {
    for _ in 0..20 {
        let (receiver, place) = receiver().await;
        let _idle = place.connect().await;
        let page = place.ask(place.get("?error=access_denied")).await;
        assert_eq!(status(&page), 200);
        drop(receiver);
        std::net::TcpListener::bind(("127.0.0.1", place.port)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_waits_is_answered_though_the_receiver_has_gone() {
    let (receiver, place) = receiver().await;
    let request = place.get("?code=abc");
    let page = tokio::spawn(async move { place.ask(request).await });
    assert_eq!(arrival(&receiver).await, "abc");
    let outcome = receiver.outcome();
    drop(receiver);
    outcome.tell(Outcome::Done);
    assert!(timeout(SOON, page).await.unwrap().unwrap().contains(&say("way-back-done", &[])));
}

#[tokio::test]
async fn a_pasted_address_counts_as_the_browser_does() {
    let (receiver, place) = receiver().await;
    for wrong in ["", "abc", "http://127.0.0.1/signed-in?code=abc", "http://example.org/?code=abc"] {
        assert_eq!(receiver.read_pasted(wrong), Err(NotTheWayBack));
    }
    assert_eq!(receiver.read_pasted(receiver.way_back()), Err(NotTheWayBack), "it brings nothing");
    assert!(is_empty(&receiver).await);
    receiver.read_pasted(&format!(" {}?code=abc \n", receiver.way_back())).unwrap();
    assert_eq!(arrival(&receiver).await, "abc");
    // What the browser then still brings is a repeat.
    receiver.outcome().tell(Outcome::Done);
    assert_eq!(status(&place.ask(place.get("?code=later")).await), 200);
    receiver.read_pasted(&format!("{}?code=later", receiver.way_back())).unwrap();
    assert_eq!(arrival(&receiver).await, "abc");
}

#[tokio::test]
async fn where_one_path_is_everybodys_the_state_tells_the_attempt() {
    let receiver = Receiver::bind_with_state("back", "s3cret".into()).await.unwrap();
    let place = Place::of(&receiver);
    assert_eq!(place.path, "/back");
    receiver.outcome().tell(Outcome::Done);
    for wrong in ["?code=abc", "?code=abc&state=other", "?error=access_denied"] {
        assert_eq!(status(&place.ask(place.get(wrong)).await), 400);
    }
    assert!(is_empty(&receiver).await, "nobody else ends the wait");
    assert_eq!(status(&place.ask(place.get("?code=abc&state=s3cret")).await), 200);
    assert_eq!(arrival(&receiver).await, "abc");
}

#[tokio::test]
async fn each_attempt_has_an_address_of_its_own_that_is_not_printed() {
    let (one, other) = (Receiver::bind("in").await.unwrap(), Receiver::bind("in").await.unwrap());
    assert_ne!(Place::of(&one).path, Place::of(&other).path);
    assert_ne!(Place::of(&one).port, Place::of(&other).port);
    let printed = format!("{one:?} {:?} {:?}", one.outcome(), Arrival::Code("abc".into()));
    assert!(!printed.contains(&Place::of(&one).path) && !printed.contains("abc"), "{printed}");
}
