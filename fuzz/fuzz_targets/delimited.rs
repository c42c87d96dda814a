#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| matcher::batch::fuzzing::delimited(data));
