//! Whoever starts receiver and payer, kills them, and starts them again.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use payments_core::clock::{Clock, SystemClock};
use payments_core::sandbox::Random;
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use tokio::time::{sleep, timeout};

use super::base::Base;
use super::book::Book;
use super::callback::{self, Verifiers};
use super::figures::{Beside, Figures};
use super::kills::{self, Victim};
use super::part::{Orders, Place, Process, Program, Word};
use super::providers::Providers;
use super::traffic::Traffic;
use super::{Store, said};

/// After so long without anything new, something is stuck.
const PATIENCE: Duration = Duration::from_secs(120);

/// How much of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) kills: u64,
    pub(super) callbacks: u64,
    pub(super) store: Store,
    pub(super) seed: u64,
}

/// Does it all; gives nothing where there is no PostgreSQL.
///
/// # Errors
/// What kept it from being done.
pub(super) async fn run(
    plan: Plan,
    program: Program,
    progress: impl Fn(),
) -> Result<Option<Figures>, String> {
    let folder = Folder::make()?;
    let Some(base) = Base::make(plan.store, &folder.0).await? else {
        return Ok(None);
    };
    let clock = SystemClock::new();
    let mut random = Random::from_seed(plan.seed);
    let kills = kills::plan(plan.kills, plan.callbacks, &base.victims(), &mut random);
    let callbacks = callback::plan(plan.callbacks, &mut random);
    let mut run = Run::start(program, base, &folder, callbacks, plan.seed).await?;
    for kill in kills {
        run.until(kill.at).await?;
        sleep(kill.after).await;
        run.kill(kill.victim, &mut random).await?;
        progress();
    }
    run.until(plan.callbacks).await?;
    run.end().await?;
    let mut figures = run.compare().await?;
    figures.kills = plan.kills;
    figures.callbacks = plan.callbacks;
    figures.beside.took = clock.monotonic();
    Ok(Some(figures))
}

/// A folder of this run, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self, String> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let (process, number) = (std::process::id(), MADE.fetch_add(1, Ordering::SeqCst));
        let folder = std::env::temp_dir().join(format!("payments-crash-{process}-{number}"));
        // What a process of the same number left, perhaps.
        fs::remove_dir_all(&folder).ok();
        fs::create_dir(&folder).map_err(said)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing in it is wanted any more.
        fs::remove_dir_all(&self.0).ok();
    }
}

struct Run {
    program: Program,
    base: Base,
    traffic: Arc<Traffic>,
    providers: Providers,
    /// Where the payer keeps its book.
    book: Place,
    receiver: Process,
    payer: Process,
    is_ending: bool,
    /// Whether there is nothing left to do for the receiver, and for the payer.
    are_done: [bool; 2],
    /// Callbacks that were committed whenever the receiver was gone, and not acknowledged.
    unacknowledged: u64,
    beside: Beside,
}

impl Run {
    async fn start(
        program: Program,
        base: Base,
        folder: &Folder,
        callbacks: Vec<callback::Callback>,
        seed: u64,
    ) -> Result<Self, String> {
        let providers = block_in_place(|| Providers::start(seed))?;
        let book = base.book(&folder.0);
        let place = base.place();
        let receiver = Process::start(&program, &Orders::Receiver { place })?;
        let payer = Process::start(&program, &orders(&book, &providers))?;
        let traffic = Arc::new(Traffic::new(callbacks));
        let mut run = Self {
            program,
            base,
            traffic,
            providers,
            book,
            receiver,
            payer,
            is_ending: false,
            are_done: [false; 2],
            unacknowledged: 0,
            beside: Beside::default(),
        };
        run.receiver_begins().await?;
        run.payer_begins().await?;
        run.traffic.begin()?;
        Ok(run)
    }

    /// Lets all go on until so many callbacks are over.
    async fn until(&mut self, goal: u64) -> Result<(), String> {
        let mut over = self.traffic.over();
        let seen = *over.borrow();
        loop {
            tokio::select! {
                word = self.receiver.word() => self.receiver_said(word)?,
                word = self.payer.word() => self.payer_said(word)?,
                reached = over.wait_for(|over| *over >= goal) => {
                    return reached.map(drop).map_err(said);
                }
                () = sleep(PATIENCE) => if *self.traffic.over().borrow() == seen {
                    return Err(format!("of {goal} callbacks only {seen} are acknowledged"));
                }
            }
        }
    }

    async fn kill(&mut self, victim: Victim, random: &mut Random) -> Result<(), String> {
        let count = self.beside.victims.entry(victim).or_default();
        *count = count.saturating_add(1);
        match victim {
            Victim::Receiver => {
                self.receiver.kill()?;
                self.receiver_again().await
            }
            Victim::Payer => {
                self.payer.kill()?;
                self.payer_again().await
            }
            Victim::Connection | Victim::Backend | Victim::Postmaster => {
                self.base.strike(victim, random).await
            }
        }
    }

