//! Certificates of an authority that was made for one test.

use std::sync::Arc;

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// The authority's certificate (PEM), and what speaks TLS with one of it for these names.
pub fn certified(names: &[&str]) -> Result<(String, TlsAcceptor)> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(rcgen::DnType::CommonName, "First Bell, for one test");
    let authority_key = KeyPair::generate()?;
    let authority_pem = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);

    let own_key = KeyPair::generate()?;
    let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let own = CertificateParams::new(names)?.signed_by(&own_key, &issuer)?;
    let key = PrivateKeyDer::try_from(own_key.serialize_der()).map_err(anyhow::Error::msg)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], key)?;
    Ok((authority_pem, TlsAcceptor::from(Arc::new(config))))
}
