//! An invitation, as a link or as text.
