//! Commands that need the provider crates: behind the feature `run`.

mod bench;
mod crash;
mod demo;
mod faults;
mod footprint;
mod forge;
mod interrupt;
mod local;
mod places;
mod progress;
mod sandbox;
mod shop;

/// The same names as in `again.rs`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Run {
    /// Run every provider's whole flow against the sandboxes.
    Demo(demo::Arguments),
    /// Serve the sandboxes.
    Sandbox(Box<sandbox::Arguments>),
    /// Open a small shop that takes payments from the sandboxes.
    Shop(shop::Arguments),
    /// Send every call that is not a read into every fault, in a release build.
    Faults(faults::Arguments),
    /// Kill a receiver, a payer and their database at random, and compare what is left, in a release
    /// build.
    Crash(crash::Arguments),
    /// One of the processes that `crash` starts and kills.
    #[command(name = crash::PART, hide = true)]
    CrashPart,
    /// Measure the figures to hold, in a release build.
    Bench(bench::Arguments),
    /// Count crates and build seconds.
    Footprint(footprint::Arguments),
    /// Forge callbacks of every scheme and see that none is believed.
    Forge(forge::Arguments),
}

impl Run {
    /// Runs the command; gives its exit code.
    ///
    /// # Errors
    /// What went wrong.
    pub(crate) fn run(self) -> Result<u8, String> {
        match self {
            Self::Demo(arguments) => demo::run(&arguments),
            Self::Sandbox(arguments) => sandbox::run(&arguments),
            Self::Shop(arguments) => shop::run(&arguments),
            Self::Faults(arguments) => faults::run(&arguments),
            Self::Crash(arguments) => crash::run(&arguments),
            Self::CrashPart => crash::part(),
            Self::Bench(arguments) => bench::run(&arguments),
            Self::Footprint(arguments) => footprint::run(&arguments),
            Self::Forge(arguments) => forge::run(&arguments),
        }
    }
}
