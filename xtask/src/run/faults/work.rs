//! Which call goes wrong how, and the workers that let it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use payments_core::client::{BlockingTransport, Transport};
use payments_core::journal::{Journal, MemoryJournal};
use payments_core::sandbox::{Random, SandboxClock};
use tokio::runtime::Handle;

use super::act::{Act, Doors};
use super::caller::Wires;
use super::kind::{KINDS, Kind};
use super::lane::Lane;
use super::mobilepay::Mobilepay;
use super::mocasa::Mocasa;
use super::mocopay::Mocopay;
use super::moka::Moka;
use super::momo::Momo;
use super::record::{Record, Said, Settled};
use super::shop::{Operation, Shop, said};
use crate::run::local;

/// So many operations have a sandbox of their own: what one provider remembers stays small, and no
/// worker's pace matters to another's.
const CHUNK: u64 = 40;

/// More than there are cores: some always wait for something slow.
const WORKERS: u64 = 16;

/// How much, and from which seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) ops: u64,
    pub(super) seed: u64,
}

/// What stands around the transports: nothing, or somebody who spoils them.
#[derive(Clone, Copy)]
pub(super) struct Wrapped {
    pub(super) transport: fn(Lane) -> Arc<dyn Transport>,
    pub(super) blocking: fn(Lane) -> Arc<dyn BlockingTransport>,
}

impl Wrapped {
    pub(super) const NOT: Self = Self {
        transport: |lane| Arc::new(lane),
        blocking: |lane| Arc::new(lane),
    };
}

/// One provider's part.
struct Side {
    work: fn(&Chunk, &Tools) -> Result<Vec<Record>, String>,
}

impl Side {
    const fn of<S: Shop>() -> Self {
        Self { work: work::<S> }
    }
}

const SIDES: [Side; 5] = [
    Side::of::<Mobilepay>(),
    Side::of::<Mocasa>(),
    Side::of::<Mocopay>(),
    Side::of::<Moka>(),
    Side::of::<Momo>(),
];

/// Operations of one provider on one sandbox.
struct Chunk {
    seed: u64,
    /// Which of the provider's operations is the first.
    first: u64,
    count: u64,
}

/// What a worker has.
struct Tools {
    lane: Lane,
    doors: Doors,
    wrapped: Wrapped,
    runtime: Handle,
}

/// Lets all calls go wrong; the records are in the order of the plan, whoever was first.
///
/// # Errors
/// What kept a call from going wrong as it was to.
pub(super) fn run(
    plan: Plan,
    wrapped: Wrapped,
    progress: impl Fn(u64) + Sync,
) -> Result<Vec<Record>, String> {
    let runtime = local::runtime()?;
    let (next, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let chunks = plan.ops.div_ceil(CHUNK);
    let results = Mutex::new(BTreeMap::new());
    let lock = || results.lock().unwrap_or_else(PoisonError::into_inner);
    std::thread::scope(|scope| {
        for _ in 0..WORKERS.min(chunks) {
            let runtime = runtime.handle().clone();
            let (next, failed, progress) = (&next, &failed, &progress);
            scope.spawn(move || {
                let tools = Tools::open(wrapped, runtime);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= chunks || failed.load(Ordering::Relaxed) {
                        return;
                    }
                    let count = CHUNK.min(plan.ops.saturating_sub(number.saturating_mul(CHUNK)));
                    let result = match &tools {
                        Ok(tools) => at(plan.seed, number, count, tools),
                        Err(error) => Err(error.clone()),
                    };
                    failed.fetch_or(result.is_err(), Ordering::Relaxed);
                    progress(count);
                    lock().insert(number, result);
                }
            });
        }
    });
    let mut records = Vec::new();
    for result in std::mem::take(&mut *lock()).into_values() {
        records.extend(result?);
    }
    Ok(records)
}

/// The chunk of that number: the providers take turns.
fn at(seed: u64, number: u64, count: u64, tools: &Tools) -> Result<Vec<Record>, String> {
    let sides = u64::try_from(SIDES.len()).unwrap_or(1);
    let turn = number.checked_rem(sides).unwrap_or(0);
    let round = number.checked_div(sides).unwrap_or(0);
    let side = usize::try_from(turn).ok().and_then(|turn| SIDES.get(turn));
    let side = side.ok_or("no such provider")?;
    let chunk = Chunk {
        seed: seed ^ turn.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15),
        first: round.saturating_mul(CHUNK),
        count,
    };
    (side.work)(&chunk, tools)
}

