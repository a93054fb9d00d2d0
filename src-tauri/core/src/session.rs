//! A session: one scheduled lesson.
