//! The quick start of the README runs, with its test: rustdoc compiles the code blocks of the
//! README, and leaves out whatever is a test.

/// What the README shows, letter by letter.
#[allow(dead_code, reason = "nobody calls its main function")]
#[path = "readme/quick_start.rs"]
mod quick_start;

#[test]
fn the_quick_start_is_that_of_the_readme() {
    let readme = include_str!("../../README.md");
    let code = include_str!("readme/quick_start.rs");
    let (program, test) = code.split_once("\n#[cfg(test)]").expect("a test");
    let shown = |code: &str| readme.contains(code);
    assert!(shown(program), "the program of tests/readme/quick_start.rs");
    assert!(shown(test), "the test of tests/readme/quick_start.rs");
}
