use stream_redactor::*;
fn main() {
    let mut b = Redactor::builder();
    for r in Redactor::optional() {
        b = b.with(r.entity().clone());
    }
    let rd = if std::env::args().nth(1).is_some() {
        b.build().unwrap()
    } else {
        Redactor::recommended()
    };
    for l in std::io::stdin().lines() {
        let l = l.unwrap();
        let v: serde_json::Value = serde_json::from_str(&l).unwrap();
        let t = v["text"].as_str().unwrap();
        let mut at = 0;
        for e in rd.edits(t) {
            match e {
                Edit::Keep(n) => at += n,
                Edit::Replace { n, entity, .. } => {
                    let mut a = at.saturating_sub(40);
                    while !t.is_char_boundary(a) {
                        a += 1
                    }
                    let mut z = (at + n + 20).min(t.len());
                    while !t.is_char_boundary(z) {
                        z -= 1
                    }
                    println!(
                        "{} {} | {}",
                        v["id"].as_str().unwrap(),
                        entity,
                        format!("{}«{}»{}", &t[a..at], &t[at..at + n], &t[at + n..z])
                            .replace('\n', "\\n")
                    );
                    at += n
                }
                _ => {}
            }
        }
    }
}
