//! Certificates of an authority that was made for one test.

use std::sync::Arc;

use anyhow::Result;
use chrono::{Datelike as _, NaiveDate};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// The authority's certificate (PEM), and what speaks TLS with one of it for these names, until a day if one is given.
pub fn certified(names: &[&str], until: Option<NaiveDate>) -> Result<(String, TlsAcceptor)> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(rcgen::DnType::CommonName, "First Bell, for one test");
    let authority_key = KeyPair::generate()?;
    let authority_pem = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);

    let own_key = KeyPair::generate()?;
    let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut own = CertificateParams::new(names)?;
    if let Some(until) = until {
        own.not_after =
            rcgen::date_time_ymd(until.year(), u8::try_from(until.month())?, u8::try_from(until.day())?);
    }
    let own = own.signed_by(&own_key, &issuer)?;
    let key = PrivateKeyDer::try_from(own_key.serialize_der()).map_err(anyhow::Error::msg)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], key)?;
    Ok((authority_pem, TlsAcceptor::from(Arc::new(config))))
}