impl Tools {
    fn open(wrapped: Wrapped, runtime: Handle) -> Result<Self, String> {
        Ok(Self {
            lane: Lane::open()?,
            doors: Doors::open()?,
            wrapped,
            runtime,
        })
    }
}

fn work<S: Shop>(chunk: &Chunk, tools: &Tools) -> Result<Vec<Record>, String> {
    let clock = SandboxClock::still();
    let shop = S::open(clock.clone(), chunk.seed ^ chunk.first)?;
    shop.side().be_silent();
    let wires = Wires {
        transport: (tools.wrapped.transport)(tools.lane.clone()),
        blocking: (tools.wrapped.blocking)(tools.lane.clone()),
        clock: Arc::new(clock),
        runtime: tools.runtime.clone(),
        journal: Journal::new(MemoryJournal::new(), "merchant"),
    };
    let mut records = Vec::new();
    for number in chunk.first..chunk.first.saturating_add(chunk.count) {
        let (operation, kind) = pick::<S>(chunk.seed, number)?;
        let name = format!("{}.{} {}", S::NAME, operation.call, kind.name());
        let record = one(&shop, operation, kind, number, chunk, tools, &wires);
        records.push(record.map_err(|error| format!("{name}, number {number}: {error}"))?);
    }
    // As a process does that starts: what is open is what was left so, and nothing else.
    let caller = shop.caller(&wires, true)?.recording(&wires);
    let open = caller.open_calls().map_err(said)?.len();
    let left = |record: &&Record| {
        let again = record.again.map(|again| again.said);
        matches!(record.settled, Settled::Open(_)) || again == Some(Said::Unknown)
    };
    let left = records.iter().filter(left).count();
    if open == left {
        Ok(records)
    } else {
        Err(format!(
            "{}: {open} calls are open in the journal, {left} were left so",
            S::NAME
        ))
    }
}

fn one<S: Shop>(
    shop: &S,
    operation: &Operation<S>,
    kind: Kind,
    number: u64,
    chunk: &Chunk,
    tools: &Tools,
    wires: &Wires,
) -> Result<Record, String> {
    let mut random = Random::from_seed(chunk.seed.wrapping_add(number));
    // Only a future can be dropped.
    let is_async = random.below(2) == 0 || kind == Kind::Dropped;
    // A client of its own: what another one had to repeat is nothing to it.
    let caller = shop.caller(wires, is_async)?.recording(wires);
    shop.look(&caller)
        .map_err(|error| format!("a read before it: {error}"))?;
    let mut act = Act {
        caller: &caller,
        side: shop.side(),
        lane: &tools.lane,
        doors: &tools.doors,
        provider: S::NAME,
        kind,
        random,
        reference: format!("OP-{number}"),
        record: None,
    };
    (operation.run)(shop, &mut act)?;
    let record = act.record.take();
    shop.side().faults().clear();
    record.ok_or_else(|| "nothing was sent".to_owned())
}

/// The call and the kind of one operation: each pair once in every round, in an order by the seed.
fn pick<S: Shop>(seed: u64, number: u64) -> Result<(&'static Operation<S>, Kind), String> {
    let pairs: Vec<_> = S::OPERATIONS
        .iter()
        .flat_map(|operation| KINDS.map(|kind| (operation, kind)))
        .collect();
    let count = u64::try_from(pairs.len()).map_err(said)?;
    let round = number.checked_div(count).unwrap_or(0);
    let place = number.checked_rem(count).unwrap_or(0);
    let mut random =
        Random::from_seed(seed.wrapping_add(round.wrapping_mul(0x2545_f491_4f6c_dd1d)));
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    for last in (1..order.len()).rev() {
        let among = u64::try_from(last).map_err(said)?.saturating_add(1);
        let other = usize::try_from(random.below(among)).map_err(said)?;
        order.swap(last, other);
    }
    let place = usize::try_from(place).map_err(said)?;
    let found = order.get(place).and_then(|place| pairs.get(*place));
    found.copied().ok_or_else(|| "no call".to_owned())
}

/// The calls that go wrong, by provider.
#[cfg(test)]
pub(super) fn calls() -> [(&'static str, std::collections::BTreeSet<&'static str>); 5] {
    fn of<S: Shop>() -> (&'static str, std::collections::BTreeSet<&'static str>) {
        (
            S::NAME,
            S::OPERATIONS
                .iter()
                .map(|operation| operation.call)
                .collect(),
        )
    }
    [
        of::<Mobilepay>(),
        of::<Mocasa>(),
        of::<Mocopay>(),
        of::<Moka>(),
        of::<Momo>(),
    ]
}
