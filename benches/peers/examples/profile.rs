use stream_redactor::*;
fn main(){ let t=match std::env::args().nth(1).as_deref(){Some("kb")=>stream_redactor_peers::with_values(65536,1024),Some("logs")=>stream_redactor_peers::logs(65536),Some("chinese")=>stream_redactor_peers::chinese(65536),_=>stream_redactor_peers::prose(65536)};
let r=Redactor::recommended(); let mut s=r.stream(); let mut e=Vec::new();
for _ in 0..8000{ s.push(&t,&mut e); e.clear(); s.finish(End::Complete,&mut e); e.clear(); } }
