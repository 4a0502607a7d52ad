//! Where the keys come from: asked every five minutes, and when one is suspected.

use std::{cell::Cell, rc::Rc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use tower_mistral_key_rotation::{BoxFuture, KeyRing, Refetch};

use crate::world::World;

pub(crate) struct Source {
    ring: KeyRing,
    world: Rc<World>,
    asked: mpsc::UnboundedReceiver<()>,
    ask: mpsc::UnboundedSender<()>,
    fetched: watch::Sender<u64>,
    jitter: Cell<u64>,
}

/// Asks the source's task, which may be on another thread as far as the ring knows.
struct Hook {
    ask: mpsc::UnboundedSender<()>,
    fetched: watch::Receiver<u64>,
}

impl Refetch for Hook {
    fn refetch(&self) -> BoxFuture<'static, ()> {
        let _ = self.ask.send(());
        let mut fetched = self.fetched.clone();
        fetched.mark_unchanged();
        Box::pin(async move {
            let _ = timeout(Duration::from_secs(3), fetched.changed()).await;
        })
    }
}

impl Source {
    pub(crate) fn new(ring: KeyRing, world: Rc<World>) -> Self {
        let (ask, asked) = mpsc::unbounded_channel();
        Self {
            ring,
            world,
            asked,
            ask,
            fetched: watch::Sender::new(0),
            jitter: Cell::new(0),
        }
    }

    pub(crate) fn hook(&self) -> impl Refetch + use<> {
        Hook {
            ask: self.ask.clone(),
            fetched: self.fetched.subscribe(),
        }
    }

    pub(crate) async fn refresh(mut self) {
        while self.world.now() < self.world.end() {
            self.jitter.set((self.jitter.get() + 17) % 60);
            let period = Duration::from_secs(270 + self.jitter.get());
            let _ = timeout(period, self.asked.recv()).await;
            while self.asked.try_recv().is_ok() {}
            // What was asked for while this takes its time is answered by it.
            let listed = self.world.listed();
            sleep(Duration::from_millis(80)).await;
            let now = self.world.sync();
            let names = listed
                .iter()
                .map(|spec| spec.version_id().unwrap().to_owned());
            let names: Vec<_> = names.collect();
            self.ring.update(listed).unwrap();
            self.world.told_ring(now, &names);
            self.fetched.send_modify(|times| *times += 1);
        }
    }
}
