#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| webhook_core::fuzzing::encrypted_token(
    include_str!("../../webhook-test/vectors/keys/rsa-other.pem"),
    data
));
