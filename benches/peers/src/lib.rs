//! The texts of the benchmarks: made here, the same in every run.
//!
//! Rates are per KB, as counted in real texts. Prose: 1.8 digit runs, 0.3 `:`, 1.3 `(`. Model
//! answers: 8 digit runs, 4 `:`, 3.5 `(`, 4 backticks.

/// A small generator of numbers (xorshift), so that no text depends on a library's version.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const ENGLISH: &[&str] = &[
    "the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "as", "was", "with", "be", "by",
    "on", "not", "this", "are", "or", "from", "which", "have", "an", "they", "people", "system",
    "would", "there", "water", "between", "because", "government", "different", "through",
    "important", "question", "number", "history", "example", "language", "process", "always",
    "garden", "river", "morning", "children", "without", "together", "although", "prompt",
    "second", "special", "support", "call", "phone", "well-known", "don't", "section", "defence",
];
const GERMAN: &[&str] = &[
    "der", "die", "und", "in", "den", "von", "zu", "das", "mit", "sich", "des", "auf", "für", "ist",
    "im", "dem", "nicht", "ein", "eine", "als", "auch", "es", "an", "werden", "aus", "er", "hat",
    "daß", "über", "möglich", "Straße", "größer", "Regierung", "während", "natürlich", "Gebäude",
    "Menschen", "Geschichte", "zwischen", "schließlich", "Universität", "Frage", "können",
];
const FRENCH: &[&str] = &[
    "le", "de", "un", "être", "et", "à", "il", "avoir", "ne", "je", "son", "que", "se", "qui",
    "ce", "dans", "en", "du", "elle", "au", "pour", "pas", "l’eau", "d’une", "été", "année",
    "même", "où", "très", "grâce", "présent", "histoire", "déjà", "français", "gouvernement",
    "général", "première", "société", "qu’il", "pouvoir", "garçon", "sœur", "question",
];
const CHINESE: &[&str] = &[
    "我们", "他们", "这个", "可以", "没有", "时候", "因为", "所以", "中国", "人民", "问题", "经济",
    "发展", "社会", "世界", "国家", "政府", "工作", "学习", "生活", "历史", "文化", "重要", "需要",
    "语言", "模型", "回答", "的", "是", "在", "和", "了", "有", "不", "也",
];
/// Values of all kinds.
pub const VALUES: &[&str] = &[
    "jane.doe@example.com", "123-45-6789", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00",
    "+44 20 7946 0958", "(212) 555-0123", "192.0.2.17", "2001:db8::17",
];

/// English sentences.
pub fn prose(len: usize) -> String {
    sentences(len, ENGLISH, 88, 105)
}

/// German sentences.
pub fn german(len: usize) -> String {
    sentences(len, GERMAN, 100, 76)
}

/// French sentences, with typographic apostrophes.
pub fn french(len: usize) -> String {
    sentences(len, FRENCH, 100, 76)
}

/// Words with a number every `digits` of them and brackets every `brackets`.
fn sentences(len: usize, words: &[&str], digits: usize, brackets: usize) -> String {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut text = String::new();
    let (mut in_sentence, mut sentences) = (0, 0);
    while text.len() < len {
        let word = numbers.pick(words);
        if in_sentence == 0 {
            let mut chars = word.chars();
            text.extend(chars.next().into_iter().flat_map(char::to_uppercase));
            text.push_str(chars.as_str());
        } else if numbers.below(digits) < 1 {
            text.push_str(&(1 + numbers.below(2030)).to_string());
        } else if numbers.below(brackets) < 1 {
            text.push('(');
            text.push_str(word);
            text.push(')');
        } else {
            text.push_str(word);
        }
        in_sentence += 1;
        if in_sentence > 6 + numbers.below(18) {
            in_sentence = 0;
            sentences += 1;
            text.push_str(if sentences % 6 == 0 { ".\n\n" } else { ". " });
        } else if numbers.below(12) == 0 {
            text.push_str(if numbers.below(40) == 0 { ": " } else { ", " });
        } else {
            text.push(' ');
        }
    }
    text
}

