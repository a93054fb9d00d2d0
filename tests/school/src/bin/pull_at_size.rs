//! What a pull after one change and "my coming sessions" cost in a school of 50,000 people, small and large: pages of
//! shared buffers, and times in the database. It asserts nothing; `pull_at_size [SESSIONS…]`.
#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use anyhow::Result;
use firstbell_school::{Cluster, Filled, Reader};

const SIZES: [u64; 2] = [10_000, 1_000_000];
const TIMES: u64 = 200;

#[tokio::main]
async fn main() -> Result<()> {
    let asked: Vec<u64> = std::env::args().skip(1).map(|size| size.parse()).collect::<Result<_, _>>()?;
    let sizes = if asked.is_empty() { SIZES.to_vec() } else { asked };
    let cluster = Cluster::shared().await?;
    for sessions in sizes {
        let filled = Filled::with(cluster.fresh().await?, sessions).await?;
        println!("{sessions} sessions of 50,000 people");
        for reader in Reader::ALL {
            let one = filled.pull_after_one_change(reader, filled.with_reader(reader, 0)).await?;
            let mut pulls = Vec::new();
            let mut lists = Vec::new();
            for at in 0..TIMES {
                let nth = filled.with_reader(reader, at * 7 % sessions);
                pulls.push(filled.pull_after_one_change(reader, nth).await?.milliseconds);
                lists.push(filled.coming_sessions(reader, nth).await?.0.milliseconds);
            }
            println!(
                "  {:9} pull after one change: {} pages, {} changes; {}; my coming sessions: {}",
                format!("{reader:?}").to_lowercase(),
                one.pages,
                one.count,
                spread(&mut pulls),
                spread(&mut lists)
            );
        }
    }
    Ok(())
}

fn spread(times: &mut [f64]) -> String {
    times.sort_by(f64::total_cmp);
    let part = |hundredths: usize| times.get(times.len() * hundredths / 100).copied().unwrap_or_default();
    format!("p50 {:.2} ms, p95 {:.2} ms", part(50), part(95))
}
