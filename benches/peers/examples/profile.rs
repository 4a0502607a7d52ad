use stream_redactor::*;
fn main(){ let t=match std::env::args().nth(1).as_deref(){Some("dense")=>stream_redactor_peers::with_values(65536,50),Some("logs")=>stream_redactor_peers::logs(65536),Some("chinese")=>stream_redactor_peers::chinese(65536),_=>stream_redactor_peers::prose(65536)};
let r=Redactor::recommended(); let mut s=r.stream(); let mut e=Vec::new(); let p:Vec<&str>=t.as_bytes().chunks(4).map(|c|std::str::from_utf8(c).unwrap_or("    ")).collect();
for _ in 0..60{ for x in &p{ s.push(x,&mut e); e.clear(); } s.finish(End::Complete,&mut e); e.clear(); } }