    fn receiver_said(&mut self, word: Option<Word>) -> Result<(), String> {
        let [done, _] = &mut self.are_done;
        match word {
            Some(Word::Done) => *done = true,
            Some(Word::Ready { .. }) => {}
            None => return Err(format!("the receiver ended: {}", self.receiver.ended()?)),
        }
        Ok(())
    }

    fn payer_said(&mut self, word: Option<Word>) -> Result<(), String> {
        let [_, done] = &mut self.are_done;
        match word {
            Some(Word::Done) => *done = true,
            Some(Word::Ready { .. }) => {}
            None => return Err(format!("the payer ended: {}", self.payer.ended()?)),
        }
        Ok(())
    }

    async fn receiver_again(&mut self) -> Result<(), String> {
        self.traffic.close().await;
        let [done, _] = &mut self.are_done;
        *done = false;
        let place = self.base.place();
        self.receiver = Process::start(&self.program, &Orders::Receiver { place })?;
        self.receiver_begins().await
    }

    /// Opens the gate when the receiver is there.
    async fn receiver_begins(&mut self) -> Result<(), String> {
        match timeout(PATIENCE, self.receiver.word()).await {
            Ok(Some(Word::Ready {
                address: Some(address),
                kept,
                begun,
            })) => {
                // No request is under way: what is kept beyond what is acknowledged, nobody knows of.
                let unknown = kept.saturating_sub(self.traffic.different());
                self.unacknowledged = self.unacknowledged.saturating_add(unknown);
                let beside = &mut self.beside;
                beside.begun = beside.begun.saturating_add(begun);
                if self.is_ending {
                    self.receiver.end();
                }
                self.traffic.open(address);
                Ok(())
            }
            Ok(_) => {
                self.receiver.kill()?;
                Err(format!(
                    "the receiver did not begin: {}",
                    self.receiver.ended()?
                ))
            }
            Err(_) => Err("the receiver does not begin".to_owned()),
        }
    }

    async fn payer_again(&mut self) -> Result<(), String> {
        let [_, done] = &mut self.are_done;
        *done = false;
        self.payer = Process::start(&self.program, &orders(&self.book, &self.providers))?;
        self.payer_begins().await
    }

    async fn payer_begins(&mut self) -> Result<(), String> {
        match timeout(PATIENCE, self.payer.word()).await {
            Ok(Some(Word::Ready { begun, .. })) => {
                self.beside.open_calls = self.beside.open_calls.saturating_add(begun);
                if self.is_ending {
                    self.payer.end();
                }
                Ok(())
            }
            Ok(_) => {
                self.payer.kill()?;
                Err(format!("the payer did not begin: {}", self.payer.ended()?))
            }
            Err(_) => Err("the payer does not begin".to_owned()),
        }
    }

    /// Lets all come to an end: what is kept is worked off, what is wanted is paid.
    async fn end(&mut self) -> Result<(), String> {
        self.is_ending = true;
        self.receiver.end();
        self.payer.end();
        self.until_done().await?;
        self.payer.kill()?;
        // A person looks at what the provider cannot tell, and the payer tries the rest once more.
        self.beside.by_hand = block_in_place(|| self.providers.settle_by_hand(&self.open_book()?))?;
        self.payer_again().await?;
        self.until_done().await?;
        self.payer.kill()?;
        self.receiver.kill()
    }

    async fn until_done(&mut self) -> Result<(), String> {
        while self.are_done != [true; 2] {
            tokio::select! {
                word = self.receiver.word() => self.receiver_said(word)?,
                word = self.payer.word() => self.payer_said(word)?,
                () = sleep(PATIENCE) => return Err("it does not come to an end".to_owned()),
            }
        }
        Ok(())
    }

    fn open_book(&self) -> Result<Book, String> {
        Book::open(&self.book, &Handle::current())
    }

    async fn compare(self) -> Result<Figures, String> {
        let mut figures = Figures {
            committed_unacknowledged: self.unacknowledged,
            beside: self.beside.clone(),
            ..Figures::default()
        };
        let effects = self.base.effects().await?;
        let verifiers = Verifiers::new(|account| account)?;
        let dead = self.base.dead().await?;
        let dead = dead.iter().map(|row| verifiers.read(row)).collect();
        figures.receive(&self.traffic.told(), effects, dead);
        let wanted = block_in_place(|| self.open_book()?.wanted())?;
        figures.pay(wanted, self.providers.payouts());
        self.base.remove().await?;
        Ok(figures)
    }
}

fn orders(book: &Place, providers: &Providers) -> Orders {
    Orders::Payer {
        place: book.clone(),
        accounts: providers.payees(),
    }
}
