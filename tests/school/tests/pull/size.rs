//! What a pull costs follows what changed, not how large the school is.

use std::env;

use firstbell_school::{Cluster, Filled, Reader};

#[tokio::test]
async fn a_pull_after_one_change_touches_as_many_pages_in_a_large_school_as_in_a_small_one() {
    let large = if env::var_os("FIRSTBELL_SOAK").is_some() { 1_000_000 } else { 100_000 };
    let mut pages = Vec::new();
    for sessions in [10_000, large] {
        let database = Cluster::shared().await.unwrap().fresh().await.unwrap();
        let filled = Filled::with(database, sessions).await.unwrap();
        let mut of_size = Vec::new();
        for (at, reader) in (0..).zip(Reader::ALL) {
            // Another session for each: what was changed before leaves dead rows behind.
            let nth = filled.with_reader(reader, at * 1000);
            let cost = filled.pull_after_one_change(reader, nth).await.unwrap();
            assert_eq!(cost.count, 1, "{reader:?}: the session");
            of_size.push(cost.pages);

            let (_, starts) = filled.coming_sessions(reader, nth).await.unwrap();
            assert!(starts.is_sorted(), "{starts:?}");
            let coming = filled.count_coming(reader, nth).await.unwrap();
            assert_eq!(starts.len() as u64, coming.min(50), "{reader:?}");
        }
        println!("{sessions} sessions: {of_size:?} pages");
        pages.push(of_size);
    }
    for ((small, large), reader) in pages[0].iter().zip(&pages[1]).zip(Reader::ALL) {
        assert!(large.abs_diff(*small) * 10 <= *small, "{reader:?}: {small} pages, {large} pages");
    }
}
