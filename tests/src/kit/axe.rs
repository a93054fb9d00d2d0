//! axe-core in a real window: finds what keeps people with other eyes and hands out.

use std::path::PathBuf;

use anyhow::{Context, Result};
use fantoccini::Client;
use serde::Deserialize;

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Violation {
    /// The rule's name, such as `image-alt`.
    pub id: String,
    /// `minor`, `moderate`, `serious` or `critical`.
    pub impact: Option<String>,
    /// What to do.
    pub help: String,
    /// The selectors of the elements it was found at.
    pub elements: Vec<String>,
}

/// Runs every rule of axe-core on what the window shows now, once its transitions have ended: halfway between two
/// colours no contrast is right.
///
/// # Errors
/// When axe-core is not there or the script fails.
pub async fn violations(client: &Client) -> Result<Vec<Violation>> {
    let path = script_path();
    let script = std::fs::read_to_string(&path)
        .with_context(|| format!("{}: run `npm ci` in ui/, or set FIRSTBELL_AXE", path.display()))?;
    client.execute(&script, Vec::new()).await.context("loading axe-core")?;
    // The script's own promise is not waited for by every driver, so the last argument is called.
    let found = client
        .execute_async(
            "const done = arguments[arguments.length - 1];
             const ends = (one) => Number.isFinite(one.effect.getComputedTiming().endTime);
             const ended = document.getAnimations().filter(ends).map((one) => one.finished);
             Promise.allSettled(ended).then(() => axe.run(document, { resultTypes: ['violations'] })).then(
               (results) => done({ found: results.violations.map((rule) => ({
                 id: rule.id, impact: rule.impact, help: rule.help,
                 elements: rule.nodes.map((node) => node.target.join(' ')),
               })) }),
               (error) => done({ error: String(error) }),
             );",
            Vec::new(),
        )
        .await
        .context("running axe-core")?;
    let report: Report = serde_json::from_value(found)?;
    match report {
        Report::Found(violations) => Ok(violations),
        Report::Error(error) => anyhow::bail!("axe-core: {error}"),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Report {
    Found(Vec<Violation>),
    Error(String),
}

fn script_path() -> PathBuf {
    std::env::var_os("FIRSTBELL_AXE").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js"),
        PathBuf::from,
    )
}
