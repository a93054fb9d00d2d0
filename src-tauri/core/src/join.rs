//! When and where a session can be joined: join states and the URL policy.
