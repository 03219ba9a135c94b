//! Secrets from the environment and from files.

use std::path::PathBuf;

use super::{parse, refused};

/// A file with this text. It is removed in the end.
struct Written(PathBuf);

impl Written {
    fn new(name: &str, text: impl AsRef<[u8]>) -> Self {
        let name = format!("webhook-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    /// The object that refers to it.
    fn reference(&self) -> String {
        serde_json::json!({"file": self.0}).to_string()
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The error of a route with this secret.
fn refused_secret(secret: &str) -> String {
    let said = refused(&format!(
        r#"{{"shop":{{"provider":"stripe","secret":{secret}}}}}"#
    ));
    let place = r#"route "shop", key "secret": "#;
    said.strip_prefix(place)
        .unwrap_or_else(|| panic!("{said}"))
        .to_owned()
}

#[test]
fn a_file_has_the_secret_and_one_line_break_at_its_end_is_no_part_of_it() {
    for end in ["", "\n", "\r\n"] {
        let file = Written::new("secret", format!("sk_live_0123456789abcdef{end}"));
        let reference = file.reference();
        for entries in [
            format!(r#""secret":{reference}"#),
            format!(r#""secrets":["$1",{reference}]"#),
            format!(r#""signing_secret":{reference}"#),
        ] {
            let config = format!(r#"{{"shop":{{"provider":"stripe",{entries}}}}}"#);
            assert!(parse(&config).is_ok(), "{config}");
        }
    }
    let file = Written::new("two-breaks", "sk_live_0123456789abcdef\n\n");
    // What is left of it is refused like any secret that ends in a line break.
    refused_secret(&file.reference());
}

#[test]
fn a_file_without_a_secret_is_refused_by_its_name() {
    for (name, text, problem) in [
        ("empty", "".as_bytes(), "is empty"),
        ("line", b"\n", "is empty"),
        ("bytes", b"\xff\xfe", "cannot read the file"),
        ("long", &[b'a'; 65_537], "more than 65536 bytes"),
        ("placeholder", b"${STRIPE_SECRET}", "a placeholder"),
    ] {
        let file = Written::new(name, text);
        let said = refused_secret(&file.reference());
        assert!(said.contains(problem), "{said}");
    }
    let said = refused_secret(r#"{"file":"/no/such/file"}"#);
    assert!(
        said.starts_with(r#"cannot read the file "/no/such/file": "#),
        "{said}"
    );
}

#[test]
fn a_variable_without_a_secret_is_refused_by_its_name() {
    let said = refused_secret(r#"{"env":"WEBHOOK_NOT_SET"}"#);
    assert_eq!(
        said,
        r#"the environment variable "WEBHOOK_NOT_SET" is not set"#
    );
    for name in ["sk-live-$", "$=", "a b"] {
        let said = refused_secret(&serde_json::json!({"env": name}).to_string());
        assert!(said.starts_with("names an environment variable"), "{said}");
    }
}

#[test]
fn an_object_that_refers_to_nothing_is_refused() {
    for secret in [
        "{}",
        r#"{"env":""}"#,
        r#"{"env":7}"#,
        r#"{"file":""}"#,
        r#"{"environment":"A"}"#,
        r#"{"env":"A","file":"b"}"#,
        r#"{"env":"A","env":"B"}"#,
        r#"{"env":{"env":"A"}}"#,
    ] {
        let said = refused_secret(secret);
        assert!(said.contains(r#"{"env": "NAME"}"#), "{secret}: {said}");
    }
}

#[test]
fn a_placeholder_is_refused_with_what_to_write_instead() {
    let said = refused_secret(r#""{{ stripe_secret }}""#);
    assert!(said.contains(r#"{"env": "NAME"}"#), "{said}");
}