/// Chinese sentences.
pub fn chinese(len: usize) -> String {
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let mut text = String::new();
    while text.len() < len {
        for _ in 0..4 + numbers.below(6) {
            text.push_str(numbers.pick(CHINESE));
        }
        text.push_str(numbers.pick(&["，", "，", "。", "、", "：", "2024年，", "（例如）"]));
    }
    text
}

/// Markdown with lists, code and headings.
pub fn answer(len: usize) -> String {
    let mut numbers = Numbers(0xda94_2042_e4dd_58b5);
    let mut text = String::new();
    let mut n = 0;
    while text.len() < len {
        n += 1;
        match n % 8 {
            1 => text.push_str("## Overview of the approach\n\n"),
            2 | 5 => {
                text.push_str(&sentences(320, ENGLISH, 60, 70));
                text.push_str("\n\n");
            }
            3 => {
                for item in 1..5 {
                    let name = numbers.pick(ENGLISH);
                    let tail = sentences(90, ENGLISH, 90, 40);
                    text.push_str(&format!("{item}. **{name}**: {tail}\n"));
                }
            }
            4 => {
                text.push_str("```python\n");
                for _ in 0..4 {
                    let name = numbers.pick(&["value", "result", "items", "total"]);
                    let value = numbers.below(100);
                    text.push_str(&format!("{name} = compute({name}, key=\"x\")  # {value}\n"));
                }
                text.push_str("for item in items:\n    print(item[0])\n```\n\n");
            }
            6 => {
                for _ in 0..3 {
                    let (a, b) = (numbers.pick(ENGLISH), numbers.pick(ENGLISH));
                    text.push_str(&format!("- Use `{a}_{b}()` for the {a} in the {b}\n"));
                }
            }
            7 => {
                let value = numbers.below(90);
                text.push_str(&format!("The cost is ${value}.50 at 10:30, or {value}%.\n\n"));
            }
            _ => {
                text.push_str(&sentences(200, ENGLISH, 80, 70));
                text.push('\n');
            }
        }
    }
    text
}

/// Prose with a value about every `every` bytes.
pub fn with_values(len: usize, every: usize) -> String {
    let mut numbers = Numbers(0x1234_5678_9abc_def1);
    let prose = prose(len);
    let mut text = String::new();
    let mut next = every;
    for word in prose.split_inclusive(' ') {
        text.push_str(word);
        if text.len() >= next {
            text.push_str(numbers.pick(VALUES));
            text.push(' ');
            next += every;
        }
        if text.len() >= len {
            break;
        }
    }
    text
}

/// Lines of a server's log.
pub fn logs(len: usize) -> String {
    let mut numbers = Numbers(0x0bad_cafe_dead_beef);
    let mut text = String::new();
    while text.len() < len {
        let (ms, id, code) = (numbers.below(1000), numbers.below(1 << 30), numbers.pick(&["200", "404", "500"]));
        let (m, s, n) = (numbers.below(60), numbers.below(60), numbers.below(9000));
        text.push_str(&format!(
            "2024-05-17T10:{m:02}:{s:02}.{ms:03}Z INFO worker-{n} request={id:08x} status={code} bytes={n} took={ms}ms path=/api/v1/items/{id}\n"
        ));
    }
    text
}

/// Counts per KB: digit runs, `:`, `(` and backticks.
pub fn rates(text: &str) -> [f64; 4] {
    let per_kb = |n: usize| n as f64 * 1024.0 / text.len() as f64;
    let bytes = text.as_bytes();
    let runs = bytes
        .windows(2)
        .filter(|pair| !pair[0].is_ascii_digit() && pair[1].is_ascii_digit())
        .count();
    let count = |byte| bytes.iter().filter(|b| **b == byte).count();
    [per_kb(runs), per_kb(count(b':')), per_kb(count(b'(')), per_kb(count(b'`'))]
}
