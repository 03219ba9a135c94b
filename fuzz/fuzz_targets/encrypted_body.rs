#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webhook_core::fuzzing::encrypted_body(
    "0123456789abcdef0123456789abcdef",
    data
));
