//! The HTTP client of the tests.

/// A client that asks whom it is told to ask: it knows no proxy.
///
/// Nothing of it speaks TLS. But the crates of one build share their features, and the app's own client brings TLS
/// without anything to calculate it by; whoever makes a client has to say by what.
pub fn http_client() -> reqwest::ClientBuilder {
    // Whoever came first has installed it.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy()
}
