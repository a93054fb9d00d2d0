//! What random stories came to.

/// What the stories came to, to see that they come to everything.
#[derive(Debug, Default)]
pub struct Seen {
    pub rings: usize,
    pub late: usize,
    pub together: usize,
    pub owed: usize,
    pub deaths_before: usize,
    pub deaths_after: usize,
    pub repeats: usize,
    pub refused: usize,
    pub rang_anew: usize,
    pub over: usize,
    pub moved_by_table: usize,
    pub without_disk: usize,
    pub unstored_repeats: usize,
    pub at_school: usize,
    pub meanwhile: usize,
    pub spared: usize,
    /// Rings that stood for another source's session, too.
    pub one_for_two: usize,
    /// Rings of what is nearly the same lesson, and rings by itself.
    pub near_misses: usize,
    /// Rings of a session for which one stood that was taken back.
    pub in_its_place: usize,
}

impl Seen {
    pub fn add(&mut self, other: &Self) {
        self.rings += other.rings;
        self.late += other.late;
        self.together += other.together;
        self.owed += other.owed;
        self.deaths_before += other.deaths_before;
        self.deaths_after += other.deaths_after;
        self.repeats += other.repeats;
        self.refused += other.refused;
        self.rang_anew += other.rang_anew;
        self.over += other.over;
        self.moved_by_table += other.moved_by_table;
        self.without_disk += other.without_disk;
        self.unstored_repeats += other.unstored_repeats;
        self.at_school += other.at_school;
        self.meanwhile += other.meanwhile;
        self.spared += other.spared;
        self.one_for_two += other.one_for_two;
        self.near_misses += other.near_misses;
        self.in_its_place += other.in_its_place;
    }

    pub fn assert_everything_happened(&self) {
        let counts = [
            self.rings,
            self.late,
            self.together,
            self.owed,
            self.deaths_before,
            self.deaths_after,
            self.repeats,
            self.refused,
            self.rang_anew,
            self.over,
            self.moved_by_table,
            self.without_disk,
            self.unstored_repeats,
            self.at_school,
            self.meanwhile,
            self.spared,
            self.one_for_two,
            self.near_misses,
            self.in_its_place,
        ];
        assert!(counts.iter().all(|count| *count > 0), "{self:?}");
    }
}
