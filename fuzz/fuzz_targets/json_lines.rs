#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| matcher::batch::fuzzing::json_lines(data));
