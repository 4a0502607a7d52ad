#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tower_mistral_fuzz::screen(data));
