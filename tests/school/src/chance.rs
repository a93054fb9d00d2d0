//! How random tests draw: from a seed that they print, and as often as the run has time for.

/// The seed of this run: `FIRSTBELL_SEED`, or a new one. It is printed, so that a run can be played again.
#[must_use]
pub fn seed() -> u64 {
    let given = std::env::var("FIRSTBELL_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(rand::random);
    eprintln!("FIRSTBELL_SEED={seed}");
    seed
}

/// The whole count with `FIRSTBELL_SOAK=1`, a twentieth otherwise.
#[must_use]
pub fn times(whole: usize) -> usize {
    if std::env::var_os("FIRSTBELL_SOAK").is_some_and(|value| value == "1") { whole } else { whole / 20 }
}
