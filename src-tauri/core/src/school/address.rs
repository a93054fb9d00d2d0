//! The address of a school.
