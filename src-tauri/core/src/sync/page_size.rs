//! How many rows a school is asked for at once: a pure rule.

/// The first page of a first pull, so that the next lesson stands in the list at once.
const FIRST_ROWS: usize = 50;
const MORE_ROWS: usize = 200;
/// What every page is in the end, and an ordinary one at once: most passes are one page.
const MOST_ROWS: usize = 500;
/// Fewer are not asked for: then it is not the number of rows that is too much.
const FEWEST_ROWS: usize = 10;
/// After so many good pages a school that was slow is tried with twice as many rows.
const GOOD_PAGES: u32 = 8;

/// How many rows are asked for at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize {
    rows: usize,
    /// What has not been too much yet.
    most: usize,
    good: u32,
}

impl Default for PageSize {
    fn default() -> Self {
        Self { rows: FIRST_ROWS, most: MOST_ROWS, good: 0 }
    }
}

impl PageSize {
    /// A pass begins: one that only brings what has changed asks for much at once.
    pub fn begin(&mut self, is_ordinary: bool) {
        self.rows = if is_ordinary { self.most } else { FIRST_ROWS.min(self.most) };
    }

    /// How many rows the next page is asked for.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// A page has come.
    pub fn came(&mut self) {
        self.good += 1;
        if self.good >= GOOD_PAGES {
            (self.good, self.most) = (0, (self.most * 2).min(MOST_ROWS));
        }
        let next = match self.rows {
            0..FIRST_ROWS => FIRST_ROWS,
            FIRST_ROWS..MORE_ROWS => MORE_ROWS,
            _ => MOST_ROWS,
        };
        self.rows = next.min(self.most);
    }

    /// No page has come, and it may be that it was too much. As likely the school is down, and then a small page is as good
    /// as none: fewer than the first page's rows are not asked for because of that.
    pub fn may_be_too_much(&mut self) {
        if self.rows > FIRST_ROWS {
            self.rows = (self.rows / 2).max(FIRST_ROWS);
            (self.most, self.good) = (self.rows, 0);
        }
    }

    /// A page was too much. Whether fewer rows can be asked for.
    pub fn is_too_much(&mut self) -> bool {
        if self.rows <= FEWEST_ROWS {
            return false;
        }
        self.rows = (self.rows / 2).max(FEWEST_ROWS);
        (self.most, self.good) = (self.rows, 0);
        true
    }
}

#[cfg(test)]
#[allow(clippy::print_stdout, reason = "a random test prints its seed")]
mod tests {
    use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn the_first_pages_are_small_and_an_ordinary_one_is_not() {
        let mut size = PageSize::default();
        size.begin(false);
        let mut asked = Vec::new();
        for _ in 0..5 {
            asked.push(size.rows());
            size.came();
        }
        assert_eq!(asked, [50, 200, 500, 500, 500]);
        size.begin(true);
        assert_eq!(size.rows(), 500);
        size.begin(false);
        assert_eq!(size.rows(), 50);
    }

    #[test]
    fn what_is_too_much_is_halved_down_to_a_floor_and_grows_again_when_all_is_well() {
        let mut size = PageSize::default();
        size.begin(true);
        let mut asked = vec![size.rows()];
        while size.is_too_much() {
            asked.push(size.rows());
        }
        assert_eq!(asked, [500, 250, 125, 62, 31, 15, 10]);
        // What was too much is not tried again at once.
        size.came();
        size.begin(true);
        assert_eq!(size.rows(), 10);
        let mut pages = 0;
        while size.rows() < 500 {
            size.came();
            pages += 1;
        }
        assert!((40..100).contains(&pages), "{pages}");
    }

    #[test]
    fn a_school_that_is_down_for_long_is_asked_for_a_first_page_and_no_less() {
        let mut size = PageSize::default();
        size.begin(true);
        let mut asked = Vec::new();
        for _ in 0..6 {
            size.may_be_too_much();
            asked.push(size.rows());
        }
        assert_eq!(asked, [250, 125, 62, 50, 50, 50]);
    }

    /// Against a school that can give only so many rows in its time: it gets all of them, and does not stumble for ever.
    #[test]
    fn whatever_a_school_can_give_in_its_time_a_pass_comes_to_its_end() {
        let seed: u64 = std::env::var("FIRSTBELL_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok())
            .unwrap_or_else(rand::random);
        println!("FIRSTBELL_SEED={seed}");
        let mut rng = StdRng::seed_from_u64(seed);
        for _ in 0..500 {
            let (can, all) = (rng.random_range(10..600), rng.random_range(1..20_000));
            let mut size = PageSize::default();
            size.begin(rng.random());
            let (mut came, mut asked, mut stumbled) = (0, 0, 0);
            while came < all {
                asked += 1;
                if size.rows() > can {
                    stumbled += 1;
                    assert!(size.is_too_much(), "can {can}");
                } else {
                    came += size.rows();
                    size.came();
                }
            }
            assert!(stumbled <= 8 + asked / 3, "{stumbled} of {asked} where it can {can}");
        }
    }
}
