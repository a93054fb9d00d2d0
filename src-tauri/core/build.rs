//! A new migration is compiled in: the macro that reads the folder sees only the files that it knows.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations/local");
    println!("cargo::rerun-if-changed=../../migrations/cache");
}
